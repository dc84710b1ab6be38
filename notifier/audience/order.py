"""Orders deliveries. Each target receives the messages about one policy in order, the oldest first.

All functions are pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass
from itertools import groupby

from notifier.audience.subscriptions import Target


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that was not accepted yet and may be retried."""

    id: int
    target: Target
    subscription: int
    _: KW_ONLY
    policy: int | None
    """The policy of an alert. It is None for other kinds of messages, because they need no order."""
    version: int | None
    """The version that an alert leads to."""
    attempts: int
    is_due: bool
    is_claimed: bool
    """Whether a process is trying the delivery now."""
    may_disturb: bool
    """Whether the delivery may be sent now: it is urgent, or there are no quiet hours at present."""

    @property
    def thread(self) -> tuple[int, ...]:
        """Key of deliveries that must stay in order: alerts of one subscription about one policy."""
        return (self.subscription, self.policy) if self.policy is not None else (-self.id,)


def in_order(waiting: Iterable[Waiting]) -> list[Waiting]:
    """Return the deliveries to try now. Threads with few attempts come first. Within a thread the older version comes
    first.

    If a newer delivery is due, the older deliveries of its thread are tried first, even if they wait after a failure or
    for the end of quiet hours.
    """

    def key(delivery: Waiting) -> tuple[tuple[int, ...], Target]:
        return delivery.thread, delivery.target

    ordered = sorted(waiting, key=lambda delivery: (*key(delivery), delivery.version or 0, delivery.id))
    threads = [_ready(list(thread)) for _, thread in groupby(ordered, key)]
    threads.sort(key=lambda thread: (max(delivery.attempts for delivery in thread), thread[0].id) if thread else (0, 0))
    return [delivery for thread in threads for delivery in thread]


def _ready(thread: list[Waiting]) -> list[Waiting]:
    """Return the deliveries of a thread up to the newest delivery that is due and may be sent now."""
    claimed = next((position for position, delivery in enumerate(thread) if delivery.is_claimed), len(thread))
    free = thread[:claimed]
    due = [position for position, delivery in enumerate(free) if delivery.is_due and delivery.may_disturb]
    return free[: due[-1] + 1] if due else []
