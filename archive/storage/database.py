"""Opens the archive: one database URL, its transactions, and its newest schema."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from archive.errors import storage_errors
from archive.model import BUSY_TIMEOUT
from archive.storage import fault_injection
from archive.storage.engines import READING, create_private, engine_of, location_of, parsed
from archive.storage.run_lock import hold_run_lock
from archive.storage.sealing import Sealing
from archive.storage.upgrade import upgrade_schema


@dataclass(frozen=True)
class Archive:
    """An open archive. Close it, or use it in a `with` statement.

    Functions of this package take it as their first argument. Only `archive/` and `notifier/outbox` open sessions.
    """

    engine: Engine
    location: str
    """The database's URL without its password."""

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open one transaction that writes: committed when the block ends, rolled back if it raises.

        One writes at a time, in either kind of database: the lock is taken at once, so that what the block reads stays
        true until it commits, and rows get their numbers in the order of their commits. The evidence that it writes is
        sealed in the same transaction.
        Raises StorageError, ArchiveBusyError if the lock is not free in time; IntegrityError of SQLAlchemy if a
        unique key refuses a row.
        """
        with storage_errors(self.location), Session(self.engine, expire_on_commit=False) as session, session.begin():
            session.connection()  # a session begins lazily, at its first statement: take the lock now
            sealing = Sealing(session)
            yield session
            sealing.seal(datetime.now(UTC))
            fault_injection.reach("before commit")
        fault_injection.reach("after commit")

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open one transaction that only reads: one consistent view, and never in a writer's way."""
        reading = self.engine.execution_options(**READING[self.engine.dialect.name])
        with storage_errors(self.location), Session(reading, expire_on_commit=False) as session:
            yield session

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_archive(url: str, busy_timeout: timedelta = BUSY_TIMEOUT) -> Archive:
    """Open the archive at a database URL, create it if there is none, and upgrade it to the newest schema.

    `sqlite:///relative.db`, `sqlite:////absolute.db`, or `postgresql+psycopg://…`.
    Raises a child of StorageError that says where, what is wrong and what to do.
    """
    database = parsed(url)
    location = location_of(database)
    if database.get_backend_name() == "sqlite" and database.database:
        create_private(Path(database.database))
    upgrading = engine_of(database, busy_timeout, enforce_references=False)
    try:
        with storage_errors(location):
            upgrade_schema(upgrading, location)
    finally:
        upgrading.dispose()
    return Archive(engine_of(database, busy_timeout), location)


@contextmanager
def only_run_on_server(url: str, busy_timeout: timedelta = BUSY_TIMEOUT) -> Iterator[None]:
    """Hold the lock that a PostgreSQL archive has for runs on any machine. Of SQLite's, a file's lock is enough.

    Raises RunElsewhereError if another run holds it, and StorageError.
    """
    database = parsed(url)
    engine = engine_of(database, busy_timeout)
    try:
        with hold_run_lock(engine, location_of(database)):
            yield
    finally:
        engine.dispose()
