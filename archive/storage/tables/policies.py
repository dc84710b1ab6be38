"""Defines the tables of policies: their settings, names, events and notes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from archive.storage.tables.base import Base


class PolicyRow(Base):
    """A policy as last configured."""

    __tablename__ = "policy"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    url: Mapped[str]
    """The policy's first address."""
    every_seconds: Mapped[int]
    languages: Mapped[list[Any]]
    selects: Mapped[list[Any]]
    removes: Mapped[list[Any]]
    profile: Mapped[str]
    tags: Mapped[list[Any]]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    """Time when the policy was removed from the configuration."""
    tried_at: Mapped[datetime | None]
    """Start of the last run that tried the policy. The time of the next check is counted from here."""
    confirm_after_seconds: Mapped[int] = mapped_column(server_default=text("1800"))
    confirm_max_seconds: Mapped[int] = mapped_column(server_default=text("259200"))
    flap_quiet_seconds: Mapped[int] = mapped_column(server_default=text("604800"))
    further_urls: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    """The addresses after the first address. The pages of all addresses are read as one text."""
    render: Mapped[bool] = mapped_column(server_default=false())
    """Whether a browser runs the scripts of the policy's pages."""
    owner: Mapped[str] = mapped_column(server_default="")
    """The person or team that is responsible for the policy. It is "" if none is given."""
    paused_at: Mapped[datetime | None]
    """Time since which fetching is paused. None if the policy is not paused."""
    visit_asked_at: Mapped[datetime | None]
    """Time when somebody last asked for a visit at once. The policy is due until a later run has tried it."""


class PolicyEventRow(Base):
    """A change to the list of policies, for messages to subscribers and operators. It is not evidence. `NamingRow` has
    the evidence about the names of a policy.
    """

    __tablename__ = "policy_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    """Kind of the change; see archive/recording/policies."""
    name: Mapped[str]
    """Name of the policy after the change."""
    former: Mapped[str]
    """The name before a renaming; else ""."""
    tags: Mapped[list[Any]]
    """The policy's tags at that time."""
    at: Mapped[datetime]
    announced: Mapped[bool] = mapped_column(server_default=false())
    """Whether a `NewsRow` was added for each subscription that must be notified of the change."""


class NamingRow(Base):
    """A name of a policy, and the time since which the policy has this name. It is evidence. The name in `PolicyRow` is
    not evidence, because it may change.
    """

    __tablename__ = "naming"
    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), index=True)
    name: Mapped[str]
    since: Mapped[datetime]


class PolicyNoteRow(Base):
    """A note on a policy. It is not evidence, and a new note replaces the old note."""

    __tablename__ = "policy_note"
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), primary_key=True, autoincrement=False)
    text: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]
