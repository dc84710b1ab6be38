"""Defines the tables of runs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from archive.storage.tables.base import Base


class RunRow(Base):
    """A run of the program. The watchdog reads these rows to see whether runs are completed."""

    __tablename__ = "run"
    id: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """Time when the run was completed. None while the run is in progress. It stays None if the run is interrupted."""
    error: Mapped[str] = mapped_column(server_default=text("''"))
    """Reason for the interruption, without secrets. It is "" if the run was not interrupted, or if the reason is
    unknown."""


class IdleMarkRow(Base):
    """The only row of its table; see `archive/idle.py`. Times are in seconds since 1970."""

    __tablename__ = "idle_mark"
    id: Mapped[int] = mapped_column(primary_key=True)
    writes: Mapped[int]
    """Number of transactions that altered a row."""
    noted: Mapped[int | None]
    """The value of `writes` after the mark was stored. The mark is valid as long as `writes` has this value."""
    configuration: Mapped[str] = mapped_column(server_default="")
    since: Mapped[float] = mapped_column(server_default=text("0"))
    until: Mapped[float] = mapped_column(server_default=text("0"))
    well_until: Mapped[float] = mapped_column(server_default=text("0"))
    watched: Mapped[int] = mapped_column(server_default=text("0"))
    paused: Mapped[int] = mapped_column(server_default=text("0"))
