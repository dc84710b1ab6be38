"""Limits how often passwords are checked. People are slowed down, but never locked out.

Checking a password takes a processor for a while, on purpose. So a guess must pass the limits before it is checked.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

MINUTE = 60.0
"""Length of the period that the limits are for, in seconds."""
MOST = 60
"""Maximum number of passwords that are checked in a minute."""
RESERVED = 20
"""Part of `MOST` that is kept for browsers in which the person has signed in before."""
MOST_FROM_ONE = 10
"""Maximum number of passwords that are checked in a minute for one name, and for one address."""
AT_ONCE = 2
"""Maximum number of passwords that are checked at the same time."""
REMEMBERED = 10_000
"""Maximum number of names and addresses whose guesses are counted at the same time."""


class TooManyGuessesError(Exception):
    """The guess was not checked. `seconds` is the time after which to try again."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"try again in {seconds:.0f} s")
        self.seconds = seconds


@dataclass
class Guesses:
    """The guesses of the last minute."""

    clock: Callable[[], float] = time.monotonic
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _running: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(AT_ONCE))
    _every: deque[float] = field(default_factory=deque)
    _by_key: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)

    @contextmanager
    def checking(self, name: str, address: str, known_browser: str = "") -> Iterator[None]:
        """Hold a place for one check within the block.

        `known_browser` identifies a browser in which the person has signed in before; it is "" for all others. Such a
        browser has its own limit, so other people's guesses do not slow it down. Raises TooManyGuessesError.
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
        self._by_key[key] = times  # moved to the end: used last
        if len(self._by_key) > REMEMBERED:
            self._by_key.popitem(last=False)
        return times


def _wait(times: deque[float], most: int, now: float) -> float:
    """Drop the times that are over. Return the number of seconds until another check is allowed, or 0."""
    while times and times[0] <= now - MINUTE:
        times.popleft()
    return 0.0 if len(times) < most else times[len(times) - most] + MINUTE - now
