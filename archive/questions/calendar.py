"""Answers which entries are in a period of the calendar: effective dates, ends of notice and objection windows, and due
reviews.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from archive.errors import InvalidCursorError
from archive.model import ReviewTimes
from archive.questions.lists.pages import MOST_ENTRIES, Page, cursor_of, key_of
from archive.storage.database import Archive
from archive.storage.tables import (
    IS_STEP,
    AssignmentRow,
    ChangeRow,
    PolicyRow,
    StatedDayRow,
    VersionRow,
    WaitingRow,
)
from differ.model import SEVERITIES

CalendarKind = Literal["effective", "due", "review"]
CALENDAR_KINDS: tuple[CalendarKind, ...] = ("effective", "due", "review")

Moment = tuple[datetime, int, int]
"""The time of an entry, the number of its change, and the position of its kind."""

_NONE = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """A day or time that concerns a change."""

    at: datetime
    """Beginning of the day in UTC. For a review, the time until which the change should be reviewed."""
    kind: CalendarKind
    """`effective`: the effective date that the policy states. `due`: the end of a notice or objection window. `review`:
    the earliest time until which a finding of the change should be reviewed.
    """
    policy: str
    version: int
    change: int
    """Number of the change."""
    seen_at: datetime
    """Time when the change was first seen."""


@dataclass(frozen=True, slots=True)
class _Range:
    """The wanted part of the calendar."""

    start: Moment
    """Only entries after this moment."""
    until: datetime
    """Only entries before this time."""
    most: int
    """Maximum number of entries."""

    def holds(
        self,
        column: InstrumentedAttribute[Any],
        change: InstrumentedAttribute[int],
        kind: int,
        shift: timedelta = _NONE,
    ) -> ColumnElement[bool]:
        """Whether an entry of this kind is in the range. The entry's time is `column` plus `shift`."""
        at, number, position = self.start
        later = change > number if position >= kind else change >= number
        return and_(or_(column > at - shift, and_(column == at - shift, later)), column < self.until - shift)


def calendar(
    archive: Archive,
    since: datetime,
    until: datetime,
    times: ReviewTimes | None = None,
    *,
    after: str | None = None,
    limit: int = MOST_ENTRIES,
) -> Page[CalendarEntry]:
    """Return a page of the entries from `since` to before `until`, earliest first. Raises InvalidCursorError."""
    start = (since, 0, -1) if after is None else _moment_of(after)
    with archive.reading() as session:
        wanted = _Range(start, until, limit + 1)
        moments = {*_stated(session, wanted), *_assigned(session, wanted)}
        moments |= _reviews(session, wanted, times or ReviewTimes())
        page = sorted(moments)[: limit + 1]
        about = _changes(session, [change for _, change, _ in page[:limit]])
    entries = tuple(_entry(moment, *about[moment[1]]) for moment in page[:limit])
    following = None
    if len(page) > limit:
        at, change, kind = page[limit - 1]
        following = cursor_of((at.isoformat(), change, kind))
    return Page(entries, following)


def _moment_of(cursor: str) -> Moment:
    at, change, kind = key_of(cursor, (str, int, int))
    try:
        return datetime.fromisoformat(str(at)).astimezone(UTC), int(change), int(kind)
    except (ValueError, OverflowError) as error:
        raise InvalidCursorError(cursor) from error


def _stated(session: Session, wanted: _Range) -> Iterator[Moment]:
    """Yield the days that policies state."""
    for position, kind in enumerate(CALENDAR_KINDS[:2]):
        day, change = StatedDayRow.day, StatedDayRow.change_id
        query = select(day, change).join(ChangeRow, ChangeRow.id == change)
        query = query.where(StatedDayRow.kind == kind, IS_STEP, wanted.holds(day, change, position))
        yield from (
            (at, number, position) for at, number in session.execute(query.order_by(day, change).limit(wanted.most))
        )


def _assigned(session: Session, wanted: _Range) -> Iterator[Moment]:
    """Yield the due dates that people set."""
    day, change = AssignmentRow.due_at, AssignmentRow.change_id
    waits = select(WaitingRow.finding_id).where(WaitingRow.change_id == change).correlate(AssignmentRow).exists()
    query = select(day, change).where(wanted.holds(day, change, 2), waits).order_by(day, change)
    rows = session.execute(query.limit(wanted.most))
    yield from ((at, number, 2) for at, number in rows if at is not None)


def _reviews(session: Session, wanted: _Range, times: ReviewTimes) -> set[Moment]:
    """Return the calculated due dates, one for each change; see `inbox.review_due`."""
    change = WaitingRow.change_id
    free = change.not_in(select(AssignmentRow.change_id).where(AssignmentRow.due_at.is_not(None)))
    due = WaitingRow.stated_due
    stated = select(due, change).where(free, wanted.holds(due, change, 2)).distinct()
    rows = session.execute(stated.order_by(due, change).limit(wanted.most))
    moments = {(at, number, 2) for at, number in rows if at is not None}
    for rank, severity in enumerate(SEVERITIES):
        # A finding is left out if the same change has a finding of a higher severity, because the more severe finding
        # is due earlier.
        worst = select(func.min(WaitingRow.rank)).where(WaitingRow.change_id == ChangeRow.id).correlate(ChangeRow)
        within, seen = times.of(severity), WaitingRow.seen_at
        query = (
            select(seen, change)
            .join(ChangeRow, ChangeRow.id == change)
            .where(free, due.is_(None), WaitingRow.rank == rank, worst.scalar_subquery() == rank)
        )
        query = query.where(wanted.holds(seen, change, 2, within)).distinct()
        late = session.execute(query.order_by(seen, change).limit(wanted.most))
        moments |= {(at + within, number, 2) for at, number in late}
    return moments


def _entry(moment: Moment, policy: str, version: int, seen_at: datetime) -> CalendarEntry:
    at, change, kind = moment
    return CalendarEntry(
        at=at, kind=CALENDAR_KINDS[kind], policy=policy, version=version, change=change, seen_at=seen_at
    )


def _changes(session: Session, changes: list[int]) -> dict[int, tuple[str, int, datetime]]:
    query = select(ChangeRow.id, PolicyRow.name, VersionRow.number, VersionRow.seen_at).join(
        VersionRow, VersionRow.id == ChangeRow.version_id
    )
    query = query.join(PolicyRow, PolicyRow.id == VersionRow.policy_id).where(ChangeRow.id.in_(changes))
    return {change: (policy, version, seen_at) for change, policy, version, seen_at in session.execute(query)}
