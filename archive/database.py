"""Opens the archive: one database URL, its transactions, and its newest schema."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, ProgrammingError
from sqlalchemy.orm import Session

from archive.errors import CannotOpenError, MissingDriverError, storage_error
from archive.upgrade import upgrade

BUSY_TIMEOUT = timedelta(seconds=30)
"""How long a SQLite archive waits for another program's lock, unless told otherwise."""


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
        """Open one transaction that writes: committed where the block ends, rolled back where it raises.

        SQLite takes its one write lock at once, so that what the block reads stays true until it commits.
        Raises StorageError; IntegrityError of SQLAlchemy where a unique key refuses a row.
        """
        with self._errors(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            session.connection()  # a session begins lazily, at its first statement: take the lock now
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open one transaction that only reads: one consistent view, and never in a writer's way."""
        reading = self.engine.execution_options(**READING[self.engine.dialect.name])
        with self._errors(), Session(reading, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (IntegrityError, ProgrammingError):
            raise
        except DBAPIError as error:
            raise storage_error(error, self.location) from error

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


READING: dict[str, dict[str, Any]] = {
    "sqlite": {"clausewatch_reading": True},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}
"""What marks, for each kind of database, a connection that only reads and sees one state."""


def open_archive(url: str, busy_timeout: timedelta = BUSY_TIMEOUT) -> Archive:
    """Open the archive at a database URL, make it where there is none, and upgrade it to the newest schema.

    `sqlite:///relative.db`, `sqlite:////absolute.db`, or `postgresql+psycopg://…`; `busy_timeout` is for SQLite.
    Raises a child of StorageError that says where, what is wrong and what to do.
    """
    database = _parsed(url)
    location = database.render_as_string(hide_password=True)
    upgrading = _engine(database, location, busy_timeout, enforce_references=False)
    try:
        upgrade(upgrading, location)
    except (IntegrityError, ProgrammingError):
        raise
    except DBAPIError as error:
        if database.get_backend_name() != "sqlite":
            problem = f"it cannot be opened; check the URL and that the server runs. It answered: {error.orig}"
            raise CannotOpenError(location, problem) from error
        raise storage_error(error, location) from error
    finally:
        upgrading.dispose()
    return Archive(_engine(database, location, busy_timeout, enforce_references=True), location)


def _parsed(url: str) -> URL:
    try:
        database = make_url(url)
    except ArgumentError as error:
        raise CannotOpenError(
            "database", "this is no database URL; write for example sqlite:///clausewatch.db"
        ) from error
    if database.get_backend_name() not in READING:
        raise CannotOpenError(database.render_as_string(hide_password=True), _unknown_kind(database))
    if database.get_backend_name() == "sqlite" and database.database in (None, "", ":memory:"):
        raise CannotOpenError(
            url, "an archive in memory would forget everything; name a file: sqlite:///clausewatch.db"
        )
    return database


def _unknown_kind(database: URL) -> str:
    return f"{database.drivername!r} is no kind of database that an archive can be in; use sqlite or postgresql+psycopg"


def _engine(database: URL, location: str, busy_timeout: timedelta, *, enforce_references: bool) -> Engine:
    try:
        if database.get_backend_name() == "sqlite":
            return _sqlite_engine(database, busy_timeout, enforce_references=enforce_references)
        return create_engine(database, pool_pre_ping=True)
    except NoSuchModuleError as error:
        raise CannotOpenError(location, _unknown_kind(database)) from error
    except ModuleNotFoundError as error:
        problem = (
            f"the Python package {error.name!r} that speaks to this database is missing; install it next to clausewatch"
        )
        raise MissingDriverError(location, problem) from error


def _sqlite_engine(database: URL, busy_timeout: timedelta, *, enforce_references: bool) -> Engine:
    """Return an engine whose transactions begin when SQLAlchemy says so, not when the driver guesses."""
    # With a level other than None, Python's driver opens and closes transactions by itself.
    engine = create_engine(database, connect_args={"timeout": busy_timeout.total_seconds(), "isolation_level": None})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")  # NORMAL may lose acknowledged commits when the power fails
        cursor.execute(f"PRAGMA foreign_keys = {'ON' if enforce_references else 'OFF'}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get("clausewatch_reading", False)
        # A transaction that reads first and then writes could find its snapshot outdated: writers lock at once.
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine
