"""Decides how long the crawler waits between two requests to a host, and what it does if a host asks for a
long pause.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

ASKING_TO_WAIT = (429, 503)
"""Statuses with which a host asks for a pause (RFC 9110 section 10.2.3, RFC 6585 section 4)."""
PATIENCE = 6
"""Maximum number of responses with status 429 or 503 in a row. After this number, a host gets no further request in
this run.
"""
JITTER = 0.5
"""Random variation of the interval between two requests, as a fraction of the interval."""
CRAWL_DELAY_JITTER = 0.2
"""Random variation of the interval, as a fraction, if a site states a Crawl-delay. The interval is never shorter than
the Crawl-delay.
"""


def retry_after(value: str | None, now: datetime) -> float | None:
    """Return the seconds from now that a Retry-After header asks for (RFC 9110 section 10.2.3).

    Return None if the header is missing or invalid.
    """
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
    """Return the seconds between two requests to a host whose robots.txt states a Crawl-delay of `stated`.

    The result is at least `delay`. A Crawl-delay longer than `cap` counts as `cap`.
    """
    if stated is None or not stated > 0 or math.isnan(stated):
        return delay
    return max(delay, min(stated, cap))


def least(delay: float, jitter: float) -> float:
    """Return the average interval between two requests for which the shortest interval is `delay`, given the random
    variation `jitter`.
    """
    return delay / (1 - jitter)


def back_off(delay: float, failures: int, cap: float) -> float:
    """Return the seconds to wait after this many failures in a row. The time doubles with each failure, up to `cap`."""
    return float(min(delay * 2 ** min(failures, 30), cap))


@dataclass(slots=True)
class HostPace:
    """The state of one host in this run."""

    refusals: int = 0
    """Number of responses in a row by which the host asked for a pause."""
    rests_until: float = 0.0
    """End of the pause, on the monotonic clock."""
    left_alone: str = ""
    """The reason why the host gets no further request in this run; "" if requests are allowed."""

    silences: int = 0
    """Number of requests in a row that were not answered in time."""
    silent_at_the_end: bool = False
    """Whether the host did not answer at the end of the run either."""

    def is_silent(self, most: int, *, is_last_try: bool) -> bool:
        """Whether the host gets no further request because more than `most` requests in a row were not answered.

        At the end of the run, one more request is sent to the host. If this request is answered, the remaining requests
        are sent too.
        """
        return 0 < most < self.silences and (self.silent_at_the_end or not is_last_try)

    def refused(self, asked: float | None, delay: float, cap: float) -> float | None:
        """Count a response that asked for a pause. Return the seconds to wait, or None if the host gets no further
        request in this run.
        """
        self.refusals += 1
        if asked is not None and asked > cap:
            self.left_alone = f"it asked to be left alone for {asked:g} s (Retry-After), and max_wait is {cap:g} s"
            return None
        if self.refusals >= PATIENCE:
            self.left_alone = f"it asked to be left alone {self.refusals} times in a row"
            return None
        return back_off(delay, self.refusals, cap) if asked is None else asked
