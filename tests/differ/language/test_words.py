"""Tests what counts as a word in Latin and other scripts."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from differ.language.words import LONGEST_PIECE, amount, plain_words, tokenize, word_tokens, words
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
def test_texts_in_many_scripts_are_split_into_words(text: str, expected: list[str]) -> None:
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
def test_a_change_of_a_single_character_is_a_change(language: str, before: str, after: str) -> None:
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
def test_an_ascii_text_has_the_same_words_beside_a_letter_outside_ascii(text: str) -> None:
    assert words(f"{text} é") == [*words(text), "é"]


PIECES = st.sampled_from(
    ["www.", "http://", "@", "a", "É", "’", "-", ".", "7", "_", "の", "ไ", "म", "\u0301", " ", "\xa0", "\n"]
)


@given(st.one_of(st.text(), st.lists(PIECES).map("".join)))
@example("x" * LONGEST_PIECE + " yes")
@example("x" * (LONGEST_PIECE + 1) + "-y yes")
@example("third-party data, " * 200)
def test_a_text_has_the_words_of_its_tokens(text: str) -> None:
    """The words of pieces between spaces are kept in memory. This must not change any result."""
    whole = [word for token in word_tokens(text) for word in plain_words(token)]
    assert words(text) == whole
    assert words(text) == whole  # from memory
    assert len(whole) / 3 <= amount(whole) <= len(whole)


def test_a_caller_may_change_the_words_that_it_gets() -> None:
    text = "We never share letters. " * 200
    words(text).clear()
    assert words(text) == ["we", "never", "share", "letters"] * 200
