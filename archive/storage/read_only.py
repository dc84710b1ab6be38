"""Opens an archive only for reading. Nothing is created, upgraded or locked, so this also works on a read-only
medium."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Engine

from archive.errors import ArchiveBusyError, CannotOpenError, OlderSchemaError, storage_errors
from archive.idle import NEWEST
from archive.model import BUSY_TIMEOUT
from archive.storage.database import Archive
from archive.storage.engines import engine_of, location_of, parsed
from archive.storage.upgrade import revision_of


@contextmanager
def read_only_archive(url: str, busy_timeout: timedelta = BUSY_TIMEOUT) -> Iterator[Archive]:
    """Open the archive at a database URL without changing it.

    Raises CannotOpenError if it does not exist. Raises OlderSchemaError and other subclasses of StorageError. It raises
    ArchiveBusyError at the end if no program had the file open at the beginning, but another program wrote to it in the
    meantime."""
    database = parsed(url)
    location = location_of(database)
    file = None if database.get_backend_name() != "sqlite" else _File.of(database, location)
    engine = engine_of(database if file is None else file.url, busy_timeout, read_only=True)
    try:
        with storage_errors(location):
            _require_newest(engine, location)
        yield Archive(engine, location)
    finally:
        engine.dispose()
    if file is not None:
        file.require_unchanged(location)


@dataclass(frozen=True, slots=True)
class _File:
    """A SQLite file, and its state when it was opened."""

    path: Path
    url: URL
    is_still: bool
    """Whether no program has the file open. Then there is no write-ahead log, and reading must not create one."""
    written: tuple[int, int]

    @classmethod
    def of(cls, database: URL, location: str) -> _File:
        path = Path(database.database or "")
        if not path.is_file() or path.stat().st_size == 0:
            raise CannotOpenError(location, "there is no archive; was it moved, or does `database` name another file?")
        is_still = not Path(f"{path}-wal").exists()
        options = {"mode": "ro", "uri": "true", **({"immutable": "1"} if is_still else {})}
        url = database.set(database=f"file:{quote(str(path.resolve()))}", query=options)
        return cls(path, url, is_still=is_still, written=_written(path))

    def require_unchanged(self, location: str) -> None:
        if self.is_still and (_written(self.path) != self.written or Path(f"{self.path}-wal").exists()):
            raise ArchiveBusyError(location, "another program wrote to it meanwhile; call this again")


def _written(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def _require_newest(engine: Engine, location: str) -> None:
    with engine.execution_options(clausewatch_reading=True).connect() as connection:
        revision = revision_of(connection, location)
    if revision is None:
        raise CannotOpenError(location, "there is no archive: the database is empty")
    if revision != NEWEST:
        problem = (
            f"its schema is {revision!r} and this program's {NEWEST!r}: verify it with the program that wrote it, or a "
            "copy that you let this one upgrade (`clausewatch status` does)"
        )
        raise OlderSchemaError(location, problem)
