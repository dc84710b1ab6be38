"""Answers what is known about a policy at a time, from the visits before and after that time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from archive.errors import NoVersionError
from archive.storage.database import Archive
from archive.storage.tables import FetchRow, VersionRow
from archive.storage.version_reader import READ, SEEN, policy_row


@dataclass(frozen=True, slots=True)
class DayKnowledge:
    """Facts about the last visit before a time and the first visit after it. Visits that did not find the policy do not
    count.
    """

    at: datetime
    version: int
    """Number of the version that the last visit before the given time showed."""
    last_seen: datetime
    """Time of the last visit before the given time."""
    next_seen: datetime | None
    """Time of the first visit that showed the policy after the given time. None if there is no such visit yet."""
    next_version: int | None
    """Number of the version that the visit at `next_seen` showed. None if there is no such visit yet."""
    missed: int
    """Number of visits between `last_seen` and `next_seen`. None of these visits showed the policy."""

    @property
    def is_certain(self) -> bool:
        """Whether the visits on both sides showed the same text."""
        return self.next_version == self.version


def known_at(archive: Archive, policy: str, at: datetime) -> DayKnowledge:
    """Return what is known about a policy at a time.

    Raises UnknownPolicyError, and NoVersionError for a time before the first version.
    """
    with archive.reading() as session:
        policy_id = policy_row(session, policy).id
        versions = select(VersionRow.number, VersionRow.seen_at).where(VersionRow.policy_id == policy_id)
        current = session.execute(
            versions.where(VersionRow.seen_at <= at).order_by(VersionRow.number.desc()).limit(1)
        ).first()
        if current is None:
            raise NoVersionError(policy, f"nothing is known of {at:%Y-%m-%d %H:%M} UTC")
        following = session.execute(versions.where(VersionRow.number == current.number + 1)).first()
        before = _visit(session, policy_id, func.max(FetchRow.started_at), FetchRow.started_at <= at)
        last_seen = current.seen_at if before is None else max(before, current.seen_at)
        after = _visit(session, policy_id, func.min(FetchRow.started_at), FetchRow.started_at > at)
        differs = following is not None and (after is None or following.seen_at <= after)
        next_seen = following.seen_at if following is not None and differs else after
        missed = _missed(session, policy_id, last_seen, next_seen)
    number = current.number + differs if next_seen is not None else None
    return DayKnowledge(at, current.number, last_seen, next_seen, number, missed)


def _visit(
    session: Session, policy_id: int, which: ColumnElement[datetime], when: ColumnElement[bool]
) -> datetime | None:
    """Return the time of the first or last visit that meets a condition and that showed the policy."""
    return session.scalar(select(which).where(FetchRow.policy_id == policy_id, FetchRow.outcome.in_(SEEN), when))


def _missed(session: Session, policy_id: int, since: datetime, until: datetime | None) -> int:
    query = select(func.count()).where(
        FetchRow.policy_id == policy_id, FetchRow.outcome.not_in(READ), FetchRow.started_at > since
    )
    return session.scalar(query if until is None else query.where(FetchRow.started_at < until)) or 0
