"""Tests explanations: a code and facts become a sentence in the reader's language. Old archives contain sentences
instead.
"""

from __future__ import annotations

import pytest

from differ.explanation import Explanation, stored_explanation
from differ.model import reasons_in
from tests.differ.policies import compared, policy

BROKERS = Explanation(
    "T1.recipient/recipient/added",
    new=("list brokers",),
    things=("recipient.brokers",),
    also=(Explanation("T2.consent/consent/removed", ("your consent",)),),
)
OLD = Explanation(
    "Data may now go to “brokers”.", translations=(("id", "Data kini dapat diberikan kepada “brokers”."),)
)


@pytest.mark.parametrize("explanation", [BROKERS, OLD, Explanation("S.structure"), Explanation("")])
def test_the_stored_form_gives_the_same_explanation(explanation: Explanation) -> None:
    assert stored_explanation(explanation.code, explanation.facts()) == explanation


def test_an_explanation_is_worded_in_the_language_of_the_reader() -> None:
    assert "someone who may get data: “list brokers”" in BROKERS.in_language("en")
    assert "pihak yang dapat menerima data: “list brokers”" in BROKERS.in_language("id")


def test_a_language_without_sentences_gets_english_ones() -> None:
    assert BROKERS.in_language("xx") == BROKERS.in_language("en")


def test_an_old_explanation_keeps_its_sentences() -> None:
    assert OLD.in_language("en") == "Data may now go to “brokers”."
    assert OLD.in_language("id") == "Data kini dapat diberikan kepada “brokers”."
    assert OLD.in_language("fr") == OLD.in_language("en")


def test_a_code_of_a_later_version_has_a_general_sentence() -> None:
    later = Explanation("T9.tomorrow/thing/added", ("one",), ("two",))
    assert later.in_language("en") == "The wording of this passage changed: “one” became “two”."


def test_many_words_are_counted_in_the_language_of_the_reader() -> None:
    many = Explanation("T1.recipient/recipient/added", new=tuple(f"broker {number}" for number in range(9)))
    assert "and 3 more" in many.in_language("en")
    assert "dan 3 lainnya" in many.in_language("id")


SAID = {
    "en": [
        ("We like boats.", "We like boats. You may object within 30 days.", "the right to object", "condition"),
        (
            "We keep your seat.",
            "We keep your seat. We do not share it with anyone.",
            "a new promise not to pass on",
            "is passed on",
        ),
        (
            "You can ask for a copy of your data free of charge.",
            "You can ask for a copy of your data for a fee, and must send a copy of your passport.",
            "prove who they are",
            "Consent",
        ),
        (
            "We pass your address to couriers only with your consent.",
            "We pass your address to couriers and list brokers.",
            "no longer says here that people are asked",
            "promise",
        ),
        (
            "You cannot object to adverts, and you may complain to the regulator.",
            "You may complain to the regulator.",
            "no longer denies here the right to object",
            "grants",
        ),
        (
            "You cannot withdraw your consent.",
            "You can withdraw your consent by letter.",
            "People can now take back a consent",
            "asking people",
        ),
        (
            "You may object to this within 30 days.",
            "You cannot object to this.",
            "now denies or limits the right to object",
            "get in touch",
        ),
        (
            "We may share your address without asking you.",
            "We share your address with couriers.",
            "no longer says here that data may be passed on without asking people",
            "needs people",
        ),
        (
            "You may have your data deleted.",
            "You may have your data deleted if you send us a copy of your passport.",
            "prove who they are",
            "right to see",
        ),
    ],
    "id": [
        (
            "Kami suka perahu.",
            "Kami suka perahu. Anda dapat mengajukan keberatan dalam 30 hari.",
            "keberatan",
            "Persetujuan",
        ),
        (
            "Kami menyimpan kursi Anda.",
            "Kami menyimpan kursi Anda. Kami tidak membagikan kursi Anda kepada siapa pun.",
            "janji baru untuk tidak memberikan",
            "kini dinyatakan",
        ),
        (
            "Anda tidak dapat menarik kembali persetujuan Anda.",
            "Anda dapat menarik kembali persetujuan Anda lewat surat.",
            "menarik kembali persetujuan",
            "tanpa meminta persetujuan",
        ),
    ],
}


