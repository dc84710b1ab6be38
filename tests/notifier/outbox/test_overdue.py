"""Tests that somebody is notified if a message waits too long. The messages go through real servers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from archive.storage.database import Archive
from differ.model import Finding
from notifier import outbox
from notifier.audience.planning import ABSENCE, ATTEMPTS, Thresholds
from notifier.audience.subscriptions import Channel, Subscriber, Target
from notifier.audience.timing import Quiet
from notifier.outbox.listing import STATES, DeliveryFilter, list_deliveries
from notifier.sending.delivery import Summary, deliver
from tests.notifier.changes import NOW, WILL_NOT, record_change, record_first
from tests.notifier.sink import Sink
from tests.smtp import MailServer

SECRET = "a-secret-of-16-characters"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
OFFICER = Target("desk", "officer@example.org")
READER = Subscriber("Officer", (OFFICER,), welcome=False)
ADMIN = Subscriber("Admin", (Target("tickets"),), topics=(), operator=True, welcome=False)


@dataclass
class Desk:
    """A setup with its own clock. The mail server of the setup may fail."""

    archive: Archive
    mail: MailServer
    hook: Sink
    now: datetime = NOW
    subscribers: Sequence[Subscriber] = (READER, ADMIN)
    names: dict[str, str] = field(default_factory=dict)
    """The new name of each renamed channel, by its old name."""
    early: bool = True
    """Whether failed messages are tried again before they are due, as `notify send` does."""

    def run(self, after: timedelta = timedelta(0)) -> Summary:
        """Send as a run does, some time later."""
        self.now += after
        outbox.register(self.archive, self.subscribers, self.now)
        urls = {"desk": self.mail.url, "tickets": f"webhook://:{SECRET}@127.0.0.1:{self.hook.port}/"}
        channels = [Channel(self.names.get(name, name), url) for name, url in urls.items()]
        return deliver(
            self.archive, self.subscribers, channels, clock=lambda: self.now, thresholds=Thresholds(), early=self.early
        )

    def change(self, finding: Finding) -> None:
        """Record a change."""
        record_change(self.archive, finding)

    def troubles(self) -> list[tuple[str, str, str]]:
        """Return the reports that operators got. Each report has the kind of trouble, the target, and the reason."""
        return [
            (body["trouble"], incident["about"], incident["detail"])
            for body in self.hook.received
            if body["kind"] == "operation"
            for incident in body["incidents"]
        ]

    def breaks(self) -> None:
        """Make the mail server refuse all messages temporarily."""
        for recipient in ("officer@example.org", "deputy@example.org"):
            self.mail.refuses[recipient] = "451 try again later"


@pytest.fixture
def desk(archive: Archive, mail: MailServer, hook: Sink) -> Desk:
    record_first(archive)
    made = Desk(archive, mail, hook)
    made.run()
    return made


CRITICAL = WILL_NOT
MODERATE = replace(WILL_NOT, severity="medium")


@pytest.mark.parametrize(("finding", "limit"), [(CRITICAL, 30 * MINUTE), (MODERATE, 6 * HOUR)])
def test_operators_are_notified_once_of_a_message_that_waits_too_long(
    desk: Desk, finding: Finding, limit: timedelta
) -> None:
    desk.breaks()
    desk.change(finding)
    desk.run()
    desk.run(limit - MINUTE)
    assert desk.troubles() == []
    desk.run(MINUTE)
    ((kind, about, why),) = desk.troubles()
    assert (kind, about) == ("waiting", "Officer (desk:officer@example.org)")
    assert "451 try again later" in why
    desk.run(HOUR)
    assert len(desk.troubles()) == 1


def test_many_attempts_within_an_hour_do_not_give_a_message_up(desk: Desk) -> None:
    desk.breaks()
    desk.change(CRITICAL)
    for _ in range(2 * ATTEMPTS):
        assert desk.run(2 * MINUTE).dead == 0
    desk.mail.refuses.clear()
    desk.run(2 * MINUTE)
    assert "officer@example.org" in [recipient for mail in desk.mail.received for recipient in mail.recipients]


def test_a_waiting_critical_alert_is_reported_although_an_older_alert_was_reported_for_the_target(desk: Desk) -> None:
    desk.breaks()
    desk.change(MODERATE)
    desk.run()
    desk.run(6 * HOUR)
    desk.change(CRITICAL)
    desk.run()
    desk.run(30 * MINUTE)
    assert [kind for kind, _, _ in desk.troubles()] == ["waiting", "waiting"]


def test_the_subscriber_is_notified_through_a_different_channel(desk: Desk) -> None:
    desk.subscribers = (replace(READER, via=(OFFICER, Target("tickets"))),)
    desk.breaks()
    desk.change(CRITICAL)
    desk.run()
    desk.run(31 * MINUTE)
    assert [(kind, about) for kind, about, _ in desk.troubles()] == [("waiting", "Officer (desk:officer@example.org)")]


def test_a_trouble_is_reported_as_soon_as_there_is_a_channel_to_report_it(desk: Desk) -> None:
    desk.subscribers = (READER, replace(ADMIN, via=(OFFICER,)))
    desk.breaks()
    desk.change(CRITICAL)
    desk.run()
    desk.run(31 * MINUTE)
    assert desk.troubles() == []
    desk.subscribers = (READER, ADMIN)
    desk.run(MINUTE)
    assert [kind for kind, _, _ in desk.troubles()] == ["waiting"]


def test_a_channel_that_is_missing_in_the_configuration_is_reported_at_once(desk: Desk) -> None:
    desk.names = {"desk": "post"}
    desk.change(MODERATE)
    desk.run()
    ((kind, _, why),) = desk.troubles()
    assert (kind, why) == ("waiting", "the configuration names no channel 'desk'")


def test_a_delay_by_quiet_hours_does_not_count_as_waiting(desk: Desk) -> None:
    quiet = Quiet((NOW - HOUR).time(), (NOW + 9 * HOUR).time())
    desk.subscribers = (replace(READER, quiet=quiet), ADMIN)
    desk.run()
    desk.change(MODERATE)
    desk.run()
    held = outbox.held_messages(desk.archive, desk.subscribers, desk.now)
    assert (held.count, held.until) == (1, NOW + 9 * HOUR)
    desk.run(8 * HOUR)
    desk.breaks()
    desk.run(HOUR)  # the first minute after the quiet hours
    desk.run(5 * HOUR)
    assert desk.troubles() == []
    desk.run(HOUR)
    assert [kind for kind, _, _ in desk.troubles()] == ["waiting"]


def test_a_report_on_waiting_messages_is_never_reported_as_waiting(desk: Desk) -> None:
    desk.subscribers = (READER, replace(ADMIN, via=(Target("gone"),)))
    desk.breaks()
    desk.change(CRITICAL)
    for _ in range(4):
        desk.run(31 * MINUTE)
    waiting = list_deliveries(desk.archive, DeliveryFilter(state="waiting"), 10)
    assert sorted(delivery.kind for delivery in waiting) == ["alert", "operator"]


def test_waiting_messages_follow_a_renamed_channel(desk: Desk) -> None:
    desk.breaks()
    desk.change(CRITICAL)
    desk.run()
    desk.mail.refuses.clear()
    desk.names = {"desk": "post"}
    desk.subscribers = (replace(READER, via=(Target("post", "officer@example.org"),)), ADMIN)
    assert desk.run(MINUTE).accepted == 1
    assert [mail.recipients for mail in desk.mail.received] == [("officer@example.org",)]
    assert desk.run(HOUR).accepted == 0
    assert desk.troubles() == []


def test_the_new_recipient_gets_the_waiting_messages_and_the_replaced_recipient_gets_nothing(desk: Desk) -> None:
    desk.breaks()
    desk.change(CRITICAL)
    desk.run()
    desk.mail.refuses.clear()
    desk.subscribers = (replace(READER, via=(Target("desk", "deputy@example.org"),)), ADMIN)
    desk.run(MINUTE)
    assert [mail.recipients for mail in desk.mail.received] == [("deputy@example.org",)]


def test_a_recipient_that_was_replaced_and_restored_loses_nothing(desk: Desk) -> None:
    desk.breaks()
    desk.change(CRITICAL)
    desk.run()
    desk.subscribers = (replace(READER, via=(Target("desk", "deputy@example.org"),)), ADMIN)
    desk.run(MINUTE)
    desk.subscribers = (READER, ADMIN)
    desk.mail.refuses.clear()
    desk.run(MINUTE)
    assert [mail.recipients for mail in desk.mail.received] == [("officer@example.org",)]


def test_a_target_that_got_the_message_does_not_get_it_twice(desk: Desk) -> None:
    both = (OFFICER, Target("desk", "deputy@example.org"))
    desk.subscribers = (replace(READER, via=both), ADMIN)
    desk.mail.refuses["officer@example.org"] = "451 try again later"
    desk.change(CRITICAL)
    desk.run()
    desk.subscribers = (replace(READER, via=both[1:]), ADMIN)
    desk.run(MINUTE)
    assert [mail.recipients for mail in desk.mail.received] == [("deputy@example.org",)]


def test_a_subscriber_who_is_missing_for_a_day_loses_nothing(desk: Desk) -> None:
    desk.breaks()
    desk.change(CRITICAL)
    desk.run()
    desk.subscribers = (ADMIN,)
    desk.run(MINUTE)
    assert desk.troubles() == [
        ("waiting", "Officer (desk:officer@example.org)", "the configuration names no subscriber 'Officer'")
    ]
    desk.change(replace(CRITICAL, section="Partners"))
    desk.mail.refuses.clear()
    desk.run(23 * HOUR)
    assert desk.mail.received == []
    desk.subscribers = (READER, ADMIN)
    desk.run(MINUTE)
    (received,) = desk.mail.received
    assert "clausewatch diff Teahouse 1 3" in received.text


def test_waiting_messages_of_a_removed_subscriber_are_cancelled(desk: Desk) -> None:
    desk.breaks()
    desk.change(CRITICAL)
    desk.run()
    desk.subscribers = (ADMIN,)
    desk.run(MINUTE)
    desk.run(ABSENCE + MINUTE)
    (cancelled,) = list_deliveries(desk.archive, DeliveryFilter(state="cancelled"), 10)
    assert cancelled.kind == "alert"
    desk.mail.refuses.clear()
    desk.subscribers = (READER, ADMIN)
    desk.run(MINUTE)
    assert desk.mail.received == []


def test_waiting_messages_are_listed_first(desk: Desk) -> None:
    desk.change(CRITICAL)
    desk.run()
    desk.breaks()
    desk.change(replace(CRITICAL, section="Partners"))
    desk.run()
    waiting, accepted = list_deliveries(desk.archive, DeliveryFilter(policy="Teahouse"), 10)
    assert (waiting.state, waiting.version, waiting.attempts) == ("waiting", 3, 1)
    assert waiting.planned_at == desk.now
    assert "451" in waiting.error
    assert (accepted.state, accepted.accepted_at, accepted.next_attempt) == ("accepted", desk.now, None)
    elsewhere = DeliveryFilter(target=Target("desk", "somebody@example.org"))
    assert list_deliveries(desk.archive, elsewhere, 10) == ()
    assert list_deliveries(desk.archive, DeliveryFilter(state="accepted"), 10) == (accepted,)


def test_the_command_line_lists_the_states_of_deliveries() -> None:
    from clausewatch.cli.notify import LISTED_STATES

    assert tuple(STATES.values()) == LISTED_STATES
