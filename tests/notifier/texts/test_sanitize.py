"""Tests that text from a page is inert in every message: it acts neither as a command nor as markup."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.texts.sanitize import clipped, inert, inert_in_chat


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Subject\r\nBcc: all@example.org", "Subject Bcc: all@example.org"),
        ("one\u2028two\x0bthree\x85four", "one two three four"),
        ("\x1b[2J\x1b]0;title\x07gone", "[2J ]0;title gone"),
        ("safe\u202eevil\u2066", "safeevil"),
        ("half \ud800 pair", "half \ufffd pair"),
        ("  Hak   Anda\t", "Hak Anda"),
    ],
)
def test_control_characters_line_ends_and_direction_marks_are_removed(text: str, expected: str) -> None:
    assert inert(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "@everyone @here",
        "<!channel> <@U024BE7LH> <https://evil.example|bank>",
        "[your bank](https://evil.example)",
        "![](https://evil.example/pixel.png)",
        "**bold** _it_ `code` ~~gone~~ ||spoiler||",
        "# heading",
        r"\@everyone",
    ],
)
def test_text_for_chats_has_no_mention_no_markup_and_no_link(text: str) -> None:
    assert not re.search(r"[@<>\[\]*_`~|#\\]|://", inert_in_chat(text))


@given(st.text())
def test_any_text_becomes_one_line_that_can_be_sent(text: str) -> None:
    line = inert(text)
    assert line.isprintable() or not any(ord(character) < 32 for character in line)
    assert len(line.splitlines()) <= 1
    line.encode("utf-8")
    assert inert(line) == line


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_a_shortened_text_is_within_the_limit_and_shows_that_it_was_cut(text: str, limit: int) -> None:
    cut = clipped(text, limit)
    assert len(cut) <= limit
    assert cut == text or cut.endswith("…")


def test_a_text_is_cut_at_the_end_of_a_word() -> None:
    assert clipped("We share your orders with partners", 20) == "We share your…"
