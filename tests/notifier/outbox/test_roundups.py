"""Tests roundups: many changes at the same time become one message for each target. The messages keep their order, and
go through a real mail server.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

import pytest

from archive.questions.history import policy_names
from archive.storage.database import Archive
from differ.model import Finding
from languages import languages_with
from notifier import outbox
from notifier.audience.subscriptions import Channel, Language, Subscriber, Target
from notifier.audience.timing import Quiet
from notifier.contents.roundup import Roundup, most_severe_first
from notifier.outbox.listing import DeliveryFilter, list_deliveries
from notifier.sending.delivery import deliver
from notifier.texts.phrases import phrases_for
from notifier.texts.roundup import MOST_ROWS, roundup_message
from tests.notifier.changes import NOW, WILL_NOT, clause, notice, plain, record_change, record_first
from tests.smtp import MailServer

OFFICER = Subscriber("Officer", (Target("desk", "officer@example.org"),), welcome=False)
MODERATE = replace(WILL_NOT, severity="medium")


@dataclass
class Desk:
    """A setup with one mail server and its own clock."""

    archive: Archive
    mail: MailServer
    now: datetime = NOW
    subscriber: Subscriber = OFFICER
    run_began: datetime | None = None

    def changes(self, count: int, last: Finding = WILL_NOT) -> None:
        """Record a change in each of this number of new policies. The last change is `last`, which is critical by
        default."""
        first = len(policy_names(self.archive))
        for number in range(first, first + count - 1):
            record_change(self.archive, MODERATE, policy=f"House-{number}")
        record_change(self.archive, last, policy=f"House-{first + count - 1}")

    def run(self, after: timedelta = timedelta(0)) -> list[str]:
        """Send what is due some time later, as a run does. Return the subjects of all mails so far, without dates."""
        self.now += after
        channels = [Channel("desk", self.mail.url)]
        deliver(self.archive, [self.subscriber], channels, clock=lambda: self.now, early=True, run_began=self.run_began)
        return [received.subject.split(" (")[0] for received in self.mail.received]


@pytest.fixture
def desk(archive: Archive, mail: MailServer) -> Desk:
    record_first(archive)
    made = Desk(archive, mail)
    made.run()
    return made


def test_ten_changes_are_one_message_and_nine_changes_are_nine_messages(desk: Desk) -> None:
    desk.changes(9)
    assert len(desk.run()) == 9
    desk.changes(10)
    assert desk.run()[9:] == ["[critical] 10 changes in 10 policies"]
    assert desk.run()[10:] == []


def test_the_table_lists_all_changes_and_the_most_severe_change_first(desk: Desk) -> None:
    desk.changes(12)
    desk.run()
    (mail,) = desk.mail.received
    commands = [line.strip() for line in mail.text.splitlines() if line.startswith("  clausewatch diff")]
    assert commands[0] == "clausewatch diff House-12 1 2"
    assert commands[1:] == [f"clausewatch diff House-{number} 1 2" for number in range(1, 12)]
    assert "1 critical" in mail.text
    assert "11 medium" in mail.text
    assert mail.html.count("<tr>") == 12


def test_delayed_and_new_changes_are_sent_in_one_message(desk: Desk) -> None:
    desk.mail.refuses["officer@example.org"] = "451 try again later"
    desk.changes(10)
    desk.run()
    desk.changes(1)
    desk.run(timedelta(hours=1))
    desk.mail.refuses.clear()
    assert desk.run(timedelta(hours=1)) == ["[critical] 11 changes in 11 policies"]
    states = [delivery.state for delivery in list_deliveries(desk.archive, DeliveryFilter(), 50)]
    assert sorted(set(states)) == ["accepted", "cancelled"]


def test_a_newer_alert_never_overtakes_a_roundup_that_another_process_sends(desk: Desk) -> None:
    desk.changes(10)
    outbox.plan_alerts(desk.archive, [OFFICER], desk.now)
    outbox.merge_alerts(desk.archive, 10, desk.now)
    (roundup,) = outbox.open_deliveries(desk.archive, desk.now)
    assert outbox.claim(desk.archive, roundup.id, desk.now) is not None
    desk.changes(1)
    assert desk.run() == []


def test_changes_in_a_roundup_are_not_sent_again_when_a_second_target_is_removed(desk: Desk) -> None:
    deputy = Target("desk", "deputy@example.org")
    desk.subscriber = replace(OFFICER, via=(*OFFICER.via, deputy))
    desk.changes(1)
    desk.mail.refuses |= {"officer@example.org": "451 try again later", "deputy@example.org": "451 try again later"}
    desk.run()
    for row in list_deliveries(desk.archive, DeliveryFilter(target=OFFICER.via[0]), 1):
        outbox.claim(desk.archive, row.id, desk.now, early=True)  # these alerts stay single while they are sent
    desk.changes(9)
    del desk.mail.refuses["deputy@example.org"]
    for _ in range(3):  # the officer's address refuses so often that the channel is skipped
        desk.run()
    assert desk.run() == ["[critical] 10 changes in 10 policies"]
    desk.subscriber = replace(OFFICER, via=(deputy,))
    assert desk.run(timedelta(minutes=1)) == ["[critical] 10 changes in 10 policies"]


def test_a_roundup_that_moves_to_a_target_with_the_same_changes_is_sent_there(desk: Desk) -> None:
    deputy = Target("desk", "deputy@example.org")
    desk.subscriber = replace(OFFICER, via=(*OFFICER.via, deputy))
    desk.changes(1)
    desk.mail.refuses |= {"officer@example.org": "451 try again later", "deputy@example.org": "451 try again later"}
    desk.run()
    for row in list_deliveries(desk.archive, DeliveryFilter(target=deputy), 1):
        outbox.claim(desk.archive, row.id, desk.now, early=True)  # these alerts stay single while they are sent
    desk.changes(9)
    assert desk.run() == []
    desk.mail.refuses.clear()
    desk.subscriber = replace(OFFICER, via=(deputy,))
    desk.now += timedelta(minutes=10)
    outbox.release_claims(desk.archive, desk.now)
    assert desk.run() == ["[critical] 10 changes in 10 policies"]


def test_one_critical_change_sends_a_roundup_in_quiet_hours(desk: Desk) -> None:
    desk.subscriber = replace(OFFICER, quiet=Quiet(time(0), time(23, 59)))
    desk.changes(10, MODERATE)
    assert desk.run() == []
    desk.changes(1)
    assert len(desk.run()) == 1


def test_a_target_with_many_changes_gets_the_other_changes_at_the_end_of_the_run(desk: Desk) -> None:
    desk.run_began = desk.now
    desk.changes(12)
    assert len(desk.run()) == 1
    for _ in range(5):
        desk.changes(3, MODERATE)
        assert len(desk.run(timedelta(minutes=1))) == 1
    desk.run_began = None
    assert desk.run(timedelta(minutes=1))[1:] == ["[medium] 15 changes in 15 policies"]


def test_a_critical_change_does_not_wait_for_the_end_of_the_run(desk: Desk) -> None:
    """In each pass, one message reports the critical changes of this pass and everything else that waits."""
    desk.run_began = desk.now
    desk.changes(12)
    assert len(desk.run()) == 1
    desk.changes(3, MODERATE)
    assert len(desk.run(timedelta(minutes=1))) == 1
    desk.changes(1)
    desk.changes(1)
    assert desk.run(timedelta(minutes=1))[1:] == ["[critical] 5 changes in 5 policies"]
    desk.changes(1)
    assert desk.run(timedelta(minutes=1))[2:] == ["[critical] House-18: sharing clause changed"]
    desk.run_began = None
    assert len(desk.run(timedelta(minutes=1))) == 3


def test_changes_of_a_roundup_that_shrinks_are_sent_once_and_as_single_messages(desk: Desk) -> None:
    """A policy gets its old text back while the roundup waits. The alerts that the roundup had replaced wait again."""
    desk.mail.refuses["officer@example.org"] = "451 try again later"
    desk.changes(10)
    desk.run()
    record_change(desk.archive, policy="House-10", back_to=1)
    desk.mail.refuses.clear()
    assert len(desk.run(timedelta(hours=1))) == 9
    assert len(desk.run(timedelta(hours=1))) == 9
    assert sorted(named(desk.mail)) == sorted(f"House-{number} 1 2" for number in range(1, 10))


def test_changes_that_join_a_roundup_of_which_a_policy_changes_again_are_sent_once(desk: Desk) -> None:
    desk.mail.refuses["officer@example.org"] = "451 try again later"
    desk.changes(10)
    desk.run()
    record_change(desk.archive, WILL_NOT, policy="House-1")
    desk.changes(1)
    desk.run(timedelta(hours=1))
    record_change(desk.archive, WILL_NOT, policy="House-2")
    desk.mail.refuses.clear()
    assert desk.run(timedelta(hours=1)) == ["[critical] 11 changes in 11 policies"]
    assert desk.run(timedelta(hours=1)) == ["[critical] 11 changes in 11 policies"]
    versions = {"House-1": "1 3", "House-2": "1 3"}
    assert sorted(named(desk.mail)) == sorted(
        f"House-{number} {versions.get(f'House-{number}', '1 2')}" for number in range(1, 12)
    )


def test_a_roundup_that_was_given_up_is_sent_again_on_request_and_its_alerts_are_not(desk: Desk) -> None:
    desk.mail.refuses["officer@example.org"] = "550 no such mailbox"
    desk.changes(10)
    desk.run()
    desk.mail.refuses.clear()
    assert desk.run(timedelta(hours=1)) == []
    desk.changes(1)
    outbox.revive(desk.archive, desk.now)
    assert desk.run(timedelta(hours=1)) == ["[critical] 11 changes in 11 policies"]
    outbox.revive(desk.archive, desk.now)
    assert len(desk.run(timedelta(hours=1))) == 1


def named(mail: MailServer) -> list[str]:
    """Return the comparisons that mails named, each as a policy with two versions."""
    lines = (line.strip() for received in mail.received for line in received.text.splitlines())
    return [line.removeprefix("clausewatch diff ") for line in lines if line.startswith("clausewatch diff")]


@pytest.mark.parametrize("language", languages_with("messages"))
def test_a_roundup_names_changes_up_to_a_limit_and_counts_the_other_changes(language: Language) -> None:
    notices = [notice(MODERATE, policy=f"Policy {number}") for number in range(MOST_ROWS + 3)]
    message = roundup_message(Roundup("Officer", "key", most_severe_first(notices)), language)
    assert message.html.count("<tr>") == MOST_ROWS
    assert "3" in message.text.split("Policy 99", 1)[1].split("clausewatch history", 1)[0]
    assert len(message.facts["changes"]) == len(notices)
    assert "Policy 0" in plain(message)


@pytest.mark.parametrize("language", languages_with("messages"))
def test_a_roundup_quotes_every_critical_and_high_clause_and_counts_the_others_by_severity(language: Language) -> None:
    critical = [clause(f"We [-keep-]{{+sell+}} list {number}.", WILL_NOT) for number in range(12)]
    high = clause("A copy costs [-nothing-]{+25 euros+}.", replace(WILL_NOT, severity="high"))
    lighter = [replace(clause(f"We note {{+thing {number}+}}.", WILL_NOT), severity="medium") for number in range(3)]
    message = roundup_message(Roundup("Officer", "key", (notice(*critical, high, *lighter),)), language)
    for number in range(12):
        assert f"We {{+sell+}} list {number}." in message.text
    assert "25 euros" in message.html
    assert "{+thing 1+}" not in message.text
    assert "“We note thing 1.”" in " ".join(message.text.split())
    phrases = phrases_for(language)
    assert phrases.say("roundup.count", count=3, severity=phrases.name("severity", "medium")) in message.text
    assert phrases.say("rest.are", counted="", names="").strip(" .") in " ".join(message.text.split())


def test_rows_that_a_roundup_leaves_out_are_counted_by_severity() -> None:
    notices = [notice(WILL_NOT, policy=f"P {number}") for number in range(MOST_ROWS + 2)] + [notice(MODERATE)]
    message = roundup_message(Roundup("Officer", "key", tuple(notices)))
    assert "Of these: 2 critical and 1 medium." in " ".join(message.text.split())
    assert re.search(r"and \d+ more changes\. Of these: \d+ critical and 1 medium", plain(message))
