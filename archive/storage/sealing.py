"""Seals evidence: adds an entry for each evidence row to the chain.

An entry holds the SHA-256 of a row's canonical bytes and of the entry before it. So the hash of one entry proves all
evidence up to it. Rows are sealed in the transaction that writes them; see `Sealing`.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, event, func, insert, inspect, select
from sqlalchemy.orm import ORMExecuteState, Session

from archive.errors import DamagedArchiveError
from archive.storage.engines import location_of
from archive.storage.evidence_rows import BATCH, KINDS, EvidenceKind, canonical_json, canonical_rows
from archive.storage.tables import Base, ChainEntryRow, FetchPageRow, NamingRow, PolicyRow

START = "start"
"""Kind of the first entry of a chain. It has no row. Its row hash is random, so that two chains never agree."""

GENESIS = "0" * 64
"""The hash that the first entry has in place of a previous one."""

_CHAIN_LOCK = 0x636C61757365
"""The advisory lock on PostgreSQL with which only one transaction at a time appends to the chain."""


_LAST = select(ChainEntryRow.sequence, ChainEntryRow.hash).order_by(ChainEntryRow.sequence.desc()).limit(1)


_BY_ROW: Mapping[type[Any], str] = {kind.row: name for name, kind in KINDS.items()}


class SealedError(RuntimeError):
    """The program tried to write evidence without a seal. This is a defect of the program, not a state of the
    archive.
    """


@dataclass(frozen=True, slots=True)
class ChainEntry:
    """An entry of the chain."""

    sequence: int
    """Number of the entry, from 1."""
    previous: str
    """Hash of the entry before."""
    kind: str
    _: KW_ONLY
    id: int
    """Id of the row within its kind."""
    row: str
    """SHA-256 of the row's canonical bytes, in hex."""
    recorded_at: datetime
    """Time of sealing, by the clock of the machine that sealed it."""

    def canonical(self) -> bytes:
        """Return the bytes that are hashed: one line of JSON with sorted keys, no spaces, UTF-8."""
        return canonical_json(
            {
                "sequence": self.sequence,
                "previous": self.previous,
                "kind": self.kind,
                "id": self.id,
                "row": self.row,
                "recorded_at": self.recorded_at,
            }
        )

    @property
    def hash(self) -> str:
        """SHA-256 of its canonical bytes in hex. The next entry has it as `previous`."""
        return hashlib.sha256(self.canonical()).hexdigest()


@dataclass
class Sealing:
    """Collects the evidence that a session writes, and seals it before the commit.

    So the recorder, imports and reviews need not know of the chain. Evidence is added as single objects, and must not
    be altered after sealing.
    """

    session: Session
    _written: set[tuple[str, int]] = field(default_factory=set)
    _rows: dict[tuple[str, int], Base] = field(default_factory=dict)
    """The written objects, to compare with the values that the database returns."""
    _named: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        event.listen(self.session, "before_flush", self._refuse)
        event.listen(self.session, "after_flush", self._note)
        event.listen(self.session, "do_orm_execute", self._require_objects)

    def seal(self, now: datetime) -> None:
        """Append an entry for each evidence row that was written. No more rows may be written after it."""
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
        """Refuse a row that the database returns with other values than were written, for example because of a trigger.

        Raises DamagedArchiveError, so that the whole transaction is rolled back.
        """
        row = self._rows.get((kind, row_id))
        held = {} if row is None else row.__dict__
        values = {name: held[name] for name in KINDS[kind].columns if name in held}
        stored = json.loads(content)["values"]
        for name, value in json.loads(canonical_json(values)).items():
            removed = name == "snapshot_sha256" and value is None  # its RemovalRow has the address of the body
            if stored[name] != value and not removed:
                problem = (
                    f"{kind} {row_id} came back with another `{name}` than was written; nothing was recorded. "
                    "Is there a trigger? `clausewatch verify` says"
                )
                raise DamagedArchiveError(location_of(self.session.get_bind().engine.url), problem)

    def _refuse(self, session: Session, *_: object) -> None:
        """Refuse to delete sealed evidence or to alter its sealed columns."""
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
        removes = column == "snapshot_sha256" and list(history.added) == [None]  # together with a RemovalRow
        if history.has_changes() and not removes:
            raise SealedError(f"{kind.name}.{column} is sealed evidence, and is never altered")


def in_sealing_order(rows: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return evidence rows in the order in which the rows of one transaction are sealed."""
    order = list(KINDS)
    return sorted(rows, key=lambda row: (order.index(row[0]), row[1]))


def append(
    connection: Connection,
    rows: Sequence[tuple[str, int]],
    now: datetime,
    require: Callable[[str, int, bytes], None] | None = None,
) -> None:
    """Append an entry for each row, given by kind and id, in this order. The rows must be written already.

    `require` is called with the kind, id and canonical bytes of each row before it is sealed.
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
    """Begin a chain with an entry for a random token of 64 hex digits."""
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
    """Return the last entry's number and hash. Keep others from appending until the transaction ends.

    A transaction takes this lock last, so that two transactions cannot wait for each other. SQLite has only one writer
    anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_CHAIN_LOCK)))
    row = connection.execute(_LAST).first()
    return (0, GENESIS) if row is None else (row.sequence, row.hash)
