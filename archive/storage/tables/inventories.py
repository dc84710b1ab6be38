"""Defines the tables of the rights and recipients that policies name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from archive.storage.tables.base import Base


class ListedRow(Base):
    """Records up to which version the rights and recipients of a policy are listed. This row is not evidence. See
    archive/recording/inventories.
    """

    __tablename__ = "listed"
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), primary_key=True, autoincrement=False)
    number: Mapped[int]
    """Number of this version. It is 0 if no version is listed yet."""
    identity: Mapped[str] = mapped_column(String(16))
    """`differ.judgement.inventory_identity` of the rules that made the list."""
    complete: Mapped[bool]
    """Whether the latest version is listed."""


class EntryColumns:
    """Columns of an entry: a right or a recipient that successive versions of a policy name in the same words."""

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    first: Mapped[int]
    """Number of the first version that names the right or recipient in these words."""
    last: Mapped[int | None]
    """Number of the last version that names the right or recipient in these words. None while the latest version has
    these words.
    """
    appeared_at: Mapped[datetime]
    """Time when the first version was first seen."""
    gone_at: Mapped[datetime | None]
    """Time when the first version without these words was first seen. None while the policy still has these words."""
    since: Mapped[datetime]
    """Time from which on all versions of the policy name the right or recipient. The words for it may have changed
    since then.
    """
    language: Mapped[str]
    section: Mapped[str]
    """Headings joined by " > "."""
    sentence: Mapped[str]


class NamedRightRow(EntryColumns, Base):
    """A right that a policy names. It is not evidence. The fields are those of `differ.judgement.inventory.Right`."""

    __tablename__ = "named_right"
    __table_args__ = (
        Index("ix_named_right_policy_id_last", "policy_id", "last"),
        Index("ix_named_right_right_last_policy_id", "right", "last", "policy_id"),
    )
    right: Mapped[str]
    deadline: Mapped[str]
    fee: Mapped[str]
    channel: Mapped[str]


class NamedRecipientRow(EntryColumns, Base):
    """A recipient that a policy names. It is not evidence. The fields are those of
    `differ.judgement.recipients.Recipient`."""

    __tablename__ = "named_recipient"
    __table_args__ = (
        Index("ix_named_recipient_policy_id_last", "policy_id", "last"),
        Index("ix_named_recipient_kind_last_policy_id", "kind", "last", "policy_id"),
        Index(
            "ix_named_recipient_codes",
            "codes",
            "last",
            "policy_id",
            sqlite_where=text("codes <> ''"),
            postgresql_where=text("codes <> ''"),
        ),
    )
    kind: Mapped[str]
    name: Mapped[str]
    purpose: Mapped[str]
    country: Mapped[str]
    codes: Mapped[str]
    """Codes of the countries in `country`, each with a space before and after it. It is "" if there are none."""
