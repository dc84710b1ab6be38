"""Tests that a finding that repeats a known false alarm is recorded but not reported."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archive.model import Review, ReviewKind
from archive.questions.history import versions_of
from archive.recording.reviews import add_review
from archive.storage.database import Archive
from notifier.contents.change_notice import Notice
from notifier.contents.digest import Digest
from notifier.sending.composing import compose
from tests.archive.visits import HOUR, RETENTION, SHARING, START
from tests.notifier.changes import record_change, record_first
from tests.notifier.reader import Reader, days


@pytest.fixture
def reader(archive: Archive) -> Reader:
    """Return a desk that was already notified of finding 1."""
    record_first(archive)
    reader = Reader(archive, now=START + 3 * HOUR)
    record_change(archive, SHARING)
    assert len(reader.told()) == 1
    return reader


def say(reader: Reader, kind: ReviewKind, finding: int = 1) -> None:
    add_review(reader.archive, Review(finding, kind, "", by="Ratna", at=reader.now))


def told(reader: Reader) -> list[list[str]]:
    """Return the messages that are sent now. A message is given as the list of the new texts (`after`) of its
    findings.
    """
    return [[alert.finding.after for alert in each.alerts] for each in reader.told() if isinstance(each, Notice)]


def test_a_finding_with_the_same_words_and_rule_is_recorded_and_not_reported(reader: Reader) -> None:
    say(reader, "false-alarm")
    record_change(reader.archive, SHARING)
    assert told(reader) == []
    last = versions_of(reader.archive, "Teahouse")[-1]
    assert last.change is not None
    assert [each.finding for each in last.change.findings] == [SHARING]


@pytest.mark.parametrize(
    "other",
    [
        replace(SHARING, before="Only our cooks see your orders"),
        replace(SHARING, after="Our cooks and our partners see your orders!"),
        replace(SHARING, rule="another"),
    ],
    ids=["before", "after", "rule"],
)
def test_a_finding_with_other_words_or_a_different_rule_is_reported(reader: Reader, other: object) -> None:
    say(reader, "false-alarm")
    assert isinstance(other, type(SHARING))
    record_change(reader.archive, SHARING, other)
    assert told(reader) == [[other.after]]


@pytest.mark.parametrize("kind", ["acknowledge", "comment"])
def test_a_finding_that_is_not_a_false_alarm_is_reported_again(reader: Reader, kind: ReviewKind) -> None:
    say(reader, kind)
    record_change(reader.archive, SHARING)
    assert told(reader) == [[SHARING.after]]


def test_a_revoked_false_alarm_is_reported_again(reader: Reader) -> None:
    say(reader, "false-alarm")
    say(reader, "acknowledge")
    record_change(reader.archive, SHARING)
    assert told(reader) == [[SHARING.after]]


def test_a_digest_says_why_a_finding_was_not_reported(reader: Reader) -> None:
    say(reader, "false-alarm")
    assert len(reader.at(START + days(7) + 2 * HOUR)) == 1
    record_change(reader.archive, SHARING, RETENTION)
    (digest,) = reader.at(START + days(14) + 2 * HOUR)
    assert isinstance(digest, Digest)
    assert (digest.recaps[0].told, digest.recaps[0].dismissed) == (0, 1)
    text = " ".join(compose(digest).text.split())
    assert "not asked for: retention 1; 1 finding repeats a false alarm" in text
