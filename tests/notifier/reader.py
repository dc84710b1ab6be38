"""Runs the notifier without servers. Planned messages are recorded as if a server had accepted them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from archive.model import AssessedFetch, Fetch, Policy
from archive.recording.policies import synchronise
from archive.recording.recorder import latest, record
from archive.storage.database import Archive
from differ.visits.assessment import Assessment
from notifier import outbox
from notifier.audience.subscriptions import Subscriber, Target
from notifier.audience.timing import Schedule
from notifier.outbox import MessageContent
from tests.archive.visits import HOUR, START, TEAHOUSE, fetched, same, written

DESK = Target("desk", "officer@example.org")

WEEKLY = Subscriber("Privacy desk", (DESK,), digest=Schedule("weekly"), welcome=False)
"""A subscriber who gets a digest on Mondays at 08:00 UTC. `START` is a Monday at 06:00 UTC."""


@dataclass
class Reader:
    """The readers of messages, and a clock that the test sets."""

    archive: Archive
    subscribers: list[Subscriber] = field(default_factory=lambda: [WEEKLY])
    now: datetime = START

    def __post_init__(self) -> None:
        outbox.register(self.archive, self.subscribers, self.now)

    def told(self, *, early: bool = False, accepted: bool = True) -> list[MessageContent]:
        """Plan messages as each pass does. Return the messages that are due, and record that they were accepted. If
        `accepted` is false, the messages are still being sent."""
        outbox.plan_alerts(self.archive, self.subscribers, self.now)
        outbox.plan_welcomes(self.archive, self.subscribers, self.now)
        outbox.plan_digests(self.archive, self.subscribers, self.now)
        everyone = outbox.everyone(self.archive, self.subscribers)
        outbox.amend(self.archive, {subscriber.name: subscriber for subscriber in everyone}, {}, self.now)
        resting = [each.name for each in everyone if each.is_quiet(self.now)]
        taken = []
        for delivery in outbox.open_deliveries(self.archive, self.now, early=early, resting=resting):
            claimed = outbox.claim(self.archive, delivery.id, self.now, early=early)
            assert claimed is not None
            if accepted:
                outbox.note_accepted(self.archive, claimed.id, self.now)
            taken.append(claimed.notice)
        return taken

    def at(self, moment: datetime) -> list[MessageContent]:
        """Set the clock, and return the messages that are due at that time."""
        self.now = moment
        return self.told()

    def visited(self, count: int, policy: Policy = TEAHOUSE) -> None:
        """Record this number of visits without a change, an hour apart."""
        known = latest(self.archive, policy.name)
        for number in range(count):
            found = same(self.now + number * HOUR, known.number if known else None)
            record(self.archive, replace(found, fetch=replace(found.fetch, policy=policy.name)), self.now)

    def glimpsed(self, words: str) -> None:
        """Record a visit whose text is so different that it waits for a second look."""
        known = latest(self.archive, TEAHOUSE.name)
        odd = Assessment("pending", document=written(words), identity="e1", detail="much is gone")
        record(self.archive, AssessedFetch(fetched(self.now), odd, known.number if known else None), self.now)

    def failed(self, policy: Policy) -> None:
        """Record a visit without a response."""
        fetch = Fetch(policy.name, self.now, error="it did not answer within 30 s", error_kind="timeout")
        record(self.archive, AssessedFetch(fetch, None), self.now)

    def watch(self, *policies: Policy) -> None:
        """Make these the only policies in the configuration."""
        synchronise(self.archive, policies, self.now)


def days(count: float) -> timedelta:
    return timedelta(days=count)
