"""Finds the times of a period in which no visit read a policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Select,
    and_,
    case,
    cast,
    exists,
    extract,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from archive.storage.tables import FetchRow, PolicyRow, UtcDateTime
from archive.storage.version_reader import READ

SHORTEST_GAP = timedelta(days=1)
"""Minimum length of a reported gap. A reported gap must also be longer than twice the policy's interval."""


@dataclass(frozen=True, slots=True)
class WatchGap:
    """A time in which no visit read a certain policy."""

    policy: str
    since: datetime
    """Time of the last visit before the gap that read the policy."""
    until: datetime | None
    """Time of the next visit that read the policy. None if there was no such visit in the period."""


@dataclass(frozen=True, slots=True)
class WatchGaps:
    """The gaps of a period, by policy and time."""

    listed: tuple[WatchGap, ...]
    left_out: int
    """Number of further gaps. They are not listed because of the limit."""


def watch_gaps(
    session: Session, policies: Sequence[int] | None, since: datetime, until: datetime, *, limit: int
) -> WatchGaps:
    """Return the times in the period at which visits were due, but no visit read the policy. A gap may begin before
    the period or end after it. Only the part in the period counts for the minimum length. `policies` has the numbers of
    the policies; None stands for all policies.
    """
    visits = _visits(policies, since, until)
    every = union_all(_between(visits), *_at_the_edges(visits, policies, since, until)).subquery()
    gaps = select(every, func.count().over().label("total")).order_by(every.c.name, every.c.at).limit(limit).subquery()
    # `since` is looked up only for the listed gaps: each gap at the begin of the period needs a query of its own.
    began = func.coalesce(gaps.c.since, _seen_before(gaps.c.policy_id, since), type_=UtcDateTime)
    query = select(gaps.c.name, began, gaps.c.until, gaps.c.total).order_by(gaps.c.name, gaps.c.at)
    rows = session.execute(query).all()
    listed = tuple(WatchGap(name, begin, end) for name, begin, end, _ in rows)
    return WatchGaps(listed, rows[0].total - len(rows) if rows else 0)


def _visits(policies: Sequence[int] | None, since: datetime, until: datetime) -> CTE:
    """Select the visits in the period that read their policy, each with the time of the policy's visit before it."""
    before = func.lag(FetchRow.started_at).over(partition_by=FetchRow.policy_id, order_by=FetchRow.id)
    query = select(FetchRow.policy_id, FetchRow.started_at, before.label("before"))
    query = query.where(FetchRow.outcome.in_(READ), FetchRow.started_at >= since, FetchRow.started_at <= until)
    return (query if policies is None else query.where(FetchRow.policy_id.in_(policies))).cte()


def _between(visits: CTE) -> Select[Any]:
    """Select the gaps that lie between two visits in the period. `at` is the position of the gap in the answer."""
    query = select(PolicyRow.name, PolicyRow.id.label("policy_id"), visits.c.before.label("at"))
    query = query.add_columns(visits.c.before.label("since"), visits.c.started_at.label("until"))
    query = query.join(visits, visits.c.policy_id == PolicyRow.id)
    return query.where(_seconds(visits.c.started_at) - _seconds(visits.c.before) > _shortest())


def _at_the_edges(
    visits: CTE, policies: Sequence[int] | None, since: datetime, until: datetime
) -> tuple[Select[Any], Select[Any]]:
    """Select the gaps before the first visit and after the last visit of the period."""
    watched = _watched(visits, policies, since, until)
    before = select(watched.c.name, watched.c.policy_id, literal(since, UtcDateTime).label("at"))
    before = before.add_columns(_no_time().label("since"), watched.c.first.label("until"))
    before = before.where(watched.c.unseen_before > watched.c.shortest, _was_seen_before(watched.c.policy_id, since))
    after = select(watched.c.name, watched.c.policy_id, watched.c.last.label("at"))
    after = after.add_columns(watched.c.last.label("since"), _no_time().label("until"))
    return before, after.where(watched.c.unseen_after > watched.c.shortest)


def _watched(visits: CTE, policies: Sequence[int] | None, since: datetime, until: datetime) -> CTE:
    """Select each policy with its first and last visit in the period, and with the seconds before and after them in
    which no visit read the policy.
    """
    first, last = func.min(visits.c.started_at), func.max(visits.c.started_at)
    times = select(visits.c.policy_id, first.label("first"), last.label("last")).group_by(visits.c.policy_id).subquery()
    end = _end(until)
    query = select(PolicyRow.name, PolicyRow.id.label("policy_id"), _shortest().label("shortest"), times.c.first)
    query = query.add_columns(
        times.c.last,
        (func.coalesce(_seconds(times.c.first), end) - int(since.timestamp())).label("unseen_before"),
        (end - _seconds(times.c.last)).label("unseen_after"),
    ).outerjoin(times, times.c.policy_id == PolicyRow.id)
    return (query if policies is None else query.where(PolicyRow.id.in_(policies))).cte()


def _end(until: datetime) -> ColumnElement[int]:
    """Select the time until which visits of a policy were due in the period, in seconds."""
    end: ColumnElement[int] = literal(int(until.timestamp()), BigInteger)
    for column in (PolicyRow.retired_at, PolicyRow.paused_at):
        end = case((and_(column.is_not(None), _seconds(column) < end), _seconds(column)), else_=end)
    return end


def _shortest() -> ColumnElement[int]:
    """Select the length in seconds above which a gap is reported."""
    least, twice = int(SHORTEST_GAP.total_seconds()), 2 * PolicyRow.every_seconds
    return case((twice > least, twice), else_=least)


def _seconds(time: Any) -> ColumnElement[int]:
    return cast(extract("epoch", time), BigInteger)


def _no_time() -> ColumnElement[datetime | None]:
    return cast(null(), UtcDateTime)


def _was_seen_before(policy: ColumnElement[int], at: datetime) -> ColumnElement[bool]:
    visit = aliased(FetchRow)
    return exists().where(visit.policy_id == policy, visit.outcome.in_(READ), visit.started_at < at)


def _seen_before(policy: ColumnElement[int], at: datetime) -> ColumnElement[datetime]:
    """Select the time of a policy's last visit before a time that read the policy."""
    visit = aliased(FetchRow)
    query = select(visit.started_at).where(visit.policy_id == policy, visit.outcome.in_(READ), visit.started_at < at)
    return query.order_by(visit.id.desc()).limit(1).scalar_subquery()
