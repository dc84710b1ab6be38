from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from archive.errors import UnknownPolicyError
from archive.model import AssessedFetch, Policy
from archive.questions.status import statuses
from archive.recording.policies import (
    Synchronised,
    configured,
    due_policies,
    is_due_at,
    mark_tried,
    next_due,
    synchronise,
)
from archive.recording.recorder import record
from archive.storage.database import Archive
from document.model import ExtractionOptions
from tests.archive.visits import HOUR, START, TEAHOUSE, latest_number, record_two_versions, seen, watch, written
from tests.chance import seeded

BAKERY = replace(TEAHOUSE, name="Bakery", url="https://bakery.example/privacy")


def names(policies: tuple[Policy, ...]) -> list[str]:
    return [policy.name for policy in policies]


def test_new_policies_are_added_once(archive: Archive) -> None:
    assert synchronise(archive, [TEAHOUSE, BAKERY], START) == Synchronised(added=("Teahouse", "Bakery"))
    assert synchronise(archive, [TEAHOUSE, BAKERY], START) == Synchronised()


def test_every_setting_of_a_policy_is_kept(archive: Archive) -> None:
    options = ExtractionOptions(("en", "id"), ("main", "#terms"), (".banner",))
    policy = Policy(
        "Ferry",
        "https://ferry.example/p",
        timedelta(days=1),
        options=options,
        profile="default",
        tags=("vendor", "travel"),
        owner="Sekar Ayu",
    )
    synchronise(archive, [policy], START)
    assert configured(archive) == (policy,)


