"""Reports the status of each policy: its last check, its last change, and its problems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import BigInteger, ColumnElement, Select, cast, extract, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from archive.model import IMPORTED, OUTCOMES, FetchOutcome, Pending, Policy, SecondLooks, is_imported
from archive.questions.last_changes import LastChange, last_change, last_versions
from archive.recording.policies import fetched_policies, is_due_at, next_check
from archive.recording.second_looks import pending_of
from archive.storage.database import Archive
from archive.storage.tables import Columns, FetchRow, PendingRow, PolicyRow
from archive.storage.version_reader import READ, SEEN, policy_row

Health = Literal[
    "well",
    "pending",
    "fallback",
    "never checked",
    "not yet watched",
    "not comparable",
    "failing",
    "paused",
    "retired",
]

HEALTHY: tuple[Health, ...] = ("well", "pending", "fallback", "never checked", "paused", "retired")
"""States of a policy without problems."""

FEW = 1000
"""Maximum number of policies that are named one by one in a query. For more policies, the query repeats their
condition.
"""

OVERDUE_SHARE = 2
"""Number of intervals without a check after which a policy is overdue. An overdue policy may mean that Clausewatch has
stopped running.
"""


@dataclass(frozen=True, slots=True)
class Check:
    """The last visit."""

    started_at: datetime
    outcome: FetchOutcome
    reason: str | None
    _: KW_ONLY
    detail: str
    status: int | None
    """HTTP status. None if no complete response arrived."""


@dataclass(frozen=True, slots=True)
class PolicyStatus:
    """The status of one policy."""

    name: str
    url: str
    tags: tuple[str, ...]
    _: KW_ONLY
    every: timedelta
    retired_at: datetime | None
    health: Health
    """`well`: the last visit found the policy. `pending`: the last visit found an odd change that is waiting for a
    second look. `fallback`: the last visit found the policy, but the configured selector matched nothing, so the page
    was read without the selector. `never checked`: there was no visit yet. `not yet watched`: there were visits, but
    none of them found the policy. `not comparable`, `failing`: the last visit did not find the policy, and the last
    version remains. `paused`: the policy is not fetched for now."""
    trouble_since: datetime | None
    """Time of the first visit in a series of visits that did not find the policy. None if the last visit found the
    policy."""
    trouble_visits: int
    """Number of visits in the series of visits that did not find the policy."""
    last_check: Check | None
    last_seen_at: datetime | None
    """Time when a visit last found the policy, with or without a change of its text."""
    versions: int
    """Number of versions."""
    last_change: LastChange | None
    """The change to the latest version. None if the policy has only a first version."""
    next_due: datetime | None
    """Time when the next check is due. None if the check is due at once, or if the policy is paused or retired."""
    due: bool
    overdue: bool
    pending: Pending | None = None
    """The odd text that waits for a second look. It still waits if a later visit found another text."""
    flap_quiet: timedelta = SecondLooks().flap_quiet
    further_urls: tuple[str, ...] = ()
    """The addresses after the first address. The pages of all addresses are read as one text."""
    id: int = 0
    """Number of the policy in the archive. It is 0 if no run has recorded the policy yet."""
    trouble_fetch: int | None = None
    """Number of the first fetch in the series of visits that did not find the policy."""
    tried_at: datetime | None = None
    """Start of the last run that tried the policy. If no run has tried it yet, the time when the policy was added. None
    if no run has recorded the policy yet.
    """
    owner: str = ""
    """The person or team that is responsible for the policy, or ""."""
    paused_at: datetime | None = None
    """Time since which fetching is paused. None if the policy is not paused, or if no run has recorded the policy
    yet."""

    @property
    def is_fetched(self) -> bool:
        """Whether runs fetch the policy. Runs do not fetch a policy that is paused or retired."""
        return self.health not in ("paused", "retired")

    @property
    def flapping(self) -> bool:
        """Whether alerts are held because the text goes back and forth."""
        change = self.last_change
        return change is not None and change.flapping and change.last_seen_at - change.seen_at < self.flap_quiet


_POLICY_COLUMNS = select(
    *(PolicyRow.id, PolicyRow.name, PolicyRow.url, PolicyRow.further_urls, PolicyRow.tags, PolicyRow.owner),
    *(PolicyRow.every_seconds, PolicyRow.confirm_after_seconds, PolicyRow.confirm_max_seconds),
    *(PolicyRow.flap_quiet_seconds, PolicyRow.created_at, PolicyRow.tried_at, PolicyRow.visit_asked_at),
    *(PolicyRow.paused_at, PolicyRow.retired_at),
)
"""The columns that the status of a policy needs. Reading whole rows as objects takes three times as long."""

_FETCH_COLUMNS = select(
    *(FetchRow.policy_id, FetchRow.started_at, FetchRow.outcome, FetchRow.reason, FetchRow.detail),
    *(FetchRow.status, FetchRow.identity, FetchRow.fallback),
)


@dataclass(frozen=True, slots=True)
class _Trouble:
    """The visits after the last visit that found the policy."""

    visits: int
    since: datetime
    fetch: int
    """Number of the first visit that did not find the policy."""


def statuses(archive: Archive, now: datetime) -> tuple[PolicyStatus, ...]:
    """Return the status of each policy. The order is the order in which the policies were added, but retired policies
    come last."""
    with archive.reading() as session:
        rows = session.execute(_POLICY_COLUMNS.order_by(PolicyRow.retired_at.is_not(None), PolicyRow.id)).all()
        return statuses_of(session, rows, now, true())


def unwell(archive: Archive, now: datetime, limit: int | None = None) -> tuple[PolicyStatus, ...]:
    """Return the status of each policy that is fetched and may have an urgent problem: it is overdue, or its last visit
    did not find it. The order is the order in which the policies were added. The states of healthy policies are not
    read, so the answer takes little time for an archive without problems.
    """
    tried = cast(extract("epoch", func.coalesce(PolicyRow.tried_at, PolicyRow.created_at)), BigInteger)
    overdue = tried + OVERDUE_SHARE * PolicyRow.every_seconds <= int(now.timestamp())
    last = select(FetchRow.outcome).where(FetchRow.policy_id == PolicyRow.id).order_by(FetchRow.id.desc()).limit(1)
    missed = last.correlate(PolicyRow).scalar_subquery().not_in(READ)
    query = fetched_policies().where(or_(overdue, missed)).limit(limit)
    with archive.reading() as session:
        rows = session.scalars(query).all()
        few = len(rows) <= FEW
        ids = [row.id for row in rows] if few else query.with_only_columns(PolicyRow.id).order_by(None)
        return statuses_of(session, rows, now, PolicyRow.id.in_(ids))


def status_of(archive: Archive, policy: str, now: datetime) -> PolicyStatus:
    """Return the status of one policy. Raises UnknownPolicyError."""
    with archive.reading() as session:
        row = policy_row(session, policy)
        return statuses_of(session, [row], now, PolicyRow.id == row.id)[0]


def statuses_of(
    session: Session, rows: Sequence[PolicyRow | Columns], now: datetime, condition: ColumnElement[bool]
) -> tuple[PolicyStatus, ...]:
    """Return the statuses of policies in the order of `rows`. `condition` is an SQL condition on `PolicyRow` that
    selects the same policies.
    """
    fetches = _latest_fetches(session, condition)
    pending = select(PendingRow).join(PolicyRow, PolicyRow.id == PendingRow.policy_id).where(condition)
    looks = {row.policy_id: row for row in session.scalars(pending)}
    troubles = _troubles(session, condition)
    versions = last_versions(session, condition)
    return tuple(
        _status(
            row,
            now,
            fetch=fetches.get(row.id),
            trouble=troubles.get(row.id),
            version=versions.get(row.id),
            waiting=looks.get(row.id),
        )
        for row in rows
    )


def never_checked(policy: Policy) -> PolicyStatus:
    """Return the status of a configured policy that no run has recorded yet."""
    return PolicyStatus(
        name=policy.name,
        url=policy.url,
        tags=policy.tags,
        every=policy.every,
        retired_at=None,
        health="paused" if policy.paused else "never checked",
        trouble_since=None,
        trouble_visits=0,
        last_check=None,
        last_seen_at=None,
        versions=0,
        last_change=None,
        next_due=None,
        due=not policy.paused,
        overdue=False,
        further_urls=policy.options.further,
        owner=policy.owner,
    )


def _newest(condition: ColumnElement[bool]) -> Select[int]:
    """Select the id of each policy's last visit. The database can answer this query from an index."""
    visit = aliased(FetchRow)
    last = select(func.max(visit.id)).where(visit.policy_id == PolicyRow.id).scalar_subquery()
    return select(last).select_from(PolicyRow).where(condition)


