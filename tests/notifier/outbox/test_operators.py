"""Tests that operators are notified in the same pass in which something fails. The messages go through real servers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from archive.recording.recorder import record
from archive.storage.database import Archive
from notifier.audience.planning import Thresholds
from notifier.audience.subscriptions import Channel, Subscriber, Target
from notifier.sending.delivery import Summary, deliver
from tests.archive.visits import HOUR, START, failed
from tests.notifier.changes import NOW, WILL_NOT, record_change, record_first
from tests.notifier.sink import Sink
from tests.smtp import MailServer

SECRET = "a-secret-of-16-characters"
READER = Subscriber("Officer", (Target("desk", "officer@example.org"),), welcome=False)
ADMIN = Subscriber(
    "Admin", (Target("desk", "admin@example.org"), Target("tickets")), topics=(), operator=True, welcome=False
)


@pytest.fixture
def recorded(archive: Archive, mail: MailServer, hook: Sink) -> Archive:
    """Return an archive with two registered subscribers, and with a change that was not sent yet."""
    record_first(archive)
    send(archive, mail, hook)
    record_change(archive, WILL_NOT)
    return archive


def send(archive: Archive, mail: MailServer, hook: Sink, templates: Path | None = None) -> Summary:
    ways = [Channel("desk", mail.url), Channel("tickets", f"webhook://:{SECRET}@127.0.0.1:{hook.port}/")]
    return deliver(archive, [READER, ADMIN], ways, clock=lambda: NOW, templates=templates, thresholds=Thresholds())


def test_an_address_that_refuses_mail_is_reported_at_once_through_a_different_channel(
    recorded: Archive, mail: MailServer, hook: Sink
) -> None:
    mail.refuses["officer@example.org"] = "550 no such mailbox"
    summary = send(recorded, mail, hook)
    assert (summary.dead, summary.accepted) == (1, 1)
    assert [each.recipients for each in mail.received] == []
    (body,) = hook.received
    assert (body["kind"], body["trouble"], body["stage"]) == ("operation", "undelivered", "began")
    assert body["incidents"][0]["about"] == "Officer (desk:officer@example.org)"
    assert "550 no such mailbox" in body["incidents"][0]["detail"]
    assert send(recorded, mail, hook).accepted == 0


def test_the_report_on_a_failing_template_names_the_line(
    recorded: Archive, mail: MailServer, hook: Sink, tmp_path: Path
) -> None:
    (tmp_path / "alert.txt").write_text("{{ headline }}\n{{ nobody_knows }}\n")
    send(recorded, mail, hook, tmp_path)
    told = [each for each in mail.received if each.recipients == ("admin@example.org",)]
    assert [each.subject for each in told] == ["Clausewatch: the template alert.txt cannot be used"]
    assert "nobody_knows" in told[0].text


def test_a_message_with_a_temporary_failure_is_not_tried_twice_in_one_pass(
    recorded: Archive, mail: MailServer, hook: Sink
) -> None:
    for number in range(3):
        record(recorded, failed(START + (60 + number) * HOUR), NOW)
    mail.refuses["officer@example.org"] = "451 try later"
    summary = send(recorded, mail, hook)
    assert (summary.postponed, summary.dead, summary.accepted) == (1, 0, 2)
    assert mail.received[0].subject == "Clausewatch: Teahouse cannot be read"
    assert replace(summary, errors=()) == Summary(1, 2, 1, dead=0, sent={"operator": 2})
