from __future__ import annotations

from dataclasses import replace

import pytest

from archive.model import AssessedFetch
from archive.questions.status import Check, PolicyStatus, statuses, unwell
from archive.questions.watch_problems import troubles
from archive.recording.policies import mark_tried, synchronise
from archive.recording.recorder import record
from archive.storage.database import Archive
from tests.archive.visits import HOUR, START, TEAHOUSE, failed, record_two_versions, refused, same, seen, watch, written


def only(archive: Archive, hours: float = 0) -> PolicyStatus:
    """Return the status of the only policy, this number of hours after the start."""
    (found,) = statuses(archive, START + hours * HOUR)
    return found


def test_a_policy_that_was_never_visited_is_due(archive: Archive) -> None:
    watch(archive)
    found = only(archive)
    assert (found.health, found.versions, found.last_check, found.due, found.next_due) == (
        "never checked",
        0,
        None,
        True,
        None,
    )


def test_a_policy_without_problems_is_healthy(archive: Archive) -> None:
    record_two_versions(archive)
    mark_tried(archive, ["Teahouse"], START + 48 * HOUR)
    found = only(archive, 49)
    assert (found.health, found.versions, found.trouble_visits, found.trouble_since) == ("well", 2, 0, None)
    assert found.last_check == Check(START + 48 * HOUR, "changed", None, detail="", status=200)
    assert found.last_seen_at == START + 48 * HOUR
    assert found.last_change is not None
    assert (found.last_change.number, found.last_change.seen_at) == (2, START + 48 * HOUR)
    assert (found.due, found.next_due, found.overdue) == (False, START + 58.8 * HOUR, False)


def test_a_policy_that_never_changed_has_no_last_change(archive: Archive) -> None:
    watch(archive)
    record(archive, seen(START, written("Nobody."), None), START)
    assert only(archive).last_change is None
    assert only(archive).versions == 1


def test_a_policy_whose_first_page_was_not_the_policy_is_not_yet_watched(archive: Archive) -> None:
    watch(archive)
    record(archive, refused(START, None), START)
    found = only(archive)
    assert (found.health, found.versions, found.trouble_since) == ("not yet watched", 0, START)
    assert found.last_check is not None
    assert found.last_check.reason == "login"


@pytest.mark.parametrize(
    ("visit", "health"),
    [(failed(START + 72 * HOUR), "failing"), (refused(START + 72 * HOUR, 2), "not comparable")],
    ids=["failed", "not comparable"],
)
def test_trouble_begins_with_the_first_bad_visit_of_a_series(
    archive: Archive, visit: AssessedFetch, health: str
) -> None:
    record_two_versions(archive)
    record(archive, failed(START + 60 * HOUR), START)
    record(archive, visit, START)
    found = only(archive, 72)
    assert (found.health, found.trouble_since, found.trouble_visits) == (health, START + 60 * HOUR, 2)
    assert found.last_seen_at == START + 48 * HOUR
    record(archive, same(START + 84 * HOUR, 2), START)
    found = only(archive, 84)
    assert (found.health, found.trouble_since, found.trouble_visits) == ("well", None, 0)


def test_a_selector_that_matches_nothing_shows_in_the_status(archive: Archive) -> None:
    record_two_versions(archive)
    record(archive, same(START + 60 * HOUR, 2, fallback=True), START)
    assert only(archive, 60).health == "fallback"


def test_a_policy_that_is_no_longer_visited_is_overdue(archive: Archive) -> None:
    watch(archive)
    assert not only(archive, 23).overdue
    assert only(archive, 25).overdue
    mark_tried(archive, ["Teahouse"], START + 25 * HOUR)
    assert not only(archive, 26).overdue
    assert only(archive, 50).overdue


def test_a_paused_policy_is_never_due_or_overdue_and_has_the_time_of_the_pause(archive: Archive) -> None:
    record_two_versions(archive)
    record(archive, failed(START + 60 * HOUR), START)
    synchronise(archive, [replace(TEAHOUSE, paused=True, owner="Sekar Ayu")], START + 61 * HOUR)
    teahouse = only(archive, 900)
    assert (teahouse.health, teahouse.paused_at, teahouse.owner) == ("paused", START + 61 * HOUR, "Sekar Ayu")
    assert (teahouse.due, teahouse.overdue, teahouse.next_due, teahouse.versions) == (False, False, None, 2)


def test_the_trouble_of_a_policy_ends_when_it_is_paused(archive: Archive) -> None:
    record_two_versions(archive)
    record(archive, failed(START + 60 * HOUR), START)
    assert troubles(archive, statuses(archive, START + 61 * HOUR), 1)
    synchronise(archive, [replace(TEAHOUSE, paused=True)], START + 61 * HOUR)
    assert not troubles(archive, statuses(archive, START + 62 * HOUR), 1)


def test_retired_policies_come_last_and_are_never_due(archive: Archive) -> None:
    record_two_versions(archive)
    synchronise(archive, [], START)
    watch(archive, replace(TEAHOUSE, name="Ferry", url="https://ferry.example"))
    ferry, teahouse = statuses(archive, START + 900 * HOUR)
    assert (ferry.name, ferry.health) == ("Ferry", "never checked")
    assert (teahouse.health, teahouse.retired_at, teahouse.due, teahouse.overdue) == ("retired", START, False, False)
    assert (teahouse.versions, teahouse.next_due) == (2, None)


def test_only_policies_with_urgent_problems_are_looked_at(archive: Archive) -> None:
    names = ("well", "failing", "late", "paused", "retired", "new")
    kinds = {name: replace(TEAHOUSE, name=name, url=f"https://{name}.example/") for name in names}
    synchronise(archive, kinds.values(), START)
    for name in names[:-1]:
        visit = seen(START, written(f"Only our {name} cooks see your orders."), None)
        record(archive, replace(visit, fetch=replace(visit.fetch, policy=name)), START)
    later = START + 20 * HOUR
    bad = failed(later)
    record(archive, replace(bad, fetch=replace(bad.fetch, policy="failing")), later)
    mark_tried(archive, ["well", "failing", "paused", "retired", "new"], later)
    mark_tried(archive, ["late"], START)
    kinds["paused"] = replace(kinds["paused"], paused=True)
    del kinds["retired"]
    synchronise(archive, kinds.values(), later)
    now = later + HOUR
    chosen = unwell(archive, now + 4 * HOUR)
    assert [status.name for status in chosen] == ["failing", "late"]
    whole = {status.name: status for status in statuses(archive, now + 4 * HOUR)}
    assert chosen == tuple(whole[status.name] for status in chosen)
    assert [status.name for status in unwell(archive, now + 4 * HOUR, limit=1)] == ["failing"]
    urgent = {status.name for status in whole.values() if status.overdue or status.trouble_visits}
    assert urgent == {"failing", "late"}