def _latest_fetches(session: Session, condition: ColumnElement[bool]) -> dict[int, Columns]:
    query = _FETCH_COLUMNS.where(FetchRow.id.in_(_newest(condition)))
    return {row.policy_id: row for row in session.execute(query)}


def _troubles(session: Session, condition: ColumnElement[bool]) -> dict[int, _Trouble]:
    """Return, for each policy, the visits after the last visit that found the policy."""
    visit = aliased(FetchRow)
    unwell = select(FetchRow.policy_id).where(FetchRow.id.in_(_newest(condition)), FetchRow.outcome.not_in(READ))
    last = select(visit.id).where(visit.policy_id == PolicyRow.id, visit.outcome.in_(READ))
    last_good = last.order_by(visit.id.desc()).limit(1).scalar_subquery()
    # With DISTINCT, SQLite looks up the last visit that found the policy once for each policy. Without it, SQLite would
    # do this once for each later visit.
    since = select(PolicyRow.id, last_good.label("last")).where(PolicyRow.id.in_(unwell)).distinct().subquery()
    rows = session.execute(
        select(FetchRow.policy_id, func.count(), func.min(FetchRow.started_at), func.min(FetchRow.id))
        .join(since, since.c.id == FetchRow.policy_id)
        .where(FetchRow.id > func.coalesce(since.c.last, 0), ~FetchRow.identity.startswith(IMPORTED.rstrip()))
        .group_by(FetchRow.policy_id)
    )
    return {policy: _Trouble(visits, since, first) for policy, visits, since, first in rows}


