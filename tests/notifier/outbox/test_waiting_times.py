"""Tests how long a waiting critical alert takes to arrive, and when operators are notified of the waiting alert.
There are five cases. Runs start every 15 minutes, and the servers are real."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from notifier.audience.subscriptions import Target
from tests.notifier.outbox.test_overdue import ADMIN, CRITICAL, READER, Desk, desk

__all__ = ["desk"]

QUARTER = timedelta(minutes=15)
DEPUTY = Target("desk", "deputy@example.org")


@dataclass
class Course:
    """One case of an outage. `begins` and `ends` make the outage begin and end, and `broken_runs` is its length in
    runs."""

    begins: Callable[[Desk], None]
    ends: Callable[[Desk], None]
    broken_runs: int

    def minutes(self, desk: Desk) -> tuple[int | None, int | None]:
        """Return two times in minutes: from the alert to its arrival, and from the alert to the operators' notice. A
        time is None if the event did not happen.

                The mail server refuses messages in the first run, so that the alert waits when the case begins.
        """
        desk.early = False
        desk.breaks()
        desk.change(CRITICAL)
        desk.run()
        self.begins(desk)
        arrived = noticed = None
        for number in range(1, 40):
            if number > self.broken_runs:
                self.ends(desk)
            desk.run(QUARTER)
            if noticed is None and desk.troubles():
                noticed = 15 * number
            if arrived is None and desk.mail.received:
                arrived = 15 * number
        assert len(desk.mail.received) == 1
        return arrived, noticed


def mended(desk: Desk) -> None:
    desk.mail.refuses.clear()


def channel_renamed(desk: Desk) -> None:
    """Rename the channel in the configuration, and in the officer's `via`."""
    mended(desk)
    desk.names = {"desk": "post"}
    desk.subscribers = (replace(READER, via=(Target("post", "officer@example.org"),)), ADMIN)


def channel_removed(desk: Desk) -> None:
    """Remove the channel from the configuration, but not from the officer's `via`."""
    mended(desk)
    desk.names = {"desk": "gone"}


def channel_back(desk: Desk) -> None:
    desk.names = {}


def recipient_exchanged(desk: Desk) -> None:
    desk.mail.refuses.pop(DEPUTY.recipient)
    desk.subscribers = (replace(READER, via=(DEPUTY,)), ADMIN)


def subscriber_gone(desk: Desk) -> None:
    mended(desk)
    desk.subscribers = (ADMIN,)


def subscriber_back(desk: Desk) -> None:
    desk.subscribers = (READER, ADMIN)


def nothing(desk: Desk) -> None:
    """Change nothing."""


@pytest.mark.parametrize(
    ("course", "arrived", "noticed"),
    [
        (Course(channel_renamed, nothing, 0), (15, 15), None),
        (Course(channel_removed, channel_back, 4), (75, 150), 15),
        (Course(nothing, mended, 12), (195, 390), 30),
        (Course(recipient_exchanged, nothing, 0), (15, 15), None),
        (Course(subscriber_gone, subscriber_back, 1), (30, 30), 15),
    ],
    ids=["channel renamed", "channel removed", "down for 12 runs", "recipient exchanged", "subscriber gone for a run"],
)
def test_a_critical_alert_arrives_or_operators_are_notified_in_time(
    desk: Desk, course: Course, arrived: tuple[int, int], noticed: int | None
) -> None:
    """The alert arrives in the first run after the outage, or in the run in which it is due to be tried again. So
    the alert takes at most about twice as long as the outage.

    If the channel or the subscriber is missing, operators are notified in the first run. Otherwise they are notified
    after 30 minutes.
    """
    arrival, notice = course.minutes(desk)
    assert arrival is not None
    assert arrived[0] <= arrival <= arrived[1]
    assert notice == noticed
    print(f"arrived after {arrival} min, operators after {notice} min")
