"""Opens the archive: connects to the database, upgrades its schema, and provides transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from archive.errors import storage_errors
from archive.idle import COUNT
from archive.model import BUSY_TIMEOUT
from archive.permissions import create_private, let_group_read
from archive.storage import fault_injection
from archive.storage.engines import READING, engine_of, has_altered, location_of, parsed
from archive.storage.run_lock import hold_run_lock
from archive.storage.sealing import Sealing
from archive.storage.upgrade import require_not_moved, upgrade_schema
from archive.storage.waiting_list import WaitingList


@dataclass(frozen=True)
class Archive:
    """An open archive. Close it, or use it in a `with` statement.

    Most functions in `archive/` take it as their first argument. Only `archive/` and `notifier/outbox` open sessions.
    """

    engine: Engine
    location: str
    """The database's URL, with its password masked."""

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a transaction that writes. It is committed when the block ends, and rolled back if the block raises an
        exception.

        Only one transaction writes at a time, both in SQLite and in PostgreSQL. It takes the writers' lock when it
        begins. So what the block reads stays true until the commit, and rows are numbered in the order of the commits.
        Evidence is sealed in the same transaction, and the list of waiting findings is updated. Raises StorageError.
        Raises ArchiveBusyError if the lock is not free in time, and SQLAlchemy's IntegrityError if a unique key refuses
        a row.
        """
        with storage_errors(self.location), Session(self.engine, expire_on_commit=False) as session, session.begin():
            # A session's transaction begins with its first statement, so this takes the lock now.
            require_not_moved(session.connection(), self.location)
            sealing, waiting = Sealing(session), WaitingList(session)
            yield session
            waiting.settle()
            sealing.seal(datetime.now(UTC))
            session.flush()
            if has_altered(session.connection()):
                session.connection().exec_driver_sql(COUNT)
            fault_injection.reach("before commit")
        fault_injection.reach("after commit")

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a transaction that only reads. It sees one consistent state of the archive, and never blocks a
        writer."""
        reading = self.engine.execution_options(**READING[self.engine.dialect.name])
        with storage_errors(self.location), Session(reading, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def rehearsal(self) -> Iterator[Archive]:
        """Open the archive for a rehearsal. When the block ends, everything that the block wrote is rolled back. The
        whole block is one transaction, so no other program can write during the block.
        """
        with storage_errors(self.location), self.engine.connect() as connection, connection.begin() as whole:
            yield _Rehearsal(self.engine, self.location, connection)
            whole.rollback()

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(frozen=True)
class _Rehearsal(Archive):
    """An archive for a rehearsal. All its transactions are parts of one transaction, which is rolled back at
    the end.
    """

    connection: Connection

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a part of the transaction that writes."""
        with self.reading() as session, session.begin():
            sealing, waiting = Sealing(session), WaitingList(session)
            yield session
            waiting.settle()
            sealing.seal(datetime.now(UTC))

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a part of the transaction."""
        with Session(self.connection, expire_on_commit=False, join_transaction_mode="create_savepoint") as session:
            yield session


def open_archive(url: str, busy_timeout: timedelta = BUSY_TIMEOUT, *, group: str | None = None) -> Archive:
    """Open the archive at a database URL. Create it if it does not exist, and upgrade it to the newest schema.

    Possible URLs are `sqlite:///relative.db`, `sqlite:////absolute.db` and `postgresql+psycopg://…`. A new SQLite file
    can be read only by its owner, and by the members of `group` if a group is given. Raises a subclass of StorageError.
    The error describes the problem, its place, and the solution.
    """
    database = parsed(url)
    location = location_of(database)
    if database.get_backend_name() == "sqlite" and database.database:
        create_private(Path(database.database))
        if group is not None:
            let_group_read(Path(database.database), group)
    upgrading = engine_of(database, busy_timeout, enforce_references=False)
    try:
        with storage_errors(location):
            upgrade_schema(upgrading, location)
    finally:
        upgrading.dispose()
    return Archive(engine_of(database, busy_timeout), location)


@contextmanager
def only_run_on_server(url: str, busy_timeout: timedelta = BUSY_TIMEOUT) -> Iterator[None]:
    """Hold the lock of a PostgreSQL archive. While a run holds this lock, no other run can use the archive, on this
    machine or another. A SQLite archive has a lock file instead.

    Raises RunElsewhereError if another run holds the lock. Raises StorageError.
    """
    database = parsed(url)
    engine = engine_of(database, busy_timeout)
    try:
        with hold_run_lock(engine, location_of(database)):
            yield
    finally:
        engine.dispose()
