"""Decides when a subscriber is notified, from the quiet hours and the schedule of digests. Both are in the subscriber's
time zone. All functions are pure."""

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
        raise ValueError('is not a time of day: write hours and minutes, like "08:00"')
    return time(int(match[1]), int(match[2]))


@dataclass(frozen=True, slots=True)
class Quiet:
    """Daily hours, in local time, in which only critical messages are sent. They may include midnight."""

    start: time
    end: time
    """End of the quiet hours. This moment is not quiet."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read hours like "22:00-07:00". Raises ValueError."""
        start, dash, end = text.partition("-")
        if not dash:
            raise ValueError('is not a range of hours: write the beginning and the end, like "22:00-07:00"')
        hours = cls(parse_clock(start), parse_clock(end))
        if hours.start == hours.end:
            raise ValueError("would be quiet all day, or never: let them end at another time than they start")
        return hours

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"

    def holds(self, now: datetime, zone: str) -> bool:
        """Whether a time is in the quiet hours of a time zone."""
        wall = now.astimezone(zone_of(zone)).time()
        if self.start < self.end:
            return self.start <= wall < self.end
        return wall >= self.start or wall < self.end

    def next_end(self, now: datetime, zone: str) -> datetime:
        """Return the next end of quiet hours after a time, in UTC."""
        return Schedule("daily", self.end).next(now, zone)


@dataclass(frozen=True, slots=True)
class Schedule:
    """The schedule of digests."""

    rhythm: Rhythm
    at: time = time(8)
    """Time of day, in local time."""
    day: int = 0
    """Day of the week for weekly digests: 0 is Monday."""

    def last(self, now: datetime, zone: str) -> datetime:
        """Return the latest scheduled time that is not after `now`, in UTC.

        If that time of day does not exist because the clocks go forward, the result is later by the skipped time. If
        that time of day occurs twice because the clocks go back, the result is the first occurrence (PEP 495).
        """
        local = now.astimezone(zone_of(zone))
        days = 1 if self.rhythm == "daily" else 7
        back = 0 if self.rhythm == "daily" else (local.weekday() - self.day) % 7
        moment = self._moment(local, back, zone)
        return moment if moment <= now else self._moment(local, back + days, zone)

    def next(self, now: datetime, zone: str) -> datetime:
        """Return the first scheduled time after `now`, in UTC."""
        days = 1 if self.rhythm == "daily" else 7
        return self.last(self.last(now, zone) + timedelta(days=days, hours=12), zone)

    def _moment(self, local: datetime, days_back: int, zone: str) -> datetime:
        day = local.date() - timedelta(days=days_back)
        return datetime.combine(day, self.at, zone_of(zone)).astimezone(UTC)


@cache
def zone_of(name: str) -> ZoneInfo:
    """Return the time zone with this name in the IANA database. Raises ValueError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        # A folder of the database, such as "Asia", exists but is not a time zone.
        raise ValueError('is not a known time zone: write one like "Asia/Jakarta" or "UTC"') from error
