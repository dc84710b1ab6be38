"""Tests the way from a recorded change to a mail in a server. Each mail arrives exactly once, whatever fails."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from archive.storage.database import Archive
from differ.model import Timing
from notifier import outbox
from notifier.audience.planning import ATTEMPTS, LEASE
from notifier.audience.subscriptions import Channel, Subscriber, Target
from notifier.channels import send_message
from notifier.channels.outcome import Failed
from notifier.contents.change_notice import Notice
from notifier.sending.delivery import PATIENCE, Summary, deliver, try_out
from notifier.sending.dispatcher import STRIKES, WORKERS
from notifier.texts.alert import alert_message
from tests.archive.visits import RETENTION
from tests.notifier.changes import CONSENT, NOW, WILL_NOT, clause, record_change, record_first
from tests.notifier.sink import Sink
from tests.server import Answer
from tests.smtp import MailServer

DESK = Subscriber("Privacy desk", (Target("desk", "officer@example.org"),), welcome=False)


@dataclass
class Desk:
    """The notifier of one installation, with a clock that the test sets."""

    archive: Archive
    channels: list[Channel]
    subscribers: list[Subscriber]
    now: datetime = NOW

    def deliver(self, *, early: bool = False, patience: float = PATIENCE) -> Summary:
        return deliver(
            self.archive, self.subscribers, self.channels, clock=lambda: self.now, early=early, patience=patience
        )

    def wait(self, span: timedelta) -> None:
        self.now += span


@pytest.fixture
def desk(archive: Archive, mail: MailServer) -> Desk:
    """Return a desk with one mail channel. The subscription was registered before the first change."""
    record_first(archive)
    desk = Desk(archive, [Channel("desk", mail.url)], [DESK])
    desk.deliver()
    return desk


def test_a_material_change_arrives_as_one_mail_with_section_and_words(desk: Desk, mail: MailServer) -> None:
    record_change(desk.archive, WILL_NOT, RETENTION)
    assert desk.deliver() == Summary(planned=1, accepted=1, postponed=0, dead=0, sent={"alert": 1})
    (received,) = mail.received
    assert received.recipients == ("officer@example.org",)
    assert received.subject == "[critical] Teahouse: sharing clause changed (2 March 2026)"
    for part in (received.text, received.html):
        assert "Partners" in part
        assert "WP260 rev.01" in part
        assert "clausewatch diff Teahouse 1 2" in part
    assert "We [-will not-] share your orders with others [-without your consent-]." in received.text
    assert "We {+may+} share your orders with others." in received.text
    assert "<del" in received.html
    assert ">may</ins>" in received.html


def test_a_second_delivery_sends_nothing(desk: Desk, mail: MailServer) -> None:
    record_change(desk.archive, WILL_NOT)
    desk.deliver()
    assert desk.deliver(early=True) == Summary(0, 0, 0, dead=0)
    assert len(mail.received) == 1


def test_all_alerts_of_one_change_are_one_mail_and_two_changes_are_two_mails(desk: Desk, mail: MailServer) -> None:
    record_change(desk.archive, WILL_NOT, clause("{+We sell data.+}"))
    record_change(desk.archive, WILL_NOT, policy="Bakery")
    assert desk.deliver().planned == 3
    assert [received.subject for received in mail.received] == [
        "[critical] Teahouse: sharing changed, 2 clauses (2 March 2026)",
        "[critical] Bakery: sharing clause changed (2 March 2026)",
    ]


def test_a_change_that_nobody_asked_for_sends_nothing(desk: Desk, mail: MailServer) -> None:
    record_change(desk.archive, RETENTION)
    assert desk.deliver() == Summary(0, 0, 0, dead=0)


def test_a_change_of_our_extraction_sends_nothing(desk: Desk, mail: MailServer) -> None:
    record_change(desk.archive, boundary=True)
    assert desk.deliver() == Summary(0, 0, 0, dead=0)


def test_a_new_subscriber_gets_only_later_changes(desk: Desk, mail: MailServer) -> None:
    record_change(desk.archive, WILL_NOT)
    desk.subscribers.append(Subscriber("Board", (Target("desk", "board@example.org"),), welcome=False))
    desk.deliver()
    record_change(desk.archive, WILL_NOT)
    desk.deliver()
    assert [received.recipients[0] for received in mail.received] == [
        "officer@example.org",
        "officer@example.org",
        "board@example.org",
    ]


def test_a_subscription_registered_before_the_crawl_covers_the_results_of_the_crawl(
    desk: Desk, mail: MailServer
) -> None:
    board = Subscriber("Board", (Target("desk", "board@example.org"),), welcome=False)
    desk.subscribers = [board]
    outbox.register(desk.archive, desk.subscribers, NOW)
    record_change(desk.archive, WILL_NOT)
    assert desk.deliver().accepted == 1


def test_an_added_topic_is_reported_only_in_later_changes(desk: Desk, mail: MailServer) -> None:
    record_change(desk.archive, RETENTION)
    desk.deliver()
    desk.subscribers = [replace(DESK, topics=("sharing", "rights", "retention"))]
    desk.deliver()
    assert mail.received == []
    record_change(desk.archive, RETENTION)
    desk.deliver()
    assert [received.subject for received in mail.received] == ["[low] Teahouse: retention clause added (2 March 2026)"]


def test_a_server_that_was_down_gets_the_mail_once_in_the_next_run(desk: Desk, mail: MailServer) -> None:
    record_change(desk.archive, WILL_NOT)
    mail.stop()
    down = desk.deliver()
    assert (down.accepted, down.postponed) == (0, 1)
    assert "no conversation with the mail server" in down.errors[0]
    mail.start()
    assert desk.deliver().accepted == 1
    assert desk.deliver(early=True).accepted == 0
    assert len(mail.received) == 1


def test_a_server_that_is_down_for_days_is_not_contacted_between_attempts(desk: Desk, mail: MailServer) -> None:
    record_change(desk.archive, WILL_NOT)
    mail.stop()
    for _ in range(3):
        desk.deliver()
    assert desk.deliver() == Summary(0, 0, 0, dead=0)
    desk.wait(timedelta(minutes=2))
    assert desk.deliver().postponed == 1
    mail.start()
    assert desk.deliver().accepted == 0
    assert desk.deliver(early=True).accepted == 1


@pytest.mark.parametrize("answer", ["451 come back later", "421 closing down"])
def test_a_mail_that_is_refused_temporarily_is_sent_again(desk: Desk, mail: MailServer, answer: str) -> None:
    record_change(desk.archive, WILL_NOT)
    mail.answer = answer
    summary = desk.deliver()
    assert (summary.postponed, summary.dead) == (1, 0)
    assert answer in summary.errors[0]
    mail.answer = "250 kept"
    assert desk.deliver().accepted == 1
    assert len(mail.received) == 1


def test_a_delivery_to_a_missing_mailbox_is_given_up_at_once_and_delays_no_other_delivery(
    desk: Desk, mail: MailServer
) -> None:
    desk.subscribers = [replace(DESK, via=(Target("desk", "gone@example.org"), *DESK.via))]
    mail.refuses["gone@example.org"] = "550 no such mailbox"
    record_change(desk.archive, WILL_NOT)
    summary = desk.deliver()
    assert (summary.accepted, summary.dead) == (1, 1)
    assert summary.errors == ("desk:gone@example.org: the mail server answered 550 no such mailbox",)
    assert outbox.delivery_counts(desk.archive) == outbox.DeliveryCounts(waiting=0, dead=1)
    mail.refuses.clear()
    assert desk.deliver(early=True).accepted == 0
    assert outbox.revive(desk.archive, NOW) == 1
    assert desk.deliver().accepted == 1


def test_a_delivery_is_given_up_after_the_last_attempt(desk: Desk, mail: MailServer) -> None:
    record_change(desk.archive, WILL_NOT)
    mail.answer = "451 not now"
    outcomes = []
    for _ in range(ATTEMPTS):
        outcomes.append(desk.deliver())
        desk.wait(timedelta(days=2))
    assert [summary.postponed for summary in outcomes] == [1] * (ATTEMPTS - 1) + [0]
    assert outcomes[-1].dead == 1
    assert desk.deliver() == Summary(0, 0, 0, dead=0)


def test_a_channel_that_fails_does_not_delay_the_other_channel(desk: Desk, mail: MailServer, hook: Sink) -> None:
    desk.channels.append(Channel("hook", hook.url()))
    desk.channels.append(Channel("nowhere", "json://127.0.0.1:1/x"))
    desk.subscribers = [replace(DESK, via=(Target("nowhere"), *DESK.via, Target("hook")))]
    record_change(desk.archive, WILL_NOT)
    summary = desk.deliver()
    assert (summary.accepted, summary.postponed) == (2, 1)
    assert len(mail.received) == 1
    assert len(hook.received) == 1
    assert summary.errors[0].startswith("nowhere: ")


def test_a_channel_that_cannot_be_reached_is_tried_only_once_in_a_pass(desk: Desk, mail: MailServer) -> None:
    """If a server is down, its messages together wait for only one time-out."""
    for number in range(3):
        record_change(desk.archive, WILL_NOT, policy=f"House {number}")
    mail.stop()
    summary = desk.deliver()
    assert (summary.postponed, len(summary.errors)) == (3, 1)
    mail.start()
    assert desk.deliver().accepted == 3


def test_a_channel_that_hangs_delays_no_other_channel(desk: Desk, mail: MailServer, hook: Sink) -> None:
    """The hanging channel responds only after the other channel has received all its messages. If the channels were
    used one after another, this test would never end."""
    desk.channels.insert(0, Channel("slow", f"{hook.url()}?rto=10"))
    desk.subscribers = [replace(DESK, via=(Target("slow"), *DESK.via))]
    for number in range(4):
        record_change(desk.archive, WILL_NOT, policy=f"House {number}")
    hook.hangs_until = lambda: len(mail.received) == 4
    assert desk.deliver() == Summary(planned=4, accepted=8, postponed=0, dead=0, sent={"alert": 8})
    assert (len(mail.received), len(hook.received)) == (4, 4)


def test_a_channel_that_never_responds_is_skipped_after_its_time_limit(
    desk: Desk, mail: MailServer, hook: Sink
) -> None:
    stopped = threading.Event()
    hook.hangs_until = stopped.is_set
    desk.channels.insert(0, Channel("slow", f"{hook.url()}?rto=0.5"))
    desk.subscribers = [replace(DESK, via=(Target("slow"), *DESK.via))]
    record_change(desk.archive, WILL_NOT)
    summary = desk.deliver()
    stopped.set()
    assert (summary.accepted, summary.postponed) == (1, 1)
    assert summary.errors[0].startswith("slow: ")
    assert len(mail.received) == 1


def test_a_pass_that_takes_too_long_leaves_the_other_messages_to_the_next_pass(desk: Desk, mail: MailServer) -> None:
    for number in range(3):
        record_change(desk.archive, WILL_NOT, policy=f"House {number}")
    summary = desk.deliver(patience=0)
    assert (summary.accepted, summary.postponed) == (1, 2)
    assert summary.errors == ("desk: the pass had taken 0 s; 2 more wait for the next one",)
    assert desk.deliver().accepted == 2
    assert len(mail.received) == 3


def test_all_channels_are_used_even_if_there_are_more_channels_than_threads(desk: Desk, hook: Sink) -> None:
    names = [f"hook-{number}" for number in range(WORKERS + 3)]
    desk.channels += [Channel(name, hook.url(name)) for name in names]
    desk.subscribers = [replace(DESK, via=tuple(Target(name) for name in names))]
    for number in range(2):
        record_change(desk.archive, WILL_NOT, policy=f"House {number}")
    assert desk.deliver().accepted == 2 * len(names)
    assert len(hook.received) == 2 * len(names)


def test_each_reader_gets_the_message_in_their_language(desk: Desk, mail: MailServer) -> None:
    desk.subscribers = [replace(DESK, language="id")]
    record_change(desk.archive, WILL_NOT)
    desk.deliver()
    (received,) = mail.received
    assert received.subject == "[kritis] Teahouse: klausul pembagian data diubah (2 Maret 2026)"
    assert '<html lang="id">' in received.html


def test_notes_on_the_dates_of_a_change_arrive(desk: Desk, mail: MailServer) -> None:
    timing = Timing(date(2026, 1, 15), date(2026, 1, 15), silent=True)
    record_change(desk.archive, WILL_NOT, timing=timing, drift=("id",))
    desk.deliver()
    (received,) = mail.received
    for part in (received.text, received.html):
        said = " ".join(part.split())
        assert "The text changed, but the date that the policy states, 15 January 2026, did not." in said
        assert "Only the English text changed; the Indonesian text did not." in said


def test_a_channel_that_keeps_failing_is_skipped_for_the_rest_of_the_pass(desk: Desk, hook: Sink) -> None:
    """The next pass begins with the deliveries that were skipped."""
    desk.channels = [Channel("hook", hook.url())]
    desk.subscribers = [replace(DESK, name=f"Desk {n}", via=(Target("hook"),)) for n in range(STRIKES + 2)]
    outbox.register(desk.archive, desk.subscribers, NOW)
    record_change(desk.archive, WILL_NOT)
    hook.status = 503
    summary = desk.deliver()
    assert (summary.accepted, summary.postponed) == (0, STRIKES + 2)
    assert hook.asked == STRIKES
    hook.status = 200
    assert desk.deliver().accepted == STRIKES + 2


def test_new_messages_are_sent_before_messages_that_failed_already(desk: Desk, mail: MailServer) -> None:
    desk.subscribers = [DESK, Subscriber("Board", (Target("desk", "board@example.org"),), welcome=False)]
    outbox.register(desk.archive, desk.subscribers, NOW)
    mail.refuses["officer@example.org"] = "450 busy"
    record_change(desk.archive, WILL_NOT)
    desk.deliver()
    mail.refuses.clear()
    record_change(desk.archive, CONSENT, policy="Bakery")
    desk.deliver()
    policies = [received.subject.split()[1] for received in mail.received]
    assert policies == ["Teahouse:", "Bakery:", "Bakery:", "Teahouse:"]
    assert mail.received[-1].recipients == ("officer@example.org",)


def test_a_channel_that_is_no_longer_configured_keeps_its_messages(desk: Desk, mail: MailServer) -> None:
    record_change(desk.archive, WILL_NOT)
    channels, desk.channels = desk.channels, []
    assert desk.deliver().errors == ("desk:officer@example.org: the configuration names no channel 'desk'",)
    desk.channels = channels
    assert desk.deliver().accepted == 1


def test_a_subscriber_who_is_no_longer_configured_gets_nothing(desk: Desk, mail: MailServer) -> None:
    record_change(desk.archive, WILL_NOT)
    mail.stop()
    desk.deliver()
    mail.start()
    desk.subscribers = []
    assert desk.deliver() == Summary(planned=0, accepted=0, postponed=0, dead=0)
    assert mail.received == []


def test_two_processes_never_send_the_same_delivery(desk: Desk) -> None:
    record_change(desk.archive, WILL_NOT)
    outbox.plan_alerts(desk.archive, desk.subscribers, NOW)
    (delivery,) = outbox.open_deliveries(desk.archive, NOW)
    assert outbox.claim(desk.archive, delivery.id, NOW) is not None
    assert outbox.claim(desk.archive, delivery.id, NOW, early=True) is None
    assert outbox.open_deliveries(desk.archive, NOW, early=True) == ()


def test_deliveries_that_a_killed_process_claimed_are_sent_when_the_claim_ends(desk: Desk, mail: MailServer) -> None:
    record_change(desk.archive, WILL_NOT)
    outbox.plan_alerts(desk.archive, desk.subscribers, NOW)
    (delivery,) = outbox.open_deliveries(desk.archive, NOW)
    outbox.claim(desk.archive, delivery.id, NOW)
    assert desk.deliver().accepted == 0
    desk.wait(LEASE)
    assert desk.deliver().accepted == 1


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_process_with_the_lock_releases_the_claims_of_a_killed_process_at_once(
    desk: Desk, mail: MailServer
) -> None:
    record_change(desk.archive, WILL_NOT)
    outbox.plan_alerts(desk.archive, desk.subscribers, NOW)
    (delivery,) = outbox.open_deliveries(desk.archive, NOW)
    outbox.claim(desk.archive, delivery.id, NOW)
    outbox.release_claims(desk.archive, NOW)
    assert desk.deliver().accepted == 1


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_a_claim_in_a_postgresql_archive_lasts_until_the_lease_ends(desk: Desk, mail: MailServer) -> None:
    """The lock in a PostgreSQL server ends when the connection ends. After a restart of the server the lock is free,
    but the process that had the lock may still be sending."""
    record_change(desk.archive, WILL_NOT)
    outbox.plan_alerts(desk.archive, desk.subscribers, NOW)
    (delivery,) = outbox.open_deliveries(desk.archive, NOW)
    outbox.claim(desk.archive, delivery.id, NOW)
    outbox.release_claims(desk.archive, NOW)
    assert outbox.open_deliveries(desk.archive, NOW, early=True) == ()
    desk.wait(LEASE)
    outbox.release_claims(desk.archive, desk.now)
    assert desk.deliver().accepted == 1


def test_a_failure_that_is_reported_after_the_claim_ended_changes_nothing(desk: Desk) -> None:
    """In the meantime, a second process sent the message, and the server accepted it."""
    record_change(desk.archive, WILL_NOT)
    outbox.plan_alerts(desk.archive, desk.subscribers, NOW)
    (delivery,) = outbox.open_deliveries(desk.archive, NOW)
    stopped = outbox.claim(desk.archive, delivery.id, NOW)
    assert stopped is not None
    later = outbox.claim(desk.archive, delivery.id, NOW + LEASE)
    assert later is not None
    outbox.note_accepted(desk.archive, later.id, NOW + LEASE)
    outbox.note_failed(desk.archive, stopped, NOW + LEASE, Failed("no answer within 30 s"))
    assert outbox.open_deliveries(desk.archive, NOW + LEASE, early=True) == ()
    assert outbox.delivery_counts(desk.archive).waiting == 0


def test_a_message_that_a_wrong_clock_delayed_is_sent_when_the_clock_is_right(desk: Desk, mail: MailServer) -> None:
    record_change(desk.archive, WILL_NOT)
    ahead = NOW + timedelta(days=3650)
    outbox.plan_alerts(desk.archive, desk.subscribers, ahead)
    (delivery,) = outbox.open_deliveries(desk.archive, ahead)
    outbox.claim(desk.archive, delivery.id, ahead)
    assert desk.deliver().accepted == 1


def test_a_mail_that_is_sent_again_has_the_same_message_id(desk: Desk, mail: MailServer) -> None:
    """If the process is killed between the acceptance by the server and our commit, the mail is sent again. The
    Message-ID shows that the second mail is a repetition."""
    record_change(desk.archive, WILL_NOT)
    outbox.plan_alerts(desk.archive, desk.subscribers, NOW)
    (delivery,) = outbox.open_deliveries(desk.archive, NOW)
    claimed = outbox.claim(desk.archive, delivery.id, NOW)
    assert claimed is not None
    assert isinstance(claimed.notice, Notice)
    message = alert_message(claimed.notice)
    send_message(desk.channels[0], claimed.target.recipient, message)  # the process is killed here
    desk.wait(LEASE)
    outbox.release_claims(desk.archive, desk.now)
    desk.deliver()
    first, second = mail.received
    assert first.mail["Message-ID"] == second.mail["Message-ID"]


def test_a_trial_message_reports_the_outcome_for_each_target(mail: MailServer, hook: Sink) -> None:
    mail.refuses["gone@example.org"] = "550 no such mailbox"
    via = (Target("desk", "officer@example.org"), Target("desk", "gone@example.org"), Target("hook"), Target("lost"))
    channels = [Channel("desk", mail.url), Channel("hook", hook.url())]
    trials = try_out(replace(DESK, via=via), channels, NOW)
    assert [trial.error for trial in trials] == [
        "",
        "the mail server answered 550 no such mailbox",
        "",
        "the configuration names no channel 'lost'",
    ]
    assert mail.received[0].subject == "Clausewatch test message for Privacy desk"


def test_a_receivers_retry_after_is_respected(desk: Desk, hook: Sink) -> None:
    desk.channels = [Channel("hook", hook.signed("sixteen characters"))]
    desk.subscribers = [replace(DESK, via=(Target("hook"),))]
    record_change(desk.archive, WILL_NOT)
    desk.now = datetime.now(UTC)
    hook.answers = [Answer(status=429, headers=(("Retry-After", "7200"),))]
    assert desk.deliver().postponed == 1
    desk.wait(timedelta(hours=1, minutes=55))
    assert desk.deliver() == Summary(0, 0, 0, dead=0)
    desk.wait(timedelta(minutes=6))
    assert desk.deliver().accepted == 1
