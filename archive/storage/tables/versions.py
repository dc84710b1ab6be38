"""Defines the tables of versions, and of odd texts that may become versions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive.storage.tables.base import Base
from archive.storage.tables.fetches import FetchRow


class VersionRow(Base):
    """A version: a text of a policy, numbered from 1."""

    __tablename__ = "version"
    __table_args__ = (UniqueConstraint("policy_id", "number"), UniqueConstraint("fetch_id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    number: Mapped[int]
    """Number of the version, from 1."""
    fetch_id: Mapped[int] = mapped_column(ForeignKey("fetch.id"))
    seen_at: Mapped[datetime] = mapped_column(index=True)
    """Start of the fetch that first saw the version."""
    document_sha256: Mapped[str] = mapped_column(ForeignKey("blob.sha256"))
    identity: Mapped[str]
    """Extraction identity."""
    dates: Mapped[list[Any]]
    """Dates that the policy states about itself. Each has a kind, an ISO date, and the words."""
    boundary: Mapped[bool]
    """True if the version cannot be compared directly with the previous version."""
    text_sha256: Mapped[str] = mapped_column(String(64))
    """`document.text_identity`."""
    confirmed: Mapped[bool] = mapped_column(server_default=true())
    """False if the version was odd and no second look confirmed it."""
    returns_to: Mapped[int | None]
    """Number of the earlier version with the same text."""
    flapping: Mapped[bool] = mapped_column(server_default=false())
    """Whether the text goes back and forth. The alerts of such a version are held."""
    fetch: Mapped[FetchRow] = relationship(lazy="joined")


class PendingRow(Base):
    """An odd text that is waiting for a second look; at most one for each policy."""

    __tablename__ = "pending"
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), primary_key=True, autoincrement=False)
    fetch_id: Mapped[int] = mapped_column(ForeignKey("fetch.id"))
    """The fetch that first saw the odd text. The snapshot of this fetch is kept."""
    since: Mapped[datetime]
    """Time when the first odd text of the current series was seen. The time `confirm_max` is counted from here."""
    seen_at: Mapped[datetime]
    """Time when this text was first seen."""
    tried_at: Mapped[datetime]
    """Time of the last visit. The time `confirm_after` is counted from here."""
    text_sha256: Mapped[str] = mapped_column(String(64))
    """`document.text_identity`."""
    reason: Mapped[str]
    visits: Mapped[int]
    """Number of visits since the first odd text of the series was seen, including the visit that first saw it."""
