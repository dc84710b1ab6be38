"""Answers what was visited and when: a policy's versions and checks, the checks that failed, and the runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from sqlalchemy import BindParameter, ColumnElement, bindparam, select
from sqlalchemy.orm import Session, defer

from archive.model import Query, Version
from archive.questions.lists.pages import MOST_ENTRIES, Page, cursor_of, key_of
from archive.questions.status import Check, check_of
from archive.storage.database import Archive
from archive.storage.tables import FetchRow, PolicyRow, RunRow, VersionRow
from archive.storage.version_reader import policy_row, read_versions

UNREAD = ("failed", "not comparable")
"""Outcomes of visits that did not find the policy."""


RUNS_COMPARED = 10
"""Number of times between runs from which the time of the next run is calculated."""

GRACE = timedelta(minutes=5)
"""Time by which a run may begin later than expected."""


@dataclass(frozen=True, slots=True)
class ListedCheck:
    """A visit in a list of visits."""

    id: int
    """Number of the fetch."""
    policy: str
    check: Check


@dataclass(frozen=True, slots=True)
class ListedRun:
    """A run in the list of runs."""

    id: int
    started_at: datetime
    ended_at: datetime | None
    """Time when the run was completed. None if the run still continues or was interrupted."""
    error: str
    """Reason for the interruption, or ""."""


def timeline(archive: Archive, policy: str, *, after: str | None = None, limit: int = MOST_ENTRIES) -> Page[Version]:
    """Return a page of a policy's versions with their changes, the newest first. Raises UnknownPolicyError,
    InvalidCursorError."""
    with archive.reading() as session:
        row = policy_row(session, policy)
        query = select(VersionRow.number).where(VersionRow.policy_id == row.id)
        if after is not None:
            query = query.where(VersionRow.number < key_of(after, (int,))[0])
        numbers = session.scalars(query.order_by(VersionRow.number.desc()).limit(limit + 1)).all()
        shown = VersionRow.number.in_(numbers[:limit])
        versions = read_versions(session, [VersionRow.policy_id == row.id, shown], Query())[::-1]
    return Page(versions, cursor_of((numbers[limit - 1],)) if len(numbers) > limit else None)


def checks(archive: Archive, policy: str, *, after: str | None = None, limit: int = MOST_ENTRIES) -> Page[ListedCheck]:
    """Return a page of the visits of a policy, the newest first. Raises UnknownPolicyError, InvalidCursorError."""
    with archive.reading() as session:
        return _checks(session, [FetchRow.policy_id == policy_row(session, policy).id], after, limit)


def unread_checks(archive: Archive, *, after: str | None = None, limit: int = MOST_ENTRIES) -> Page[ListedCheck]:
    """Return a page of the visits that did not find their policy, the newest first. Raises InvalidCursorError."""
    with archive.reading() as session:
        # The outcomes are a part of the SQL text. Otherwise SQLite would not use the index of such visits.
        outcomes: BindParameter[str] = bindparam("unread", UNREAD, expanding=True, literal_execute=True)
        return _checks(session, [FetchRow.outcome.in_(outcomes)], after, limit)


@dataclass(frozen=True, slots=True)
class ExpectedRun:
    """The time at which the next run can be expected, as earlier runs suggest."""

    last: datetime | None
    """Start of the last run. None if there was no run."""
    every: timedelta | None
    """Usual time between the starts of two runs: the median of the last runs. None if there were fewer than two."""

    def next(self, now: datetime) -> datetime | None:
        """Return the time at which the next run should begin. Return None if this is unknown, or if the run is late."""
        if self.last is None or self.every is None or self.last + self.every <= now - GRACE:
            return None
        return max(self.last + self.every, now)


def expected_run(archive: Archive) -> ExpectedRun:
    """Return when the last run began, and how often runs began before."""
    query = select(RunRow.started_at).order_by(RunRow.id.desc()).limit(RUNS_COMPARED + 1)
    with archive.reading() as session:
        starts = session.scalars(query).all()
    between = [(later - earlier).total_seconds() for later, earlier in pairwise(starts) if later > earlier]
    every = timedelta(seconds=median(between)) if between else None
    return ExpectedRun(starts[0] if starts else None, every)


def _checks(
    session: Session, conditions: list[ColumnElement[bool]], after: str | None, limit: int
) -> Page[ListedCheck]:
    query = select(FetchRow, PolicyRow.name).join(PolicyRow, PolicyRow.id == FetchRow.policy_id).where(*conditions)
    if after is not None:
        query = query.where(FetchRow.id < key_of(after, (int,))[0])
    query = query.options(defer(FetchRow.headers)).order_by(FetchRow.id.desc()).limit(limit + 1)
    rows = session.execute(query).all()
    entries = [ListedCheck(row.id, policy, check_of(row)) for row, policy in rows[:limit]]
    return Page(tuple(entries), cursor_of((entries[-1].id,)) if len(rows) > limit else None)


def list_runs(archive: Archive, *, after: str | None = None, limit: int = MOST_ENTRIES) -> Page[ListedRun]:
    """Return a page of the runs, the newest first. Raises InvalidCursorError."""
    query = select(RunRow)
    if after is not None:
        query = query.where(RunRow.id < key_of(after, (int,))[0])
    with archive.reading() as session:
        rows = session.scalars(query.order_by(RunRow.id.desc()).limit(limit + 1)).all()
    entries = [ListedRun(row.id, row.started_at, row.ended_at, row.error) for row in rows[:limit]]
    return Page(tuple(entries), cursor_of((entries[-1].id,)) if len(rows) > limit else None)
