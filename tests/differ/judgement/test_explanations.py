"""Tests that the explanation of an edit is true of both texts. For example, a new right is not called a condition, and
a promise is not called a disclosure.
"""

from __future__ import annotations

import pytest

from differ.model import Finding
from tests.differ.policies import edited, table

SENTENCES = {
    "a sentence that denies a right is new": ("The policy now denies", "Kebijakan kini meniadakan"),
    "a sentence that denies a right is gone": ("no longer denies here", "tidak lagi meniadakan di sini"),
    "a denied right is granted for some days": ("The policy now grants", "Kebijakan kini memberikan"),
    "a right with a deadline is new": ("together with a time, a cost or a proof", "beserta waktu, biaya, atau bukti"),
    "a right with a deadline is gone": (
        "which had a time, a cost or a proof",
        "yang memiliki waktu, biaya, atau bukti",
    ),
    "a sale gives way to a promise not to share": (
        "Selling or renting is no longer mentioned here",
        "Penjualan atau penyewaan tidak lagi disebut di sini",
    ),
    "a promise not to share is new": ("a new promise not to pass on", "janji baru untuk tidak memberikan"),
    "a promise not to share is gone": (
        "A promise not to pass on",
        "Tidak ada lagi di sini janji untuk tidak memberikan",
    ),
    "sharing without consent is new": ("passed on without asking people: “", "tanpa persetujuan pengguna: “"),
    "sharing without consent is gone": (
        "no longer says here that data may be passed on without asking people",
        "Tidak lagi disebut di sini bahwa data dapat diberikan tanpa persetujuan",
    ),
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
