"""Tests lines that change without an edit, such as "Updated 3 days ago". They are not text. A line that only looks like
such a line is text.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from document.text.counters import uncounted, without_counters
from document.text.lines import Line
from document.text.normalise import normalise

LINES: dict[str, dict[str, list[str]]] = tomllib.loads(
    Path(__file__).with_name("counters.toml").read_text(encoding="utf-8")
)


def lines(kind: str) -> list[tuple[str, str]]:
    return [(language, line) for language, tables in LINES.items() for line in tables[kind]]


@pytest.mark.parametrize(("language", "line"), lines("counts"))
def test_a_counter_is_not_text(language: str, line: str) -> None:
    for written in (line, f"{line}.", line.upper() if language == "en" and "from" not in line else line):
        assert without_counters(normalise(written)) == "", language


@pytest.mark.parametrize(("language", "line"), lines("text"))
def test_a_line_that_only_looks_like_a_counter_is_text(language: str, line: str) -> None:
    assert without_counters(normalise(line)) == normalise(line), language


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("By Anna Bell · 5 min read", "By Anna Bell"),
        ("Data protection · Updated 3 days ago · For all", "Data protection · For all"),
        ("We sell nothing. Updated 3 days ago.", "We sell nothing."),
        ("Diperbarui kemarin. Kami tidak menjual apa pun.", "Kami tidak menjual apa pun."),
        ("We keep it for 30 days - not longer", "We keep it for 30 days - not longer"),
    ],
)
def test_only_the_counter_in_a_line_is_left_out(line: str, kept: str) -> None:
    assert without_counters(line) == kept


def test_a_date_after_the_label_last_updated_is_text() -> None:
    lines = ["Last updated", "Monday, 30 November 2026", "Monday, 30 November 2026", "Last updated", "3 days ago"]
    assert [line.text for line in uncounted(map(Line, lines))] == [*lines[:2], "Last updated"]


def test_a_row_of_a_table_is_left_out_only_if_all_its_cells_are_counters() -> None:
    rows = [Line("Session | 2 years ago", row=True), Line("3 days ago | 42 views", row=True)]
    assert uncounted(rows) == rows[:1]
