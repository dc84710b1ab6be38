"""Stores people's sessions, the known browsers, and the links that sign a person in once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from archive.access.people import Person, person_of
from archive.access.secrets import hash_of, new_secret
from archive.storage.database import Archive
from archive.storage.tables import BrowserRow, LinkRow, PersonRow, SessionRow

TOUCH = timedelta(minutes=5)
"""Minimum time between two updates of a session's last request. Recording every request would make runs wait for the
database.
"""


PERSONAL_LINK = timedelta(hours=1)
"""Time for which a link for a new person, or for a person without a password, can be used."""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that has not ended."""

    id: int
    person: str
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person who is signed in, and the last recorded request of the session."""

    person: Person
    session: int
    seen_at: datetime

    def should_touch(self, now: datetime) -> bool:
        """Whether the session's last request should be recorded."""
        return now - self.seen_at >= TOUCH


def start_session(archive: Archive, person: int, now: datetime, lasting: timedelta) -> str:
    """Start a session, and return its secret. The session ends after the duration `lasting`, even if it is still
    used.
    """
    secret = new_secret()
    with archive.writing() as session:
        session.execute(delete(SessionRow).where(SessionRow.ends_at <= now))
        row = SessionRow(sha256=hash_of(secret), person_id=person, created_at=now, seen_at=now, ends_at=now + lasting)
        session.add(row)
    return secret


def signed_in(archive: Archive, secret: str, now: datetime, idle: timedelta) -> SignedIn | None:
    """Return who is signed in with this secret. Return None if the session has ended, or if nobody used it for the
    duration `idle`.
    """
    query = select(SessionRow, PersonRow).join(PersonRow, PersonRow.id == SessionRow.person_id)
    query = query.where(SessionRow.sha256 == hash_of(secret), SessionRow.ends_at > now, SessionRow.seen_at > now - idle)
    with archive.reading() as session:
        match = session.execute(query).first()
        return None if match is None else SignedIn(person_of(match[1]), match[0].id, match[0].seen_at)


def touch_session(archive: Archive, session_id: int, now: datetime) -> None:
    """Record the time of a session's last request."""
    with archive.writing() as session:
        session.execute(update(SessionRow).where(SessionRow.id == session_id).values(seen_at=now))


def end_session(archive: Archive, session_id: int, *, of: int | None = None) -> bool:
    """End a session. If `of` is given, end only a session of this person. Return whether there was such a session."""
    with archive.writing() as session:
        row = session.get(SessionRow, session_id)
        if row is None or of not in (None, row.person_id):
            return False
        session.delete(row)
        return True


def open_sessions(archive: Archive, now: datetime, person: int | None = None) -> tuple[OpenSession, ...]:
    """Return the sessions that have not ended, newest first. `person` limits them to one person."""
    query = select(SessionRow, PersonRow.name).join(PersonRow, PersonRow.id == SessionRow.person_id)
    query = query.where(SessionRow.ends_at > now).order_by(SessionRow.id.desc())
    with archive.reading() as session:
        rows = session.execute(query if person is None else query.where(SessionRow.person_id == person))
        return tuple(OpenSession(row.id, name, row.created_at, row.seen_at) for row, name in rows)


def remember_browser(archive: Archive, person: int, now: datetime) -> str:
    """Remember a browser in which a person signed in, and return its secret."""
    secret = new_secret()
    with archive.writing() as session:
        session.add(BrowserRow(sha256=hash_of(secret), person_id=person, created_at=now))
    return secret


def is_known_browser(archive: Archive, secret: str, name: str) -> bool:
    """Return whether the person `name` signed in before in the browser with this secret."""
    query = select(BrowserRow.id).join(PersonRow, PersonRow.id == BrowserRow.person_id)
    with archive.reading() as session:
        return session.scalar(query.where(BrowserRow.sha256 == hash_of(secret), PersonRow.name == name)) is not None


def make_link(archive: Archive, person: int, now: datetime, lasting: timedelta) -> str:
    """Make a link that signs a person in once, and return its secret."""
    secret = new_secret()
    with archive.writing() as session:
        session.execute(delete(LinkRow).where(LinkRow.ends_at <= now))
        session.add(LinkRow(sha256=hash_of(secret), person_id=person, created_at=now, ends_at=now + lasting))
    return secret


def open_links(archive: Archive, now: datetime) -> Mapping[int, datetime]:
    """Return the time until which each person can sign in with a link. The key is the number of the person."""
    query = select(LinkRow.person_id, func.max(LinkRow.ends_at)).where(LinkRow.ends_at > now)
    with archive.reading() as session:
        return dict(session.execute(query.group_by(LinkRow.person_id)).all())


def use_link(archive: Archive, secret: str, now: datetime) -> Person | None:
    """Use up a link. Return the person that it signs in. Return None if the link was already used or has ended."""
    query = select(LinkRow, PersonRow).join(PersonRow, PersonRow.id == LinkRow.person_id)
    with archive.writing() as session:
        match = session.execute(query.where(LinkRow.sha256 == hash_of(secret), LinkRow.ends_at > now)).first()
        if match is None:
            return None
        session.delete(match[0])
        return person_of(match[1])
