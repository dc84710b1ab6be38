"""Defines the tables of visits and their pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from archive.storage.tables.base import Base


class FetchRow(Base):
    """A visit of a policy, and its outcome."""

    __tablename__ = "fetch"
    __table_args__ = (
        Index("ix_fetch_policy_id_id", "policy_id", "id"),
        Index("ix_fetch_started_at", "started_at", "outcome", "policy_id"),
        Index(
            "ix_fetch_unread",
            "id",
            sqlite_where=text("outcome IN ('failed', 'not comparable')"),
            postgresql_where=text("outcome IN ('failed', 'not comparable')"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    started_at: Mapped[datetime]
    status: Mapped[int | None]
    final_url: Mapped[str]
    headers: Mapped[list[Any]]
    body_sha256: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of the decompressed body; None if there was no complete response."""
    outcome: Mapped[str]
    reason: Mapped[str | None]
    detail: Mapped[str]
    snapshot_sha256: Mapped[str | None] = mapped_column(ForeignKey("blob.sha256"))
    """Address of the kept raw body. None for unchanged and failed fetches."""
    fallback: Mapped[bool]
    """True if the configured selector matched nothing and the generic extraction was used."""
    identity: Mapped[str] = mapped_column(server_default="")
    """Extraction identity of the response. It is "" if the response was not read, or if an older program did not record
    the identity."""


class FetchPageRow(Base):
    """A further page of a visit to several addresses. The first page is in the fetch itself."""

    __tablename__ = "fetch_page"
    fetch_id: Mapped[int] = mapped_column(ForeignKey("fetch.id"), primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Position of the page. The first page has the position 0, so the first further page has the position 1."""
    url: Mapped[str]
    """The requested address."""
    final_url: Mapped[str]
    status: Mapped[int | None]
    headers: Mapped[list[Any]]
    body_sha256: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of the decompressed body; None if there was no complete response."""
    snapshot_sha256: Mapped[str | None] = mapped_column(ForeignKey("blob.sha256"))
    """Address of the kept raw body. None if the fetch does not keep its own body."""


class LeftOutRow(Base):
    """The left-out prose of a page. A row is added with each version, and when watched sentences appear or disappear.
    It is evidence. The row contains only hashes of the prose, because the prose itself is in the snapshot of the fetch.
    """

    __tablename__ = "left_out"
    __table_args__ = (Index("ix_left_out_policy_id_id", "policy_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    fetch_id: Mapped[int] = mapped_column(ForeignKey("fetch.id"), unique=True)
    hashes: Mapped[list[Any]]
    """SHA-256 of each left-out part, in reading order."""
    words: Mapped[int]
    """Number of words in all left-out sentences."""
    page_words: Mapped[int]
    """Number of words in the left-out sentences and in the policy together."""
    watched: Mapped[list[Any]]
    """Left-out sentences about sharing or rights. Each has the text, the topics, and the reason why it was left out."""
    came: Mapped[list[Any]]
    """Watched sentences that the page did not have before. It is empty for a first version."""
    gone: Mapped[list[Any]]
    differences: Mapped[int]
    """Number of sentences that appeared or disappeared. Queries use it to find the fetches with such sentences."""


class RemovalRow(Base):
    """The removal of a fetch's raw body. It is evidence. Add this row when `snapshot_sha256` of the fetch is set to
    None.
    """

    __tablename__ = "removal"
    __table_args__ = (UniqueConstraint("fetch_id", "position"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    fetch_id: Mapped[int] = mapped_column(ForeignKey("fetch.id"))
    position: Mapped[int]
    """Position of the page. It is 0 for the fetch's own body."""
    sha256: Mapped[str] = mapped_column(String(64))
    """Address of the removed body: the former value of `snapshot_sha256`."""
    removed_at: Mapped[datetime]
    reason: Mapped[str]
    """The rule that allowed the removal, in words."""


class KnownPageRow(Base):
    """A fingerprint of a response. A response with the same fingerprint has the text of the policy's latest version,
    and need not be parsed. A fingerprint is not evidence. If it is deleted, the next response is parsed again, and
    nothing is lost.
    """

    __tablename__ = "known_page"
    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), index=True)
    version: Mapped[int]
    """The version's number."""
    identity: Mapped[str]
    """Extraction identity of the program that parsed the page."""
    fallback: Mapped[bool]
    exact: Mapped[str] = mapped_column(String(64))
    """Hash of the whole response."""
    fingerprint: Mapped[str | None] = mapped_column(String(64))
    """`document.fingerprint_all`; None if the policy's pages have no fingerprint."""


class PageDigestRow(Base):
    """A digest of the pages with the text of a policy's latest version. A response with this digest need not be
    compared with an earlier page. A digest is not evidence. If it is deleted, the next response is compared, and
    nothing is lost.
    """

    __tablename__ = "page_digest"
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), primary_key=True, autoincrement=False)
    version: Mapped[int]
    """The version's number."""
    digest: Mapped[str] = mapped_column(String(64))
    gaps: Mapped[list[Any]]
    """`document.PageDigest.gaps`."""


class RestingHostRow(Base):
    """A host that asked for a pause. The pause may last longer than the run."""

    __tablename__ = "resting_host"
    host: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime]
    why: Mapped[str]
