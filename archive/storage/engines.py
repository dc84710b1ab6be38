"""Connects to SQLite and PostgreSQL so that both behave in the same way.

Only one transaction writes at a time. It takes the writers' lock when it begins. Other writers wait for the lock, and
give up after the busy time-out. A commit returns only when the data is on the disk. Times are in UTC.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.sql.dml import Insert

from archive.errors import CannotOpenError, MissingDriverError
from archive.idle import TURN
from archive.masking import masked_url

READING: dict[str, dict[str, Any]] = {
    "sqlite": {"clausewatch_reading": True},
    "postgresql": {"clausewatch_reading": True, "isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}
"""Options of a connection for reading, for each kind of database. During a transaction, such a connection sees one
state of the archive.
"""

_ALTERED = "clausewatch_altered"
_HARMLESS = ("SELECT", "PRAGMA", "BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET", "SHOW")
"""Statements that alter no row."""


def parsed(url: str) -> URL:
    """Return a parsed database URL; raise CannotOpenError if it cannot belong to an archive."""
    try:
        database = make_url(url)
    except ArgumentError as error:
        raise CannotOpenError("database", "not a database URL; write for example sqlite:///clausewatch.db") from error
    if database.get_backend_name() not in READING:
        raise CannotOpenError(location_of(database), _unknown_kind(database))
    if database.get_backend_name() == "sqlite" and database.database in (None, "", ":memory:"):
        raise CannotOpenError(
            url, "an archive in memory would forget everything; name a file: sqlite:///clausewatch.db"
        )
    return database


def location_of(database: URL) -> str:
    """Return a database URL with its password masked."""
    return masked_url(database.render_as_string(hide_password=False))


def engine_of(
    database: URL, busy_timeout: timedelta, *, enforce_references: bool = True, read_only: bool = False
) -> Engine:
    """Return an engine. `enforce_references` applies to SQLite; PostgreSQL always enforces references.

    Raises CannotOpenError. Raises MissingDriverError if the Python package is not installed.
    """
    location = location_of(database)
    try:
        if database.get_backend_name() == "sqlite" and read_only:
            return _sqlite_to_read(database, busy_timeout)
        if database.get_backend_name() == "sqlite":
            return _sqlite(database, busy_timeout, enforce_references=enforce_references)
        return _postgresql(database, busy_timeout)
    except NoSuchModuleError as error:
        raise CannotOpenError(location, _unknown_kind(database)) from error
    except ModuleNotFoundError as error:
        problem = f"the Python package {error.name!r} for this database is missing; install it next to clausewatch"
        raise MissingDriverError(location, problem) from error


def _unknown_kind(database: URL) -> str:
    return (
        f"{database.drivername!r} is not a kind of database that an archive can be in; use sqlite or postgresql+psycopg"
    )


def _sqlite(database: URL, busy_timeout: timedelta, *, enforce_references: bool) -> Engine:
    """Return an engine. Transactions are begun by SQLAlchemy, and never by the driver."""
    # With any other isolation level, Python's driver opens and closes transactions by itself.
    engine = create_engine(database, connect_args={"timeout": busy_timeout.total_seconds(), "isolation_level": None})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")  # NORMAL may lose acknowledged commits in a power failure
        cursor.execute(f"PRAGMA foreign_keys = {'ON' if enforce_references else 'OFF'}")
        cursor.close()
        connection.create_function("casefold", 1, str.casefold, deterministic=True)  # SQLite's lower() knows only ASCII

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # If a transaction took the lock only with its first write, it could fail because another program wrote after
        # its first read. So writers take the lock at the beginning.
        connection.exec_driver_sql("BEGIN" if _reads(connection) else "BEGIN IMMEDIATE")

    _note_alterations(engine)
    return engine


def _sqlite_to_read(database: URL, busy_timeout: timedelta) -> Engine:
    """Return an engine for reading, which alters nothing. Views and triggers in the file cannot call unsafe
    functions.
    """
    engine = create_engine(database, connect_args={"timeout": busy_timeout.total_seconds(), "isolation_level": None})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: object) -> None:
        for pragma in ("query_only = ON", "trusted_schema = OFF", "cell_size_check = ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.create_function("casefold", 1, str.casefold, deterministic=True)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def _postgresql(database: URL, busy_timeout: timedelta) -> Engine:
    """Return an engine for writers, of which only one writes at a time. It notices if the server has disappeared."""
    seconds = max(2, round(busy_timeout.total_seconds()))
    limits = {
        "connect_timeout": seconds,
        # If the server disappears silently, these time-outs end the wait after about a minute. Time-outs in the URL
        # replace these values.
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": 60_000,
        "application_name": "clausewatch",
    }
    chosen = {name: value for name, value in limits.items() if name not in database.query}
    engine = create_engine(database, pool_pre_ping=True, connect_args=chosen)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: object) -> None:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute("SET TIME ZONE 'UTC'")
        cursor.execute("SET synchronous_commit = on")  # the server's setting may confirm a commit too early
        for name, value in (
            ("idle", 30),
            ("interval", 10),
            ("count", 3),
        ):  # the server then notices a client that disappeared silently
            cursor.execute(f"SET tcp_keepalives_{name} = {value}")
        cursor.execute(f"SET lock_timeout = {max(1, round(busy_timeout.total_seconds() * 1000))}")
        cursor.close()
        connection.autocommit = False

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if not _reads(connection):
            # Writers take turns, as in SQLite. Otherwise, change 7 could be committed after the messages for change 8
            # were planned. Change 7 would then never be reported. The chain also needs a single end.
            connection.exec_driver_sql(TURN)

    _note_alterations(engine)
    return engine


def _note_alterations(engine: Engine) -> None:
    """Make an engine note for each transaction whether it altered a row."""

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.info[_ALTERED] = False

    @event.listens_for(engine, "after_cursor_execute")
    def note(connection: Connection, cursor: Any, statement: str, *rest: object) -> None:
        # If a statement has RETURNING, SQLite's driver knows the number of altered rows only after the rows are read.
        is_idle = cursor.rowcount == 0 and statement.startswith(("UPDATE", "DELETE")) and "RETURNING" not in statement
        if not is_idle and not statement.lstrip().startswith(_HARMLESS):
            connection.info[_ALTERED] = True


def has_altered(connection: Connection) -> bool:
    """Whether the current transaction has altered a row. An update that matches no row alters nothing."""
    return bool(connection.info.get(_ALTERED, True))


def _reads(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get("clausewatch_reading", False))


def insert_if_absent(session: Session, kind: type[DeclarativeBase]) -> Insert:
    """Return an INSERT statement that skips a row whose key exists already. SQLite and PostgreSQL have different syntax
    for this."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(kind).on_conflict_do_nothing()
    from sqlalchemy.dialects import postgresql  # not loaded for SQLite

    return postgresql.insert(kind).on_conflict_do_nothing()
