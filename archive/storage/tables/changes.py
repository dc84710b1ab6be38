"""Defines the tables of changes, findings and suppressions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive.storage.tables.base import Base
from archive.storage.tables.versions import VersionRow


class ChangeRow(Base):
    """A change: the difference between a version and an earlier version, usually the previous version. For a net
    change, a `NetChangeRow` refers to the earlier version.
    """

    __tablename__ = "change"
    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), index=True)
    """The later version. The earlier version has the number before it, unless the change has a `NetChangeRow`."""
    material: Mapped[bool]
    severity: Mapped[str | None]
    topics: Mapped[list[Any]]
    judged_by: Mapped[str]
    coarse: Mapped[bool]
    timing: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    """The fields of `differ.model.Timing`, with ISO dates. Empty for changes that were recorded before this column
    existed.
    """
    drift: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    """Languages that the change did not update: the text changed in another language, but not in these languages."""
    recorded_at: Mapped[datetime]
    version: Mapped[VersionRow] = relationship(lazy="joined")


class NetChangeRow(Base):
    """Marks a change as a net change, and refers to its earlier version. This row is evidence. A net change is recorded
    when a message must report the difference between the current version and an older version that its readers know.
    """

    __tablename__ = "net"
    __table_args__ = (UniqueConstraint("change_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("change.id"))
    earlier_id: Mapped[int] = mapped_column(ForeignKey("version.id"), index=True)


IS_STEP = ChangeRow.id.not_in(select(NetChangeRow.change_id))
"""Condition that a change is a step and not a net change. A step is the difference between a version and the previous
version.
"""


class FindingRow(Base):
    """A judged edit within a change."""

    __tablename__ = "finding"
    __table_args__ = (
        UniqueConstraint("change_id", "position"),
        Index("ix_finding_topic_change_id_severity", "topic", "change_id", "severity"),
        Index(
            "ix_finding_material_rule",
            "rule",
            sqlite_where=text("material = 1"),
            postgresql_where=text("material"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("change.id"))
    position: Mapped[int]
    """Position of the finding in its change, from 0."""
    topic: Mapped[str]
    section: Mapped[str]
    language: Mapped[str]
    material: Mapped[bool]
    severity: Mapped[str]
    rule: Mapped[str]
    source: Mapped[str]
    clause: Mapped[str | None]
    before: Mapped[str]
    after: Mapped[str]
    reason: Mapped[str]
    """Code of the explanation, such as "T1.sale/sale/added". In old rows it is a sentence."""
    translations: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    """Facts of the explanation, as pairs of a role and a text. In old rows, these are pairs of a language and a
    sentence.
    """
    edits: Mapped[list[Any]]
    """Pairs of operation and text."""


class SuppressionRow(Base):
    """An edit in a change that is not reported, and the rule that kept it quiet."""

    __tablename__ = "suppression"
    __table_args__ = (UniqueConstraint("change_id", "position"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("change.id"))
    position: Mapped[int]
    section: Mapped[str]
    reason: Mapped[str]
    before: Mapped[str]
    after: Mapped[str]
