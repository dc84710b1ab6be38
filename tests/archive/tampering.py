"""Alters an archive without our programs, as an insider with write access to the database could do.

Each edit alters something that somebody could rely on. If the database refuses an edit, or if an edit has no effect,
the edit does not count, and a different edit is tried.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from random import Random
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    DateTime,
    Engine,
    LargeBinary,
    Table,
    and_,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from archive.errors import DamagedArchiveError
from archive.storage import blobs
from archive.storage.evidence_rows import KINDS, canonical_rows
from archive.storage.sealing import GENESIS, START, ChainEntry
from archive.storage.tables import Base, UtcDateTime

TABLES: Mapping[str, Table] = {
    name: Base.metadata.tables[name] for name in (*KINDS, "fetch_page", "policy", "chain_entry", "blob")
}
CHAIN = TABLES["chain_entry"]
EVIDENCE_OF: Mapping[str, tuple[str, ...]] = {"policy": ("id", "name"), "blob": ("sha256", "content")}
"""Columns that are evidence, by table. The other columns of these tables are not evidence."""


class NothingDoneError(Exception):
    """Raised if an edit had no effect."""


@dataclass(frozen=True)
class Edit:
    """Describes an edit. If a verification does not find the edit, the test prints this description."""

    how: str
    what: str


def tamper(engine: Engine, random: Random, how: str, stored: Mapping[str, bytes | None]) -> Edit:
    """Make one edit of a given kind that has an effect, and return its description.

    `engine` must not be the archive's own engine, because that engine enforces references. `stored` are the stored
    contents before the edit, from `contents`.
    """
    while True:
        edit = _attempt(engine, random, how, stored)
        if edit is not None:
            return edit


def _attempt(engine: Engine, random: Random, manner: str, stored: Mapping[str, bytes | None]) -> Edit | None:
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SET LOCAL session_replication_role = replica"))  # references are not enforced
            edit = Edit(manner, MANNERS[manner](connection, random))
            _require_effect(edit, stored, connection)
            return edit
    except (NothingDoneError, DBAPIError):
        return None


def _require_effect(edit: Edit, stored: Mapping[str, bytes | None], connection: Connection) -> None:
    """Raise NothingDoneError if an edit of stored contents changed no content.

    Some bits of compressed bytes have no effect.
    """
    if edit.what.startswith("blob") and contents(connection) == stored:
        raise NothingDoneError


def contents(connection: Connection) -> dict[str, bytes | None]:
    """Return the stored contents by hash. If a content cannot be read, its value is None."""
    found: dict[str, bytes | None] = {}
    with Session(connection) as session:
        for key in connection.execute(
            text("SELECT CAST(sha256 AS TEXT) FROM blob WHERE length(sha256) = 64")
        ).scalars():
            try:
                found[key] = blobs.retrieve(session, key)
            except (DamagedArchiveError, MemoryError):
                found[key] = None
    return found


def flip(connection: Connection, random: Random) -> str:
    """Alter one value of one row."""
    table, row, column = _value(connection, random)
    value = _other(column, row._mapping[column], random)
    where = _key(table, row)
    connection.execute(update(table).where(where).values({column: value}))
    if connection.execute(select(column).where(where)).scalar() == row._mapping[column]:
        raise NothingDoneError  # the value did not change
    return f"{table.name}.{column.name} of {row[0]}: {row._mapping[column]!r:.60} -> {value!r:.60}"


def garble(connection: Connection, random: Random) -> str:
    """Replace a value with bytes that our programs would never write. Only SQLite accepts such bytes."""
    if connection.dialect.name != "sqlite":
        raise NothingDoneError
    table, row, column = _value(connection, random)
    kind, value = random.choice(("TEXT", "BLOB")), b"\xff" + random.randbytes(3)
    where = " AND ".join(f'"{key.name}" = :{key.name}' for key in table.primary_key)
    statement = f'UPDATE "{table.name}" SET "{column.name}" = CAST(:value AS {kind}) WHERE {where}'  # noqa: S608 - our own names
    connection.execute(text(statement), {"value": value, **{key.name: row._mapping[key] for key in table.primary_key}})
    return f"{table.name}.{column.name} of {row[0]}: {kind} {value!r}"


def remove(connection: Connection, random: Random) -> str:
    """Delete one row."""
    table = _table(random)
    (row,) = _rows(connection, table, random, 1)
    connection.execute(delete(table).where(_key(table, row)))
    return f"{table.name} {row[0]}"


def remove_with_entry(connection: Connection, random: Random) -> str:
    """Delete a row and the entry that seals the row. Never delete the last entry, because `cut_tail` does that."""
    last = select(func.max(CHAIN.c.sequence)).scalar_subquery()
    (entry,) = _rows(connection, CHAIN, random, 1, CHAIN.c.kind != START, CHAIN.c.sequence < last)
    connection.execute(delete(CHAIN).where(CHAIN.c.sequence == entry.sequence))
    connection.execute(delete(TABLES[entry.kind]).where(TABLES[entry.kind].c.id == entry.row_id))
    return f"{entry.kind} {entry.row_id}, entry {entry.sequence}"


def reorder(connection: Connection, random: Random) -> str:
    """Swap the contents of two entries. Sometimes the hashes of the entries are swapped too."""
    one, other = _rows(connection, CHAIN, random, 2)
    names = ["kind", "row_id", "row_sha256", "recorded_at", *(["hash"] if random.random() < 0.5 else [])]
    connection.execute(update(CHAIN).where(CHAIN.c.sequence == one.sequence).values(row_id=-1))
    for target, source in ((other, one), (one, other)):
        values = {name: source._mapping[name] for name in names}
        connection.execute(update(CHAIN).where(CHAIN.c.sequence == target.sequence).values(values))
    return f"entries {one.sequence} and {other.sequence}"


def swap(connection: Connection, random: Random) -> str:
    """Swap the values of two rows in one column."""
    table = _table(random)
    one, other = _rows(connection, table, random, 2)
    column = random.choice(_columns(table))
    if one._mapping[column] == other._mapping[column]:
        raise NothingDoneError
    for target, source in ((one, other), (other, one)):
        connection.execute(update(table).where(_key(table, target)).values({column: source._mapping[column]}))
    return f"{table.name}.{column.name} of {one[0]} and {other[0]}"


def add(connection: Connection, random: Random) -> str:
    """Add a row that is similar to an existing row. No entry seals the new row."""
    name = random.choice((*KINDS, "fetch_page"))
    (row,) = _rows(connection, TABLES[name], random, 1)
    values = dict(row._mapping) | _fresh(name, random)
    connection.execute(insert(TABLES[name]).values(values))
    return f"{name} like {row[0]}"


def add_with_entry(connection: Connection, random: Random) -> str:
    """Add a row, and an entry for this row in the middle of the chain.

    Compute the hash of the new entry, and renumber the entries after it.
    """
    name = random.choice(list(KINDS))
    (row,) = _rows(connection, TABLES[name], random, 1)
    fresh = _fresh(name, random)
    connection.execute(insert(TABLES[name]).values(dict(row._mapping) | fresh))
    entries = _entries(connection)
    place = random.randrange(1, len(entries))
    content = canonical_rows(connection, name, [fresh["id"]])[fresh["id"]]
    sealed = {"kind": name, "row_id": fresh["id"], "row_sha256": sha256(content).hexdigest()}
    earlier = entries[place - 1]
    new = _entry(place + 1, earlier["hash"], {**sealed, "recorded_at": earlier["recorded_at"]})
    later = [{**each, "sequence": each["sequence"] + 1} for each in entries[place:]]
    _write_chain(connection, [*entries[:place], {**new, "recorded_at": earlier["recorded_at"]}, *later])
    return f"{name} like {row.id} as entry {place + 1}"


def backdate(connection: Connection, random: Random) -> str:
    """Set a time in a row back, and change the row's entry to match."""
    times = [(table, column) for table in TABLES.values() for column in table.columns if _is_time(column)]
    table, column = random.choice([each for each in times if each[0].name in KINDS])
    (row,) = _rows(connection, table, random, 1)
    earlier = row._mapping[column] - timedelta(days=random.randint(1, 400))
    connection.execute(update(table).where(table.c.id == row.id).values({column: earlier}))
    content = canonical_rows(connection, table.name, [row.id])[row.id]
    entry = and_(CHAIN.c.kind == table.name, CHAIN.c.row_id == row.id)
    connection.execute(update(CHAIN).where(entry).values(row_sha256=sha256(content).hexdigest()))
    return f"{table.name}.{column.name} of {row.id}"


