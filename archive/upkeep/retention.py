"""Removes the bodies of old pages as the retention rule says, and removes contents that nothing refers to.

Texts, versions and judgements are never removed. The body of each policy's latest version is not removed either. Each
removal is recorded as evidence: which body was removed, when, and under which rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, aliased

from archive.errors import UnknownPolicyError, UnknownTagError
from archive.storage import blobs
from archive.storage.database import Archive
from archive.storage.tables import BlobRow, FetchPageRow, FetchRow, PendingRow, PolicyRow, RemovalRow, VersionRow
from archive.upkeep.retention_rule import Retention

BATCH = 200
"""Maximum number of fetches whose bodies are removed in one transaction. A transaction must be short, because a run
must wait until it ends.
"""


@dataclass(frozen=True, slots=True)
class Removed:
    """Number and size of removed items."""

    bodies: int = 0
    """Number of bodies that were removed from fetches."""
    contents: int = 0
    """Number of removed contents to which nothing referred."""
    stored_bytes: int = 0
    """Compressed size of these contents, in bytes."""


def count_removable(archive: Archive, rule: Retention, now: datetime) -> int:
    """Count the fetches whose bodies the rule would remove now."""
    with archive.reading() as session:
        return session.scalar(select(func.count()).select_from(FetchRow).where(*_removable(session, rule, now))) or 0


def remove_bodies(archive: Archive, rule: Retention, now: datetime) -> int:
    """Remove the bodies that the rule no longer keeps, and return their number. Each removal is recorded as
    evidence.
    """
    removed = 0
    while True:
        with archive.writing() as session:
            query = select(FetchRow).where(*_removable(session, rule, now)).order_by(FetchRow.id).limit(BATCH)
            fetches = session.scalars(query).all()
            for fetch in fetches:
                removed += _remove(session, fetch, rule.reason, now)
        if len(fetches) < BATCH:
            return removed


def _removable(session: Session, rule: Retention, now: datetime) -> list[ColumnElement[bool]]:
    newest = select(func.max(VersionRow.id)).group_by(VersionRow.policy_id)
    latest = select(VersionRow.fetch_id).where(VersionRow.id.in_(newest))
    return [
        FetchRow.snapshot_sha256.is_not(None),
        FetchRow.started_at < now - rule.keep,
        FetchRow.id.not_in(latest),
        FetchRow.id.not_in(select(PendingRow.fetch_id)),
        FetchRow.policy_id.not_in(held_policies(session, rule)),
    ]


def require_known_holds(archive: Archive, rule: Retention) -> None:
    """Raise UnknownPolicyError or UnknownTagError if a legal hold matches no policy. Retired policies count too.
    Without this check, a misspelt hold would not keep the bodies that it should keep."""
    with archive.reading() as session:
        rows = session.execute(select(PolicyRow.name, PolicyRow.tags)).all()
    names, tags = [row.name for row in rows], sorted({tag for row in rows for tag in row.tags})
    for name in sorted(rule.held):
        if name not in names:
            raise UnknownPolicyError(name, names)
    for tag in sorted(rule.held_tags):
        if tag not in tags:
            raise UnknownTagError(tag, tags)


def held_policies(session: Session, rule: Retention) -> list[int]:
    """Return the numbers of the policies under legal hold."""
    rows = session.execute(select(PolicyRow.id, PolicyRow.name, PolicyRow.tags))
    return [row.id for row in rows if row.name in rule.held or set(row.tags) & set(rule.held_tags)]


def _remove(session: Session, fetch: FetchRow, reason: str, now: datetime) -> int:
    further = select(FetchPageRow).where(FetchPageRow.fetch_id == fetch.id, FetchPageRow.snapshot_sha256.is_not(None))
    pages: list[tuple[int, FetchRow | FetchPageRow]] = [(0, fetch)]
    pages += [(page.position, page) for page in session.scalars(further)]
    for position, page in pages:
        session.add(
            RemovalRow(fetch_id=fetch.id, position=position, sha256=page.snapshot_sha256, removed_at=now, reason=reason)
        )
        session.flush()  # write the removal first, because it contains the hash that the seal of the fetch needs
        page.snapshot_sha256 = None
    return len(pages)


def remove_unreferenced(archive: Archive) -> Removed:
    """Remove stored contents that nothing refers to. If such a content is the keyframe of other contents, one of these
    other contents becomes their new keyframe first.
    """
    removed = Removed()
    for key in _unreferenced(archive):
        with archive.writing() as session:
            row = session.get(BlobRow, key)
            if row is None or _is_referenced(session, key):
                continue  # a run has stored the same bytes again
            rebase(session, row)
            removed = Removed(0, removed.contents + 1, removed.stored_bytes + len(row.content))
            session.delete(row)
    return removed


def rebase(session: Session, keyframe: BlobRow) -> None:
    """Replace a keyframe from which other contents are stored as differences. The first of these contents becomes the
    new keyframe. The remaining contents become differences from the new keyframe.
    """
    dependents = session.scalars(
        select(BlobRow).where(BlobRow.base_sha256 == keyframe.sha256).order_by(BlobRow.sha256)
    ).all()
    contents = [blobs.retrieve(session, row.sha256) for row in dependents]
    first: str | None = None
    for row, content in zip(dependents, contents, strict=True):
        row.content, row.base_sha256 = blobs.packed(session, content, first)
        session.flush()
        first = first or row.sha256


def _unreferenced(archive: Archive) -> Sequence[str]:
    with archive.reading() as session:
        return session.scalars(select(BlobRow.sha256).where(*(~reference for reference in _references(BlobRow)))).all()


def _is_referenced(session: Session, key: str) -> bool:
    row = aliased(BlobRow)
    unreferenced = select(row.sha256).where(row.sha256 == key, *(~reference for reference in _references(row)))
    return session.scalar(unreferenced) is None


def _references(row: type[BlobRow]) -> Iterator[ColumnElement[bool]]:
    for column in (FetchRow.snapshot_sha256, FetchPageRow.snapshot_sha256, VersionRow.document_sha256):
        yield exists().where(column == row.sha256)
