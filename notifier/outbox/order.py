"""Orders deliveries: a target receives messages about one policy oldest first. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass
from itertools import groupby

from notifier.audience.subscriptions import Target


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that is not yet accepted and may be retried."""

    id: int
    target: Target
    subscription: int
    _: KW_ONLY
    policy: int | None
    """The policy of an alert's change; None for other kinds, which are not ordered."""
    change: int | None
    attempts: int
    is_due: bool
    is_claimed: bool
    """Whether a process tries it now."""
    may_disturb: bool
    """Whether it may be sent now: it is urgent, or it is not a quiet hour."""

    @property
    def thread(self) -> tuple[int, ...]:
        """Key of the deliveries among which order matters: alerts of one subscription about one policy."""
        return (self.subscription, self.policy) if self.policy is not None else (-self.id,)


def in_order(waiting: Iterable[Waiting]) -> list[Waiting]:
    """Return the deliveries to try now, threads with few attempts first, and within a thread the older change first.

    If a newer delivery is due, older ones are tried before it, even if they wait after a failure or for the end of
    quiet hours.
    """

    def key(delivery: Waiting) -> tuple[tuple[int, ...], Target]:
        return delivery.thread, delivery.target

    ordered = sorted(waiting, key=lambda delivery: (*key(delivery), delivery.change or 0, delivery.id))
    threads = [_ready(list(thread)) for _, thread in groupby(ordered, key)]
    threads.sort(key=lambda thread: (max(delivery.attempts for delivery in thread), thread[0].id) if thread else (0, 0))
    return [delivery for thread in threads for delivery in thread]


def _ready(thread: list[Waiting]) -> list[Waiting]:
    """Return the beginning of a thread that ends with its newest delivery that is due and may be sent now."""
    claimed = next((position for position, delivery in enumerate(thread) if delivery.is_claimed), len(thread))
    free = thread[:claimed]
    due = [position for position, delivery in enumerate(free) if delivery.is_due and delivery.may_disturb]
    return free[: due[-1] + 1] if due else []
