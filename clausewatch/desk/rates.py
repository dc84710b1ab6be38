"""Counts events of the last minute, and refuses an event if there were too many."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

MINUTE = 60.0
"""Length of the period that the limits are for, in seconds."""
REMEMBERED = 10_000
"""Maximum number of keys for which events are counted. The key that was unused for longest is dropped."""


class TooOftenError(Exception):
    """An event was refused because of a limit. A new attempt is possible after `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"try again in {seconds:.0f} s")
        self.seconds = seconds

    @property
    def wait(self) -> int:
        """The time until a new attempt, in whole seconds. It is at least 1."""
        return int(self.seconds) + 1


@dataclass
class Rates:
    """Counts events by key."""

    clock: Callable[[], float] = time.monotonic
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _by_key: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)

    def take(self, limits: Mapping[str, int]) -> None:
        """Count one event for each key. `limits` has the maximum number of events in a minute for each key. Raises
        TooOftenError if a limit is reached. The event is then not counted for any key.
        """
        now = self.clock()
        with self._lock:
            counted = [(self._of(key), most) for key, most in limits.items()]
            waits = [_wait(times, most, now) for times, most in counted]
            if max(waits) > 0:
                raise TooOftenError(max(waits))
            for times, _ in counted:
                times.append(now)

    def _of(self, key: str) -> deque[float]:
        times = self._by_key.pop(key, None) or deque()
        self._by_key[key] = times  # now at the end, as the most recently used key
        if len(self._by_key) > REMEMBERED:
            self._by_key.popitem(last=False)
        return times


def _wait(times: deque[float], most: int, now: float) -> float:
    """Drop the times that are more than a minute ago. Return the number of seconds until another event is allowed, or
    0.
    """
    while times and times[0] <= now - MINUTE:
        times.popleft()
    return 0.0 if len(times) < most else times[len(times) - most] + MINUTE - now
