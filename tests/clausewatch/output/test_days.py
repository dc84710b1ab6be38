from __future__ import annotations

from datetime import date

import pytest

from clausewatch.output.days import relative_day


@pytest.mark.parametrize(
    ("text", "today", "expected"),
    [
        ("today", "2026-03-31", "2026-03-31"),
        ("  Yesterday ", "2026-03-01", "2026-02-28"),
        ("1 day ago", "2026-01-01", "2025-12-31"),
        ("3  days ago", "2026-03-31", "2026-03-28"),
        ("0 days ago", "2026-03-31", "2026-03-31"),
        ("2 weeks ago", "2026-03-31", "2026-03-17"),
        ("1 month ago", "2026-03-31", "2026-02-28"),
        ("1 month ago", "2026-01-15", "2025-12-15"),
        ("13 months ago", "2026-03-31", "2025-02-28"),
        ("1 year ago", "2024-02-29", "2023-02-28"),
        ("10 years ago", "2026-03-31", "2016-03-31"),
    ],
)
def test_a_relative_day_is_counted_back_from_today(text: str, today: str, expected: str) -> None:
    assert relative_day(text, date.fromisoformat(today)) == date.fromisoformat(expected)


@pytest.mark.parametrize("text", ["", "tomorrow", "ago", "days ago", "3 days", "3 moons ago", "2026-03-31"])
def test_other_texts_are_not_relative_days(text: str) -> None:
    assert relative_day(text, date(2026, 3, 31)) is None


@pytest.mark.parametrize("text", ["9999 years ago", "2025 years ago", "9999 weeks ago"])
def test_a_day_before_the_first_year_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        relative_day(text, date(20, 3, 31))
