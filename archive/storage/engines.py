"""Connections to either kind of database, set up so that both behave alike.

One transaction writes at a time and takes the lock for it at once; another that wants it waits for the busy time-out,
then gives up; what is committed is on the disk; times are UTC.
"""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from archive.errors import CannotOpenError, MissingDriverError
from archive.masking import masked_url

PRIVATE = 0o600
"""Permissions of a new archive and its backups."""

READING: dict[str, dict[str, Any]] = {
    "sqlite": {"clausewatch_reading": True},
    "postgresql": {"clausewatch_reading": True, "isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}
"""The options, for each kind of database, of a connection that only reads and sees one state."""

TURN = """
SELECT set_config('idle_in_transaction_session_timeout', '5min', true),
pg_advisory_xact_lock(1129075543, hashtext(current_schema()))
"""
"""Takes PostgreSQL's lock for writers: an archive is a schema of a database, and the number is ours alone. A
writer that falls silent with the lock, stopped or cut off, loses it in a while, and its transaction is rolled back."""


def parsed(url: str) -> URL:
    """Return a database URL; raise CannotOpenError if an archive cannot be there."""
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
    """Return a database URL as messages show it: without any password."""
    return masked_url(database.render_as_string(hide_password=False))


def create_private(file: Path) -> None:
    """Create a SQLite file, if there is none, that only its owner may read.

    SQLite gives the files beside it the same permissions. If this fails, opening the file says why.
    """
    with suppress(OSError):
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE))


def engine_of(
    database: URL, busy_timeout: timedelta, *, enforce_references: bool = True, read_only: bool = False
) -> Engine:
    """Return an engine; `enforce_references` is SQLite's, since PostgreSQL always does.

    Raises CannotOpenError, and MissingDriverError if its Python package is not installed.
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
        problem = (
            f"the Python package {error.name!r} that speaks to this database is missing; install it next to clausewatch"
        )
        raise MissingDriverError(location, problem) from error


def _unknown_kind(database: URL) -> str:
    return (
        f"{database.drivername!r} is not a kind of database that an archive can be in; use sqlite or postgresql+psycopg"
    )


def _sqlite(database: URL, busy_timeout: timedelta, *, enforce_references: bool) -> Engine:
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
        connection.create_function("casefold", 1, str.casefold, deterministic=True)  # its own lower() knows ASCII only

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads first and then writes could find its snapshot outdated: writers lock at once.
        connection.exec_driver_sql("BEGIN" if _reads(connection) else "BEGIN IMMEDIATE")

    return engine


def _sqlite_to_read(database: URL, busy_timeout: timedelta) -> Engine:
    """Return an engine that alters nothing and trusts nothing that the file itself defines."""
    engine = create_engine(database, connect_args={"timeout": busy_timeout.total_seconds(), "isolation_level": None})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: object) -> None:
        for pragma in ("query_only = ON", "trusted_schema = OFF", "cell_size_check = ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def _postgresql(database: URL, busy_timeout: timedelta) -> Engine:
    """Return an engine whose writers take turns, and which notices a server that is gone."""
    seconds = max(2, round(busy_timeout.total_seconds()))
    limits = {
        "connect_timeout": seconds,
        # A server that vanished without a word: as the URL says, else within about a minute.
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
        cursor.execute("SET synchronous_commit = on")  # a server's own setting may answer before the disk did
        for name, value in (("idle", 30), ("interval", 10), ("count", 3)):  # a client that vanished without a word
            cursor.execute(f"SET tcp_keepalives_{name} = {value}")
        cursor.execute(f"SET lock_timeout = {max(1, round(busy_timeout.total_seconds() * 1000))}")
        cursor.close()
        connection.autocommit = False

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if not _reads(connection):
            # As SQLite does it. Without turns, a change could commit after one with a higher number was planned, and
            # so never be reported; and a chain has one end.
            connection.exec_driver_sql(TURN)

    return engine


def _reads(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get("clausewatch_reading", False))
