"""Answers when visits did not find a policy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import defer

from archive.questions.lists.visits import UNREAD
from archive.questions.status import Check, check_of
from archive.storage.database import Archive
from archive.storage.tables import FetchRow
from archive.storage.version_reader import policy_row


@dataclass(frozen=True, slots=True)
class UnreadVisits:
    """Consecutive visits that did not find a policy."""

    since: datetime
    """Start of the first of these visits."""
    visits: int
    last: Check


def unread_visits(
    archive: Archive, policy: str, since: datetime | None = None, until: datetime | None = None
) -> tuple[UnreadVisits, ...]:
    """Return each series of visits that did not find a policy, oldest first. Series that ended before `since` or began
    after `until` are left out. Raises UnknownPolicyError.
    """
    with archive.reading() as session:
        is_read = case((FetchRow.outcome.in_(UNREAD), 0), else_=1)
        # The visits of a series have the same number of readable visits before them.
        numbered = (
            select(FetchRow.id, FetchRow.started_at, FetchRow.outcome)
            .add_columns(func.sum(is_read).over(order_by=FetchRow.id).label("series"))
            .where(FetchRow.policy_id == policy_row(session, policy).id)
            .subquery()
        )
        columns = numbered.c
        series = (
            select(func.min(columns.started_at).label("first"), func.count().label("visits"))
            .add_columns(func.max(columns.started_at).label("ended"), func.max(columns.id).label("last"))
            .where(columns.outcome.in_(UNREAD))
            .group_by(columns.series)
            .subquery()
        )
        query = select(FetchRow, series.c.first, series.c.visits).join(series, series.c.last == FetchRow.id)
        if since is not None:
            query = query.where(series.c.ended >= since)
        if until is not None:
            query = query.where(series.c.first <= until)
        rows = session.execute(query.options(defer(FetchRow.headers)).order_by(FetchRow.id)).all()
        return tuple(UnreadVisits(first, visits, check_of(last)) for last, first, visits in rows)
