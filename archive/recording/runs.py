"""Records when each run starts and ends. The watchdog uses these times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text, update

from archive.idle import NOTE, IdleMark
from archive.storage.database import Archive
from archive.storage.tables import IdleMarkRow, RunRow


@dataclass(frozen=True, slots=True)
class RunTimes:
    """The times of the first run and of the last completed run."""

    first_at: datetime | None
    """Time when the first run started; None before the first run."""
    ended_at: datetime | None
    """Time when the last completed run ended; None if no run was completed."""


@dataclass(frozen=True, slots=True)
class InterruptedRun:
    """A run that was not completed: it crashed, was stopped, or is still in progress."""

    id: int
    started_at: datetime
    error: str
    """Reason for the interruption, or "" if it is unknown."""


def begin_run(archive: Archive, now: datetime) -> int:
    """Record that a run starts, and return its number."""
    with archive.writing() as session:
        row = RunRow(started_at=now, ended_at=None)
        session.add(row)
        session.flush()
        return row.id


def end_run(archive: Archive, run: int, now: datetime) -> None:
    """Record that a run is complete."""
    with archive.writing() as session:
        session.execute(update(RunRow).where(RunRow.id == run).values(ended_at=now))


def note_interrupted(archive: Archive, run: int, error: str) -> None:
    """Record why a run ends early."""
    with archive.writing() as session:
        session.execute(update(RunRow).where(RunRow.id == run).values(error=error))


def interrupted_runs(archive: Archive, before: int | None = None) -> tuple[InterruptedRun, ...]:
    """Return the runs after the last completed run, oldest first. None of them was completed. If `before` is given,
    return only runs with a number below `before`.
    """
    last = select(func.coalesce(func.max(RunRow.id), 0)).where(RunRow.ended_at.is_not(None)).scalar_subquery()
    query = select(RunRow.id, RunRow.started_at, RunRow.error).where(RunRow.id > last).order_by(RunRow.id)
    with archive.reading() as session:
        rows = session.execute(query if before is None else query.where(RunRow.id < before)).all()
    return tuple(InterruptedRun(number, started_at, error) for number, started_at, error in rows)


def run_times(archive: Archive) -> RunTimes:
    """Return the times of the first run and of the last completed run."""
    with archive.reading() as session:
        first = session.scalar(select(RunRow.started_at).order_by(RunRow.id).limit(1))
        return RunTimes(first, session.scalar(select(func.max(RunRow.ended_at))))


def count_writes(archive: Archive) -> int:
    """Return the number of transactions that have altered a row so far."""
    with archive.reading() as session:
        return session.scalars(select(IdleMarkRow.writes)).one()


def note_idle(archive: Archive, mark: IdleMark, writes: int) -> None:
    """Store the mark that a run has nothing to do. Do nothing if more than `writes` transactions have been counted."""
    with archive.writing() as session:
        session.execute(text(NOTE), {**mark.parameters(), "writes": writes})
