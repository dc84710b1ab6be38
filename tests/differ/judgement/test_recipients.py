"""Tests who is a recipient of data and who is not: `sentences/recipients.toml`."""

from __future__ import annotations

import tomllib

import pytest

from tests.differ.policies import SENTENCES, compared, policy

TABLE = tomllib.loads((SENTENCES / "recipients.toml").read_text(encoding="utf-8"))


def cases(kind: str) -> list[tuple[str, str]]:
    """Return the sentences of a kind with their languages: one sentence for each party."""
    return [
        (language, sentence.format(party=party, Party=party[0].upper() + party[1:]))
        for language, rows in TABLE.items()
        for sentence in rows[kind]
        for party in rows["parties"]
    ]


def news_about_sharing(language: str, sentence: str) -> bool:
    """Return whether a new sentence makes a material finding about sharing."""
    comparison = compared(policy(language, ""), policy(language, sentence), language)
    return any(finding.material and finding.rule.startswith(("T1", "T2", "T3")) for finding in comparison.findings)


def test_there_are_enough_sentences_in_each_language() -> None:
    for language in TABLE:
        assert sum(found == language for kind in ("given", "not_given") for found, _ in cases(kind)) >= 120


@pytest.mark.parametrize(("language", "sentence"), cases("given"))
def test_a_new_recipient_is_material(language: str, sentence: str) -> None:
    assert news_about_sharing(language, sentence)


@pytest.mark.parametrize(("language", "sentence"), cases("not_given"))
def test_neither_a_source_nor_a_neighbour_nor_a_linked_site_is_a_recipient(language: str, sentence: str) -> None:
    assert not news_about_sharing(language, sentence)


@pytest.mark.parametrize(
    ("language", "before", "new"),
    [
        ("en", "We share your data with Larkpost.", "Our mail is sent by Larkpost, which receives your address."),
        ("id", "Kami membagikan data Anda kepada Larkpost.", "Surat kami dikirim oleh Larkpost."),
    ],
)
def test_a_name_that_was_in_the_text_before_is_not_a_new_name(language: str, before: str, new: str) -> None:
    old, later = policy(language, before), policy(language, f"{before} {new}")
    assert "T1.name" not in {finding.rule for finding in compared(old, later, language).findings if finding.material}


@pytest.mark.parametrize(
    ("language", "entry", "severity"),
    [
        ("en", "Brightsail Media Ltd, which reads your e-mail address to show you advertisements;", "critical"),
        ("en", "Brightsail Advertising Ltd;", "critical"),
        ("en", "Cobbleport, a courier that receives your telephone number.", "high"),
        ("en", "Cobbleport, which gets your address but does not use your address for advertising.", "high"),
        ("id", "PT Layar Terang, yang memakai alamat email Anda untuk menampilkan iklan;", "critical"),
        ("id", "Antarsigap, yang menerima nomor telepon Anda supaya paket sampai pada hari yang sama.", "high"),
    ],
)
def test_a_new_company_in_a_list_of_recipients_is_reported_by_its_name(
    language: str, entry: str, severity: str
) -> None:
    lead, known = {
        "en": ("We share your data with:", "our tax adviser, who checks the books;"),
        "id": ("Kami membagikan data Anda kepada:", "akuntan kami, yang memeriksa pembukuan;"),
    }[language]
    before = f"{lead}\n\n- {known}"
    comparison = compared(policy(language, before), policy(language, f"{before}\n- {entry}"), language)
    (finding,) = (finding for finding in comparison.findings if finding.rule.startswith("T"))
    name = entry.partition(",")[0].rstrip(";")
    assert (finding.rule, finding.severity, finding.explanation.new) == ("T1.name", severity, (name,))


@pytest.mark.parametrize(
    ("language", "entry"),
    [("en", "Contact details, such as your address."), ("id", "Data kontak, misalnya alamat email Anda.")],
)
def test_capitalised_data_at_the_beginning_of_an_entry_is_not_a_name(language: str, entry: str) -> None:
    lead = {"en": "We share with our couriers:", "id": "Kami membagikan kepada kurir kami:"}[language]
    comparison = compared(policy(language, lead), policy(language, f"{lead}\n\n- {entry}"), language)
    assert "T1.name" not in {finding.rule for finding in comparison.findings}
