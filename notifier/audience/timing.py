"""When a subscriber is told: quiet hours, and the schedule of digests. Pure; in the subscriber's own time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Rhythm = Literal["daily", "weekly"]
RHYTHMS: tuple[Rhythm, ...] = ("daily", "weekly")

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


def parse_clock(text: str) -> time:
    """Read a time of day like "08:00". Raises ValueError."""
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        raise ValueError('is no time of day: write hours and minutes, like "08:00"')
    return time(int(match[1]), int(match[2]))


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of each day in which only what is critical is sent; by the clock on the wall, so they may pass midnight."""

    start: time
    end: time
    """The first moment that is not quiet any more."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read hours like "22:00-07:00". Raises ValueError."""
        start, dash, end = text.partition("-")
        if not dash:
            raise ValueError('names no hours: write from and until, like "22:00-07:00"')
        hours = cls(parse_clock(start), parse_clock(end))
        if hours.start == hours.end:
            raise ValueError("would be quiet all day, or never: let them end at another time than they start")
        return hours

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"

    def holds(self, now: datetime, zone: str) -> bool:
        """Tell whether it is quiet at a moment, in a time zone."""
        wall = now.astimezone(zone_of(zone)).time()
        if self.start < self.end:
            return self.start <= wall < self.end
        return wall >= self.start or wall < self.end


@dataclass(frozen=True, slots=True)
class Schedule:
    """When digests are written."""

    rhythm: Rhythm
    at: time = time(8)
    """By the clock on the wall."""
    day: int = 0
    """Of the week, for weekly ones: 0 for Monday."""

    def last(self, now: datetime, zone: str) -> datetime:
        """Return the latest moment of the schedule that is not after `now`, in UTC.

        Where a clock is set forward over that time of day it is as much later; where it is set back it is the first of
        the two (PEP 495).
        """
        local = now.astimezone(zone_of(zone))
        days = 1 if self.rhythm == "daily" else 7
        back = 0 if self.rhythm == "daily" else (local.weekday() - self.day) % 7
        moment = self._moment(local, back, zone)
        return moment if moment <= now else self._moment(local, back + days, zone)

    def _moment(self, local: datetime, days_back: int, zone: str) -> datetime:
        day = local.date() - timedelta(days=days_back)
        return datetime.combine(day, self.at, zone_of(zone)).astimezone(UTC)


@cache
def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by its name in the IANA database. Raises ValueError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        # A folder of the database, like "Asia", is found and cannot be read.
        raise ValueError('is no time zone that this machine knows: write one like "Asia/Jakarta" or "UTC"') from error
