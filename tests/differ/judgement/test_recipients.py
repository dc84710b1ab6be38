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
