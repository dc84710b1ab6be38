"""Parses and writes durations and sizes as people write them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator

_SECONDS = {
    "s": 1,
    "sec": 1,
    "second": 1,
    "min": 60,
    "m": 60,
    "minute": 60,
    "h": 3600,
    "hour": 3600,
    "d": 86_400,
    "day": 86_400,
    "w": 604_800,
    "week": 604_800,
}
_BYTES = {
    "b": 1,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "kib": 2**10,
    "mib": 2**20,
    "gib": 2**30,
}
_QUANTITY = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]+)")


def parse_duration(value: object) -> timedelta:
    """Parse a duration such as "12h", "30 s" or "1.5 days". Raises ValueError if the unit is missing or unknown."""
    fix = 'is not a duration: write a number and a unit in quotes, like "30 s", "15 min", "12h" or "7d"'
    return timedelta(seconds=_parse(value, _SECONDS, fix, plural=True))


def parse_size(value: object) -> int:
    """Parse a size such as "8 MB" or "512 KiB", and return bytes.

    Raises ValueError if the unit is missing or unknown.
    """
    return round(_parse(value, _BYTES, 'is not a size: write a number and a unit in quotes, like "8 MB"', plural=False))


def _parse(value: object, units: dict[str, int], fix: str, *, plural: bool) -> float:
    match = _QUANTITY.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(fix)
    unit = match[2].lower()
    if plural and len(unit) > 2:
        unit = unit.removesuffix("s")
    if unit not in units:
        raise ValueError(f"{fix}; the unit {match[2]!r} is not known")
    return float(match[1]) * units[unit]


def duration_text(duration: timedelta) -> str:
    """Return a duration as text in the largest unit that gives a whole number, such as "12 hours" or "90 s"."""
    seconds = round(duration.total_seconds(), 3)
    for size, unit in ((604_800, "week"), (86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size and seconds % size == 0:
            count = int(seconds // size)
            return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
    return f"{seconds:.3f}".rstrip("0").rstrip(".") + " s"


def size_text(size: int) -> str:
    """Return a size in bytes as text, such as "8 MB"."""
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= unit:
            return f"{size / unit:g} {name}"
    return f"{size} B"


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
Size = Annotated[int, BeforeValidator(parse_size)]
