"""Tests statements that only seem to be removed or added, because the same section says the same in different words."""

from __future__ import annotations

import pytest

from tests.differ.policies import compared, policy

JOINED = {
    "en": (
        "Students of the sailing school may designate a parent to request a copy of their logbook. "
        "The parent must show a signed authorization of the student.",
        "A parent whom students of the sailing school designate may request a copy of their logbook, and the parent "
        "must show a signed authorization of the student.",
    ),
    "id": (
        "Anda dapat meminta penghapusan buku catatan pelayaran kepada kami. Kami menjawab permintaan itu.",
        "Permintaan penghapusan buku catatan pelayaran dapat Anda ajukan kepada kami, dan permintaan itu kami jawab.",
    ),
}
LOST = {
    "en": (
        "You can request a copy of your logbook. You can object to its publication.",
        "You can request a copy of your logbook, and read about its publication.",
    ),
    "id": (
        "Anda dapat meminta salinan buku catatan. Anda dapat mengajukan keberatan atas penerbitannya.",
        "Anda dapat meminta salinan buku catatan, dan membaca tentang penerbitannya.",
    ),
}


@pytest.mark.parametrize("language", JOINED)
def test_a_statement_that_is_said_in_other_words_nearby_alerts_nobody(language: str) -> None:
    before, after = JOINED[language]
    found = compared(policy(language, before), policy(language, after), language)
    assert [finding.reason for finding in found.findings if finding.material] == []


@pytest.mark.parametrize("language", LOST)
def test_a_right_that_is_lost_while_sentences_are_joined_is_found(language: str) -> None:
    before, after = LOST[language]
    assert compared(policy(language, before), policy(language, after), language).severity == "critical"


def test_a_row_with_another_name_is_no_restatement() -> None:
    rows = ["| Provider | Task | Place |", "|---|---|---|", "| Windmast | Analytics | USA |"]
    before, after = (
        policy("en", "\n".join(rows).replace("Windmast", name), "sharing") for name in ("Windmast", "Keelbase")
    )
    assert compared(before, after, "en").material
