"""Counts the contents of the archive, and measures its disk space."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

from sqlalchemy import ColumnElement, func, or_, select, text
from sqlalchemy.orm import Session

from archive.storage.database import Archive
from archive.storage.tables import Base, BlobRow, ChangeRow, FetchPageRow, FetchRow, PolicyRow, VersionRow

COUNTED: tuple[tuple[str, type[Base]], ...] = (
    ("policies", PolicyRow),
    ("fetches", FetchRow),
    ("versions", VersionRow),
    ("changes", ChangeRow),
)


@dataclass(frozen=True, slots=True)
class ContentTotals:
    """Totals of stored contents of one kind."""

    count: int
    plain: int
    """Bytes before compression."""
    stored: int
    """Bytes after compression."""


@dataclass(frozen=True, slots=True)
class ArchiveStats:
    """The numbers of rows in the archive, and its disk space."""

    rows: dict[str, int]
    """Numbers of policies, fetches, versions and changes."""
    bodies: ContentTotals
    """Totals of raw pages. Equal pages are counted once."""
    texts: ContentTotals
    """Totals of the documents of versions. Equal documents are counted once."""
    _: KW_ONLY
    unreferenced: ContentTotals
    """Totals of contents that nothing refers to. `archive vacuum` removes them."""
    differences: int
    """Number of contents that are stored as a difference from another content."""
    database: int
    """Size of the database in bytes, with indexes and free pages, without SQLite's write-ahead log."""
    free: int | None
    """Number of bytes that `archive vacuum` would free. None if the database does not report it."""


def archive_stats(archive: Archive) -> ArchiveStats:
    """Return the numbers and sizes of the archive's contents."""
    with archive.reading() as session:
        bodies, texts = _bodies(), BlobRow.sha256.in_(select(VersionRow.document_sha256))
        return ArchiveStats(
            rows={name: session.scalar(select(func.count()).select_from(row)) or 0 for name, row in COUNTED},
            bodies=_contents(session, bodies),
            texts=_contents(session, texts),
            unreferenced=_contents(session, ~or_(bodies, texts)),
            differences=session.scalar(select(func.count(BlobRow.base_sha256))) or 0,
            database=_database(session),
            free=_free(session),
        )


def _bodies() -> ColumnElement[bool]:
    return or_(
        BlobRow.sha256.in_(select(FetchRow.snapshot_sha256).where(FetchRow.snapshot_sha256.is_not(None))),
        BlobRow.sha256.in_(select(FetchPageRow.snapshot_sha256).where(FetchPageRow.snapshot_sha256.is_not(None))),
    )


def _contents(session: Session, condition: ColumnElement[bool]) -> ContentTotals:
    stored = func.coalesce(func.sum(func.length(BlobRow.content)), 0)
    plain = func.coalesce(func.sum(BlobRow.size), 0)
    count, before, after = session.execute(select(func.count(), plain, stored).where(condition)).one()
    return ContentTotals(count, int(before), int(after))


def _database(session: Session) -> int:
    if session.get_bind().dialect.name == "postgresql":
        return int(session.scalar(text("SELECT pg_database_size(current_database())")) or 0)
    return _pragma(session, "page_count") * _pragma(session, "page_size")


def _free(session: Session) -> int | None:
    if session.get_bind().dialect.name == "postgresql":
        return None
    return _pragma(session, "freelist_count") * _pragma(session, "page_size")


def _pragma(session: Session, name: str) -> int:
    return int(session.scalar(text(f"PRAGMA {name}")) or 0)
