"""Defines the tables of the people who use the desk, and of their secrets."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, true
from sqlalchemy.orm import Mapped, mapped_column

from archive.storage.tables.base import Base


class PersonRow(Base):
    """A person who may sign in at the desk."""

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str] = mapped_column(String(16))
    """reader, reviewer, auditor or operator."""
    password: Mapped[str] = mapped_column(server_default="")
    """The password's hash. It is "" until the person sets a password."""
    language: Mapped[str] = mapped_column(String(3), server_default="en")
    zone: Mapped[str] = mapped_column(server_default="UTC")
    keys: Mapped[bool] = mapped_column(server_default=true())
    """Whether pressing a single key is a command on the person's pages."""
    created_at: Mapped[datetime]


class SecretColumns:
    """Columns of a secret that belongs to a person. The secret itself is not stored."""

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]


class SessionRow(SecretColumns, Base):
    """A browser in which a person is signed in. The secret is the browser's cookie."""

    __tablename__ = "desk_session"
    seen_at: Mapped[datetime]
    """Time of the last request, to within a few minutes."""
    ends_at: Mapped[datetime]
    """Time when the session ends even if it is used."""


class BrowserRow(SecretColumns, Base):
    """A browser in which a person signed in with the password. The number of password attempts is limited. Such a
    browser has a separate limit, so other people's guesses cannot lock the person out.
    """

    __tablename__ = "desk_browser"


class LinkRow(SecretColumns, Base):
    """A link that signs a person in once. Its row is deleted when it is used."""

    __tablename__ = "desk_link"
    ends_at: Mapped[datetime]


class TokenRow(SecretColumns, Base):
    """A token with which a program sends requests on behalf of a person."""

    __tablename__ = "desk_token"
    name: Mapped[str]
    role: Mapped[str] = mapped_column(String(16))
    ends_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    """Time of the last request, to within an hour. None if the token was never used."""


class FeedRow(SecretColumns, Base):
    """A secret address of a feed or a calendar. Nothing can be changed through it."""

    __tablename__ = "desk_feed"
    kind: Mapped[str] = mapped_column(String(16))
    """atom or calendar."""


class AccessRow(Base):
    """An entry of the access log: something that a person did at the desk. The name can be erased."""

    __tablename__ = "desk_access"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    person: Mapped[str]
    """Name of the person, or "" if nobody was signed in."""
    deed: Mapped[str] = mapped_column(String(32))
    about: Mapped[str]
    """The policy, the version or the findings that the action was about, or ""."""
