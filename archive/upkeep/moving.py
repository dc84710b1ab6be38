"""Moves an archive from a SQLite file into an empty PostgreSQL database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import KW_ONLY, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, Integer, Table, func, select, text
from sqlalchemy.orm import Session

from archive.errors import StorageError, storage_errors
from archive.evidence.chain import Head, SavedHead, head
from archive.evidence.verification import Tally, verify
from archive.idle import NEWEST
from archive.model import BUSY_TIMEOUT
from archive.search.index import add_missing_words
from archive.storage import fault_injection
from archive.storage.database import Archive, open_archive
from archive.storage.engines import engine_of, location_of, parsed
from archive.storage.tables import Base, ChainEntryRow, IdleMarkRow
from archive.storage.upgrade import MOVED, MOVING, VERSION_TABLE, require_not_moved, revision_of, upgrade_schema

if TYPE_CHECKING:
    import sqlite3

    import psycopg

ROWS = 5_000
"""Number of rows in one transaction. If the move is interrupted, it continues after the last complete transaction."""

_TABLES: Mapping[str, Table] = {table.name: table for table in Base.metadata.sorted_tables}
"""All tables of an archive by name, each after the tables to which it refers."""

_CLEAR = "TRUNCATE section_words, " + ", ".join(f'"{name}"' for name in _TABLES)


class MoveError(StorageError):
    """The archive cannot be moved. The message says why and what to do. The old archive stays in use."""


@dataclass(frozen=True, slots=True)
class Move:
    """A completed move."""

    head: Head
    """The last entry of the chain. It is the same in both archives."""
    location: str
    """URL of the new archive, with its password masked."""
    _: KW_ONLY
    rows: int
    """Number of rows of the new archive, without the search index."""
    resumed: bool
    """Whether an earlier call copied a part of the rows."""


def move(source: str, target: str, busy_timeout: timedelta = BUSY_TIMEOUT) -> Move:
    """Copy a SQLite archive into an empty PostgreSQL database, verify the copy, and mark the old archive as moved.

    `source` and `target` are database URLs. No program can write to the old archive during the move. Afterwards, the
    old archive can only be verified: every other use raises MovedArchiveError. If a move was interrupted, the next call
    continues it. If the old archive has changed in the meantime, the next call begins again. Raises MoveError,
    MovedArchiveError and other subclasses of StorageError.
    """
    old_location, new_location = location_of(parsed(source)), location_of(parsed(target))
    _require_kinds(source, target)
    with _engine(source, busy_timeout) as old, _engine(target, busy_timeout) as new:
        with storage_errors(new_location):
            _prepare(source, new, new_location)
        # This transaction has the lock for writers until the copy is complete.
        with storage_errors(old_location), old.begin() as reader:
            resumed = _copy(reader, new, new_location)
            copied = Archive(new, new_location)
            rows = _require_equal(reader, copied)
            reader.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = '{MOVED}'")  # noqa: S608 - constants
            fault_injection.reach("before the old archive is marked")
        fault_injection.reach("after the old archive was marked")
        with storage_errors(new_location), new.begin() as writer:
            _mark(writer, NEWEST)
        return Move(head(copied), new_location, rows=rows, resumed=resumed)


@contextmanager
def _engine(url: str, busy_timeout: timedelta) -> Iterator[Engine]:
    engine = engine_of(parsed(url), busy_timeout)
    try:
        yield engine
    finally:
        engine.dispose()


def _require_kinds(source: str, target: str) -> None:
    kinds = parsed(source).get_backend_name(), parsed(target).get_backend_name()
    if kinds != ("sqlite", "postgresql"):
        problem = f"an archive is moved from SQLite to PostgreSQL, and not from {kinds[0]} to {kinds[1]}"
        raise MoveError(location_of(parsed(target)), problem)


def _prepare(source: str, new: Engine, location: str) -> None:
    """Upgrade the old archive, create the tables of the new archive, and mark the new archive as incomplete.

    Nothing is done if an interrupted move did this already. Raises MoveError if the new archive is in use. Raises
    MovedArchiveError if the old archive was moved.
    """
    with new.connect() as connection:
        revision = revision_of(connection, location) or ""
    if revision == MOVING:
        return
    if revision.startswith(MOVING.split()[0]):
        raise MoveError(location, "a move by an older program was interrupted; name an empty database")
    open_archive(source).close()
    upgrade_schema(new, location)
    with new.begin() as writer:
        if _count(writer, _TABLES["policy"]) or _count(writer, _TABLES["chain_entry"]) > 1:
            raise MoveError(location, "this database already has an archive; name an empty database")
        writer.exec_driver_sql(_CLEAR)
        _mark(writer, MOVING)


def _mark(writer: Connection, revision: str) -> None:
    writer.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = :revision"), {"revision": revision})  # noqa: S608 - a constant


def _copy(reader: Connection, new: Engine, location: str) -> bool:
    """Copy all rows that the new archive lacks. Return whether an earlier call copied a part of them."""
    import psycopg

    try:
        with new.begin() as writer:
            resumed = _has_part(reader, writer)
            if not resumed:
                require_not_moved(reader, location_of(reader.engine.url))
                _begin_again(reader, writer)
        for table in _TABLES.values():
            _copy_table(reader, new, table)
        _add_words(new)
        with new.begin() as writer:
            _set_sequences(writer)
    except psycopg.Error as error:
        raise MoveError(location, f"the database answered: {' '.join(str(error).split())}") from error
    return resumed


def _has_part(reader: Connection, writer: Connection) -> bool:
    """Whether the new archive has a part of the old archive, and the old archive has not changed since that part was
    copied.

    The archive counts the transactions that write. So if the count is the same, no row has changed.
    """
    state = [
        select(ChainEntryRow.hash).where(ChainEntryRow.sequence == 1),
        select(IdleMarkRow.writes),
    ]
    parts = [[connection.execute(query).scalar() for query in state] for connection in (reader, writer)]
    return parts[0] == parts[1]


def _begin_again(reader: Connection, writer: Connection) -> None:
    """Remove all rows of the new archive. Then copy the rows that `_has_part` compares."""
    writer.exec_driver_sql(_CLEAR)
    for name, limit in (("idle_mark", ROWS), ("chain_entry", 1)):
        _write(writer, _TABLES[name], _rows(reader, _TABLES[name], 0).fetchmany(limit))


def _copy_table(reader: Connection, new: Engine, table: Table) -> None:
    with new.begin() as writer:
        present = _count(writer, table)
    source = _rows(reader, table, present)
    while rows := source.fetchmany(ROWS):
        with new.begin() as writer:
            _write(writer, table, rows)
        fault_injection.reach(f"after rows of {table.name}")


def _rows(reader: Connection, table: Table, first: int) -> sqlite3.Cursor:
    """Select the rows of a table as SQLite stores them, without the first rows."""
    connection: sqlite3.Connection = reader.connection.driver_connection  # type: ignore[assignment]
    query = f'SELECT {_columns(table)} FROM "{table.name}" ORDER BY rowid LIMIT -1 OFFSET ?'  # noqa: S608 - our own names
    return connection.execute(query, (first,))


def _write(writer: Connection, table: Table, rows: list[tuple[Any, ...]]) -> None:
    """Add rows. PostgreSQL reads SQLite's texts for times and JSON, and 0 and 1 as truth values."""
    connection: psycopg.Connection = writer.connection.driver_connection  # type: ignore[assignment]
    statement = f'COPY "{table.name}" ({_columns(table)}) FROM STDIN'
    with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        for row in rows:
            copy.write_row(row)


