"""Lists policies with their status, sorted and filtered, in pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import BigInteger, ColumnElement, SQLColumnExpression, and_, case, cast, extract, func, or_, select
from sqlalchemy.orm import Session, aliased

from archive.model import IMPORTED, TECHNICAL_IMPORT
from archive.questions.lists.pages import MOST_ENTRIES, Page, cursor_of, key_of
from archive.questions.status import Health, PolicyStatus, statuses_of
from archive.recording.policies import DUE_SHARE
from archive.storage.database import Archive
from archive.storage.finding_conditions import contains
from archive.storage.tables import FetchRow, PendingRow, PolicyRow, VersionRow, WaitingRow
from archive.storage.version_reader import SEEN, tagged

Sort = Literal["name", "health", "last check", "last change", "next check", "to review"]
SORTS: tuple[Sort, ...] = ("name", "health", "last check", "last change", "next check", "to review")

MONTHS = 12
"""Number of months for which changes are counted."""

MONTH = timedelta(days=365) / MONTHS

WORST_FIRST: tuple[Health, ...] = (
    "failing",
    "not comparable",
    "not yet watched",
    "fallback",
    "pending",
    "never checked",
    "well",
    "paused",
    "retired",
)
"""The states in the order in which a list is sorted by health."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFilter:
    """Selects policies. A field that is None does not limit the selection."""

    words: str | None = None
    """A part of the name. Upper and lower case do not matter."""
    tag: str | None = None
    owner: str | None = None
    """The owner. "" selects policies without an owner."""
    health: Health | None = None
    retired: bool = False
    """Whether retired policies are included."""


@dataclass(frozen=True, slots=True)
class ListedPolicy:
    """A policy in the list of policies."""

    status: PolicyStatus
    to_review: int
    """Number of findings that nobody has reviewed."""
    changes: tuple[int, ...]
    """Number of changes in each of the last twelve months, oldest month first. First versions do not count."""


def list_policies(
    archive: Archive,
    wanted: PolicyFilter,
    now: datetime,
    sort: Sort = "name",
    *,
    descending: bool = False,
    after: str | None = None,
    limit: int = MOST_ENTRIES,
) -> Page[ListedPolicy]:
    """Return a page of the list of policies.

    In the ascending order, the worst health comes first. A policy without a value comes before all others. For example,
    a policy that was never checked comes first in a list that is sorted by last check. Raises UnknownTagError,
    InvalidCursorError.
    """
    key = _SORT_KEYS[sort]()
    with archive.reading() as session:
        conditions = _conditions(session, wanted)
        query = select(PolicyRow, key.label("position")).where(*conditions)
        if after is not None:
            position, last = key_of(after, (str if sort == "name" else int, int))
            query = query.where(_follows(key, position, last, descending=descending))
        order = (key.desc(), PolicyRow.id.desc()) if descending else (key, PolicyRow.id)
        read = session.execute(query.order_by(*order).limit(limit + 1)).all()
        rows = [row for row, _ in read[:limit]]
        standing = statuses_of(session, rows, now, PolicyRow.id.in_([row.id for row in rows]))
        ids = [row.id for row in rows]
        changes, waiting = _changes(session, ids, now), _waiting(session, ids)
        count = session.scalar(select(func.count()).select_from(PolicyRow).where(*conditions))
    entries = [ListedPolicy(policy, waiting.get(policy.id, 0), changes[policy.id]) for policy in standing]
    following = cursor_of((read[limit - 1].position, rows[-1].id)) if len(read) > limit else None
    return Page(tuple(entries), following, count=count)


def _follows(
    key: ColumnElement[Any], position: int | str, policy: int | str, *, descending: bool
) -> ColumnElement[bool]:
    """Return the SQL condition that a policy comes after the policy with this position and number."""
    if descending:
        return or_(key < position, and_(key == position, PolicyRow.id < policy))
    return or_(key > position, and_(key == position, PolicyRow.id > policy))


