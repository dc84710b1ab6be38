"""Verifies an archive without altering it: the chain, the rows that it seals, the stored contents, and the texts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import groupby
from operator import attrgetter

from sqlalchemy import ColumnElement, Connection, and_, exists, func, select

from archive.evidence.chain import Head, SavedHead
from archive.evidence.content_verification import Contents, ascii_text, verify_contents
from archive.evidence.damaged_rows import UNREADABLE, any_text, readable
from archive.evidence.database_verification import verify_database
from archive.evidence.flaws import Flaw
from archive.evidence.row_labels import whereabouts
from archive.storage.database import Archive
from archive.storage.evidence_rows import BATCH, KINDS, canonical_rows
from archive.storage.sealing import GENESIS, START, ChainEntry
from archive.storage.tables import ChainEntryRow, FetchPageRow, FetchRow, NamingRow, PolicyRow, RemovalRow


@dataclass(slots=True)
class Tally:
    """The progress and the counts of a verification."""

    head: Head | None = None
    """The last entry, or None."""
    since: int = 0
    """Number of the entry after which the verification starts; its head was known."""
    entries: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    """Number of intact sealed rows, by kind."""
    contents: Contents = field(default_factory=Contents)
    removed_bodies: int = 0
    """Number of raw bodies that were removed under a rule, with the removal sealed."""
    set_back: tuple[int, ...] = ()
    """Up to ten entries that are dated before the entry before them. Either the clock was set back, or they were
    backdated."""

    def covers(self, head: SavedHead) -> bool:
        """Return whether a saved head comes before the checked entries."""
        return head.sequence is not None and head.sequence < self.since


def verify(
    archive: Archive,
    tally: Tally,
    saved: Sequence[SavedHead] = (),
    *,
    extract: bool = True,
    since: SavedHead | None = None,
) -> Iterator[Flaw]:
    """Return the flaws, and note in `tally` what was checked. A few rows are read at a time.

    `saved` are heads that somebody saved outside the archive. With `extract`, texts are extracted again from their
    pages if the current extraction is the same as theirs. `since` is the head at which an earlier verification ended.
    Then only later entries with their rows and contents are read, and earlier saved heads are ignored. If the archive
    does not have that head, everything is read.
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


_ENTRY = ("sequence", "kind", "row_id", "row_sha256", "recorded_at", "hash")


def _entry_of(connection: Connection, head: SavedHead) -> Head | None:
    """Return the stored entry with the hash of a head, or None."""
    table = ChainEntryRow
    query = select(table.sequence, table.hash, table.recorded_at).where(table.hash == head.hash)
    found = [Head(*row) for row in connection.execute(query) if head.sequence in (None, row.sequence)]
    return found[0] if len(found) == 1 else None


