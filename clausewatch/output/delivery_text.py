"""Describes the state of messages in a few words."""

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
"""The word for each kind of delivery, in singular and plural."""


def sent_words(sent: Mapping[str, int]) -> str:
    """Return the numbers of sent messages of each kind, such as "2 alerts, 1 digest"; "" if nothing was sent."""
    return ", ".join(f"{sent[kind]} {names[sent[kind] > 1]}" for kind, names in KINDS.items() if sent.get(kind))


def left_words(held: int, held_until: datetime | None, waiting: int, dead: int) -> Iterator[str]:
    """Yield a phrase for each kind of unsent messages: messages that wait until quiet hours end, messages that will be
    retried, and messages that were given up.
    """
    if held_until is not None:
        yield f"{held} held until {moment(held_until)}"
    if waiting:
        yield f"{waiting} to be retried"
    if dead:
        yield f"{dead} given up"
