"""Seals evidence: which rows are evidence, their canonical bytes, and the entries that chain them.

An entry holds the SHA-256 of a row's canonical bytes and of the entry before it, so that one entry's hash
proves all that was recorded up to it. Rows are sealed in the transaction that writes them; see `Sealing`.

What is canonical stays so for ever, or old seals would break. A further column of a sealed table that is to be evidence
too needs a kind of its own beside the old one.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Select,
    bindparam,
    event,
    func,
    insert,
    inspect,
    select,
    type_coerce,
)
from sqlalchemy.orm import ORMExecuteState, Session

from archive.errors import DamagedArchiveError
from archive.storage.engines import location_of
from archive.storage.tables import (
    Base,
    ChainEntryRow,
    ChangeRow,
    FetchPageRow,
    FetchRow,
    FindingRow,
    LeftOutRow,
    NamingRow,
    PolicyRow,
    RemovalRow,
    RestoreRow,
    ReviewRow,
    SuppressionRow,
    VersionRow,
)

START = "start"
"""The kind of the first entry of a chain. It belongs to no row: its row hash is random, so that no two chains agree."""

GENESIS = "0" * 64
"""The hash that the first entry names as its predecessor's."""

BATCH = 500
"""How many rows are read at once."""

_CHAIN_LOCK = 0x636C61757365
"""The advisory lock on PostgreSQL that lets one transaction at a time append to the chain."""


_LAST = select(ChainEntryRow.sequence, ChainEntryRow.hash).order_by(ChainEntryRow.sequence.desc()).limit(1)


@dataclass(frozen=True, slots=True)
class EvidenceKind:
    """One kind of evidence: a table and what of it is sealed, next to the row's id."""

    name: str
    """The table's name."""
    row: type[Base]
    columns: tuple[str, ...]


KINDS: Mapping[str, EvidenceKind] = {
    row.__tablename__: EvidenceKind(row.__tablename__, row, tuple(columns.split()))
    for row, columns in (
        (NamingRow, "policy_id name since"),
        (
            FetchRow,
            "policy_id started_at status final_url headers body_sha256 outcome reason detail snapshot_sha256 fallback "
            "identity",
        ),
        (
            VersionRow,
            "policy_id number fetch_id seen_at document_sha256 identity dates boundary text_sha256 confirmed "
            "returns_to flapping",
        ),
        (ChangeRow, "version_id material severity topics judged_by coarse timing drift recorded_at"),
        (
            FindingRow,
            "change_id position topic section language material severity rule source clause before after reason "
            "translations edits",
        ),
        (SuppressionRow, "change_id position section reason before after"),
        (RemovalRow, "fetch_id position sha256 removed_at reason"),
        (RestoreRow, "restored_at versions"),
        (ReviewRow, "finding_id kind text at"),
        (LeftOutRow, "policy_id fetch_id hashes words page_words watched came gone differences"),
    )
}
"""The kinds of evidence, by name; within a transaction they are sealed in this order. A further one is one line."""

PAGE_COLUMNS = ("position", "url", "final_url", "status", "headers", "body_sha256", "snapshot_sha256")
"""The sealed columns of a fetch's further pages, in the fetch's own bytes, as `pages`."""

_BY_ROW: Mapping[type[Any], str] = {kind.row: name for name, kind in KINDS.items()}


class SealedError(RuntimeError):
    """The program would write evidence past its seal: a defect, not a state of the archive."""


@dataclass(frozen=True, slots=True)
class ChainEntry:
    """One link of the chain."""

    sequence: int
    """1 for the first."""
    previous: str
    """The hash of the entry before."""
    kind: str
    _: KW_ONLY
    id: int
    """The row's, within its kind."""
    row: str
    """SHA-256 of the row's canonical bytes, in hex."""
    recorded_at: datetime
    """When it was sealed, by the clock of the machine that did."""

    def canonical(self) -> bytes:
        """Return the bytes that are hashed: one line of JSON, keys sorted, no spaces, UTF-8."""
        names = ("sequence", "previous", "kind", "id", "row", "recorded_at")
        return canonical_json({name: getattr(self, name) for name in names})

    @property
    def hash(self) -> str:
        """SHA-256 of its canonical bytes, in hex: what the next entry names as `previous`."""
        return hashlib.sha256(self.canonical()).hexdigest()


