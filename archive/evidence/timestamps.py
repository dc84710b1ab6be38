"""Stores time stamps of the chain's heads. An authority signs each time stamp. Time stamps are not part of the
chain.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, select

from archive.evidence.chain import Head
from archive.evidence.damaged_rows import any_text, readable
from archive.storage.database import Archive
from archive.storage.tables import ChainEntryRow, ChainStampRow


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time stamp."""

    id: int
    sequence: int
    """Number of the stamped head."""
    hash: str
    authority: str
    """Address of the authority."""
    token: bytes
    """The authority's whole response in DER; see RFC 3161."""
    stamped_at: datetime
    """The time in the signature."""
    holds: bool
    """Whether the chain still contains the stamped head."""

    @property
    def head(self) -> str:
        """The stamped head, as messages quote it."""
        return f"{self.sequence}:{self.hash}"


def keep_stamp(archive: Archive, head: Head, authority: str, token: bytes, stamped_at: datetime) -> None:
    """Store the response of an authority."""
    with archive.writing() as session:
        session.add(
            ChainStampRow(
                sequence=head.sequence, hash=head.hash, authority=authority, token=token, stamped_at=stamped_at
            )
        )


def last_stamp(archive: Archive) -> datetime | None:
    """Return the time of the last stamp. Return None if there are no stamps."""
    with archive.reading() as session:
        return session.scalar(select(ChainStampRow.stamped_at).order_by(ChainStampRow.id.desc()).limit(1))


def stamps(archive: Archive) -> Iterator[Stamp | int]:
    """Yield all time stamps, the oldest first. For a time stamp that cannot be read, yield its number."""
    with archive.reading() as session:
        connection = session.connection()
        with any_text(connection):
            for stamp_id in connection.scalars(select(ChainStampRow.id).order_by(ChainStampRow.id)).all():
                yield from readable(partial(_read, connection), [stamp_id])


def _read(connection: Connection, ids: Sequence[int]) -> Stamp:
    table = ChainStampRow.__table__
    query = select(table, ChainEntryRow.hash.label("found")).outerjoin(
        ChainEntryRow, ChainEntryRow.sequence == table.c.sequence
    )
    row = connection.execute(query.where(table.c.id.in_(ids))).one()
    return Stamp(row.id, row.sequence, row.hash, row.authority, row.token, row.stamped_at, row.found == row.hash)
