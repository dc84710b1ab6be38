"""Parses and formats times for people. All formatted times are in UTC."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from clausewatch.output.days import relative_day

_TO_THE_MINUTE = re.compile(r"[T ]\d\d:?\d\d(?![:\d])")
"""Matches a time of the day without seconds."""


def moment(at: datetime) -> str:
    """Return a time to the minute, followed by "UTC"."""
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(' ', 'minutes')} UTC"


def day(at: datetime) -> str:
    """Return the day of a time, in UTC."""
    return at.astimezone(UTC).date().isoformat()


def stamp(at: datetime) -> str:
    """Return a time for programs: in ISO 8601, to the second and in UTC. The year always has four digits, unlike %Y."""
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def start(text: str, today: date) -> datetime:
    """Parse a time or a day. A day means its first moment. A time without a zone is in UTC. Raises ValueError."""
    day = _day(text, today)
    return _time(text) if day is None else datetime.combine(day, time.min, UTC)


def end(text: str, today: date) -> datetime:
    """Parse a time or a day. A day means its last moment. A time without seconds means the last moment of its minute,
    because times are shown without seconds. A time without a zone is in UTC. Raises ValueError.
    """
    day = _day(text, today)
    if day is not None:
        return datetime.combine(day, time.max, UTC)
    at = _time(text)
    return at + timedelta(minutes=1, microseconds=-1) if _TO_THE_MINUTE.search(text) else at


def _day(text: str, today: date) -> date | None:
    """Return the day that a text names as a date or relative to today; None if the text does not name a day."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return relative_day(text, today)


def _time(text: str) -> datetime:
    read = datetime.fromisoformat(text.strip())
    return (read.replace(tzinfo=UTC) if read.tzinfo is None else read).astimezone(UTC)


def lasting(duration: timedelta) -> str:
    """Return a duration as text in the largest unit that gives a whole number, such as "2 d", "12 h" or "45 min"."""
    seconds = int(duration.total_seconds())
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= length and seconds % length == 0:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"