@dataclass
class _Chain:
    """Goes along the chain and checks it."""

    connection: Connection
    tally: Tally
    saved: Sequence[SavedHead]
    _previous: str | None = GENESIS
    """The stored hash of the previous entry; None if it cannot be read."""
    _sequence: int = 0
    _at: datetime | None = None
    _met: set[SavedHead] = field(default_factory=set)

    @classmethod
    def after(cls, connection: Connection, tally: Tally, saved: Sequence[SavedHead], begin: Head | None) -> _Chain:
        """Return a check that starts after a known entry, or at the beginning if `begin` is None."""
        if begin is None:
            return cls(connection, tally, saved)
        later = [head for head in saved if not tally.covers(head)]
        met = {head for head in later if head.hash == begin.hash and head.sequence in (None, begin.sequence)}
        tally.head = begin
        return cls(connection, tally, later, begin.hash, begin.sequence, begin.at, met)

    def verify(self) -> Iterator[Flaw]:
        while True:
            sequences = self._next_sequences()
            for batch in readable(self._read, sequences):
                if isinstance(batch, int):
                    yield self._pass_unreadable(batch)
                    continue
                for entry, stored in batch:
                    yield from self._link(entry, stored)
                yield from self._rows([entry for entry, _ in batch])
            if len(sequences) < BATCH:
                break
        yield from self._heads()

    def _next_sequences(self) -> list[int]:
        query = select(ChainEntryRow.sequence).where(ChainEntryRow.sequence > self._sequence)
        return list(self.connection.scalars(query.order_by(ChainEntryRow.sequence).limit(BATCH)))

    def _read(self, sequences: Sequence[int]) -> list[tuple[ChainEntry, str]]:
        """Return entries, each linked to the stored hash of the entry before, with their own stored hashes."""
        table = ChainEntryRow.__table__
        query = select(*(table.c[name] for name in _ENTRY)).where(table.c.sequence.in_(sequences))
        previous, batch = self._previous or "", []
        for sequence, kind, row_id, row, recorded_at, stored in self.connection.execute(query.order_by("sequence")):
            if not isinstance(kind, str) or not isinstance(row_id, int):
                raise TypeError("an entry names no row")
            entry = ChainEntry(sequence, previous, kind, id=row_id, row=row, recorded_at=recorded_at)
            batch.append((entry, stored))
            previous = stored
        return batch

    def _pass_unreadable(self, sequence: int) -> Flaw:
        self._sequence, self._previous = sequence, None
        return Flaw("chain", f"entry {sequence}", "it cannot be read")

    def _link(self, entry: ChainEntry, stored: str) -> Iterator[Flaw]:
        """Verify that an entry is linked to the entry before."""
        where = f"entry {entry.sequence}"
        if entry.sequence != self._sequence + 1:
            yield Flaw("chain", where, f"{_missing(self._sequence + 1, entry.sequence - 1)} before it")
        elif self._previous is not None and not _has_hash(entry, stored):
            problem = "it was altered, or does not follow from the entry before"
            yield Flaw("chain", f"{where} ({ascii_text(entry.kind)} {entry.id})", problem)
        if (entry.kind == START) != (entry.sequence == 1):
            yield Flaw("chain", where, "the chain begins with one entry of the kind `start`, and has no other")
        self._note(entry, stored)

    def _note(self, entry: ChainEntry, stored: str) -> None:
        if self._at is not None and entry.recorded_at < self._at and len(self.tally.set_back) < 10:
            self.tally.set_back += (entry.sequence,)
        self._sequence, self._previous, self._at = entry.sequence, stored, entry.recorded_at
        self.tally.entries += 1
        self.tally.head = Head(entry.sequence, stored, entry.recorded_at)
        for each in self.saved:
            if each.hash == stored and each.sequence in (None, entry.sequence):
                self._met.add(each)

    def _rows(self, entries: Sequence[ChainEntry]) -> Iterator[Flaw]:
        """Verify the rows that these entries seal."""
        by_kind = attrgetter("kind")
        for kind, some in groupby(sorted(entries, key=by_kind), by_kind):
            sealed = {entry.id: entry.row for entry in some}
            if kind in KINDS:
                yield from self._rows_of(kind, sealed)
            elif kind != START:
                yield Flaw("chain", f"{len(sealed)} entries", f"{kind!r} is not a kind of evidence")

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


def _has_hash(entry: ChainEntry, stored: str) -> bool:
    try:
        return entry.hash == stored
    except UNREADABLE:  # a forged column may hold values that JSON cannot
        return False


def _missing(first: int, last: int) -> str:
    return f"entry {first} is missing" if first == last else f"entries {first} to {last} are missing"


def _unsealed(connection: Connection, kind: str) -> Iterator[Flaw]:
    """Return a flaw for each row of a kind without an entry."""
    table = KINDS[kind].row.__table__
    sealed = exists().where(ChainEntryRow.kind == kind, ChainEntryRow.row_id == table.c.id)
    for row_id in connection.scalars(select(table.c.id).where(~sealed).order_by(table.c.id)):
        yield Flaw("inserted", whereabouts(connection, kind, row_id), "no entry of the chain seals it")


def _stray_pages(connection: Connection) -> Iterator[Flaw]:
    """Return a flaw for each further page without a fetch. The other further pages are sealed with their fetch."""
    known = exists().where(FetchRow.id == FetchPageRow.fetch_id)
    query = select(FetchPageRow.fetch_id, FetchPageRow.position).where(~known)
    for fetch, position in connection.execute(query):
        yield Flaw("inserted", f"page {position} of fetch {fetch}", "there is no such fetch")


def _misnamed(connection: Connection) -> Iterator[Flaw]:
    """Return a flaw for each policy with another name than the name that was sealed last."""
    later = NamingRow.__table__.alias()
    newer = exists().where(later.c.policy_id == NamingRow.policy_id, later.c.id > NamingRow.id)
    last: ColumnElement[bool] = and_(NamingRow.policy_id == PolicyRow.id, ~newer)
    query = select(PolicyRow.id, PolicyRow.name, NamingRow.name).outerjoin(NamingRow, last).order_by(PolicyRow.id)
    for policy, name, sealed in connection.execute(query):
        if name != sealed:
            yield Flaw("name", f"policy {policy}", f"it is called {name!r}, and was recorded as {sealed!r}")