def backdate_entry(connection: Connection, random: Random) -> str:
    """Set the time of an entry back, and compute its hash again.

    Never choose the last entry, because only a saved head would reveal this edit.
    """
    entries = _entries(connection)
    place = random.randrange(len(entries) - 1)
    entry = entries[place]
    entry["recorded_at"] -= timedelta(seconds=random.randint(1, 10**7))
    entries[place] = _entry(entry["sequence"], entries[place - 1]["hash"] if place else GENESIS, entry)
    _write_chain(connection, entries)
    return f"entry {entry['sequence']}"


def cut_tail(connection: Connection, random: Random) -> str:
    """Delete the last entries and the rows that they seal. Only a saved head reveals this edit."""
    entries = _entries(connection)
    kept = random.randrange(1, len(entries))
    for entry in entries[kept:]:
        if entry["kind"] == "fetch":
            connection.execute(delete(TABLES["fetch_page"]).where(TABLES["fetch_page"].c.fetch_id == entry["row_id"]))
        connection.execute(delete(TABLES[entry["kind"]]).where(TABLES[entry["kind"]].c.id == entry["row_id"]))
    connection.execute(delete(CHAIN).where(CHAIN.c.sequence > kept))
    return f"after entry {kept}"


def rewrite(connection: Connection, random: Random) -> str:
    """Alter a row, and make the whole chain again. Only a saved head reveals this edit."""
    name = random.choice(list(KINDS))
    table = TABLES[name]
    (row,) = _rows(connection, table, random, 1)
    column = random.choice([table.c[each] for each in KINDS[name].columns])
    value = _other(column, row._mapping[column], random)
    if value == row._mapping[column]:
        raise NothingDoneError
    connection.execute(update(table).where(table.c.id == row.id).values({column: value}))
    previous, written = GENESIS, []
    for entry in _entries(connection):
        if entry["kind"] != START:
            content = canonical_rows(connection, entry["kind"], [entry["row_id"]])[entry["row_id"]]
            sealed = {**entry, "row_sha256": sha256(content).hexdigest()}
        else:
            sealed = entry
        written.append(_entry(entry["sequence"], previous, sealed))
        previous = written[-1]["hash"]
    _write_chain(connection, written)
    return f"{name}.{column.name} of {row.id}"


