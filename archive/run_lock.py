"""The lock that a PostgreSQL archive holds for runs on any machine; it ends with the run's connection.

Where the server restarts during a run, the lock is gone before the run is. Little hangs on that: whatever two runs do
at once is decided by the rows that they claim, and a claim ends only by its lease.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine

from archive.errors import RunElsewhereError, storage_errors

KEY = "1129075538, pg_catalog.hashtext(current_schema())"
"""An archive is a schema of a database. The number is ours alone."""


@contextmanager
def held(engine: Engine, location: str) -> Iterator[None]:
    """Hold the lock; raise RunElsewhereError where another run does, and StorageError."""
    with storage_errors(location):
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT", clausewatch_reading=True)
    try:
        with storage_errors(location):
            _take(connection, location)
        yield
    finally:
        connection.invalidate()  # the server frees the lock with the connection; a broken one cannot be asked to
        connection.close()


def _take(connection: Connection, location: str) -> None:
    if connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({KEY})").scalar_one():  # a constant
        return
    holder = connection.exec_driver_sql(
        "SELECT a.client_addr, a.backend_start FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
        "WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 1129075538 AND l.database = "
        "(SELECT oid FROM pg_database WHERE datname = current_database())"
    ).first()
    raise RunElsewhereError(f"another run{_who(holder)} uses {location}; nothing was checked, the next run will do it")


def _who(holder: object) -> str:
    if holder is None:  # it ended meanwhile, or may not be seen
        return ""
    address, since = tuple(holder)  # type: ignore[arg-type]  # a row
    place = "of this machine" if address is None else f"from {address}"
    return f" {place}, since {since:%Y-%m-%d %H:%M} UTC," if since else f" {place}"
