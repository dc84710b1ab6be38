"""Records net changes. A net change is the judged difference between two versions of a policy that do not follow each
other. A message reports a net change if its readers know only a version before the previous version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.recording.policies import options_of
from archive.recording.recorder import add_change, snapshots
from archive.storage import blobs
from archive.storage.database import Archive
from archive.storage.tables import IS_STEP, ChangeRow, NetChangeRow, PolicyRow, VersionRow
from differ.judgement.profiles import Profile, load_profile
from differ.visits.comparing import compare
from document import from_json
from document.model import Document
from document.reading import read_all


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Two versions of a policy, by their numbers."""

    policy_id: int
    earlier: int
    later: int


def change_between(session: Session, span: Span) -> ChangeRow | None:
    """Return the recorded change between the two versions. Return None if the versions have not been compared."""
    query = select(ChangeRow).where(ChangeRow.version_id == _version(session, span.policy_id, span.later).id)
    if span.earlier == span.later - 1:
        return session.scalar(query.where(IS_STEP))
    earlier = _version(session, span.policy_id, span.earlier)
    query = query.join(NetChangeRow, NetChangeRow.change_id == ChangeRow.id)
    return session.scalar(query.where(NetChangeRow.earlier_id == earlier.id))


def earlier_number(session: Session, change: ChangeRow) -> int:
    """Return the number of a change's earlier version."""
    query = select(VersionRow.number).join(NetChangeRow, NetChangeRow.earlier_id == VersionRow.id)
    number = session.scalar(query.where(NetChangeRow.change_id == change.id))
    return change.version.number - 1 if number is None else number


def record_net_change(archive: Archive, span: Span, profiles: Mapping[str, Profile], now: datetime) -> None:
    """Compare two versions of a policy, and record the judgement of their difference. Do nothing if they were compared
    before. A comparison may take seconds, so the transaction begins only after the comparison.
    """
    with archive.reading() as session:
        if change_between(session, span) is not None:
            return
        policy = session.get_one(PolicyRow, span.policy_id)
        before, after = _like_with_like(session, policy, span)
        profile = profiles.get(policy.profile) or load_profile()
    comparison = compare(before, after, profile)
    with archive.writing() as session:
        if change_between(session, span) is not None:
            return
        change = add_change(session, _version(session, span.policy_id, span.later), comparison, now)
        earlier = _version(session, span.policy_id, span.earlier)
        session.add(NetChangeRow(change_id=change.id, earlier_id=earlier.id))


def _like_with_like(session: Session, policy: PolicyRow, span: Span) -> tuple[Document, Document]:
    """Return the texts of both versions. If the two texts were extracted by different rules, they are extracted again
    by the present rules. This needs the pages of both versions.
    """
    rows = [_version(session, span.policy_id, number) for number in (span.earlier, span.later)]
    before, after = (from_json(blobs.retrieve(session, row.document_sha256)) for row in rows)
    pages = [snapshots(session, row.fetch) for row in rows]
    if rows[0].identity == rows[1].identity or not all(pages):
        return before, after
    again = [read_all(some, options_of(policy)) for some in pages]
    return (again[0].document, again[1].document) if again[0].identity == again[1].identity else (before, after)


def _version(session: Session, policy_id: int, number: int) -> VersionRow:
    return session.scalars(
        select(VersionRow).where(VersionRow.policy_id == policy_id, VersionRow.number == number)
    ).one()