def _status(
    row: PolicyRow | Columns,
    now: datetime,
    *,
    fetch: Columns | None,
    trouble: _Trouble | None,
    version: Columns | None,
    waiting: PendingRow | None,
) -> PolicyStatus:
    every = timedelta(seconds=row.every_seconds)
    start = next_check(row, waiting)
    fetched = row.retired_at is None and row.paused_at is None
    return PolicyStatus(
        name=row.name,
        url=row.url,
        tags=tuple(row.tags),
        every=every,
        retired_at=row.retired_at,
        health=_health(row, fetch, version),
        trouble_since=None if trouble is None else trouble.since,
        trouble_visits=0 if trouble is None else trouble.visits,
        last_check=None if fetch is None else check_of(fetch),
        last_seen_at=None if version is None else version.last_seen_at,
        versions=0 if version is None else version.number,
        last_change=last_change(version),
        next_due=start if fetched else None,
        due=fetched and is_due_at(start, row.tried_at, now),
        overdue=fetched and now - (row.tried_at or row.created_at) > OVERDUE_SHARE * every,
        pending=pending_of(waiting),
        flap_quiet=timedelta(seconds=row.flap_quiet_seconds),
        further_urls=tuple(row.further_urls),
        id=row.id,
        trouble_fetch=None if trouble is None else trouble.fetch,
        tried_at=row.tried_at or row.created_at,
        owner=row.owner,
        paused_at=row.paused_at,
    )


def _health(row: PolicyRow | Columns, fetch: Columns | None, version: Columns | None) -> Health:
    if row.retired_at is not None:
        return "retired"
    if row.paused_at is not None:
        return "paused"
    if fetch is None:
        return "never checked"
    if version is None:
        return "not yet watched"
    if fetch.outcome == "pending":
        return "pending"
    if fetch.outcome not in SEEN and not is_imported(fetch.identity):
        return "failing" if fetch.outcome == "failed" else "not comparable"
    return "fallback" if fetch.fallback else "well"


def check_of(fetch: FetchRow | Columns) -> Check:
    """Return the visit of a row."""
    return Check(fetch.started_at, _outcome(fetch.outcome), fetch.reason, detail=fetch.detail, status=fetch.status)


def _outcome(stored: str) -> FetchOutcome:
    return next(outcome for outcome in OUTCOMES if outcome == stored)
