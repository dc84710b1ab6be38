"""How long a host is left alone: what it asks for, and what is done where it asks for too much."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

ASKING_TO_WAIT = (429, 503)
"""Statuses by which a host asks to be left alone for now, RFC 9110 section 10.2.3 and RFC 6585 section 4."""
PATIENCE = 6
"""After so many such answers in a row a host is left alone for the rest of the run."""
JITTER = 0.5
"""How far the time between two requests varies around `delay`, as a share of it."""
CRAWL_DELAY_JITTER = 0.2
"""How far it varies where a site states its Crawl-delay, of which nothing may be taken away."""


def retry_after(value: str | None, now: datetime) -> float | None:
    """Read a Retry-After header, RFC 9110 section 10.2.3: seconds from now, or None where it says nothing."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def kept_delay(stated: float | None, delay: float, cap: float) -> float:
    """Return the seconds between two requests to a host whose robots.txt states this Crawl-delay.

    Never less than `delay`; of what is stated never more than `cap`.
    """
    if stated is None or not stated > 0 or math.isnan(stated):
        return delay
    return max(delay, min(stated, cap))


def least(delay: float, jitter: float) -> float:
    """Return the middle of a spread whose least value is `delay`."""
    return delay / (1 - jitter)


def back_off(delay: float, failures: int, cap: float) -> float:
    """Return the seconds to wait after this many failures in a row: twice as long after each, at most `cap`."""
    return float(min(delay * 2 ** min(failures, 30), cap))


@dataclass(slots=True)
class HostPace:
    """What a host has answered in this run."""

    refusals: int = 0
    """Answers in a row that asked to wait."""
    rests_until: float = 0.0
    """On a clock that only goes forward."""
    left_alone: str = ""
    """Why nothing more is asked of it in this run, a sentence; "" where it may be asked."""

    def refused(self, asked: float | None, delay: float, cap: float) -> float | None:
        """Count an answer that asked to wait; return the seconds to wait, or None where that is too long for a run."""
        self.refusals += 1
        if asked is not None and asked > cap:
            self.left_alone = f"it asked to be left alone for {asked:g} s (Retry-After), and max_wait is {cap:g} s"
            return None
        if self.refusals >= PATIENCE:
            self.left_alone = f"it asked to be left alone {self.refusals} times in a row"
            return None
        return back_off(delay, self.refusals, cap) if asked is None else asked
