"""Tests that the sentence about an edit is true of both texts. A right that is given is not called a condition, and a
promise is not called a disclosure."""

from __future__ import annotations

import pytest

from differ.model import Finding
from tests.differ.policies import edited, table

SENTENCES = {
    "a sentence that denies a right is new": ("The policy now denies", "Kebijakan kini meniadakan"),
    "a sentence that denies a right is gone": ("or no longer denies this: “", "atau tidak lagi meniadakannya: “"),
    "a denied right is granted for some days": ("The policy now grants", "Kebijakan kini memberikan"),
    "a right with a deadline is new": ("together with a time, a cost or a proof", "beserta waktu, biaya, atau bukti"),
    "a right with a deadline is gone": (
        "which had a time, a cost or a proof",
        "yang memiliki waktu, biaya, atau bukti",
    ),
    "a sale gives way to a promise not to share": (
        "A passage on selling or renting was removed",
        "Bagian tentang penjualan atau penyewaan dihapus",
    ),
    "a promise not to share is new": ("now limits or rules out passing data on", "kini membatasi atau meniadakan"),
    "a promise not to share is gone": ("passed on more freely than before", "dengan lebih bebas daripada sebelumnya"),
    "sharing without consent is new": ("passed on without asking people: “", "diberikan tanpa persetujuan: “"),
    "sharing without consent is gone": ("or this is no longer ruled out", "atau hal itu tidak lagi ditiadakan"),
}
"""The words that explain an edit, in English and Indonesian, by the name of the case in `sentences/`."""


def explained(language: str, name: str) -> list[Finding]:
    """Return the findings about the edit with this name."""
    (case,) = (case for case in table(language)["material"] if case["is"] == name)
    return [finding for finding in edited(language, case).findings if finding.rule == case["rule"]]


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("name", SENTENCES)
def test_the_sentence_says_what_the_edit_did(language: str, name: str) -> None:
    english, indonesian = SENTENCES[name]
    (finding,) = explained(language, name)
    assert english in finding.reason
    assert indonesian in finding.reason_in("id")
    assert "“”" not in finding.reason
    assert "“—”" not in finding.reason
