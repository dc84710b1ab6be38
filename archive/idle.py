"""Marks an archive in which a run has nothing to do. A later run reads the mark. If the mark is still valid, the run
ends at once.

Every transaction that writes is counted. A mark contains the time at which a run may have something to do, for example
because a policy is due. The mark is valid until this time. It becomes invalid earlier if something is written to the
archive, or if the configuration changes. This module must not import SQLAlchemy: a run that has nothing to do should
take no longer than `--help`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import KW_ONLY, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from urllib.parse import quote

if TYPE_CHECKING:
    import sqlite3

NEWEST = "0023"
"""The newest revision in `archive/migrations`. It is repeated here because importing Alembic would be slow."""

TURN = """
SELECT set_config('idle_in_transaction_session_timeout', '5min', true),
pg_advisory_xact_lock(1129075543, hashtext(current_schema()))
"""
"""SQL that takes the lock for writers in PostgreSQL. Each archive is a schema, and each schema has its own lock. The
number 1129075543 distinguishes our lock from the locks of other programs. If a writer holds the lock and does nothing
for 5 minutes, PostgreSQL rolls its transaction back and releases the lock.
"""

COUNT = "UPDATE idle_mark SET writes = writes + 1"
"""SQL that counts a transaction that writes. All earlier marks become invalid."""

NOTE = """
UPDATE idle_mark SET noted = writes + 1, configuration = :configuration, since = :since, until = :until,
well_until = :well_until, watched = :watched, paused = :paused WHERE writes = :writes
"""
"""SQL that stores a mark if exactly `writes` transactions have been counted. The transaction that stores the mark is
counted when it ends, so `noted` is `writes + 1`.
"""

_HOLDS = f"""
SELECT since, until, well_until, watched, paused FROM idle_mark
WHERE noted = writes AND configuration = :configuration AND since <= :now AND until > :now
AND EXISTS (SELECT 1 FROM alembic_version WHERE version_num = '{NEWEST}')
"""  # noqa: S608 - a constant
_RUN = "INSERT INTO run (started_at, ended_at) VALUES (:time, :time) RETURNING id"
_KEEP = "UPDATE idle_mark SET noted = writes + 1, writes = writes + 1"

T = TypeVar("T")

_PARAMETER = re.compile(r"(?<!:):(\w+)")
_SQLITE, _POSTGRESQL = "sqlite:///", "postgresql+psycopg://"


@dataclass(frozen=True, slots=True)
class IdleMark:
    """States until when a run has nothing to do. The mark is valid as long as nothing is written and the configuration
    stays the same.
    """

    configuration: str
    """Text that changes if the configuration changes."""
    since: datetime
    until: datetime
    """Time at which a run may have something to do."""
    _: KW_ONLY
    well_until: datetime
    """Time at which `status --check` may find a problem. Before that time there is no problem."""
    watched: int
    """Number of policies in the configuration."""
    paused: int

    def parameters(self) -> dict[str, Any]:
        """Return the values for `NOTE`. Times are in seconds since 1970."""
        times = {"since": self.since, "until": self.until, "well_until": self.well_until}
        counts = {"watched": self.watched, "paused": self.paused}
        return {"configuration": self.configuration, **counts, **{name: at.timestamp() for name, at in times.items()}}


class Cursor(Protocol):
    """The part of a driver's cursor or connection that this module uses."""

    def execute(self, sql: str, values: Mapping[str, Any], /) -> Any:
        """Execute a statement, and return a cursor with its rows."""


def held_mark(url: str, configuration: str, now: datetime) -> IdleMark | None:
    """Return the mark of an archive. Return None if the mark is invalid, or if the archive cannot be read."""
    return _asked(url, lambda cursor: _mark(cursor, configuration, now), writing=False)


def record_idle_run(url: str, configuration: str, now: datetime) -> tuple[IdleMark, int] | None:
    """Record a complete run if the archive's mark is valid. Return the mark and the number of the run.

    The mark stays valid. If the mark is invalid, or if the archive cannot be written, record nothing and return None.
    """
    sqlite_time = now.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    stored = sqlite_time if url.startswith(_SQLITE) else now

    def record(cursor: Cursor) -> tuple[IdleMark, int] | None:
        mark = _mark(cursor, configuration, now)
        if mark is None:
            return None
        number: int = cursor.execute(_RUN, {"time": stored}).fetchone()[0]
        cursor.execute(_KEEP, {})
        return mark, number

    return _asked(url, record, writing=True)


def _asked(url: str, question: Callable[[Cursor], T], *, writing: bool) -> T | None:
    """Call `question` in a transaction, and return its answer. Return None if the archive cannot be used."""
    # A run that finds another run in progress ends before it loads a database driver.
    if url.startswith(_SQLITE):
        import sqlite3

        try:
            with _sqlite(url, writing=writing) as cursor:
                answer = question(cursor)
        except sqlite3.Error:
            return None
        return answer
    try:
        import psycopg
    except ImportError:
        return None
    try:
        with psycopg.connect(url.replace(_POSTGRESQL, "postgresql://", 1), connect_timeout=5) as connection:
            if writing:
                connection.execute("SET LOCAL lock_timeout = '5s'")
                connection.execute(TURN.encode())
            answer = question(_Psycopg(connection))
    except psycopg.Error:
        return None
    return answer


def _mark(cursor: Cursor, configuration: str, now: datetime) -> IdleMark | None:
    row = cursor.execute(_HOLDS, {"configuration": configuration, "now": now.timestamp()}).fetchone()
    if row is None:
        return None
    since, until, well_until = (datetime.fromtimestamp(seconds, UTC) for seconds in row[:3])
    return IdleMark(configuration, since, until, well_until=well_until, watched=row[3], paused=row[4])


@contextmanager
def _sqlite(url: str, *, writing: bool) -> Iterator[sqlite3.Connection]:
    """Open a transaction in a SQLite file that exists."""
    import sqlite3

    file = f"{Path(quote(url.removeprefix(_SQLITE))).as_uri()}?mode=rw"
    with closing(sqlite3.connect(file, uri=True, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN IMMEDIATE" if writing else "BEGIN")
        yield connection
        connection.execute("COMMIT")


@dataclass(frozen=True, slots=True)
class _Psycopg:
    """A connection of psycopg that accepts parameters like `:name`."""

    connection: Any

    def execute(self, sql: str, values: Mapping[str, Any], /) -> Any:
        return self.connection.execute(_PARAMETER.sub(r"%(\1)s", sql), values)
