"""Seals evidence: adds an entry for each evidence row to the chain.

An entry contains two hashes: the SHA-256 of a row's canonical bytes, and the SHA-256 of the entry before it. So if an
entry still has a hash that somebody saved earlier, all evidence up to that entry is unaltered. Rows are sealed in the
transaction that writes them; see `Sealing`.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from json.encoder import encode_basestring as quoted
from typing import Any

from sqlalchemy import Connection, event, func, insert, inspect, select
from sqlalchemy.orm import ORMExecuteState, Session

from archive.errors import DamagedArchiveError
from archive.storage.engines import location_of
from archive.storage.evidence_rows import (
    BATCH,
    KINDS,
    PAGE_COLUMNS,
    EvidenceKind,
    canonical_json,
    canonical_rows,
    canonical_time,
)
from archive.storage.tables import Base, ChainEntryRow, FetchPageRow, NamingRow, PolicyRow, RemovalRow

START = "start"
"""Kind of the first entry of a chain. This entry has no row. Its row hash is random, so that two chains are never
equal."""

GENESIS = "0" * 64
"""The hash that the first entry contains in place of the hash of a previous entry."""

_CHAIN_LOCK = 0x636C61757365
"""Number of an advisory lock in PostgreSQL. A transaction takes this lock before it appends to the chain."""


_LAST = select(ChainEntryRow.sequence, ChainEntryRow.hash).order_by(ChainEntryRow.sequence.desc()).limit(1)


_BY_ROW: Mapping[type[Any], str] = {kind.row: name for name, kind in KINDS.items()}


class SealedError(RuntimeError):
    """The program tried to write evidence without a seal. This is a defect of the program. The archive is not
    damaged.
    """


@dataclass(frozen=True, slots=True)
class ChainEntry:
    """An entry of the chain."""

    sequence: int
    """Number of the entry, from 1."""
    previous: str
    """Hash of the previous entry."""
    kind: str
    _: KW_ONLY
    id: int
    """Id of the row within its kind."""
    row: str
    """SHA-256 of the row's canonical bytes, in hex."""
    recorded_at: datetime
    """Time of sealing, by the clock of the machine that sealed it."""

    def canonical(self) -> bytes:
        """Return the bytes that are hashed. They are one line of JSON in UTF-8, with sorted keys and without spaces."""
        at = canonical_time(self.recorded_at)
        return entry_bytes(self.previous, self.sequence, self.kind, row_id=self.id, row=self.row, at=at)

    @property
    def hash(self) -> str:
        """SHA-256 of the entry's canonical bytes, in hex. In the next entry, it is the value of `previous`."""
        return hashlib.sha256(self.canonical()).hexdigest()


def entry_bytes(previous: str, sequence: int, kind: str, *, row_id: int, row: str, at: str) -> bytes:
    """Return the bytes of an entry that are hashed. The result is the same as from `canonical_json`. But this function
    is faster, because a verification calls it for each entry. `at` is a canonical time. Raises TypeError or ValueError
    for values that JSON or UTF-8 cannot represent.
    """
    return (
        f'{{"id":{row_id:d},"kind":{quoted(kind)},"previous":{quoted(previous)},"recorded_at":{quoted(at)},'
        f'"row":{quoted(row)},"sequence":{sequence:d}}}'
    ).encode()


