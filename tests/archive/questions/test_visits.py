"""Tests the lists of versions, checks, failures and runs, in pages."""

from __future__ import annotations

import pytest

from archive.errors import InvalidCursorError
from archive.questions.lists.visits import checks, list_runs, timeline, unread_checks
from archive.questions.unread_visits import unread_visits
from archive.recording.recorder import record
from archive.recording.runs import begin_run, end_run, note_interrupted
from archive.storage.database import Archive
from tests.archive.visits import HOUR, SHARING, START, failed, record_two_versions, refused, same


def test_a_timeline_has_the_newest_version_first_with_its_findings(archive: Archive) -> None:
    record_two_versions(archive)
    page = timeline(archive, "Teahouse", limit=1)
    (version,) = page.entries
    assert version.change is not None
    assert (version.number, version.change.findings[0].finding) == (2, SHARING)
    rest = timeline(archive, "Teahouse", after=page.next, limit=1)
    assert ([version.number for version in rest.entries], rest.next) == ([1], None)
    with pytest.raises(InvalidCursorError):
        timeline(archive, "Teahouse", after="?")


def test_checks_and_failures_are_listed_newest_first(archive: Archive) -> None:
    record_two_versions(archive)
    record(archive, failed(START + 60 * HOUR), START)
    record(archive, refused(START + 61 * HOUR, 2), START)
    page = checks(archive, "Teahouse", limit=2)
    assert [check.check.outcome for check in page.entries] == ["not comparable", "failed"]
    rest = checks(archive, "Teahouse", after=page.next)
    assert ([check.check.outcome for check in rest.entries], rest.next) == (["changed", "unchanged", "changed"], None)
    first = unread_checks(archive, limit=1)
    second = unread_checks(archive, after=first.next, limit=1)
    assert [(check.policy, check.check.reason) for check in first.entries + second.entries] == [
        ("Teahouse", "login"),
        ("Teahouse", "timeout"),
    ]
    assert second.next is None


def test_runs_are_listed_newest_first(archive: Archive) -> None:
    for hours in range(3):
        run = begin_run(archive, START + hours * HOUR)
        if hours == 1:
            note_interrupted(archive, run, "stopped")
        else:
            end_run(archive, run, START + (hours + 0.5) * HOUR)
    page = list_runs(archive, limit=2)
    rest = list_runs(archive, after=page.next)
    assert [(run.started_at, run.ended_at is None, run.error) for run in page.entries + rest.entries] == [
        (START + 2 * HOUR, False, ""),
        (START + HOUR, True, "stopped"),
        (START, False, ""),
    ]
    assert rest.next is None


def test_visits_that_did_not_find_the_policy_are_grouped_into_series(archive: Archive) -> None:
    record_two_versions(archive)
    record(archive, failed(START + 60 * HOUR), START)
    record(archive, refused(START + 61 * HOUR, 2), START)
    record(archive, same(START + 62 * HOUR, 2), START)
    record(archive, failed(START + 63 * HOUR), START)
    first, second = unread_visits(archive, "Teahouse")
    assert (first.since, first.visits, first.last.reason) == (START + 60 * HOUR, 2, "login")
    assert (second.since, second.visits, second.last.reason) == (START + 63 * HOUR, 1, "timeout")
    assert unread_visits(archive, "Teahouse", since=START + 62 * HOUR) == (second,)
    assert unread_visits(archive, "Teahouse", until=START + 62 * HOUR) == (first,)