@pytest.mark.parametrize(
    "change",
    [
        {"url": "https://teahouse.example/data"},
        {"every": timedelta(hours=6)},
        {"profile": "strict"},
        {"tags": ()},
        {"owner": "Sekar Ayu"},
        {"options": ExtractionOptions(select=("main",))},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_setting_is_applied(archive: Archive, change: dict[str, object]) -> None:
    watch(archive)
    altered = replace(TEAHOUSE, **change)  # type: ignore[arg-type]  # one field of each type
    assert synchronise(archive, [altered], START) == Synchronised(updated=("Teahouse",))
    assert configured(archive) == (altered,)


def test_a_policy_removed_from_the_file_is_retired_and_its_history_is_kept(archive: Archive) -> None:
    record_two_versions(archive)
    assert synchronise(archive, [BAKERY], START) == Synchronised(added=("Bakery",), retired=("Teahouse",))
    assert names(due_policies(archive, START + 900 * HOUR)) == ["Bakery"]
    assert latest_number(archive) == 2
    assert synchronise(archive, [BAKERY], START) == Synchronised()


def test_a_retired_policy_returns_with_its_history(archive: Archive) -> None:
    record_two_versions(archive)
    synchronise(archive, [], START)
    assert synchronise(archive, [TEAHOUSE], START) == Synchronised(returned=("Teahouse",))
    assert latest_number(archive) == 2
    assert statuses(archive, START)[0].retired_at is None


def test_a_paused_policy_is_not_due_until_it_is_resumed(archive: Archive) -> None:
    record_two_versions(archive)
    paused = replace(TEAHOUSE, paused=True)
    assert synchronise(archive, [paused, BAKERY], START) == Synchronised(added=("Bakery",), paused=("Teahouse",))
    assert synchronise(archive, [paused, BAKERY], START + HOUR) == Synchronised()
    assert names(due_policies(archive, START + 900 * HOUR)) == ["Bakery"]
    assert names(configured(archive)) == ["Bakery"]
    with pytest.raises(UnknownPolicyError):
        configured(archive, ["Teahouse"])
    assert synchronise(archive, [TEAHOUSE, BAKERY], START + 2 * HOUR) == Synchronised(resumed=("Teahouse",))
    assert "Teahouse" in names(due_policies(archive, START + 900 * HOUR))


def test_a_policy_can_be_paused_from_its_first_run_on(archive: Archive) -> None:
    synchronise(archive, [replace(TEAHOUSE, paused=True)], START)
    assert due_policies(archive, START + 900 * HOUR) == ()


def test_a_renamed_policy_keeps_its_history(archive: Archive) -> None:
    record_two_versions(archive)
    renamed = replace(TEAHOUSE, name="Tea Palace", renamed_from="Teahouse")
    assert synchronise(archive, [renamed], START) == Synchronised(renamed=("Tea Palace",))
    assert latest_number(archive, "Tea Palace") == 2
    assert synchronise(archive, [renamed], START) == Synchronised()


def test_the_former_name_of_a_policy_can_be_given_to_a_new_policy(archive: Archive) -> None:
    record_two_versions(archive)
    renamed = replace(TEAHOUSE, name="Tea Palace", renamed_from="Teahouse")
    found = synchronise(archive, [TEAHOUSE, renamed], START)
    assert found == Synchronised(added=("Teahouse",), renamed=("Tea Palace",))
    assert latest_number(archive, "Tea Palace") == 2
    assert latest_number(archive, "Teahouse") is None
    assert synchronise(archive, [TEAHOUSE, renamed], START) == Synchronised()


def test_a_rename_that_would_join_two_histories_is_refused_and_reported(archive: Archive) -> None:
    record_two_versions(archive)
    palace = replace(TEAHOUSE, name="Tea Palace", new=True)
    synchronise(archive, [palace], START)
    record(archive, seen_as("Tea Palace"), START)
    found = synchronise(archive, [replace(palace, new=False, renamed_from="Teahouse")], START)
    assert found == Synchronised(not_joined=("Tea Palace",))
    assert latest_number(archive, "Teahouse") == 2
    assert latest_number(archive, "Tea Palace") == 1


def seen_as(policy: str) -> AssessedFetch:
    visit = seen(START, written("We show it to nobody."), None)
    return replace(visit, fetch=replace(visit.fetch, policy=policy))


@pytest.mark.parametrize(
    ("tried", "now", "expected"),
    [
        (None, START, True),
        (START, START, False),
        (START, START + 10 * HOUR, False),
        (START, START + 10.79 * HOUR, False),
        (START, START + 10.8 * HOUR, True),
        (START, START + 12 * HOUR, True),
        (START, START - HOUR, True),
    ],
    ids=[
        "never tried",
        "just tried",
        "early",
        "just before nine tenths",
        "at nine tenths",
        "at every",
        "clock set back",
    ],
)
def test_a_policy_with_a_check_every_12_hours_is_due(
    archive: Archive, tried: datetime | None, now: datetime, expected: bool
) -> None:
    watch(archive)
    if tried is not None:
        mark_tried(archive, ["Teahouse"], tried)
    assert bool(due_policies(archive, now)) is expected


@pytest.mark.parametrize("every", [timedelta(minutes=15), timedelta(hours=1), timedelta(hours=12), timedelta(days=1)])
def test_no_check_is_skipped_in_30_days_if_cron_starts_as_often_as_the_policy_asks(every: timedelta) -> None:
    tried_at = None
    for number, run_started_at in enumerate(cron(every, timedelta(days=30))):
        assert is_due_at(next_due(tried_at, every), tried_at, run_started_at), f"run {number}"
        tried_at = run_started_at
        early = run_started_at + 0.5 * every
        assert not is_due_at(next_due(tried_at, every), tried_at, early), (
            "an hourly cron line asks no oftener than `every`"
        )


def test_an_archive_skips_no_check_in_a_day_if_cron_starts_as_often_as_the_policy_asks(archive: Archive) -> None:
    every = timedelta(hours=1)
    watch(archive, replace(TEAHOUSE, every=every))
    for run_started_at in cron(every, timedelta(days=1)):
        assert names(due_policies(archive, run_started_at)) == ["Teahouse"]
        mark_tried(archive, ["Teahouse"], run_started_at)
        assert due_policies(archive, run_started_at + 0.5 * every) == ()


def cron(every: timedelta, period: timedelta) -> Iterator[datetime]:
    """Yield the start times of runs by cron. Each run is up to a minute late, as on a busy machine.

    So the time from a late run to the next run can be shorter than `every`.
    """
    late = seeded(30)
    for tick in range(period // every):
        yield START + tick * every + timedelta(seconds=late.uniform(0, 60))


def test_policies_that_were_never_tried_come_first_and_then_the_longest_waiting_policies(archive: Archive) -> None:
    policies = [replace(TEAHOUSE, name=name) for name in ("early", "late", "never")]
    synchronise(archive, policies, START)
    mark_tried(archive, ["late"], START + HOUR)
    mark_tried(archive, ["early"], START)
    assert names(due_policies(archive, START + 24 * HOUR)) == ["never", "early", "late"]


def test_named_policies_are_chosen_even_if_they_are_not_due(archive: Archive) -> None:
    watch(archive, TEAHOUSE, BAKERY)
    assert names(configured(archive)) == ["Teahouse", "Bakery"]
    assert names(configured(archive, ["Bakery"])) == ["Bakery"]
    with pytest.raises(UnknownPolicyError, match="did you mean 'Bakery'"):
        configured(archive, ["bakrey"])
