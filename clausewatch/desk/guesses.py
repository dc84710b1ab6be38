"""Limits how often passwords are checked. The limits slow people down, but never lock them out.

A password check needs much computing time on purpose, so the limits are applied before the check.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from clausewatch.desk.rates import Rates

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


@dataclass
class Guesses:
    """Counts the password checks of the last minute."""

    rates: Rates = field(default_factory=Rates)
    _running: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(AT_ONCE))

    @contextmanager
    def checking(self, name: str, address: str, known_browser: str = "") -> Iterator[None]:
        """Allow one password check within the `with` block. Raises TooOftenError if a limit is reached.
        `known_browser` identifies a browser in which the person has signed in before. It is "" for every other browser.
        A known browser has its own limit, so other people's guesses do not slow it down.
        """
        keys = [f"browser {known_browser}"] if known_browser else [f"name {name}", f"address {address}"]
        every = {"every": MOST if known_browser else MOST - RESERVED}
        self.rates.take(every | dict.fromkeys(keys, MOST_FROM_ONE))
        with self._running:
            yield
