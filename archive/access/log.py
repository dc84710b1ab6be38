"""Records who did what at the desk, for auditors. These rows are not evidence: they are deleted after a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from archive.storage.database import Archive
from archive.storage.tables import AccessRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """A deed at the desk."""

    id: int
    at: datetime
    person: str
    """Name of the person, or "" if nobody was signed in."""
    deed: str
    about: str


def note_access(archive: Archive, at: datetime, person: str, deed: str, *, about: str = "") -> None:
    """Record a deed."""
    with archive.writing() as session:
        session.add(AccessRow(at=at, person=person, deed=deed, about=about))


def accesses(archive: Archive, limit: int, *, before: int | None = None) -> tuple[Access, ...]:
    """Return the latest deeds, newest first. `before` is the number of a deed: only earlier deeds are returned."""
    query = select(AccessRow).order_by(AccessRow.id.desc()).limit(limit)
    with archive.reading() as session:
        rows = session.scalars(query if before is None else query.where(AccessRow.id < before))
        return tuple(Access(id=row.id, at=row.at, person=row.person, deed=row.deed, about=row.about) for row in rows)


def drop_accesses(archive: Archive, before: datetime) -> None:
    """Delete the deeds before a time."""
    with archive.writing() as session:
        session.execute(delete(AccessRow).where(AccessRow.at < before))
