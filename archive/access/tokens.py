"""Stores the tokens of programs, and the secret addresses of feeds and calendars."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, select

from archive.access.people import Person, Role, person_of, role_of
from archive.access.secrets import hash_of, new_secret
from archive.storage.database import Archive
from archive.storage.tables import FeedRow, PersonRow, TokenRow

FeedKind = Literal["atom", "calendar"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token with which a program sends requests on behalf of a person. The token itself is not stored."""

    id: int
    name: str
    person: str
    role: Role
    created_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Feed:
    """A secret address of a feed or a calendar. The secret itself is not stored."""

    id: int
    kind: str
    created_at: datetime


def add_token(archive: Archive, person: Person, name: str, role: Role, *, now: datetime, ends_at: datetime) -> str:
    """Add a token, and return its secret."""
    secret = new_secret()
    row = TokenRow(sha256=hash_of(secret), person_id=person.id, created_at=now, name=name, role=role, ends_at=ends_at)
    with archive.writing() as session:
        session.add(row)
    return secret


def token_holder(archive: Archive, secret: str, now: datetime) -> Person | None:
    """Return the person to whom a token belongs, but with the role of the token. Return None if the token does not
    exist or has ended.
    """
    query = select(TokenRow, PersonRow).join(PersonRow, PersonRow.id == TokenRow.person_id)
    with archive.reading() as session:
        match = session.execute(query.where(TokenRow.sha256 == hash_of(secret), TokenRow.ends_at > now)).first()
        return None if match is None else replace(person_of(match[1]), role=role_of(match[0].role))


def tokens(archive: Archive) -> tuple[Token, ...]:
    """Return all tokens, newest first. Tokens that have ended are included until they are removed."""
    query = select(TokenRow, PersonRow.name).join(PersonRow, PersonRow.id == TokenRow.person_id)
    with archive.reading() as session:
        return tuple(
            Token(
                id=row.id,
                name=row.name,
                person=person,
                role=role_of(row.role),
                created_at=row.created_at,
                ends_at=row.ends_at,
            )
            for row, person in session.execute(query.order_by(TokenRow.id.desc()))
        )


def end_token(archive: Archive, token: int) -> bool:
    """End a token. Return whether there was such a token."""
    with archive.writing() as session:
        row = session.get(TokenRow, token)
        if row is not None:
            session.delete(row)
        return row is not None


def add_feed(archive: Archive, person: int, kind: FeedKind, now: datetime) -> str:
    """Add a secret address of a feed or calendar, and return its secret."""
    secret = new_secret()
    with archive.writing() as session:
        session.add(FeedRow(sha256=hash_of(secret), person_id=person, created_at=now, kind=kind))
    return secret


def feed_reader(archive: Archive, secret: str, kind: FeedKind) -> Person | None:
    """Return the person to whom a secret address belongs. Return None if there is no such address."""
    query = select(PersonRow).join(FeedRow, FeedRow.person_id == PersonRow.id)
    with archive.reading() as session:
        row = session.scalar(query.where(FeedRow.sha256 == hash_of(secret), FeedRow.kind == kind))
        return None if row is None else person_of(row)


def feeds(archive: Archive, person: int) -> tuple[Feed, ...]:
    """Return a person's secret addresses, newest first."""
    query = select(FeedRow).where(FeedRow.person_id == person).order_by(FeedRow.id.desc())
    with archive.reading() as session:
        return tuple(Feed(row.id, row.kind, row.created_at) for row in session.scalars(query))


def end_feed(archive: Archive, feed: int, person: int) -> None:
    """Delete a secret address of a person. Nobody can read the feed or calendar at this address any more."""
    with archive.writing() as session:
        session.execute(delete(FeedRow).where(FeedRow.id == feed, FeedRow.person_id == person))
