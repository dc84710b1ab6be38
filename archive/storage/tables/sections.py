"""Defines the tables that the search uses."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from archive.storage.tables.base import Base


class SectionRow(Base):
    """The text of a section, for the search. A text that occurs several times is stored once. This row is not evidence;
    see archive/search/index.

    The stems of the text are in `section_words`, a full-text index of SQLite or PostgreSQL.
    """

    __tablename__ = "section"
    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the heading path, the language and the text."""
    path: Mapped[str]
    """Headings joined by " > "."""
    heading: Mapped[str]
    language: Mapped[str]
    text: Mapped[str]
    """The blocks of the section, each on its own line."""


class StandingRow(Base):
    """A series of successive versions that have the same section. It is not evidence."""

    __tablename__ = "standing"
    __table_args__ = (Index("ix_standing_policy_id_last", "policy_id", "last"),)
    section_id: Mapped[int] = mapped_column(ForeignKey("section.id"), primary_key=True, autoincrement=False)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), primary_key=True, autoincrement=False)
    first: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Number of the first version that has the section."""
    last: Mapped[int | None]
    """Number of the last version that has the section. None while the policy still has the section."""
    appeared_at: Mapped[datetime]
    """Time when the first version was first seen."""
    gone_at: Mapped[datetime | None]
    """Time when the first version without the section was first seen. None while the policy still has the section."""


class IndexedRow(Base):
    """Records up to which version the sections of a policy can be searched. This row is not evidence."""

    __tablename__ = "indexed"
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), primary_key=True, autoincrement=False)
    number: Mapped[int]
    """Number of this version. It is 0 if an older program recorded versions without indexing them, so that all versions
    must be indexed first.
    """
