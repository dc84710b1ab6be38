"""Tests that a run ends at once only if a full run would do nothing. Also tests that `status --check` ends at once only
if there is no problem.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from archive.idle import IdleMark, held_mark, record_idle_run
from archive.model import Policy
from archive.recording.policies import mark_tried, synchronise
from archive.recording.recorder import record
from archive.recording.runs import begin_run, count_writes, run_times
from archive.storage.database import Archive, open_archive
from archive.storage.tables import DeliveryRow
from clausewatch.config import Configuration
from clausewatch.operation.health import problems
from clausewatch.operation.run import Selection, run_once
from notifier import outbox
from notifier.audience.subscriptions import Subscriber, Target
from notifier.audience.timing import Schedule
from tests.archive.visits import HOUR, START, TEAHOUSE, failed, same, seen, written
from tests.clausewatch.watched import call, configured

TOKEN = "checked"
INN = replace(TEAHOUSE, name="Inn", url="https://inn.example/privacy", tags=())
READER = Subscriber("Reader", (Target("desk", "reader@example.org"),), topics=("sharing",), welcome=False)

MINUTE = timedelta(minutes=1)


def configuration(database: str, *, policies: tuple[Policy, ...], subscribers: tuple[Subscriber, ...]) -> Configuration:
    """Return a configuration without channels, so that no message can be sent."""
    return Configuration(
        Path("clausewatch.toml"),
        database,
        policies=policies,
        subscribers=subscribers,
        token=TOKEN,
    )


def full_run(settings: Configuration, at: datetime) -> int:
    """Do a full run at a time. Return the number of transactions that wrote something. Three transactions are not
    counted: those that record the run's start, its end and its mark.
    """

    def started(_run: int, policies: int) -> None:
        assert policies == 0, "a policy is due"

    with open_archive(settings.database) as archive:
        before = count_writes(archive)
    report = run_once(settings, Selection(), started=started, clock=lambda: at)
    assert not report.sent
    with open_archive(settings.database) as archive:
        noted = held_mark(settings.database, TOKEN, at) is not None
        return count_writes(archive) - before - 2 - noted


def accept_all(database: str) -> None:
    """Record for all messages that a server accepted them."""
    with open_archive(database) as archive, archive.writing() as session:
        session.execute(update(DeliveryRow).where(DeliveryRow.state != "accepted").values(state="accepted"))


def come_to_rest(settings: Configuration, at: datetime) -> IdleMark | None:
    """Repeat the run, at most five times, until a run notes that nothing is left to do."""
    for _ in range(5):
        full_run(settings, at)
        mark = held_mark(settings.database, TOKEN, at)
        if mark is not None:
            return mark
        accept_all(settings.database)
    return None


def watch(database: str, policies: tuple[Policy, ...], tried: dict[str, datetime]) -> None:
    """Record policies, each with one version and the time at which a run last tried it."""
    with open_archive(database) as archive:
        synchronise(archive, policies, START)
        for policy in policies:
            visit = seen(START, written("Only our cooks see your orders."), None)
            record(archive, replace(visit, fetch=replace(visit.fetch, policy=policy.name)), START)
        for name, at in tried.items():
            mark_tried(archive, [name], at)


@cache
def empty_archive() -> bytes:
    """Return the bytes of an empty archive. The archive is made only once, because this takes all migrations."""
    with TemporaryDirectory() as folder:
        open_archive(f"sqlite:///{folder}/watch.db").close()
        return (Path(folder) / "watch.db").read_bytes()


schedules = st.one_of(
    st.none(),
    st.builds(Schedule, st.sampled_from(["daily", "weekly"]), st.times().map(lambda at: time(at.hour, at.minute))),
)
readers = st.builds(
    lambda digest, operator, welcome, zone: replace(
        READER, digest=digest, operator=operator, welcome=welcome, timezone=zone
    ),
    schedules,
    st.booleans(),
    st.booleans(),
    st.sampled_from(["UTC", "Asia/Jakarta", "America/New_York"]),
)
policies = st.builds(
    lambda policy, hours, paused: replace(policy, every=hours * HOUR, paused=paused),
    st.sampled_from([TEAHOUSE, INN]),
    st.integers(1, 100),
    st.booleans(),
)


@settings(max_examples=400 if os.environ.get("CLAUSEWATCH_LONG") else 10)
@given(
    st.lists(policies, max_size=2, unique_by=lambda policy: policy.name).map(tuple),
    st.lists(readers, max_size=1).map(tuple),
    st.integers(0, 300),
    st.floats(0, 1, exclude_max=True),
)
def test_idle_implies_that_a_full_run_would_do_nothing(
    watched: tuple[Policy, ...], subscribers: tuple[Subscriber, ...], minutes: int, share: float
) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / "watch.db").write_bytes(empty_archive())
        at = START + minutes * MINUTE
        settings = configuration(f"sqlite:///{folder}/watch.db", policies=watched, subscribers=subscribers)
        watch(settings.database, watched, {policy.name: at - minutes * MINUTE / 10 for policy in watched})
        mark = come_to_rest(settings, at)
        if mark is None:
            return
        then = mark.since + share * min(mark.until - mark.since, timedelta(days=9))
        then = min(then, mark.until - timedelta.resolution)  # a share just below 1 is rounded to the end
        with open_archive(settings.database) as archive:
            assert then >= mark.well_until or not problems(archive, settings, then)
        assert full_run(settings, then) == 0
        assert held_mark(settings.database, TOKEN, mark.until) is None


def at_rest(database: str) -> Configuration:
    """Return the configuration of an archive in which nothing is left to do until half past four in the afternoon."""
    settings = configuration(database, policies=(TEAHOUSE,), subscribers=(READER,))
    watch(database, (TEAHOUSE,), {"Teahouse": START})
    mark = come_to_rest(settings, START + HOUR)
    assert mark is not None
    assert mark.until == START + 0.9 * TEAHOUSE.every
    return settings


def test_a_run_at_rest_is_recorded_and_stays_at_rest(database_url: str) -> None:
    at_rest(database_url)
    numbers = []
    for hour in (2, 3, 4):
        done = record_idle_run(database_url, TOKEN, START + hour * HOUR)
        assert done is not None
        assert done[0].watched == 1
        numbers.append(done[1])
    assert numbers == sorted(set(numbers))
    with open_archive(database_url) as archive:
        assert run_times(archive).ended_at == START + 4 * HOUR
    assert record_idle_run(database_url, TOKEN, START + 11 * HOUR) is None, "the policy is due"


def test_a_mark_holds_for_no_other_configuration_and_no_earlier_time(database_url: str) -> None:
    at_rest(database_url)
    assert held_mark(database_url, TOKEN, START + 2 * HOUR) is not None
    assert held_mark(database_url, "another", START + 2 * HOUR) is None
    assert held_mark(database_url, TOKEN, START) is None, "the clock was set back"


WRITES: dict[str, Callable[[Archive], object]] = {
    "a visit": lambda archive: record(archive, same(START + 2 * HOUR, 1), START + 2 * HOUR),
    "a failed visit": lambda archive: record(archive, failed(START + 2 * HOUR), START + 2 * HOUR),
    "a new subscription": lambda archive: outbox.add_subscription(
        archive, replace(READER, name="Second"), "somebody", START + 2 * HOUR
    ),
    "a policy that left": lambda archive: synchronise(archive, (), START + 2 * HOUR),
    "a due policy": lambda archive: mark_tried(archive, ["Teahouse"], START - 20 * HOUR),
}


def test_whatever_is_written_ends_the_rest(database_url: str) -> None:
    settings = at_rest(database_url)
    for name, write in WRITES.items():
        assert held_mark(database_url, TOKEN, START + 3 * HOUR) is not None
        with open_archive(database_url) as archive:
            write(archive)
        assert held_mark(database_url, TOKEN, START + 3 * HOUR) is None, name
        assert record_idle_run(database_url, TOKEN, START + 3 * HOUR) is None, name
        if name != "a due policy":
            come_to_rest(settings, START + 2 * HOUR)


def test_a_transaction_that_alters_nothing_is_not_counted(database_url: str) -> None:
    at_rest(database_url)
    with open_archive(database_url) as archive:
        before = count_writes(archive)
        synchronise(archive, (TEAHOUSE,), START + 2 * HOUR)
        outbox.register(archive, (READER,), START + 2 * HOUR)
        assert count_writes(archive) == before


def test_a_transaction_that_only_adds_a_row_is_counted(database_url: str) -> None:
    with open_archive(database_url) as archive:
        before = count_writes(archive)
        begin_run(archive, START)
        assert count_writes(archive) == before + 1


def test_an_archive_that_is_missing_or_of_another_program_is_never_at_rest(tmp_path: Path) -> None:
    missing = f"sqlite:///{tmp_path}/missing.db"
    assert held_mark(missing, TOKEN, START) is None
    assert not (tmp_path / "missing.db").exists()
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE idle_mark (noted INTEGER)")
    assert record_idle_run(f"sqlite:///{tmp_path}/other.db", TOKEN, START) is None


def test_an_idle_run_prints_what_a_full_run_prints(tmp_path: Path) -> None:
    path = configured(tmp_path)
    with open_archive(f"sqlite:///{tmp_path}/watch.db") as archive:
        synchronise(archive, (TEAHOUSE,), START)
        record(archive, seen(START, written("Only our cooks see your orders."), None), START)
        mark_tried(archive, ["Teahouse"], datetime.now(START.tzinfo))
    outputs = [call(path, "run").stdout for _ in range(5)]
    assert set(outputs) == {"No policy is due, of 1 watched; --all checks them anyway\n"}
    assert " run 6: No policy is due" in call(path, "run", "--log-format", "timed").stdout
    checked = call(path, "status", "--check")
    assert (checked.exit_code, checked.output) == (0, "")
    with open_archive(f"sqlite:///{tmp_path}/watch.db") as archive:
        assert count_writes(archive) > 0
        mark_tried(archive, ["Teahouse"], START)
    assert "overdue: Teahouse" in call(path, "status", "--check").stdout
