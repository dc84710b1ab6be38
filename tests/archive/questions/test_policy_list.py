"""Tests the list of policies: its order, its filters, its pages, and its columns."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from archive.errors import InvalidCursorError, UnknownTagError
from archive.model import AssessedFetch, Policy
from archive.questions.lists.policy_list import SORTS, WORST_FIRST, ListedPolicy, PolicyFilter, Sort, list_policies
from archive.questions.status import Health, statuses
from archive.recording.policies import mark_tried, synchronise
from archive.recording.recorder import record
from archive.storage.database import Archive
from differ.visits.assessment import Assessment
from tests.archive.visits import HOUR, JUDGED, START, TEAHOUSE, failed, fetched, refused, same, seen, written

DAY = 24 * HOUR


def named(name: str, **settings: object) -> Policy:
    return replace(TEAHOUSE, name=name, url=f"https://{name.lower()}.example/privacy", **settings)  # type: ignore[arg-type]


POLICIES = (
    named("Well", tags=("food",)),
    named("Failing", owner="Sari"),
    named("Login", owner="Sari"),
    named("Unwatched"),
    named("Fallback"),
    named("Odd"),
    named("New"),
    named("Paused", paused=True),
    named("Gone"),
)
HEALTH: dict[str, Health] = {
    "Failing": "failing",
    "Login": "not comparable",
    "Unwatched": "not yet watched",
    "Fallback": "fallback",
    "Odd": "pending",
    "New": "never checked",
    "Well": "well",
    "Paused": "paused",
    "Gone": "retired",
}


def visit(archive: Archive, policy: str, visit: AssessedFetch) -> None:
    at = visit.fetch.started_at
    record(archive, replace(visit, fetch=replace(visit.fetch, policy=policy)), at)


@pytest.fixture
def full(archive: Archive) -> Archive:
    """Return an archive with a policy for each state of health."""
    synchronise(archive, POLICIES, START)
    for number, policy in enumerate(("Well", "Failing", "Login", "Fallback", "Odd", "Gone")):
        visit(archive, policy, seen(START + number * HOUR, written("Only cooks."), None))
    visit(archive, "Well", seen(START + DAY, written("Cooks and partners."), 1, JUDGED))
    visit(archive, "Well", same(START + 2 * DAY, 2))
    visit(archive, "Failing", failed(START + DAY))
    visit(archive, "Login", refused(START + DAY, 1))
    visit(archive, "Unwatched", refused(START + DAY, None))
    visit(archive, "Fallback", same(START + DAY, 1, fallback=True))
    odd = Assessment("pending", "shrunk", "half", document=written("Odd."), identity="e1")
    visit(archive, "Odd", AssessedFetch(fetched(START + DAY), odd, 1))
    mark_tried(archive, ["Well", "Failing"], START + DAY)
    mark_tried(archive, ["Odd"], START + DAY)
    synchronise(archive, POLICIES[:-1], START + DAY)
    return archive


def listed(archive: Archive, wanted: PolicyFilter, sort: Sort = "name", **page: object) -> list[ListedPolicy]:
    return list(list_policies(archive, wanted, START + 3 * DAY, sort, **page).entries)  # type: ignore[arg-type]


def names(archive: Archive, wanted: PolicyFilter, sort: Sort = "name", **page: object) -> list[str]:
    return [policy.status.name for policy in listed(archive, wanted, sort, **page)]


def test_policies_are_sorted_by_name_without_retired_ones(full: Archive) -> None:
    assert names(full, PolicyFilter()) == sorted(HEALTH.keys() - {"Gone"})
    assert names(full, PolicyFilter(retired=True), descending=True) == sorted(HEALTH, reverse=True)


def test_the_sort_by_health_agrees_with_the_status(full: Archive) -> None:
    assert {status.name: status.health for status in statuses(full, START + 3 * DAY)} == HEALTH
    assert names(full, PolicyFilter(retired=True), "health") == list(HEALTH)
    for name, health in HEALTH.items():
        assert names(full, PolicyFilter(health=health)) == [name]
    assert set(HEALTH.values()) == set(WORST_FIRST)


def test_policies_are_sorted_by_time(full: Archive) -> None:
    standing = {status.name: status for status in statuses(full, START + 3 * DAY)}
    checks = {name: status.last_check.started_at for name, status in standing.items() if status.last_check}
    by_check = names(full, PolicyFilter(retired=True), "last check")
    assert [checks[name] for name in by_check if name in checks] == sorted(checks.values())
    assert by_check[:2] == ["New", "Paused"]
    assert names(full, PolicyFilter(), "last change", descending=True)[0] == "Well"
    due = {name: status.next_due for name, status in standing.items()}
    by_due = [due[name] for name in names(full, PolicyFilter(), "next check")]
    times = [time for time in by_due if time is not None]
    assert times == sorted(times)
    assert len(times) == 3
    assert by_due[-3:] == times


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("descending", [False, True])
def test_pages_follow_each_other_without_gaps(full: Archive, sort: Sort, descending: bool) -> None:
    wanted = PolicyFilter(retired=True)
    whole = names(full, wanted, sort, descending=descending)
    parts: list[str] = []
    cursor: str | None = None
    while True:
        page = list_policies(full, wanted, START, sort, descending=descending, after=cursor, limit=2)
        assert page.count == len(HEALTH)
        parts += [policy.status.name for policy in page.entries]
        cursor = page.next
        if cursor is None:
            break
    assert parts == whole
    assert len(whole) == len(HEALTH)


def test_the_cursor_of_another_order_is_refused(full: Archive) -> None:
    page = list_policies(full, PolicyFilter(), START, "name", limit=1)
    with pytest.raises(InvalidCursorError):
        list_policies(full, PolicyFilter(), START, "health", after=page.next)


def test_filters_select_policies(full: Archive) -> None:
    assert names(full, PolicyFilter(words="FA")) == ["Failing", "Fallback"]
    assert names(full, PolicyFilter(words="%")) == []
    assert names(full, PolicyFilter(tag="food")) == ["Well"]
    assert names(full, PolicyFilter(owner="Sari")) == ["Failing", "Login"]
    assert "Failing" not in names(full, PolicyFilter(owner=""))
    with pytest.raises(UnknownTagError):
        names(full, PolicyFilter(tag="nothing"))


def test_a_row_counts_open_findings_and_the_changes_of_twelve_months(full: Archive) -> None:
    assert names(full, PolicyFilter(), "to review", descending=True)[0] == "Well"
    (well,) = listed(full, PolicyFilter(words="well"))
    assert (well.to_review, well.changes) == (1, (0,) * 11 + (1,))
    later = START + DAY + timedelta(days=364)
    (well,) = list_policies(full, PolicyFilter(words="well"), later).entries
    assert well.changes == (1,) + (0,) * 11
    (well,) = list_policies(full, PolicyFilter(words="well"), later + 2 * DAY).entries
    assert well.changes == (0,) * 12
