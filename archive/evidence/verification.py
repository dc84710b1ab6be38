"""Verifies an archive without altering it: the chain, the rows that it seals, the stored contents, and the texts."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, bindparam, exists, func, select

from archive.evidence.chain import Head, SavedHead
from archive.evidence.content_verification import Contents, ascii_text, verify_contents
from archive.evidence.damaged_rows import UNREADABLE, any_text, readable
from archive.evidence.database_verification import verify_database
from archive.evidence.flaws import Flaw
from archive.evidence.row_labels import whereabouts
from archive.storage.database import Archive
from archive.storage.evidence_rows import BATCH, KINDS, CanonicalTime, canonical_rows, canonical_time
from archive.storage.sealing import GENESIS, START, entry_bytes
from archive.storage.tables import ChainEntryRow, FetchPageRow, FetchRow, NamingRow, PolicyRow, RemovalRow

MOST_SET_BACK = 10
"""Maximum number of entries in `Tally.set_back`."""


@dataclass(slots=True)
class Tally:
    """The progress and the counts of a verification."""

    head: Head | None = None
    """The last entry, or None."""
    since: int = 0
    """Number of the last entry that is not verified again, because an earlier verification ended at it. It is 0 if
    everything is verified.
    """
    entries: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    """Number of intact sealed rows, by kind."""
    contents: Contents = field(default_factory=Contents)
    removed_bodies: int = 0
    """Number of raw bodies that were removed under a rule. Each of these removals is sealed."""
    set_back: tuple[int, ...] = ()
    """Numbers of up to ten entries that have an earlier date than the entry before them. Either somebody set the clock
    back, or these entries are backdated.
    """

    def covers(self, head: SavedHead) -> bool:
        """Return whether a saved head is among the entries that are not verified again."""
        return head.sequence is not None and head.sequence < self.since


def verify(
    archive: Archive,
    tally: Tally,
    saved: Sequence[SavedHead] = (),
    *,
    extract: bool = True,
    since: SavedHead | None = None,
) -> Iterator[Flaw]:
    """Yield the flaws, and count the checked records in `tally`. Only a few rows are in memory at the same time.
    `saved` are heads that somebody saved outside the archive. If `extract` is true, texts are extracted again from
    their pages. This is not done for texts that were extracted by older rules or other selectors. `since` is the head
    at which an earlier verification ended. If it is given, verification starts after this head: only later entries with
    their rows and contents are read, and earlier saved heads are ignored. If the chain does not contain the head
    `since`, everything is read.
    """
    with archive.reading() as session:
        connection = session.connection()
        with any_text(connection):
            yield from verify_database(connection)
            begin = None if since is None else _entry_of(connection, since)
            if begin is not None:
                tally.since = begin.sequence
            elif since is not None:
                yield Flaw("head", f"head {since}", "the archive does not have it, so everything was verified")
            yield from _Chain.after(connection, tally, saved, begin).verify()
            for kind in KINDS:
                yield from _unsealed(connection, kind)
            yield from _stray_pages(connection)
            yield from _misnamed(connection)
            tally.removed_bodies = connection.scalar(select(func.count()).select_from(RemovalRow)) or 0
            yield from verify_contents(session, tally.contents, extract=extract, after=tally.since)


_BEFORE_TIME = (ChainEntryRow.sequence, ChainEntryRow.kind, ChainEntryRow.row_id, ChainEntryRow.row_sha256)
_ENTRIES = (
    select(*_BEFORE_TIME, CanonicalTime(ChainEntryRow.recorded_at), ChainEntryRow.hash)
    .where(ChainEntryRow.sequence.between(bindparam("first"), bindparam("last")))
    .order_by(ChainEntryRow.sequence)
)


class _Entry(NamedTuple):
    """An entry as it is stored. Its time is canonical text."""

    sequence: int
    kind: str
    row_id: int
    row: str
    at: str
    hash: str


def _entry_of(connection: Connection, head: SavedHead) -> Head | None:
    """Return the stored entry with the hash of a head, or None."""
    table = ChainEntryRow
    query = select(table.sequence, table.hash, table.recorded_at).where(table.hash == head.hash)
    found = [Head(*row) for row in connection.execute(query) if head.sequence in (None, row.sequence)]
    return found[0] if len(found) == 1 else None


@dataclass
class _Chain:
    """Checks the entries of the chain one after another."""

    connection: Connection
    tally: Tally
    saved: Sequence[SavedHead]
    _last: _Entry | None = None
    """The last entry that was read, as it is stored."""
    _previous: str | None = GENESIS
    """The stored hash of the last entry that was read. None if it cannot be read."""
    _sequence: int = 0
    _met: set[SavedHead] = field(default_factory=set)

    @classmethod
    def after(cls, connection: Connection, tally: Tally, saved: Sequence[SavedHead], begin: Head | None) -> _Chain:
        """Return a check of the chain that starts after a known entry. If `begin` is None, the check starts at the
        first entry."""
        if begin is None:
            return cls(connection, tally, saved)
        later = [head for head in saved if not tally.covers(head)]
        met = {head for head in later if head.hash == begin.hash and head.sequence in (None, begin.sequence)}
        tally.head = begin
        last = _Entry(begin.sequence, "", 0, "", at=canonical_time(begin.at), hash=begin.hash)
        return cls(connection, tally, later, _last=last, _previous=begin.hash, _sequence=begin.sequence, _met=met)

    def verify(self) -> Iterator[Flaw]:
        while sequences := self._next_sequences():
            for batch in readable(self._read, sequences):
                if isinstance(batch, int):
                    yield self._pass_unreadable(batch)
                    continue
                for entry in batch:
                    if not self._is_next(entry):
                        yield from self._link_flaws(entry)
                    self._go_to(entry)
                self._note(batch)
                yield from self._rows(batch)
        yield from self._heads()

    def _next_sequences(self) -> list[int]:
        query = select(ChainEntryRow.sequence).where(ChainEntryRow.sequence > self._sequence)
        return list(self.connection.scalars(query.order_by(ChainEntryRow.sequence).limit(BATCH)))

    def _read(self, sequences: Sequence[int]) -> list[_Entry]:
        limits = {"first": sequences[0], "last": sequences[-1]}
        batch = [_Entry(*row) for row in self.connection.execute(_ENTRIES, limits).all()]
        for entry in batch:
            if not isinstance(entry.kind, str) or not isinstance(entry.row_id, int):
                raise TypeError("an entry names no row")
            datetime.fromisoformat(entry.at)
        return batch

    def _pass_unreadable(self, sequence: int) -> Flaw:
        self._sequence, self._previous = sequence, None
        return Flaw("chain", f"entry {sequence}", "it cannot be read")

    def _is_next(self, entry: _Entry) -> bool:
        """Whether an entry contains the hash of the entry before it."""
        follows = self._previous is not None and _follows(entry, self._previous)
        return follows and entry.sequence == self._sequence + 1 and (entry.kind == START) == (entry.sequence == 1)

    def _link_flaws(self, entry: _Entry) -> Iterator[Flaw]:
        where = f"entry {entry.sequence}"
        if entry.sequence != self._sequence + 1:
            yield Flaw("chain", where, f"{_missing(self._sequence + 1, entry.sequence - 1)} before it")
        elif self._previous is not None and not _follows(entry, self._previous):
            problem = "it was altered, or does not follow from the entry before"
            yield Flaw("chain", f"{where} ({ascii_text(entry.kind)} {entry.row_id})", problem)
        if (entry.kind == START) != (entry.sequence == 1):
            yield Flaw("chain", where, "the chain begins with one entry of the kind `start`, and has no other")

    def _go_to(self, entry: _Entry) -> None:
        if self._last is not None and entry.at < self._last.at and len(self.tally.set_back) < MOST_SET_BACK:
            self.tally.set_back += (entry.sequence,)
        self._last, self._sequence, self._previous = entry, entry.sequence, entry.hash

    def _note(self, batch: Sequence[_Entry]) -> None:
        """Note the last entry of a batch, and the saved heads that are in the batch."""
        last, hashes = batch[-1], {entry.hash: entry.sequence for entry in batch}
        self.tally.entries += len(batch)
        self.tally.head = Head(last.sequence, last.hash, datetime.fromisoformat(last.at))
        self._met |= {head for head in self.saved if head.hash in hashes and head.sequence in (None, hashes[head.hash])}

    def _rows(self, entries: Sequence[_Entry]) -> Iterator[Flaw]:
        """Verify the rows that entries seal."""
        sealed: defaultdict[str, dict[int, str]] = defaultdict(dict)
        for entry in entries:
            sealed[entry.kind][entry.row_id] = entry.row
        for kind, hashes in sorted(sealed.items()):
            if kind in KINDS:
                yield from self._rows_of(kind, hashes)
            elif kind != START:
                yield Flaw("chain", f"{len(hashes)} entries", f"{kind!r} is not a kind of evidence")

    def _rows_of(self, kind: str, sealed: dict[int, str]) -> Iterator[Flaw]:
        for found in readable(partial(canonical_rows, self.connection, kind), list(sealed)):
            if isinstance(found, int):
                del sealed[found]
                yield Flaw("changed", whereabouts(self.connection, kind, found), "it cannot be read")
                continue
            for row_id, content in found.items():
                if hashlib.sha256(content).hexdigest() == sealed.pop(row_id):
                    self.tally.rows[kind] = self.tally.rows.get(kind, 0) + 1
                else:
                    yield Flaw("changed", whereabouts(self.connection, kind, row_id), "it is not what was sealed")
        for row_id in sealed:
            yield Flaw("missing", f"{kind} {row_id}", "it was sealed, and is missing now")

    def _heads(self) -> Iterator[Flaw]:
        """Verify that the chain contains the saved heads."""
        if self.tally.head is None:
            yield Flaw("chain", "the chain", "it is empty: every chain begins with an entry")
        for each in self.saved:
            if each in self._met:
                continue
            where = f"saved head {each}"
            if each.sequence is not None and each.sequence > self._sequence:
                gone = _missing(self._sequence + 1, each.sequence)
                yield Flaw("head", where, f"the chain ends before it: {gone}")
            else:
                yield Flaw(
                    "head",
                    where,
                    "the chain does not lead to it: the chain was rewritten, or the head belongs to another archive",
                )


def _follows(entry: _Entry, previous: str) -> bool:
    """Whether an entry has the right hash, given the hash `previous` of the entry before it."""
    try:
        sealed = entry_bytes(previous, entry.sequence, entry.kind, row_id=entry.row_id, row=entry.row, at=entry.at)
    except UNREADABLE:  # a forged column may contain a value that JSON cannot represent
        return False
    return hashlib.sha256(sealed).hexdigest() == entry.hash


def _missing(first: int, last: int) -> str:
    return f"entry {first} is missing" if first == last else f"entries {first} to {last} are missing"


def _unsealed(connection: Connection, kind: str) -> Iterator[Flaw]:
    """Return a flaw for each row of a kind without an entry."""
    table = KINDS[kind].row.__table__
    sealed = exists().where(ChainEntryRow.kind == kind, ChainEntryRow.row_id == table.c.id)
    for row_id in connection.scalars(select(table.c.id).where(~sealed).order_by(table.c.id)):
        yield Flaw("inserted", whereabouts(connection, kind, row_id), "no entry of the chain seals it")


def _stray_pages(connection: Connection) -> Iterator[Flaw]:
    """Return a flaw for each further page without a fetch. A further page has no seal of its own, because it is sealed
    together with its fetch.
    """
    known = exists().where(FetchRow.id == FetchPageRow.fetch_id)
    query = select(FetchPageRow.fetch_id, FetchPageRow.position).where(~known)
    for fetch, position in connection.execute(query):
        yield Flaw("inserted", f"page {position} of fetch {fetch}", "there is no such fetch")


def _misnamed(connection: Connection) -> Iterator[Flaw]:
    """Return a flaw for each policy whose name differs from the last sealed name."""
    later = NamingRow.__table__.alias()
    newer = exists().where(later.c.policy_id == NamingRow.policy_id, later.c.id > NamingRow.id)
    last: ColumnElement[bool] = and_(NamingRow.policy_id == PolicyRow.id, ~newer)
    query = select(PolicyRow.id, PolicyRow.name, NamingRow.name).outerjoin(NamingRow, last).order_by(PolicyRow.id)
    for policy, name, sealed in connection.execute(query):
        if name != sealed:
            yield Flaw("name", f"policy {policy}", f"it is called {name!r}, and was recorded as {sealed!r}")
