"""Defines the tables of the chain, of its time stamps, and of restorations from a backup."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from archive.storage.tables.base import Base


class ChainEntryRow(Base):
    """An entry of the chain over the evidence; see archive/storage/sealing. It contains the hash of the entry
    before.
    """

    __tablename__ = "chain_entry"
    __table_args__ = (UniqueConstraint("kind", "row_id"),)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Number of the entry, from 1 without gaps."""
    kind: Mapped[str] = mapped_column(String(16))
    row_id: Mapped[int]
    row_sha256: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime]


class ChainStampRow(Base):
    """A time stamp (RFC 3161) of a chain head, signed by an authority. It is not part of the chain."""

    __tablename__ = "chain_stamp"
    id: Mapped[int] = mapped_column(primary_key=True)
    sequence: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    authority: Mapped[str]
    """Address of the authority."""
    token: Mapped[bytes] = mapped_column(LargeBinary)
    """The whole response in DER."""
    stamped_at: Mapped[datetime]
    """The time in the authority's signature."""


class RestoreRow(Base):
    """A restoration of the archive from a backup. Rows that were recorded after the backup was made are gone."""

    __tablename__ = "restore"
    id: Mapped[int] = mapped_column(primary_key=True)
    restored_at: Mapped[datetime]
    versions: Mapped[dict[str, Any]]
    """Number of each policy's latest version in the backup, or 0 if the policy had no version. The keys are the numbers
    of the policies.
    """
