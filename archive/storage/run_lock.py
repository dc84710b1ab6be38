"""The lock that a run holds in a PostgreSQL archive. While it is held, no other run can begin, on this machine or
another. The lock is lost when the run's connection to the database ends, for example if the server restarts. Then a
second run may begin before the first has ended. This does little harm, because each run claims the messages that it
sends, and the claims remain valid even if the connection ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address

from sqlalchemy import Engine

from archive.errors import RunElsewhereError, storage_errors

NUMBER = 1129075538
"""Number that distinguishes this lock from other advisory locks of PostgreSQL."""

KEY = f"{NUMBER}, pg_catalog.hashtext(current_schema())"
"""Key of the lock. It contains the schema, because each archive is a schema of a database."""

HOLDER = f"""
SELECT a.client_addr, a.backend_start FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.classid = {NUMBER}
AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""  # noqa: S608 - a constant


@contextmanager
def hold_run_lock(engine: Engine, location: str) -> Iterator[None]:
    """Hold the lock. Raise RunElsewhereError if another run holds it. Raises StorageError."""
    with storage_errors(location):
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT", clausewatch_reading=True)
    try:
        with storage_errors(location):
            taken = connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({KEY})").scalar_one()
            holder = None if taken else connection.exec_driver_sql(HOLDER).first()
        if not taken:
            who = "" if holder is None else _described(*holder)
            raise RunElsewhereError(f"another run{who} uses {location}; nothing was checked, the next run will do it")
        yield
    finally:
        connection.invalidate()  # closing frees the lock, even if the connection is broken
        connection.close()


def _described(address: IPv4Address | IPv6Address | None, since: datetime | None) -> str:
    """Say on which machine a run is, and when it began. `since` is None if this user may not see the time."""
    machine = "of this machine" if address is None else f"from {address}"
    return f" {machine}" if since is None else f" {machine}, since {since:%Y-%m-%d %H:%M} UTC,"
