"""Stores the tokens of programs, and the secret addresses of feeds and calendars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import delete, select, update

from archive.access.people import PERMISSIONS, Person, Role, person_of, role_of
from archive.access.secrets import hash_of, new_secret
from archive.errors import TokenRoleError
from archive.storage.database import Archive
from archive.storage.tables import FeedRow, PersonRow, TokenRow

FeedKind = Literal["atom", "calendar"]


LONGEST_LASTING = timedelta(days=366)
"""Maximum time between the day on which a token is made and its end."""

TOUCH = timedelta(hours=1)
"""Minimum time between two updates of a token's last use. Recording every request would block runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token with which a program sends requests on behalf of a person. The token itself is not stored."""

    id: int
    name: str
    person: str
    role: Role
    created_at: datetime
    ends_at: datetime
    used_at: datetime | None
    """Time of the last request, to within an hour. None if the token was never used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenHolder:
    """A program that sent a valid token."""

    token: int
    """Number of the token."""
    name: str
    """Name of the token."""
    person: Person
    role: Role
    """The token's role. The program may do what both this role and the person's role allow."""
    ends_at: datetime
    used_at: datetime | None

    def should_touch(self, now: datetime) -> bool:
        """Whether the token's last use should be recorded."""
        return self.used_at is None or now - self.used_at >= TOUCH


@dataclass(frozen=True, slots=True)
class Feed:
    """A secret address of a feed or a calendar. The secret itself is not stored."""

    id: int
    kind: str
    created_at: datetime


def add_token(archive: Archive, person: Person, name: str, role: Role, *, now: datetime, ends_at: datetime) -> str:
    """Add a token, and return its secret. Raises TokenRoleError if the role allows more than the person may do."""
    if not PERMISSIONS[role] <= PERMISSIONS[person.role]:
        raise TokenRoleError(person.name, person.role, role)
    secret = new_secret()
    row = TokenRow(sha256=hash_of(secret), person_id=person.id, created_at=now, name=name, role=role, ends_at=ends_at)
    with archive.writing() as session:
        session.add(row)
    return secret


def token_holder(archive: Archive, secret: str, now: datetime) -> TokenHolder | None:
    """Return who sent a token. Return None if there is no such token, or if it has ended."""
    query = select(TokenRow, PersonRow).join(PersonRow, PersonRow.id == TokenRow.person_id)
    with archive.reading() as session:
        match = session.execute(query.where(TokenRow.sha256 == hash_of(secret), TokenRow.ends_at > now)).first()
        if match is None:
            return None
        row, person = match
        return TokenHolder(
            token=row.id,
            name=row.name,
            person=person_of(person),
            role=role_of(row.role),
            ends_at=row.ends_at,
            used_at=row.used_at,
        )


def touch_token(archive: Archive, token: int, now: datetime) -> None:
    """Record the time of a token's last use."""
    with archive.writing() as session:
        session.execute(update(TokenRow).where(TokenRow.id == token).values(used_at=now))


def tokens(archive: Archive, person: int | None = None) -> tuple[Token, ...]:
    """Return the tokens, newest first. Tokens that have ended are included until they are removed. `person` limits the
    answer to one person.
    """
    query = select(TokenRow, PersonRow.name).join(PersonRow, PersonRow.id == TokenRow.person_id)
    query = query.order_by(TokenRow.id.desc())
    with archive.reading() as session:
        rows = session.execute(query if person is None else query.where(TokenRow.person_id == person))
        return tuple(_token(row, name) for row, name in rows)


def end_token(archive: Archive, token: int) -> Token | None:
    """End a token, and return it. Return None if there is no such token."""
    query = select(TokenRow, PersonRow.name).join(PersonRow, PersonRow.id == TokenRow.person_id)
    with archive.writing() as session:
        match = session.execute(query.where(TokenRow.id == token)).first()
        if match is None:
            return None
        row, name = match
        session.delete(row)
        return _token(row, name)


def _token(row: TokenRow, person: str) -> Token:
    return Token(
        id=row.id,
        name=row.name,
        person=person,
        role=role_of(row.role),
        created_at=row.created_at,
        ends_at=row.ends_at,
        used_at=row.used_at,
    )


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