MANNERS: Mapping[str, Callable[[Connection, Random], str]] = {
    each.__name__: each
    for each in (
        flip,
        garble,
        remove,
        remove_with_entry,
        reorder,
        swap,
        add,
        add_with_entry,
        backdate,
        backdate_entry,
        cut_tail,
        rewrite,
    )
}
NEED_A_HEAD = ("cut_tail", "rewrite")
"""Kinds of edits that only a head saved elsewhere reveals."""


def _table(random: Random) -> Table:
    return TABLES[random.choice([name for name in TABLES if name != "policy"])]


def _columns(table: Table) -> list[Column[Any]]:
    return [table.c[name] for name in EVIDENCE_OF.get(table.name, table.columns.keys())]


def _value(connection: Connection, random: Random) -> tuple[Table, Any, Column[Any]]:
    table = TABLES[random.choice(list(TABLES))]
    (row,) = _rows(connection, table, random, 1)
    return table, row, random.choice(_columns(table))


def _rows(connection: Connection, table: Table, random: Random, count: int, *where: ColumnElement[bool]) -> list[Any]:
    rows = connection.execute(select(table).where(*where).order_by(*table.primary_key)).all()
    if len(rows) < count:
        raise NothingDoneError
    return random.sample(list(rows), count)


def _key(table: Table, row: Any) -> ColumnElement[bool]:
    return and_(*(column == row._mapping[column] for column in table.primary_key))


def _fresh(name: str, random: Random) -> dict[str, Any]:
    """Return new values for the key columns of a table. They differ from the values of all rows."""
    number = random.randint(10_000, 1_000_000)
    if name == "fetch_page":
        return {"position": number}
    unique = {"version": ("number", "fetch_id"), "change": ("version_id",), "removal": ("position",)}
    own = unique.get(name, ("position",) if "position" in TABLES[name].c else ())
    return {"id": number, **dict.fromkeys(own, number)}


def _is_time(column: Column[Any]) -> bool:
    return isinstance(column.type, DateTime | UtcDateTime)


def _other(column: Column[Any], value: Any, random: Random) -> Any:
    """Return a different value of the column's type."""
    if value is not None and column.nullable and random.random() < 0.2:
        return None
    if isinstance(column.type, Boolean):
        return not value
    if _is_time(column):
        return value + timedelta(microseconds=random.choice((-1, 1)) * 10 ** random.randint(0, 14))
    if isinstance(column.type, LargeBinary):
        return _one_bit(value, random)
    if isinstance(column.type, JSON):
        return _other_json(value, random)
    if column.type.python_type is int:
        return random.randint(1, 40) if value is None else max(0, value + random.choice((-1, 1, 7)))
    return _other_text(value or "", random)


def _one_bit(content: bytes, random: Random) -> bytes:
    place = random.randrange(len(content))
    return content[:place] + bytes([content[place] ^ 1 << random.randrange(8)]) + content[place + 1 :]


def _other_text(value: str, random: Random) -> str:
    place = random.randrange(len(value) + 1)
    return random.choice(
        (value[:place] + random.choice(" not0aé") + value[place:], value[:place] + value[place + 1 :], value.upper())
    )


def _other_json(value: Any, random: Random) -> Any:
    if isinstance(value, list) and value and random.random() < 0.7:
        return value[1:] if random.random() < 0.5 else [*value, value[0]]
    return random.choice(([], {}, ["sharing"], {"notice": "none"}, "text", 7))


def _entries(connection: Connection) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in connection.execute(select(CHAIN).order_by(CHAIN.c.sequence))]


def _entry(sequence: int, previous: str, said: Mapping[str, Any]) -> dict[str, Any]:
    entry = ChainEntry(
        sequence, previous, said["kind"], id=said["row_id"], row=said["row_sha256"], recorded_at=said["recorded_at"]
    )
    return {**said, "sequence": sequence, "hash": entry.hash}


def _write_chain(connection: Connection, entries: list[dict[str, Any]]) -> None:
    connection.execute(delete(CHAIN))
    connection.execute(insert(CHAIN), entries)
