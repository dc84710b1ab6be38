"""Tests which findings wait for a review, in which order, and until when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from archive.errors import InvalidCursorError, UnknownPolicyError, UnknownTagError
from archive.model import Review, ReviewTimes
from archive.questions.lists.inbox import InboxFilter, WaitingChange, inbox, inbox_neighbours, review_due
from archive.questions.lists.pages import cursor_of
from archive.recording.recorder import record
from archive.recording.reviews import add_review
from archive.storage.database import Archive, open_archive
from differ.model import Comparison, Finding, Severity, Timing
from tests.archive.visits import HOUR, SHARING, START, TEAHOUSE, seen, watch, written

DAY = 24 * HOUR
BAKERY = replace(TEAHOUSE, name="Bakery", url="https://bakery.example/privacy", tags=("food",), owner="Sari")
INDONESIAN = replace(SHARING, language="id", before="Hanya koki kami.", after="Koki dan mitra kami.")


@pytest.fixture
def archive(database_url: str) -> Iterator[Archive]:
    """Return an archive with the first versions of two policies."""
    with open_archive(database_url) as opened:
        watch(opened, TEAHOUSE, BAKERY)
        for policy in ("Teahouse", "Bakery"):
            _visit(opened, 1, policy, None)
        yield opened


def _visit(archive: Archive, version: int, policy: str, judged: Comparison | None) -> None:
    at = START + version * DAY
    visit = seen(at, written(f"Edition {version}."), version - 1 or None, judged)
    record(archive, replace(visit, fetch=replace(visit.fetch, policy=policy)), at)


def find(
    archive: Archive, version: int, *findings: Finding, policy: str = "Teahouse", timing: Timing | None = None
) -> None:
    """Record a version with these findings, `version` days after the start."""
    _visit(archive, version, policy, Comparison(changed=True, findings=findings, timing=timing or Timing()))


def of(severity: Severity, word: str = "") -> Finding:
    """Return a finding with this severity. Findings with different words do not repeat each other."""
    return replace(SHARING, severity=severity, after=f"Our cooks see your {word or severity} orders.")


def ask(archive: Archive, wanted: InboxFilter | None = None, days: float = 3) -> tuple[WaitingChange, ...]:
    return inbox(archive, wanted or InboxFilter(), START + days * DAY).entries


def places(changes: tuple[WaitingChange, ...]) -> list[tuple[str, int]]:
    return [(change.policy, change.version) for change in changes]


def test_the_worst_change_comes_first_then_the_oldest(archive: Archive) -> None:
    find(archive, 2, of("medium"))
    find(archive, 3, of("low"), of("high"))
    find(archive, 2, of("high"), policy="Bakery")
    find(archive, 3, of("critical"), policy="Bakery")
    assert places(ask(archive)) == [("Bakery", 3), ("Teahouse", 3), ("Bakery", 2), ("Teahouse", 2)]


def test_a_change_has_all_its_findings_that_wait(archive: Archive) -> None:
    find(archive, 2, of("high"), of("low"), of("critical"))
    add_review(archive, Review(3, "acknowledge", "", by="Ratna", at=START + 3 * DAY))
    add_review(archive, Review(1, "comment", "Whose partners?", by="Ratna", at=START + 3 * DAY))
    (change,) = ask(archive)
    assert [waiting.recorded.id for waiting in change.findings] == [1, 2]
    assert [review.text for review in change.findings[0].recorded.reviews] == ["Whose partners?"]
    assert change.severity == "high"
    add_review(archive, Review(1, "acknowledge", "", by="Ratna", at=START + 3 * DAY))
    add_review(archive, Review(2, "false-alarm", "", by="Ratna", at=START + 3 * DAY))
    assert ask(archive) == ()


def test_a_repeated_false_alarm_does_not_wait(archive: Archive) -> None:
    find(archive, 2, of("high"))
    add_review(archive, Review(1, "false-alarm", "", by="Ratna", at=START + 2 * DAY))
    find(archive, 3, of("high"), of("low"))
    (change,) = ask(archive)
    assert [waiting.recorded.id for waiting in change.findings] == [3]


def test_pages_follow_each_other_without_gaps(archive: Archive) -> None:
    for version in range(2, 9):
        find(archive, version, of(("low", "high", "medium")[version % 3], str(version)))
    whole = places(ask(archive))
    parts: list[tuple[str, int]] = []
    cursor: str | None = None
    while page := inbox(archive, InboxFilter(), START, after=cursor, limit=2):
        assert (page.count, page.counted_all) == (7, True)
        parts += places(page.entries)
        if (cursor := page.next) is None:
            break
    assert parts == whole
    assert len(whole) == 7


@pytest.mark.parametrize(
    "cursor", ["", "x", "ä", cursor_of((1,)), cursor_of((1, "2")), cursor_of((1, 2**64)), "W" * 99]
)
def test_a_foreign_cursor_is_refused(archive: Archive, cursor: str) -> None:
    with pytest.raises(InvalidCursorError):
        inbox(archive, InboxFilter(), START, after=cursor)


def test_filters_select_findings(archive: Archive) -> None:
    find(archive, 2, of("high"), replace(of("low"), topic="rights"))
    find(archive, 2, INDONESIAN, policy="Bakery")
    teahouse, bakery = [("Teahouse", 2)], [("Bakery", 2)]
    for wanted, expected in (
        (InboxFilter(topic="rights"), teahouse),
        (InboxFilter(topic="retention"), []),
        (InboxFilter(severity="high"), teahouse + bakery),
        (InboxFilter(severity="critical"), []),
        (InboxFilter(tag="food"), bakery),
        (InboxFilter(policy="Teahouse"), teahouse),
        (InboxFilter(language="id"), bakery),
        (InboxFilter(owner="Sari"), bakery),
        (InboxFilter(owner=""), teahouse),
        (InboxFilter(since=START + 2 * DAY), teahouse + bakery),
        (InboxFilter(since=START + 2.1 * DAY), []),
    ):
        assert places(ask(archive, wanted)) == expected, wanted
    (change,) = ask(archive, InboxFilter(topic="rights"))
    assert [waiting.recorded.finding.topic for waiting in change.findings] == ["rights"]
    assert change.severity == "low"


def test_an_unknown_policy_or_tag_is_an_error(archive: Archive) -> None:
    with pytest.raises(UnknownPolicyError):
        ask(archive, InboxFilter(policy="Nobody"))
    with pytest.raises(UnknownTagError):
        ask(archive, InboxFilter(tag="nothing"))


def test_overdue_findings_are_marked_and_selected(archive: Archive) -> None:
    find(archive, 2, of("critical"), of("high"))
    (change,) = ask(archive, days=4)
    assert [waiting.overdue for waiting in change.findings] == [True, False]
    assert (change.overdue, change.due_at) == (True, START + 4 * DAY)
    (change,) = ask(archive, InboxFilter(overdue=True), days=4)
    assert [waiting.recorded.id for waiting in change.findings] == [1]
    assert ask(archive, InboxFilter(overdue=True), days=3.9) == ()


def test_a_day_that_the_policy_states_is_the_due_date(archive: Archive) -> None:
    find(archive, 2, of("critical"), timing=Timing(effective=date(2026, 3, 20), due=date(2026, 3, 18)))
    (change,) = ask(archive)
    assert change.due_at == datetime(2026, 3, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("severity", "timing", "days"),
    [
        ("critical", Timing(), 2),
        ("high", Timing(), 5),
        ("medium", Timing(), 14),
        ("low", Timing(), 14),
        ("critical", Timing(effective=date(2026, 3, 1), due=START.date()), 2),
        ("low", Timing(effective=date(2026, 3, 1), due=date(2026, 3, 3)), 0.75),
        ("high", Timing(effective=date(2026, 4, 1)), 29.75),
    ],
)
def test_the_due_date_is_stated_in_future_or_follows_from_the_severity(
    severity: Severity, timing: Timing, days: float
) -> None:
    assert review_due(START, severity, timing, ReviewTimes()) == START + days * DAY


def test_the_times_are_configured(archive: Archive) -> None:
    find(archive, 2, of("medium"))
    (change,) = inbox(archive, InboxFilter(), START, ReviewTimes(other=timedelta(hours=1))).entries
    assert change.due_at == START + 49 * HOUR


def test_the_neighbours_of_a_change_are_those_of_the_inbox_within_its_filter(archive: Archive) -> None:
    find(archive, 2, of("high"))
    find(archive, 3, of("low", "second"), of("critical", "third"))
    find(archive, 2, of("high", "fourth"), policy="Bakery")
    find(archive, 4, of("low", "fifth"))
    now, order = START + 5 * DAY, ask(archive)
    every = [(change.rank, change.change) for change in order]
    for wanted in (InboxFilter(), InboxFilter(policy="Teahouse"), InboxFilter(severity="high")):
        expected = [(change.rank, change.change) for change in ask(archive, wanted)]
        for place in every:
            seen = inbox_neighbours(archive, wanted, place, now)
            assert seen.previous == max((other for other in expected if other < place), default=None)
            assert seen.next == min((other for other in expected if other > place), default=None)
    reviewed = order[1].findings[0].recorded.id
    add_review(archive, Review(reviewed, "acknowledge", "", by="Ratna", at=now))  # the way goes on after a decision
    seen = inbox_neighbours(archive, InboxFilter(), every[1], now)
    assert (seen.previous, seen.next) == (every[0], every[2])