def _conditions(session: Session, wanted: PolicyFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.words is not None:
        conditions.append(contains(session, PolicyRow.name, wanted.words))
    if wanted.tag is not None:
        conditions.append(PolicyRow.id.in_(tagged(session, wanted.tag)))
    if wanted.owner is not None:
        conditions.append(PolicyRow.owner == wanted.owner)
    if wanted.health is not None:
        conditions.append(_health() == WORST_FIRST.index(wanted.health))
    elif not wanted.retired:
        conditions.append(PolicyRow.retired_at.is_(None))
    return conditions


def _health() -> ColumnElement[int]:
    """Select the position of a policy's health in `WORST_FIRST`; see `status.Health`."""
    imported = or_(FetchRow.identity.startswith(IMPORTED), FetchRow.identity.startswith(TECHNICAL_IMPORT))
    version = aliased(VersionRow)
    has_version = select(version.id).where(version.policy_id == FetchRow.policy_id).correlate(FetchRow).exists()
    visited: tuple[tuple[ColumnElement[bool], Health], ...] = (
        (~has_version, "not yet watched"),
        (FetchRow.outcome == "pending", "pending"),
        (and_(FetchRow.outcome == "failed", ~imported), "failing"),
        (and_(FetchRow.outcome.not_in(SEEN), ~imported), "not comparable"),
        (FetchRow.fallback.is_(True), "fallback"),
    )
    rank = WORST_FIRST.index
    # One subquery determines all states, so the last visit of each policy is looked up only once.
    state = _last_visit(case(*((condition, rank(state)) for condition, state in visited), else_=rank("well")))
    return case(
        (PolicyRow.retired_at.is_not(None), rank("retired")),
        (PolicyRow.paused_at.is_not(None), rank("paused")),
        else_=func.coalesce(state, rank("never checked")),
    )


def _last_visit(column: SQLColumnExpression[Any]) -> ColumnElement[Any]:
    """Select a column of the last visit of a policy."""
    query = select(column).where(FetchRow.policy_id == PolicyRow.id).order_by(FetchRow.id.desc()).limit(1)
    return query.correlate(PolicyRow).scalar_subquery()


def _last_check() -> ColumnElement[int]:
    return func.coalesce(_seconds(_last_visit(FetchRow.started_at)), 0)


def _last_change() -> ColumnElement[int]:
    changed = select(VersionRow.seen_at).where(VersionRow.policy_id == PolicyRow.id, VersionRow.number > 1)
    newest = changed.order_by(VersionRow.number.desc()).limit(1).correlate(PolicyRow).scalar_subquery()
    return func.coalesce(_seconds(newest), 0)


def _next_check() -> ColumnElement[int]:
    """Select the time of the next check; see `policies.next_check`."""
    usual = _seconds(PolicyRow.tried_at) + cast(PolicyRow.every_seconds * DUE_SHARE, BigInteger)
    pending = select(_seconds(PendingRow.tried_at)).where(
        PendingRow.policy_id == PolicyRow.id,
        _seconds(PendingRow.tried_at) - _seconds(PendingRow.since) < PolicyRow.confirm_max_seconds,
    )
    sooner = pending.correlate(PolicyRow).scalar_subquery() + PolicyRow.confirm_after_seconds
    asked, tried = _seconds(PolicyRow.visit_asked_at), _seconds(PolicyRow.tried_at)
    earliest = case((sooner < usual, sooner), else_=func.coalesce(usual, 0))
    fetched = and_(PolicyRow.retired_at.is_(None), PolicyRow.paused_at.is_(None))
    return case((~fetched, 0), (and_(tried < asked, asked < earliest), asked), else_=earliest)


def _to_review() -> ColumnElement[int]:
    waiting = select(func.count()).select_from(WaitingRow).where(WaitingRow.policy_id == PolicyRow.id)
    return waiting.correlate(PolicyRow).scalar_subquery()


def _seconds(column: SQLColumnExpression[Any]) -> ColumnElement[int]:
    return cast(extract("epoch", column), BigInteger)


_SORT_KEYS: dict[Sort, Callable[[], ColumnElement[Any]]] = {
    "name": lambda: PolicyRow.name.expression,
    "health": _health,
    "last check": _last_check,
    "last change": _last_change,
    "next check": _next_check,
    "to review": _to_review,
}


def _waiting(session: Session, policies: Sequence[int]) -> dict[int, int]:
    """Return the number of findings that wait for a review, by policy."""
    query = select(WaitingRow.policy_id, func.count()).where(WaitingRow.policy_id.in_(policies))
    return dict(session.execute(query.group_by(WaitingRow.policy_id)).all())


def _changes(session: Session, policies: Sequence[int], now: datetime) -> dict[int, tuple[int, ...]]:
    """Return the number of changes in each of the last months, by policy."""
    began = now - MONTHS * MONTH
    query = select(VersionRow.policy_id, VersionRow.seen_at).where(
        VersionRow.policy_id.in_(policies), VersionRow.number > 1, VersionRow.seen_at > began, VersionRow.seen_at <= now
    )
    counts = Counter((policy, (now - seen_at) // MONTH) for policy, seen_at in session.execute(query))
    return {policy: tuple(counts[policy, ago] for ago in reversed(range(MONTHS))) for policy in policies}
