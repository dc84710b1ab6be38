"""Limits how often passwords are checked. The limits slow people down, but never lock them out.

A password check needs much computing time on purpose, so the limits are applied before the check.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

MINUTE = 60.0
"""Length of the period in which password checks are counted, in seconds."""
MOST = 60
"""Maximum number of passwords that are checked in a minute."""
RESERVED = 20
"""Number of the checks in `MOST` that are reserved for known browsers: browsers in which the person has signed in
before.
"""
MOST_FROM_ONE = 10
"""Maximum number of passwords that are checked in a minute for one name. The same maximum applies to the guesses from
one IP address.
"""
AT_ONCE = 2
"""Maximum number of passwords that are checked at the same time."""
REMEMBERED = 10_000
"""Maximum number of names, addresses and known browsers for which guesses are counted. Above this number, the entry
that was unused for the longest time is dropped.
"""


class TooManyGuessesError(Exception):
    """A password was not checked because of a limit. A new attempt is possible after `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"try again in {seconds:.0f} s")
        self.seconds = seconds


@dataclass
class Guesses:
    """Counts the password checks of the last minute."""

    clock: Callable[[], float] = time.monotonic
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _running: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(AT_ONCE))
    _every: deque[float] = field(default_factory=deque)
    _by_key: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)

    @contextmanager
    def checking(self, name: str, address: str, known_browser: str = "") -> Iterator[None]:
        """Allow one password check within the `with` block. Raises TooManyGuessesError if a limit is reached.
        `known_browser` identifies a browser in which the person has signed in before. It is "" for every other browser.
        A known browser has its own limit, so other people's guesses do not slow it down.
        """
        keys = [f"browser {known_browser}"] if known_browser else [f"name {name}", f"address {address}"]
        self._take(keys, MOST if known_browser else MOST - RESERVED)
        with self._running:
            yield

    def _take(self, keys: list[str], most: int) -> None:
        now = self.clock()
        with self._lock:
            limits = [(self._every, most), *((self._of(key), MOST_FROM_ONE) for key in keys)]
            waits = [_wait(times, limit, now) for times, limit in limits]
            if max(waits) > 0:
                raise TooManyGuessesError(max(waits))
            for times, _ in limits:
                times.append(now)

    def _of(self, key: str) -> deque[float]:
        times = self._by_key.pop(key, None) or deque()
        self._by_key[key] = times  # now at the end, as the most recently used key
        if len(self._by_key) > REMEMBERED:
            self._by_key.popitem(last=False)
        return times


def _wait(times: deque[float], most: int, now: float) -> float:
    """Drop the times that are more than a minute ago. Return the number of seconds until another check is allowed, or
    0.
    """
    while times and times[0] <= now - MINUTE:
        times.popleft()
    return 0.0 if len(times) < most else times[len(times) - most] + MINUTE - now
