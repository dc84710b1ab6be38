"""Simulates months of digests in which clocks change to summer time and back. Each visit must be in exactly one digest:
the digest of its period.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest

from archive.model import Policy
from archive.recording.policies import synchronise
from archive.recording.recorder import record
from archive.storage.database import Archive
from notifier import outbox
from notifier.audience.subscriptions import Subscriber, Target
from notifier.audience.timing import RHYTHMS, Schedule
from notifier.contents.digest import Digest
from tests.archive.visits import HOUR, TEAHOUSE, same, seen, written

LONG = bool(os.environ.get("CLAUSEWATCH_LONG"))
ZONES = ("Asia/Jakarta", "Europe/Berlin", "America/New_York")
SUBSCRIBERS = [
    Subscriber(
        f"{rhythm} {zone}",
        (Target("desk", f"{rhythm}.{zone.replace('/', '-')}@example.org"),),
        digest=Schedule(rhythm, time(2, 30)),
        timezone=zone,
        welcome=False,
    )
    for zone in ZONES
    for rhythm in RHYTHMS
]
SPANS = (
    [(datetime(2026, 1, 1, tzinfo=UTC), 365)]
    if LONG
    # The clocks of Berlin change in March and October, and the clocks of New York change in March and November.
    else [(datetime(2026, 3, 5, tzinfo=UTC), 28), (datetime(2026, 10, 22, tzinfo=UTC), 14)]
)
POLICIES = 50 if LONG else 2


def watched(count: int) -> list[Policy]:
    return [
        replace(TEAHOUSE, name=f"Policy {number}", url=f"https://teahouse.example/{number}") for number in range(count)
    ]


def runs(start: datetime, days: int, seed: int) -> Iterator[datetime]:
    """Yield the start times of hourly runs. The runs start some minutes late, and sometimes there is no run for
    hours."""
    chance = random.Random(seed)  # noqa: S311  not for secrets
    now = start
    while now < start + timedelta(days=days):
        yield now + timedelta(minutes=chance.choice((0, 0, 0, 7, 31)))
        now += HOUR * chance.choice((1, 1, 1, 1, 1, 2, 9))


@pytest.mark.parametrize(("start", "days"), SPANS)
def test_each_visit_is_in_one_digest_of_each_subscriber_and_within_the_period_of_that_digest(
    archive: Archive, start: datetime, days: int
) -> None:
    policies = watched(POLICIES)
    synchronise(archive, policies, start)
    outbox.register(archive, SUBSCRIBERS, start)
    due = {policy.name: start + timedelta(minutes=37 * number) for number, policy in enumerate(policies)}
    first = {policy.name: True for policy in policies}
    visits: list[datetime] = []
    digests: dict[str, list[Digest]] = {subscriber.name: [] for subscriber in SUBSCRIBERS}
    for began in runs(start, days, seed=days):
        now = began
        for policy in policies:
            if due[policy.name] > now:
                continue
            now += timedelta(seconds=20)
            visit = seen(now, written(policy.name), None) if first[policy.name] else same(now, 1)
            named = replace(visit, fetch=replace(visit.fetch, policy=policy.name))
            record(archive, named, now)
            first[policy.name] = False
            due[policy.name] = began + timedelta(days=1)
            visits.append(visit.fetch.started_at)
        for digest in taken(archive, now + timedelta(seconds=1)):
            digests[digest.subscriber].append(digest)
    for subscriber in SUBSCRIBERS:
        mine = digests[subscriber.name]
        assert len(mine) >= days // 7 - 1
        assert mine[0].account.since == start
        for earlier, later in pairwise(mine):
            assert earlier.account.until == later.account.since
        for digest in mine:
            account = digest.account
            assert account.checks == sum(account.since < visit <= account.until for visit in visits)
        assert sum(digest.account.checks for digest in mine) == sum(visit <= mine[-1].account.until for visit in visits)


def taken(archive: Archive, now: datetime) -> Iterator[Digest]:
    """Plan digests as a run does at its end, and yield the new digests."""
    if not outbox.plan_digests(archive, SUBSCRIBERS, now):
        return
    for delivery in outbox.open_deliveries(archive, now):
        claimed = outbox.claim(archive, delivery.id, now)
        assert claimed is not None
        outbox.note_accepted(archive, claimed.id, now)
        assert isinstance(claimed.notice, Digest)
        yield claimed.notice
