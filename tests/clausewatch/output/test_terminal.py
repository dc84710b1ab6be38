from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clausewatch.output.terminal import columns, printable, width, wrapped


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a plain line", "a plain line"),
        ("Kebijakan privasi – “data” 数据", "Kebijakan privasi – “data” 数据"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x9b31m", "\\x9b31m"),
        ("two\nlines\r\tand more", "two\\x0alines\\x0d\\x09and more"),
        ("\u202edrow", "\\u202edrow"),
        ("\u200bhidden\ufeff", "\\u200bhidden\\ufeff"),
        ("\U000e0041", "\\U000e0041"),
        ("\ud800", "\\ud800"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_invisible_and_control_characters_are_shown_as_escapes(text: str, expected: str) -> None:
    assert printable(text) == expected


@given(st.text(alphabet=st.characters(), max_size=60))
def test_no_character_that_controls_a_terminal_is_left(text: str) -> None:
    shown = printable(text)
    assert not any(unicodedata.category(each) in {"Cc", "Cs"} for each in shown)
    assert shown == printable(shown)
    shown.encode()


def test_columns_are_aligned_in_any_script() -> None:
    lines = columns([("POLICY", "HEALTH"), ("数据", "well"), ("Café", "failing")])
    assert lines == ["POLICY  HEALTH", "数据    well", "Café    failing"]
    assert (
        len({width(line[: line.index(word)]) for line, word in zip(lines, ("HEALTH", "well", "failing"), strict=True)})
        == 1
    )


def test_long_text_is_wrapped_between_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    lines = wrapped("word " * 20, indent="* ", hanging="  ")
    assert len(lines) == 3
    assert all(len(line) <= 40 for line in lines)
    assert [line[:2] for line in lines] == ["* ", "  ", "  "]