@pytest.mark.parametrize(
    ("language", "before", "after", "part", "never"),
    [(language, *case) for language, cases in SAID.items() for case in cases],
)
def test_an_explanation_says_what_the_edit_does_to_people(
    language: str, before: str, after: str, part: str, never: str
) -> None:
    findings = compared(policy(language, before), policy(language, after), language).findings
    said = " ".join(finding.reason_in(language) for finding in findings if finding.material)
    assert part in said
    assert never not in said


SAID_EXACTLY = {
    "en": [
        ("We like boats. We keep your seat for 5 days.", "We like boats.", []),
        (
            "You may ask for a copy of your data within 10 days.",
            "You may ask for a copy of your data within 40 days.",
            ["The time for a request or right became longer: “10 days” became “40 days”."],
        ),
        (
            "You may ask for a copy of your data free of charge.",
            "You may ask for a copy of your data for a fee of 12 euro.",
            ["Using a right may now cost something: “free of charge” became “fee of 12 euro”."],
        ),
        (
            "We pass your name to ferries.",
            "We pass your name to ferries and Third-Party insurers.",
            ["Newly named here as someone who may get data: “Third-Party insurers”."],
        ),
        (
            "You can opt out of the newsletter.",
            "You cannot opt out of the newsletter.",
            ["A choice is now denied or more limited: “You cannot opt out of the newsletter”."],
        ),
    ],
    "id": [
        (
            "Kami tidak pernah memberikan nomor Anda kepada siapa pun.",
            "Kami memberikan nomor Anda kepada pengiklan.",
            [
                "Janji untuk tidak memberikan, menampilkan, atau memperoleh data tidak berlaku lagi: “Kami tidak "
                "pernah memberikan nomor Anda kepada siapa pun” menjadi “Kami memberikan nomor Anda kepada pengiklan”."
            ],
        ),
        (
            "Anda dapat mengajukan keberatan dalam waktu 40 hari.",
            "Anda dapat mengajukan keberatan dalam waktu 10 hari.",
            ["Waktu untuk menggunakan hak menjadi lebih singkat: dari “40 hari” menjadi “10 hari”."],
        ),
        (
            "Anda dapat meminta salinan data Anda dalam 40 hari.",
            "Anda dapat meminta salinan data Anda dalam 10 hari.",
            ["Jangka waktu untuk permintaan atau hak menjadi lebih singkat: dari “40 hari” menjadi “10 hari”."],
        ),
        (
            "Anda dapat meminta penghapusan data Anda.",
            "Anda dapat meminta penghapusan data Anda dengan menunjukkan KTP.",
            ["Pengguna kini harus membuktikan identitasnya untuk menggunakan hak: “menunjukkan KTP”."],
        ),
        (
            "Kami membagikan nomor tiket Anda dengan izin Anda.",
            "Kami membagikan nomor tiket Anda dengan atau tanpa izin Anda.",
            ["Data kini dapat diberikan tanpa persetujuan pengguna: “atau tanpa izin”."],
        ),
    ],
}


@pytest.mark.parametrize(
    ("language", "before", "after", "reasons"),
    [(language, *case) for language, cases in SAID_EXACTLY.items() for case in cases],
)
def test_an_edit_is_explained_once_and_with_the_words_of_the_text(
    language: str, before: str, after: str, reasons: list[str]
) -> None:
    findings = compared(policy(language, before), policy(language, after), language).findings
    assert reasons_in([finding for finding in findings if finding.material], language) == reasons


@pytest.mark.parametrize(
    ("language", "strict", "plain", "still"),
    [
        (
            "en",
            "We share your file with lenders only with your written consent.",
            "We share your file with lenders only with your consent.",
            "People still",
        ),
        (
            "id",
            "Kami meminta persetujuan tertulis Anda sebelum memberikan data Anda kepada bank.",
            "Kami meminta persetujuan Anda sebelum memberikan data Anda kepada bank.",
            "tetap",
        ),
    ],
)
def test_a_consent_in_a_different_form_is_not_told_as_lost(language: str, strict: str, plain: str, still: str) -> None:
    findings = compared(policy(language, strict), policy(language, plain), language).findings
    reasons = [finding.reason_in(language) for finding in findings]
    assert any(still in reason for reason in reasons)
    assert not any("no longer" in reason or "Tidak lagi" in reason for reason in reasons)
