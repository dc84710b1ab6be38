"""Defines the tables of reviews, of findings that wait for a review, and of due dates."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from archive.storage.tables.base import Base


class ReviewColumns:
    """Columns of a review. They are evidence, except for the name.

    `sort_order` puts the id before the columns of the table itself, as in the migrations.
    """

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)
    kind: Mapped[str] = mapped_column(String(16))
    text: Mapped[str]
    """A comment, or ""."""
    by: Mapped[str]
    """The reviewer's name, which can be erased."""
    at: Mapped[datetime]


class ReviewRow(ReviewColumns, Base):
    """A person's review of a finding. Its kind is acknowledge, false-alarm, or comment. Rows are added and never
    altered.
    """

    __tablename__ = "review"
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), index=True)


class QuietReviewRow(ReviewColumns, Base):
    """A person's review of a suppression, that is, of an edit that was not reported. Its kind is missed or take-back.
    Rows are added and never altered.
    """

    __tablename__ = "quiet_review"
    suppression_id: Mapped[int] = mapped_column(ForeignKey("suppression.id"), index=True)


class WaitingRow(Base):
    """A finding that waits for a review. It is not evidence, because it follows from findings, alerts and reviews; see
    archive/storage/waiting_list.
    """

    __tablename__ = "waiting"
    __table_args__ = (Index("ix_waiting_rank_change_id", "rank", "change_id"),)
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), primary_key=True, autoincrement=False)
    change_id: Mapped[int] = mapped_column(ForeignKey("change.id"), index=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), index=True)
    rank: Mapped[int]
    """Position of the finding's severity in `differ.model.SEVERITIES`. It is 0 for critical findings."""
    topic: Mapped[str]
    language: Mapped[str]
    seen_at: Mapped[datetime]
    """Time when the change was first seen."""
    stated_due: Mapped[datetime | None]
    """The first day that the policy states for the change and that is later than `seen_at`. None if there is no such
    day.
    """


class StatedDayRow(Base):
    """A day that a policy states for a change. It is not evidence. The evidence is in `ChangeRow.timing`."""

    __tablename__ = "stated_day"
    change_id: Mapped[int] = mapped_column(ForeignKey("change.id"), primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    """`effective` for the effective date, `due` for the end of a notice or objection window."""
    day: Mapped[datetime] = mapped_column(index=True)
    """The beginning of the day in UTC."""


class AssignmentRow(Base):
    """The person who should review the findings of a change, and the due date. It is not evidence."""

    __tablename__ = "assignment"
    change_id: Mapped[int] = mapped_column(ForeignKey("change.id"), primary_key=True, autoincrement=False)
    person: Mapped[str]
    """The person's name, or "" if only the due date is set."""
    due_at: Mapped[datetime | None]
    """Due date that somebody set. None if the calculated due date applies."""
    by: Mapped[str]
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(server_default=text("''"))
    """A note for the person, or ""."""