@dataclass
class Sealing:
    """Collects the evidence that a session writes, and seals it before the commit.

    So code that records visits, imports and reviews need not know about the chain. Evidence rows must be added to the
    session as objects, and must not be altered after they are sealed.
    """

    session: Session
    _values: dict[tuple[str, int], Mapping[str, Any]] = field(default_factory=dict)
    """The values that were written. They are compared with the values that the database returns."""
    _pages: defaultdict[int, dict[int, Mapping[str, Any]]] = field(default_factory=lambda: defaultdict(dict))
    """The written values of each fetch's further pages, by fetch and by position of the page."""
    _removed: set[tuple[int, int]] = field(default_factory=set)
    """Pages whose body was removed under a rule. Each is given by the fetch and the position of the page."""
    _named: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        event.listen(self.session, "before_flush", self._refuse)
        event.listen(self.session, "after_flush", self._note)
        event.listen(self.session, "do_orm_execute", self._require_objects)

    def seal(self, now: datetime) -> None:
        """Append an entry for each evidence row that was written. No more evidence may be written after this call."""
        self.session.flush()
        connection = self.session.connection()
        for policy, name in sorted(self._named.items()):
            values = {"policy_id": policy, "name": name, "since": now}
            key = connection.execute(insert(NamingRow).values(values).returning(NamingRow.id)).scalar_one()
            self._values["naming", key] = values
        append(connection, in_sealing_order(self._values), now, self._require_as_written)

    def _note(self, session: Session, _: object) -> None:
        for row in session.new.union(session.dirty):
            if type(row) in _BY_ROW:
                self._note_row(row, new=row in session.new)
            if isinstance(row, PolicyRow) and inspect(row).attrs.name.history.has_changes():
                self._named[row.id] = row.name
        for row in session.new:
            if isinstance(row, FetchPageRow):
                self._note_page(row)
            if isinstance(row, RemovalRow):
                self._removed.add((row.fetch_id, row.position))

    def _note_row(self, row: Base, *, new: bool) -> None:
        key = _BY_ROW[type(row)], _id(row)
        if new or key in self._values:  # otherwise, the row was sealed earlier, and its sealed columns are unaltered
            self._values[key] = _held(row, KINDS[key[0]].columns)

    def _note_page(self, row: FetchPageRow) -> None:
        if ("fetch", row.fetch_id) not in self._values:
            raise SealedError(f"fetch {row.fetch_id} is sealed evidence: no page is added to it")
        self._pages[row.fetch_id][row.position] = _held(row, PAGE_COLUMNS)

    def _require_as_written(self, kind: str, row_id: int, content: bytes) -> None:
        """Refuse a row if the values in the database differ from the values that were written, for example because of a
        trigger.

        Raises DamagedArchiveError, so that the whole transaction is rolled back.
        """
        stored = json.loads(content)["values"]
        self._compare(f"{kind} {row_id}", stored, self._values[kind, row_id], (row_id, 0))
        if kind != "fetch":
            return
        pages = {page["position"]: page for page in stored["pages"]}
        if pages.keys() != self._pages[row_id].keys():
            raise self._came_back(f"fetch {row_id}", "pages")
        for position, written in self._pages[row_id].items():
            self._compare(f"page {position} of fetch {row_id}", pages[position], written, (row_id, position))

    def _compare(self, what: str, stored: Mapping[str, Any], written: Mapping[str, Any], page: tuple[int, int]) -> None:
        for name, value in json.loads(canonical_json(written)).items():
            # The removal of this body is sealed too.
            removed = name == "snapshot_sha256" and value is None and page in self._removed
            if stored[name] != value and not removed:
                raise self._came_back(what, name)

    def _came_back(self, what: str, name: str) -> DamagedArchiveError:
        problem = (
            f"{what} came back with another `{name}` than was written; nothing was recorded. "
            "Is there a trigger? `clausewatch verify` says"
        )
        return DamagedArchiveError(location_of(self.session.get_bind().engine.url), problem)

    def _refuse(self, session: Session, *_: object) -> None:
        """Refuse to delete sealed evidence or to alter its sealed columns."""
        for row in session.deleted:
            if type(row) in _BY_ROW:
                raise SealedError(f"a {_BY_ROW[type(row)]} is evidence, and is never deleted")
        for row in session.dirty:
            name = _BY_ROW.get(type(row))
            if name is not None and (name, _id(row)) not in self._values:
                _require_unaltered(row, KINDS[name])

    def _require_objects(self, statement: ORMExecuteState) -> None:
        mapper = statement.bind_mapper
        if (statement.is_insert or statement.is_delete) and mapper is not None and mapper.class_ in _BY_ROW:
            name = _BY_ROW[mapper.class_]
            raise SealedError(f"a {name} is evidence: add it to the session as an object, and never delete it")


def _held(row: Base, columns: Iterable[str]) -> Mapping[str, Any]:
    """Return the values that the program set in a row. Values that the database filled in are left out."""
    return {name: row.__dict__[name] for name in columns if name in row.__dict__}


def _id(row: Base) -> int:
    key: int = inspect(row).mapper.primary_key_from_instance(row)[0]
    return key


def _require_unaltered(row: Base, kind: EvidenceKind) -> None:
    for column in kind.columns:
        history = inspect(row).attrs[column].history
        removes = column == "snapshot_sha256" and list(history.added) == [None]  # together with a RemovalRow
        if history.has_changes() and not removes:
            raise SealedError(f"{kind.name}.{column} is sealed evidence, and is never altered")


def in_sealing_order(rows: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """Sort the evidence rows of a transaction into the order in which they are sealed."""
    order = list(KINDS)
    return sorted(rows, key=lambda row: (order.index(row[0]), row[1]))


def append(
    connection: Connection,
    rows: Sequence[tuple[str, int]],
    now: datetime,
    require: Callable[[str, int, bytes], None] | None = None,
) -> None:
    """Append an entry for each row, given by kind and id, in this order. The rows must already be written. `require` is
    called with the kind, id and canonical bytes of each row before it is sealed."""
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
    """Begin a chain. Its first entry has a random token of 64 hex digits."""
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
    """Return the number and the hash of the last entry. Prevent other transactions from appending until this
    transaction ends.

    A transaction takes this lock as its last lock. So two transactions cannot wait for each other. SQLite needs no such
    lock, because it has only one writer.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_CHAIN_LOCK)))
    row = connection.execute(_LAST).first()
    return (0, GENESIS) if row is None else (row.sequence, row.hash)