def canonical_json(values: Mapping[str, Any]) -> bytes:
    """Return values as one line of JSON: keys sorted, no spaces, UTF-8, times in UTC with six digits of a second.

    Raises TypeError or ValueError for what JSON or UTF-8 cannot hold.
    """
    encoded = json.dumps(values, default=_plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return encoded.encode()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    raise TypeError(f"{value!r} is not a value of evidence")


def canonical_rows(connection: Connection, name: str, ids: Sequence[int]) -> dict[int, bytes]:
    """Return the canonical bytes of a kind's rows, by id; one that is not there is left out."""
    contents: dict[int, bytes] = {}
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        further = _further_pages(connection, some) if name == "fetch" else {}
        for row_id, values in _values(connection, KINDS[name], some):
            if name == "fetch":
                values["pages"] = further.get(row_id, [])
            contents[row_id] = canonical_json({"kind": name, "id": row_id, "values": values})
    return contents


def _values(connection: Connection, kind: EvidenceKind, ids: Sequence[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    table = kind.row.__table__
    for row in connection.execute(_rows_query(kind), {"ids": ids}):
        yield row.id, {column: _strict(table, column, row._mapping[column]) for column in kind.columns}


def _further_pages(connection: Connection, fetches: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    pages: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in connection.execute(_pages_query(), {"ids": fetches}):
        pages[row.fetch_id].append({column: row._mapping[column] for column in PAGE_COLUMNS})
    return pages


@cache
def _rows_query(kind: EvidenceKind) -> Select[Any]:
    """Select what is sealed of a kind's rows. Made once: each visit asks, and making it takes longer than asking."""
    table = kind.row.__table__
    columns = (_sealed(table, column, 0) for column in kind.columns)
    return select(table.c.id, *columns).where(table.c.id.in_(bindparam("ids", expanding=True)))


@cache
def _pages_query() -> Select[Any]:
    table = FetchPageRow.__table__
    columns = [_sealed(table, column, table.c.position) for column in PAGE_COLUMNS]
    query = select(table.c.fetch_id, *columns).where(table.c.fetch_id.in_(bindparam("ids", expanding=True)))
    return query.order_by(table.c.fetch_id, table.c.position)


def _sealed(table: FromClause, name: str, position: ColumnElement[int] | int) -> ColumnElement[Any]:
    """Select what is sealed of a column; `position` is the page's, if it is one of a fetch's pages."""
    column = table.c[name]
    if isinstance(column.type, Boolean):
        # SQLite would store 2 and read it as true: take what is stored.
        return type_coerce(column, Integer).label(name)
    if name == "snapshot_sha256":
        fetch = table.c.fetch_id if "fetch_id" in table.c else table.c.id
        removed = select(func.min(RemovalRow.sha256)).where(
            RemovalRow.fetch_id == fetch, RemovalRow.position == position
        )
        # A body that was removed under a rule was once kept: its removal, evidence itself, says which it was.
        return func.coalesce(column, removed.correlate(table).scalar_subquery()).label(name)
    return column


def _strict(table: FromClause, name: str, value: Any) -> Any:
    return bool(value) if isinstance(table.c[name].type, Boolean) and value in (0, 1) else value


@dataclass
class Sealing:
    """Notes the evidence that one session writes, and seals it before the commit.

    The recorder, imports and reviews so need not know of the chain. Evidence is added as objects, one by one, and is
    never altered once it is sealed.
    """

    session: Session
    _written: set[tuple[str, int]] = field(default_factory=set)
    _rows: dict[tuple[str, int], Base] = field(default_factory=dict)
    """The objects that were written, to compare with what the database gives back."""
    _named: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        event.listen(self.session, "before_flush", self._refuse)
        event.listen(self.session, "after_flush", self._note)
        event.listen(self.session, "do_orm_execute", self._require_objects)

    def seal(self, now: datetime) -> None:
        """Append an entry for each row of evidence that was written. Nothing may be written after it."""
        self.session.flush()
        connection = self.session.connection()
        for policy, name in sorted(self._named.items()):
            named = connection.execute(
                insert(NamingRow).values(policy_id=policy, name=name, since=now).returning(NamingRow.id)
            )
            self._written.add(("naming", named.scalar_one()))
        append(connection, in_sealing_order(self._written), now, self._require_as_written)

    def _note(self, session: Session, _: object) -> None:
        rows = {(_BY_ROW[type(row)], _id(row)): row for row in session.new if type(row) in _BY_ROW}
        self._rows |= rows
        self._written |= rows.keys()
        for row in session.new:
            if isinstance(row, FetchPageRow) and ("fetch", row.fetch_id) not in self._written:
                raise SealedError(f"fetch {row.fetch_id} is sealed evidence: no page is added to it")
        for row in session.new.union(session.dirty):
            if isinstance(row, PolicyRow) and inspect(row).attrs.name.history.has_changes():
                self._named[row.id] = row.name

    def _require_as_written(self, kind: str, row_id: int, content: bytes) -> None:
        """Refuse a row that comes back with other values than were written, as a trigger would make it.

        Raises DamagedArchiveError, so that nothing of the transaction is kept.
        """
        row = self._rows.get((kind, row_id))
        held = {} if row is None else row.__dict__
        values = {name: held[name] for name in KINDS[kind].columns if name in held}
        stored = json.loads(content)["values"]
        for name, value in json.loads(canonical_json(values)).items():
            removed = name == "snapshot_sha256" and value is None  # then its removal says which it was
            if stored[name] != value and not removed:
                problem = (
                    f"{kind} {row_id} came back with another `{name}` than was written; nothing was recorded. "
                    "Is there a trigger? `clausewatch verify` says"
                )
                raise DamagedArchiveError(location_of(self.session.get_bind().engine.url), problem)

    def _refuse(self, session: Session, *_: object) -> None:
        """Refuse to delete sealed evidence, and to alter what of it is sealed."""
        for row in session.deleted:
            if type(row) in _BY_ROW:
                raise SealedError(f"a {_BY_ROW[type(row)]} is evidence, and is never deleted")
        for row in session.dirty:
            name = _BY_ROW.get(type(row))
            if name is not None and (name, _id(row)) not in self._written:
                _require_unaltered(row, KINDS[name])

    def _require_objects(self, statement: ORMExecuteState) -> None:
        mapper = statement.bind_mapper
        if (statement.is_insert or statement.is_delete) and mapper is not None and mapper.class_ in _BY_ROW:
            name = _BY_ROW[mapper.class_]
            raise SealedError(f"a {name} is evidence: add it to the session as an object, and never delete it")


def _id(row: Base) -> int:
    key: int = inspect(row).mapper.primary_key_from_instance(row)[0]
    return key


def _require_unaltered(row: Base, kind: EvidenceKind) -> None:
    for column in kind.columns:
        history = inspect(row).attrs[column].history
        removes = column == "snapshot_sha256" and list(history.added) == [None]  # next to a RemovalRow
        if history.has_changes() and not removes:
            raise SealedError(f"{kind.name}.{column} is sealed evidence, and is never altered")


def in_sealing_order(rows: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return rows of evidence in the order in which those of one transaction are sealed."""
    order = list(KINDS)
    return sorted(rows, key=lambda row: (order.index(row[0]), row[1]))


def append(
    connection: Connection,
    rows: Sequence[tuple[str, int]],
    now: datetime,
    require: Callable[[str, int, bytes], None] | None = None,
) -> None:
    """Append an entry for each row, given by kind and id, in this order; they must be written already.

    `require` is asked of each row's kind, id and canonical bytes before it is sealed.
    """
    for start in range(0, len(rows), BATCH):
        some = rows[start : start + BATCH]
        ids: defaultdict[str, list[int]] = defaultdict(list)
        for kind, row_id in some:
            ids[kind].append(row_id)
        contents = {kind: canonical_rows(connection, kind, wanted) for kind, wanted in ids.items()}
        if require is not None:
            for kind, row_id in some:
                require(kind, row_id, contents[kind][row_id])
        _append(
            connection,
            [(kind, row_id, hashlib.sha256(contents[kind][row_id]).hexdigest()) for kind, row_id in some],
            now,
        )


def begin(connection: Connection, token: str, now: datetime) -> None:
    """Begin a chain with an entry that holds a random token of 64 hex digits."""
    _append(connection, [(START, 1, token)], now)


def _append(connection: Connection, hashes: Iterable[tuple[str, int, str]], now: datetime) -> None:
    sequence, previous = _lock_end(connection)
    entries = list(_linked(hashes, sequence, previous, now))
    connection.execute(
        insert(ChainEntryRow),
        [
            {
                "sequence": entry.sequence,
                "kind": entry.kind,
                "row_id": entry.id,
                "row_sha256": entry.row,
                "hash": entry.hash,
                "recorded_at": entry.recorded_at,
            }
            for entry in entries
        ],
    )


def _linked(
    hashes: Iterable[tuple[str, int, str]], sequence: int, previous: str, now: datetime
) -> Iterator[ChainEntry]:
    for number, (kind, row_id, row) in enumerate(hashes, sequence + 1):
        entry = ChainEntry(number, previous, kind, id=row_id, row=row, recorded_at=now)
        previous = entry.hash
        yield entry


def _lock_end(connection: Connection) -> tuple[int, str]:
    """Return the last entry's sequence and hash, and keep others from appending until the transaction ends.

    It is the last lock that a transaction takes, so that no two can wait for each other. SQLite has one writer anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_CHAIN_LOCK)))
    row = connection.execute(_LAST).first()
    return (0, GENESIS) if row is None else (row.sequence, row.hash)
