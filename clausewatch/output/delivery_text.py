"""Says in a few words what became of messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from clausewatch.output.times import moment

KINDS = {
    "alert": ("alert", "alerts"),
    "roundup": ("roundup", "roundups"),
    "digest": ("digest", "digests"),
    "welcome": ("first message", "first messages"),
    "operator": ("notice about the watch", "notices about the watch"),
}
"""Names of each kind of delivery, for one and for many."""


def sent_words(sent: Mapping[str, int]) -> str:
    """Return how many messages of each kind were sent: "2 alerts, 1 digest"; "" if none was."""
    return ", ".join(f"{sent[kind]} {names[sent[kind] > 1]}" for kind, names in KINDS.items() if sent.get(kind))


def left_words(held: int, held_until: datetime | None, waiting: int, dead: int) -> Iterator[str]:
    """Yield how many messages are held for quiet hours, are to be retried, and were given up."""
    if held_until is not None:
        yield f"{held} held until {moment(held_until)}"
    if waiting:
        yield f"{waiting} to be retried"
    if dead:
        yield f"{dead} given up"
