"""Tests the order of messages. Messages about a policy arrive at a target in the order of the changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.storage.database import Archive
from notifier import outbox
from notifier.audience.order import Waiting, in_order
from notifier.audience.subscriptions import Channel, Subscriber, Target
from notifier.audience.timing import Quiet
from notifier.sending.delivery import Summary, deliver
from tests.notifier.changes import NOW, WILL_NOT, clause, record_change, record_first
from tests.smtp import MailServer

OFFICER = "officer@example.org"
DESK = Subscriber("Privacy desk", (Target("desk", OFFICER),), welcome=False)
RIGHTS = replace(clause("{+You may object within 30 days.+}"), topic="rights", severity="low")


@dataclass
class Desk:
    """A subscriber who is notified through a mail server that can fail."""

    archive: Archive
    mail: MailServer
    now: datetime = NOW
    subscriber: Subscriber = DESK
    passes: list[Summary] = field(default_factory=list)

    def deliver(self) -> Summary:
        channels = [Channel("desk", self.mail.url)]
        return deliver(self.archive, [self.subscriber], channels, clock=lambda: self.now)

    def told(self) -> list[str]:
        """Return the versions of the changes, in the order in which the reader got the changes."""
        lines = (line for received in self.mail.received for line in received.text.splitlines())
        return [line.rpartition("Teahouse ")[2] for line in lines if "clausewatch diff" in line]


@pytest.fixture
def desk(archive: Archive, mail: MailServer) -> Iterator[Desk]:
    record_first(archive)
    outbox.register(archive, [DESK], NOW)
    yield Desk(archive, mail)
    mail.refuses.clear()


def test_a_newer_change_and_an_older_change_that_failed_are_sent_in_one_message(desk: Desk) -> None:
    desk.mail.refuses[OFFICER] = "451 busy"
    record_change(desk.archive, WILL_NOT)
    assert desk.deliver().postponed == 1
    record_change(desk.archive, WILL_NOT)
    assert desk.deliver().postponed == 1
    assert desk.told() == []
    desk.mail.refuses.clear()
    desk.now += timedelta(days=1)
    assert desk.deliver().accepted == 1
    assert desk.told() == ["1 3"]


def test_a_change_that_waits_after_a_failure_is_sent_at_once_with_a_newer_change(desk: Desk) -> None:
    """Otherwise a critical change would have to wait until the older change is tried again."""
    desk.mail.refuses[OFFICER] = "451 busy"
    record_change(desk.archive, RIGHTS)
    for _ in range(4):
        desk.deliver()
    assert desk.deliver() == Summary(0, 0, 0, dead=0)  # the message waits
    desk.mail.refuses.clear()
    record_change(desk.archive, WILL_NOT)
    assert desk.deliver().accepted == 1
    assert desk.told() == ["1 3"]


def test_a_change_that_was_given_up_is_part_of_the_next_message(desk: Desk) -> None:
    desk.mail.refuses[OFFICER] = "550 no such mailbox"
    record_change(desk.archive, WILL_NOT)
    assert desk.deliver().dead == 1
    desk.mail.refuses.clear()
    record_change(desk.archive, WILL_NOT)
    assert desk.deliver().accepted == 1
    assert desk.told() == ["1 3"]


def test_a_critical_change_in_quiet_hours_is_sent_in_one_message_with_the_delayed_changes(desk: Desk) -> None:
    desk.subscriber = replace(DESK, quiet=Quiet(time(0), time(23, 59)))
    record_change(desk.archive, RIGHTS)
    assert desk.deliver() == Summary(1, 0, 0, dead=0)
    record_change(desk.archive, WILL_NOT)
    assert desk.deliver().accepted == 1
    assert desk.told() == ["1 3"]


def waiting(number: int, policy: int | None, state: str, attempts: int, *, may_disturb: bool) -> Waiting:
    return Waiting(
        number,
        Target("desk"),
        1,
        policy=policy,
        version=number if policy is not None else None,
        attempts=attempts,
        is_due=state == "due",
        is_claimed=state == "claimed",
        may_disturb=may_disturb,
    )


DELIVERIES = st.lists(
    st.tuples(
        st.sampled_from([1, 2, None]), st.sampled_from(["due", "later", "claimed"]), st.integers(0, 9), st.booleans()
    ),
    max_size=12,
)


@given(DELIVERIES)
def test_older_deliveries_are_tried_first_and_every_delivery_that_is_due_is_tried(
    rows: list[tuple[int | None, str, int, bool]],
) -> None:
    everything = [waiting(n, *row[:3], may_disturb=row[3]) for n, row in enumerate(rows, start=1)]
    chosen = in_order(everything)
    for position, delivery in enumerate(chosen):
        older = [other for other in everything if other.thread == delivery.thread and other.id < delivery.id]
        assert all(other in chosen[:position] for other in older)
        assert not delivery.is_claimed
    for delivery in everything:
        held_up = any(
            other.thread == delivery.thread and other.id < delivery.id and other.is_claimed for other in everything
        )
        if delivery.is_due and delivery.may_disturb and not held_up:
            assert delivery in chosen
