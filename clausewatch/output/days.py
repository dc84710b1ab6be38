"""Reads days relative to today, such as "yesterday" or "3 days ago"."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

_AGO = re.compile(r"(\d{1,4}) (day|week|month|year)s? ago")


def relative_day(text: str, today: date) -> date | None:
    """Return the day for `today`, `yesterday` or `N days|weeks|months|years ago`; None for any other text.

    "1 month ago" is the same day of the previous month, or the last day of that month if it is too short. Years work in
    the same way. Raises ValueError if the day is before the year 1.
    """
    words = " ".join(text.casefold().split())
    if words in ("today", "yesterday"):
        return today - timedelta(days=words == "yesterday")
    match = _AGO.fullmatch(words)
    if match is None:
        return None
    count, unit = int(match[1]), match[2]
    if unit in ("day", "week"):
        return date.fromordinal(today.toordinal() - count * (7 if unit == "week" else 1))
    return _months_before(today, count * (12 if unit == "year" else 1))


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
