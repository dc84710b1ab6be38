"""Tests what counts as a word, also in scripts other than Latin."""

from __future__ import annotations

import pytest

from differ.language.words import tokenize, words
from tests.differ.policies import compared


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("हम आपकी जानकारी नहीं देते।", ["हम", "आपकी", "जानकारी", "नहीं", "देते"]),
        ("住所は売らない。", list("住所は売らない")),
        ("ไม่ขาย", ["ไ", "ม่", "ข", "า", "ย"]),
        ("Мы не продаём адреса", ["мы", "не", "продаём", "адреса"]),
        ("Third-party d'accès 3,5 x2", ["third", "party", "accès", "3,5", "x2"]),
        ("Σας ρωτάμε: ναι", ["σασ", "ρωτάμε", "ναι"]),
    ],
)
def test_words_of_many_scripts(text: str, expected: list[str]) -> None:
    assert words(text) == expected
    assert "".join(tokenize(text)) == text


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("hi", "यह सूचना हमारी दुकान की है और हम इसे देते नहीं।", "यह सूचना हमारी दुकान का है और हम इसे देते नहीं।"),
        ("th", "ร้านของเราไม่ขายข้อมูลให้ใครเลยตลอดปีนี้", "ร้านของเราได้ขายข้อมูลให้ใครเลยตลอดปีนี้"),
        ("ja", "私たちは住所を誰にも売りませんので安心です", "私たちは住所を誰にも売りますので安心です"),
    ],
)
def test_a_change_of_a_single_sign_is_a_change(language: str, before: str, after: str) -> None:
    found = compared(f"# A\n\n{before}\n", f"# A\n\n{after}\n", language)
    assert (found.changed, found.material, found.judged_by) == (True, True, "structure")


@pytest.mark.parametrize(
    "text",
    [
        "We don't share 1,200.50 third-party e-mails: see 12/11/2026!",
        "a_b c--d 'quoted' x1-y2' 3rd 4G",
        "Write to desk@mill.example or www.mill.example/a, not http://x.",
        "UPPER Case-FOLDED it's",
    ],
)
def test_a_text_in_ascii_has_the_same_words_as_within_other_letters(text: str) -> None:
    assert words(f"{text} é") == [*words(text), "é"]
