"""Opens an archive for reading. Nothing is created, upgraded or locked, so this also works on a read-only medium."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Engine
from sqlalchemy.orm import Session

from archive.errors import (
    ArchiveBusyError,
    CannotOpenError,
    OlderSchemaError,
    ReadOnlyArchiveError,
    ReplacedArchiveError,
    storage_errors,
)
from archive.idle import NEWEST
from archive.model import BUSY_TIMEOUT
from archive.storage.database import Archive
from archive.storage.engines import engine_of, location_of, parsed
from archive.storage.upgrade import MOVED, VERSION_TABLE, require_in_use, revision_of


@contextmanager
def read_only_archive(url: str, busy_timeout: timedelta = BUSY_TIMEOUT) -> Iterator[Archive]:
    """Open the archive at a database URL without changing it.

    Raises CannotOpenError if it does not exist. Raises OlderSchemaError and other subclasses of StorageError. If no
    other program has the file open at the beginning, the file may be read without locks. If another program then writes
    to the file, ArchiveBusyError is raised at the end.
    """
    database = parsed(url)
    location = location_of(database)
    file = None if database.get_backend_name() != "sqlite" else _File.of(database, location)
    engine = engine_of(database if file is None else file.url, busy_timeout, read_only=True)
    try:
        with storage_errors(location):
            _require_newest(engine, location, NEWEST, MOVED)
        yield Archive(engine, location)
    finally:
        engine.dispose()
    if file is not None:
        file.require_unchanged(location)


@dataclass(frozen=True, slots=True)
class ServedArchive:
    """An archive that a server keeps open. Other programs may use the archive at the same time."""

    reader: Archive
    """The archive for questions. The database refuses every write."""
    writer: Archive
    """The archive for reviews, and for the desk's own tables."""
    _file: tuple[Path, tuple[int, int]] | None
    """The SQLite file, with its device and inode at the time of opening."""

    def require_current(self) -> None:
        """Raise ReplacedArchiveError if the archive was replaced or upgraded since it was opened.

        Raises other subclasses of StorageError if the archive cannot be read.
        """
        if self._file is not None and _identity(self._file[0]) != self._file[1]:
            raise ReplacedArchiveError(self.reader.location, "the archive was replaced; start this program again")
        with self.reader.reading() as session:
            revisions = session.connection().exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalars()  # noqa: S608 - a constant
            if (revision := revisions.first()) != NEWEST:
                problem = f"its schema changed from {NEWEST!r} to {revision!r}; start this program again"
                raise ReplacedArchiveError(self.reader.location, problem)


class _ReadingArchive(Archive):
    """An archive that refuses to write. PostgreSQL's driver can make a transaction read-only, but not a connection. So
    this class refuses transactions that write.
    """

    @contextmanager
    def writing(self) -> Iterator[Session]:
        raise ReadOnlyArchiveError(self.location, "it was opened for reading only")
        yield  # makes this a generator, as contextmanager needs


@contextmanager
def served_archive(url: str, busy_timeout: timedelta = BUSY_TIMEOUT) -> Iterator[ServedArchive]:
    """Open an existing archive for a server, without upgrading it.

    Raises CannotOpenError if it does not exist. Raises OlderSchemaError and other subclasses of StorageError.
    """
    database = parsed(url)
    location = location_of(database)
    file = None
    if database.get_backend_name() == "sqlite":
        path = _existing(database, location)
        file = path, _identity(path)
    reading, writing = engine_of(database, busy_timeout, read_only=True), engine_of(database, busy_timeout)
    try:
        with storage_errors(location):
            _require_newest(reading, location, NEWEST)
        yield ServedArchive(_ReadingArchive(reading, location), Archive(writing, location), file)
    finally:
        reading.dispose()
        writing.dispose()


def _existing(database: URL, location: str) -> Path:
    path = Path(database.database or "")
    if not path.is_file() or path.stat().st_size == 0:
        raise CannotOpenError(location, "there is no archive; was it moved, or does `database` name another file?")
    return path


def _identity(path: Path) -> tuple[int, int]:
    """Return the device and inode of a file. Return zeros if there is no such file."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_dev, status.st_ino


@dataclass(frozen=True, slots=True)
class _File:
    """A SQLite file, and its state when it was opened."""

    path: Path
    url: URL
    is_still: bool
    """Whether no other program has the file open. In this case there is no write-ahead log, and reading must not create
    such a log.
    """
    written: tuple[int, int]

    @classmethod
    def of(cls, database: URL, location: str) -> _File:
        path = _existing(database, location)
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


def _require_newest(engine: Engine, location: str, *revisions: str) -> None:
    with engine.execution_options(clausewatch_reading=True).connect() as connection:
        revision = revision_of(connection, location)
    if revision is None:
        raise CannotOpenError(location, "there is no archive: the database is empty")
    if revision not in revisions:
        require_in_use(revision, location)
        raise _other_schema(location, revision)


def _other_schema(location: str, revision: str | None) -> OlderSchemaError:
    problem = (
        f"its schema is {revision!r} and this program's {NEWEST!r}: verify it with the program that wrote it, or a "
        "copy that you let this one upgrade (`clausewatch status` does)"
    )
    return OlderSchemaError(location, problem)
