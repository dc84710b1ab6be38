"""Reads the entries and the head of the chain that seals the evidence. The head is the last entry. Messages quote
it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from archive.errors import DamagedArchiveError
from archive.storage.database import Archive
from archive.storage.engines import location_of
from archive.storage.evidence_rows import BATCH
from archive.storage.sealing import GENESIS, ChainEntry
from archive.storage.tables import ChainEntryRow

HEAD = re.compile(r"(?<![0-9a-zA-Z])([1-9][0-9]{0,18}):([0-9a-f]{64})(?![0-9a-zA-Z])")
"""Matches a head as text: the number of the entry, a colon, and the entry's hash."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of the chain. A saved head later proves whether the evidence before it was altered."""

    sequence: int
    """Number of entries."""
    hash: str
    """SHA-256 of the last entry, in hex."""
    at: datetime
    """Time when the last entry was sealed."""

    def __str__(self) -> str:
        """Return the head as a text, as it is in messages. `verify --head` accepts this text."""
        return f"{self.sequence}:{self.hash}"


@dataclass(frozen=True, slots=True)
class SavedHead:
    """A head that somebody saved."""

    hash: str
    sequence: int | None = None
    """Number of the head's entry. None if the hash alone was saved."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a head in the form that messages have, or a hash alone. Raises ValueError."""
        match = HEAD.fullmatch(text.strip().lower())
        if match is not None:
            return cls(match[2], int(match[1]))
        if re.fullmatch(r"[0-9a-f]{64}", text.strip().lower()):
            return cls(text.strip().lower())
        raise ValueError("is not a chain head: write it as a message quotes it, like 1234:9f86d0… with 64 hex digits")

    def __str__(self) -> str:
        return self.hash if self.sequence is None else f"{self.sequence}:{self.hash}"


def head(archive: Archive) -> Head:
    """Return the last entry of the chain. Raises DamagedArchiveError if the chain is empty, because every chain has a
    first entry."""
    with archive.reading() as session:
        return last_entry(session)


def beginning(archive: Archive) -> Head:
    """Return the first entry of the chain, which is different in every archive. Raises DamagedArchiveError if it is
    missing."""
    with archive.reading() as session:
        query = select(ChainEntryRow.sequence, ChainEntryRow.hash, ChainEntryRow.recorded_at)
        row = session.execute(query.where(ChainEntryRow.sequence == 1)).first()
    if row is None:
        raise DamagedArchiveError(archive.location, "the chain over the evidence has no beginning: see `verify`")
    return Head(row.sequence, row.hash, row.recorded_at)


def last_entry(session: Session) -> Head:
    """Return the head as seen by a transaction. Raises DamagedArchiveError."""
    query = select(ChainEntryRow.sequence, ChainEntryRow.hash, ChainEntryRow.recorded_at)
    row = session.execute(query.order_by(ChainEntryRow.sequence.desc()).limit(1)).first()
    if row is None:
        location = location_of(session.get_bind().engine.url)
        raise DamagedArchiveError(location, "the chain over the evidence is empty; restore the last backup")
    return Head(row.sequence, row.hash, row.recorded_at)


def entries(connection: Connection, first: int = 1) -> Iterator[tuple[ChainEntry, str]]:
    """Return the entries from number `first` on, in order, each with its stored hash. The entries are read in batches.
    The `previous` of an entry is the stored hash of the entry before it, even if this stored hash is wrong.
    """
    previous = GENESIS
    if first > 1:
        before = select(ChainEntryRow.hash).where(ChainEntryRow.sequence == first - 1)
        previous = connection.execute(before).scalar() or GENESIS
    while True:
        query = select(ChainEntryRow.__table__).where(ChainEntryRow.sequence >= first)
        rows = connection.execute(query.order_by(ChainEntryRow.sequence).limit(BATCH)).all()
        for row in rows:
            yield (
                ChainEntry(
                    row.sequence, previous, row.kind, id=row.row_id, row=row.row_sha256, recorded_at=row.recorded_at
                ),
                row.hash,
            )
            previous = row.hash
        if len(rows) < BATCH:
            return
        first = rows[-1].sequence + 1
