"""Records for auditors what people did at the desk. These records are not evidence, and old records are deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from archive.storage.database import Archive
from archive.storage.tables import AccessRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """An entry of the access log: something that a person did at the desk."""

    id: int
    at: datetime
    person: str
    """Name of the person, or "" if nobody was signed in at that time."""
    deed: str
    about: str


def note_access(archive: Archive, at: datetime, person: str, deed: str, *, about: str = "") -> None:
    """Add an entry to the access log."""
    with archive.writing() as session:
        session.add(AccessRow(at=at, person=person, deed=deed, about=about))


def accesses(archive: Archive, limit: int, *, before: int | None = None) -> tuple[Access, ...]:
    """Return the latest entries, newest first. If `before` is given, return only entries with a number below
    `before`.
    """
    query = select(AccessRow).order_by(AccessRow.id.desc()).limit(limit)
    with archive.reading() as session:
        rows = session.scalars(query if before is None else query.where(AccessRow.id < before))
        return tuple(Access(id=row.id, at=row.at, person=row.person, deed=row.deed, about=row.about) for row in rows)


def drop_accesses(archive: Archive, before: datetime) -> None:
    """Delete the entries that were made before a time."""
    with archive.writing() as session:
        session.execute(delete(AccessRow).where(AccessRow.at < before))