def _columns(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _add_words(new: Engine) -> None:
    """Fill the search index from the sections. SQLite's index cannot be copied, because it does not keep the words."""
    more = True
    while more:
        with Session(new) as session, session.begin():
            more = add_missing_words(session)
        fault_injection.reach("after words")


def _set_sequences(writer: Connection) -> None:
    """Make sure that new rows get higher ids than the copied rows."""
    for table in _TABLES.values():
        key = list(table.primary_key.columns)
        if len(key) != 1 or not isinstance(key[0].type, Integer):
            continue
        sequence = writer.execute(select(func.pg_get_serial_sequence(f'"{table.name}"', key[0].name))).scalar()
        last = writer.execute(select(func.max(key[0]))).scalar()
        if sequence is not None and last is not None:
            writer.execute(select(func.setval(sequence, last)))


def _require_equal(reader: Connection, copied: Archive) -> int:
    """Compare the archives: the number of rows, and the last entry of the chain. Verify the chain of the new archive,
    and everything that the chain seals. Return the number of rows. Raises MoveError.
    """
    rows = 0
    with copied.engine.connect() as connection:
        for table in _TABLES.values():
            if (written := _count(connection, table)) != (wanted := _count(reader, table)):
                raise MoveError(copied.location, f"{table.name} has {written} rows instead of {wanted}")
            rows += written
    last = select(ChainEntryRow.sequence, ChainEntryRow.hash).order_by(ChainEntryRow.sequence.desc()).limit(1)
    sequence, key = reader.execute(last).one()
    for flaw in verify(copied, Tally(), [SavedHead(key, sequence)], extract=False):
        raise MoveError(
            copied.location, f"the copy differs from the old archive ({flaw.what}): {flaw.where}: {flaw.problem}"
        )
    return rows
