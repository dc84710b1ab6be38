"""Tests the report of a period."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from archive.errors import UnknownTagError
from archive.model import AssessedFetch, Query, Review
from archive.questions.period import PeriodReport, ReviewerTally, period_report
from archive.questions.watch_gaps import WatchGap
from archive.recording.recorder import record
from archive.recording.reviews import add_review
from archive.storage.database import Archive
from archive.storage.tables import PolicyRow
from differ.visits.assessment import Assessment
from tests.archive.questions.test_inbox import DAY, find, of
from tests.archive.visits import HOUR, START, failed, fetched, record_two_versions, same, written


def ask(archive: Archive, first: float, last: float, policy: str | None = None, tag: str | None = None) -> PeriodReport:
    """Return the report of a period. `first` and `last` are days after the start."""
    wanted = Query(policy, since=START + first * DAY, until=START + last * DAY, tag=tag)
    return period_report(archive, wanted, START + 90 * DAY)


def test_a_report_says_what_changed_who_decided_and_how_soon(archive: Archive) -> None:
    record_two_versions(archive)
    find(archive, 3, of("critical", "a"), of("high", "b"), of("low", "c"))
    add_review(archive, Review(3, "acknowledge", "", by="Ratna", at=START + 3 * DAY + 2 * HOUR))
    add_review(archive, Review(4, "false-alarm", "", by="Budi", at=START + 3 * DAY + 6 * HOUR))
    add_review(archive, Review(4, "comment", "Really?", by="Ratna", at=START + 4 * DAY))
    report = ask(archive, 2.5, 10)
    (change,) = report.changes
    assert (change.version.number, len(change.decided), change.waiting) == (3, 2, 1)
    assert (change.reviewers, change.took) == (("Ratna", "Budi"), 6 * HOUR)
    assert change.due_at == START + 17 * DAY
    assert report.reviewers == (
        ReviewerTally(name="Budi", acknowledged=0, false_alarms=1, comments=0, median_time=6 * HOUR),
        ReviewerTally(name="Ratna", acknowledged=1, false_alarms=0, comments=1, median_time=2 * HOUR),
    )
    assert (report.policies, report.checks) == (1, {"changed": 1})
    assert len(ask(archive, 0, 10).changes) == 2
    assert ask(archive, 0, 10).checks == {"first seen": 1, "changed": 2, "unchanged": 1}
    assert ask(archive, 10, 20).changes == ()


def test_the_latest_versions_are_kept_if_there_are_too_many(archive: Archive) -> None:
    record_two_versions(archive)
    find(archive, 3, of("low"))
    report = period_report(archive, Query(since=START, until=START + 9 * DAY), START + 90 * DAY, limit=1)
    assert ([change.version.number for change in report.changes], report.versions_left_out) == ([3], 2)


@pytest.mark.parametrize(
    ("seen", "first", "last", "gaps"),
    [
        ((0, 1, 2, 3, 4), 0, 4, []),
        ((0, 1, 6, 7), 0, 7, [(1, 6)]),
        ((0, 1, 6, 7), 1.5, 7, [(1, 6)]),
        ((0, 1, 6, 7), 0, 5, [(1, None)]),
        ((0, 1), 3, 9, [(1, None)]),
        ((5, 6), 0, 6, []),
        ((0, 1, 6, 7, 20), 0, 20, [(1, 6), (7, 20)]),
    ],
)
def test_gaps_in_watching_are_reported(
    archive: Archive, seen: tuple[int, ...], first: float, last: float, gaps: list[tuple[int, int | None]]
) -> None:
    """The policy is visited every twelve hours, so that a gap is longer than a day."""
    record_two_versions(archive)
    shift = 10 * DAY
    for day in range(21):
        at = START + shift + day * DAY
        record(archive, same(at, 2) if day in seen else failed(at), at)
    report = period_report(
        archive,
        Query(since=START + shift + (first - 0.1) * DAY, until=START + shift + (last + 0.1) * DAY),
        START + 90 * DAY,
    )
    expected = [
        WatchGap("Teahouse", START + shift + begin * DAY, None if end is None else START + shift + end * DAY)
        for begin, end in gaps
    ]
    assert [gap for gap in report.gaps if gap.since >= START + shift] == expected


def test_a_visit_that_holds_a_text_for_a_second_look_ends_a_gap(archive: Archive) -> None:
    record_two_versions(archive)
    seen = START + 10 * DAY
    record(archive, same(seen, 2), seen)
    odd = Assessment("pending", document=written("We sell names."), identity="e1", detail="much is gone")
    record(archive, AssessedFetch(fetched(seen + 3 * DAY), odd, 2), seen + 3 * DAY)
    gaps = [gap for gap in ask(archive, 9.9, 20).gaps if gap.since >= seen]
    assert gaps == [WatchGap("Teahouse", seen, seen + 3 * DAY), WatchGap("Teahouse", seen + 3 * DAY, None)]


def test_gaps_left_out_by_the_limit_are_counted(archive: Archive) -> None:
    record_two_versions(archive)
    shift = 10 * DAY
    for day in (0, 3, 6, 9):
        record(archive, same(START + shift + day * DAY, 2), START + shift + day * DAY)
    wanted = Query(since=START + shift, until=START + shift + 20 * DAY)
    report = period_report(archive, wanted, START + 90 * DAY, limit=2)
    since = [(gap.since - START - shift) / DAY for gap in report.gaps]
    assert (since, report.gaps_left_out) == ([0, 3], 2)
    assert len(period_report(archive, wanted, START + 90 * DAY).gaps) == 4


def test_paused_and_removed_policies_have_no_gap_afterwards(archive: Archive) -> None:
    record_two_versions(archive)
    seen = START + 10 * DAY
    record(archive, same(seen, 2), seen)
    with archive.writing() as session:
        session.execute(update(PolicyRow).values(paused_at=seen + 3 * HOUR))
    assert [gap for gap in ask(archive, 9.9, 20).gaps if gap.since >= seen] == []
    with archive.writing() as session:
        session.execute(update(PolicyRow).values(paused_at=None, retired_at=seen + 3 * DAY))
    assert [gap for gap in ask(archive, 9.9, 20).gaps if gap.since >= seen] == [WatchGap("Teahouse", seen, None)]


def test_a_report_is_limited_to_a_policy_or_a_tag(archive: Archive) -> None:
    record_two_versions(archive)
    assert len(ask(archive, 0, 9, policy="Teahouse").changes) == len(ask(archive, 0, 9, tag="vendor").changes) == 1
    with pytest.raises(UnknownTagError):
        ask(archive, 0, 9, tag="nothing")
    with pytest.raises(ValueError, match="needs the begin"):
        period_report(archive, Query(), START)


def test_a_future_end_is_now(archive: Archive) -> None:
    record_two_versions(archive)
    now = START + 2 * DAY + timedelta(hours=1)
    assert period_report(archive, Query(since=START, until=START + 99 * DAY), now).until == now
