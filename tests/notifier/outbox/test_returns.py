"""Tests policies that return to an earlier text. Everybody who was notified of the change is also notified of the
return. If the text changes back and forth, the alerts wait.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from archive.recording.recorder import latest, record
from archive.storage.database import Archive
from differ.model import Comparison, Finding
from notifier import outbox
from notifier.audience.subscriptions import Channel, Language, Subscriber, Target
from notifier.contents.change_notice import Seen
from notifier.sending.delivery import deliver
from notifier.texts.alert import alert_message
from tests.archive.visits import HOUR, RETENTION, START, same, seen, written
from tests.notifier.changes import WILL_NOT, notice
from tests.smtp import MailServer

DESK = Subscriber("Privacy desk", (Target("desk", "officer@example.org"),), welcome=False)
DAY = 24 * HOUR


def show(archive: Archive, day: int, edition: str, *findings: Finding) -> None:
    """Record that a text was seen on a day. If the text differs from the latest version, it is recorded as a change
    with these findings."""
    known, at = latest(archive, "Teahouse"), START + day * DAY
    text = written(edition, date(2026, 1, 15))
    if known is not None and known.version.document == text:
        record(archive, same(at, known.number), at)
        return
    comparison = None if known is None else Comparison(changed=True, findings=findings)
    record(archive, seen(at, text, None if known is None else known.number, comparison), at)


def subjects(archive: Archive, mail: MailServer) -> list[str]:
    """Send what is due twice, and return the subjects of all mails so far. The second time must send nothing."""
    for _ in range(2):
        planned = deliver(archive, [DESK], [Channel("desk", mail.url)], clock=lambda: START + 90 * DAY).planned
    assert planned == 0
    return [
        received.subject.rpartition(" (")[0] for received in mail.received
    ]  # the subject without the day at its end


CHANGED = "[critical] Teahouse: sharing clause changed"
BACK_TO_A = "[low] Teahouse: back to the text of version 1"


@pytest.fixture
def told(archive: Archive, mail: MailServer) -> Archive:
    """Return an archive in which a policy changed from text A to text B. The desk was notified of this change."""
    outbox.register(archive, [DESK], START)
    show(archive, 0, "A")
    show(archive, 1, "B", WILL_NOT)
    assert subjects(archive, mail) == [CHANGED]
    return archive


def test_a_return_is_reported_to_everybody_who_was_notified_of_the_change(told: Archive, mail: MailServer) -> None:
    """The desk did not ask for the topic of the return. It is notified nevertheless."""
    show(told, 2, "A", RETENTION)
    assert subjects(told, mail) == [CHANGED, BACK_TO_A]
    assert "Teahouse is back to the text of version 1, first seen 2 March 2026, 06:00 UTC." in " ".join(
        mail.received[1].text.split()
    )
    assert "What was changed since version 1 is undone: each clause below reads as it did in that version." in " ".join(
        mail.received[1].text.split()
    )


def test_a_return_is_not_reported_to_those_who_were_not_notified_of_the_change(
    archive: Archive, mail: MailServer
) -> None:
    outbox.register(archive, [DESK], START)
    for day, edition in enumerate("ABA"):
        show(archive, day, edition, RETENTION)
    assert subjects(archive, mail) == []


def test_alerts_of_a_flapping_text_wait_and_are_dropped_if_the_reported_text_stays(
    told: Archive, mail: MailServer
) -> None:
    for day, edition in enumerate("ABABA", start=2):
        show(told, day, edition, WILL_NOT)
    back = BACK_TO_A.replace("low", "critical")
    assert subjects(told, mail) == [CHANGED, back]
    show(told, 20, "A")
    assert subjects(told, mail) == [CHANGED, back]


def test_flapping_is_reported_once_if_a_text_stays_that_was_not_reported_last(told: Archive, mail: MailServer) -> None:
    show(told, 2, "A", WILL_NOT)
    before = subjects(told, mail)
    assert len(before) == 2
    for day, edition in enumerate("BAB", start=3):
        show(told, day, edition, WILL_NOT)
    show(told, 10, "B")
    assert subjects(told, mail) == before
    show(told, 13, "B")
    assert subjects(told, mail) == [*before, "[critical] Teahouse: back to the text of version 2"]
    note = "Since 7 March 2026, 06:00 UTC, each visit that showed the policy showed the present text."
    assert note in " ".join(mail.received[2].text.split())


def test_a_change_that_is_undone_before_its_message_is_not_reported(archive: Archive, mail: MailServer) -> None:
    outbox.register(archive, [DESK], START)
    for day, edition in enumerate("ABA"):
        show(archive, day, edition, WILL_NOT)
    assert subjects(archive, mail) == []


def test_a_text_that_no_message_named_is_called_an_earlier_text(told: Archive, mail: MailServer) -> None:
    """The desk did not ask for the changes to C and to D."""
    for day, edition in enumerate("CD", start=20):
        show(told, day, edition, RETENTION)
    show(told, 22, "E", WILL_NOT)
    assert subjects(told, mail) == [CHANGED, CHANGED]
    show(told, 40, "C", WILL_NOT)
    assert subjects(told, mail)[-1] == "[critical] Teahouse: back to an earlier text, version 3"
    text = " ".join(mail.received[-1].text.split())
    assert "The policy had this text before, as version 3, seen 22 March 2026, 06:00 UTC." in text
    assert "reads as it did" not in text


def test_a_text_is_called_back_by_the_version_that_the_reader_was_told_of(told: Archive, mail: MailServer) -> None:
    """The reader knows text A as version 1. Version 3 has text A too, but no message was about version 3."""
    show(told, 20, "A", WILL_NOT)
    show(told, 21, "C", WILL_NOT)
    subjects(told, mail)
    show(told, 40, "A", WILL_NOT)
    assert subjects(told, mail)[-1].endswith("Teahouse: back to the text of version 1")
    assert "the text of version 1, first seen" in " ".join(mail.received[-1].text.split())


def test_the_note_about_a_return_follows_the_headline(told: Archive, mail: MailServer) -> None:
    show(told, 20, "A", WILL_NOT)
    subjects(told, mail)
    text = mail.received[-1].text
    assert (
        text.index("is back to the text of") < text.index("What was changed since version") < text.index("What to do")
    )


def test_a_return_that_is_undone_before_its_message_is_not_reported(told: Archive, mail: MailServer) -> None:
    for day, edition in enumerate("AB", start=2):
        show(told, day, edition, WILL_NOT)
    assert subjects(told, mail) == [CHANGED]


@pytest.mark.parametrize(
    ("language", "headline"),
    [
        ("en", "Teahouse is back to the text of version 2, first seen 1 May 2026, 06:00 UTC."),
        ("id", "Teahouse kembali ke teks versi 2, yang pertama kali ditemukan pada 1 Mei 2026, pukul 06.00 UTC."),
    ],
)
def test_a_return_is_reported_in_the_language_of_the_reader(language: Language, headline: str) -> None:
    moment = START + timedelta(days=60)
    told = replace(notice(WILL_NOT), former=Seen(2, moment, moment, dates=()), confirmed=False)
    message = alert_message(told, language)
    assert headline in " ".join(message.text.split())
    assert "! " in message.text
