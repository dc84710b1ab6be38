"""Keeps the people who may sign in at the desk, their roles, and their settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from archive.errors import KnownPersonError, LastOperatorError, UnknownPersonError
from archive.storage.database import Archive
from archive.storage.tables import (
    AccessRow,
    BrowserRow,
    FeedRow,
    LinkRow,
    PersonRow,
    SecretColumns,
    SessionRow,
    TokenRow,
)

Role = Literal["reader", "reviewer", "auditor", "operator"]
ROLES: tuple[Role, ...] = ("reader", "reviewer", "auditor", "operator")

Permission = Literal["see", "review", "audit", "operate"]

PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        "reader": frozenset({"see"}),
        "reviewer": frozenset({"see", "review"}),
        "auditor": frozenset({"see", "audit"}),
        "operator": frozenset({"see", "review", "audit", "operate"}),
    }
)
"""Permissions of each role. `audit` allows reading the access log and downloading evidence."""

SECRETS = (SessionRow, BrowserRow, LinkRow, TokenRow, FeedRow)
"""Tables with people's secrets. Anybody who has such a secret can use the desk as the person to whom the secret
belongs.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person who may sign in at the desk."""

    id: int
    name: str
    role: Role
    has_password: bool
    language: str
    """Code of the language of the person's pages."""
    zone: str
    """Time zone of the person's pages."""
    keys: bool
    """Whether pressing a single key is a command on the person's pages."""
    created_at: datetime


LONGEST_NAME = 100
"""Maximum length of a person's name, in characters."""


def proper_name(text: str) -> str | None:
    """Return a name on one line with single spaces. Return None if the text cannot be a name: it is empty, too long, or
    has control characters.
    """
    line = " ".join(text.split())
    return line if line and line.isprintable() and len(line) <= LONGEST_NAME else None


def add_person(archive: Archive, name: str, role: Role, now: datetime) -> Person:
    """Add a person without a password. Raises KnownPersonError if the name is taken."""
    with archive.writing() as session:
        if _row(session, name) is not None:
            raise KnownPersonError(name)
        row = PersonRow(name=name, role=role, created_at=now)
        session.add(row)
        session.flush()
        session.refresh(row)
        return person_of(row)


def remove_person(archive: Archive, name: str) -> None:
    """Remove a person, and end every session, link, token and secret address of the person.

    Raises UnknownPersonError. Raises LastOperatorError if the person is the last operator.
    """
    with archive.writing() as session:
        _remove(session, _required(session, name))


def set_role(archive: Archive, name: str, role: Role) -> None:
    """Change the role of a person. Open sessions have the new role at once.

    Raises UnknownPersonError. Raises LastOperatorError if nobody else is an operator.
    """
    with archive.writing() as session:
        row = _required(session, name)
        if role != "operator":
            _require_other_operator(session, row)
        row.role = role


def end_access(archive: Archive, name: str) -> None:
    """End every session, link, token and secret address of a person, and forget the password. The person stays in the
    list, and can sign in again with a new link.

    Raises UnknownPersonError. Raises LastOperatorError for the last operator.
    """
    with archive.writing() as session:
        row = _required(session, name)
        _require_other_operator(session, row)
        row.password = ""
        _end_secrets(session, row, SECRETS)


def forget_password(archive: Archive, name: str) -> Person:
    """Forget the password of a person, and end the person's sessions and links. Tokens and secret addresses stay.
    Return the person. Raises UnknownPersonError.
    """
    with archive.writing() as session:
        row = _required(session, name)
        row.password = ""
        _end_secrets(session, row, (SessionRow, BrowserRow, LinkRow))
        return person_of(row)


def erase_from_desk(session: Session, name: str, replacement: str) -> bool:
    """Remove a person, and replace the person's name in the access log. Return whether the desk had the name.

    Raises LastOperatorError.
    """
    row = _row(session, name)
    if row is not None:
        _remove(session, row)
    named = select(AccessRow.id).where((AccessRow.person == name) | (AccessRow.about == name))
    deeds = session.scalars(named).all()
    session.execute(update(AccessRow).where(AccessRow.person == name).values(person=replacement))
    session.execute(update(AccessRow).where(AccessRow.about == name).values(about=replacement))
    return row is not None or bool(deeds)


def _remove(session: Session, row: PersonRow) -> None:
    _require_other_operator(session, row)
    _end_secrets(session, row, SECRETS)
    session.delete(row)


def _end_secrets(session: Session, row: PersonRow, tables: Iterable[type[SecretColumns]]) -> None:
    for table in tables:
        session.execute(delete(table).where(table.person_id == row.id))


def _require_other_operator(session: Session, row: PersonRow) -> None:
    others = select(PersonRow.id).where(PersonRow.role == "operator", PersonRow.id != row.id).limit(1)
    if row.role == "operator" and session.scalar(others) is None:
        raise LastOperatorError(row.name)


def people(archive: Archive) -> tuple[Person, ...]:
    """Return all people, sorted by name."""
    with archive.reading() as session:
        return tuple(map(person_of, session.scalars(select(PersonRow).order_by(PersonRow.name))))


def person_named(archive: Archive, name: str) -> Person:
    """Return the person with this name. Raises UnknownPersonError."""
    with archive.reading() as session:
        return person_of(_required(session, name))


def password_hash(archive: Archive, name: str) -> tuple[Person, str] | None:
    """Return a person and the hash of the person's password. Return None if there is no such person, or if the person
    has no password.
    """
    with archive.reading() as session:
        row = _row(session, name)
        return None if row is None or not row.password else (person_of(row), row.password)


def set_password(archive: Archive, person: int, hashed: str, *, keep_session: str) -> None:
    """Store the hash of a person's new password. End every session, known browser and link of the person, except the
    session with the SHA-256 `keep_session`."""
    with archive.writing() as session:
        session.execute(update(PersonRow).where(PersonRow.id == person).values(password=hashed))
        session.execute(delete(LinkRow).where(LinkRow.person_id == person))
        session.execute(delete(BrowserRow).where(BrowserRow.person_id == person))
        session.execute(delete(SessionRow).where(SessionRow.person_id == person, SessionRow.sha256 != keep_session))


def set_preferences(archive: Archive, person: int, *, language: str, zone: str, keys: bool) -> None:
    """Store a person's settings: the language and the time zone of pages, and whether single keys are commands."""
    with archive.writing() as session:
        chosen = {"language": language, "zone": zone, "keys": keys}
        session.execute(update(PersonRow).where(PersonRow.id == person).values(**chosen))


def person_of(row: PersonRow) -> Person:
    """Return a person from a row."""
    return Person(
        id=row.id,
        name=row.name,
        role=role_of(row.role),
        has_password=bool(row.password),
        language=row.language,
        zone=row.zone,
        keys=row.keys,
        created_at=row.created_at,
    )


def role_of(stored: str) -> Role:
    """Return a stored role. An unknown role raises StopIteration."""
    return next(role for role in ROLES if role == stored)


def _row(session: Session, name: str) -> PersonRow | None:
    return session.scalar(select(PersonRow).where(PersonRow.name == name))


def _required(session: Session, name: str) -> PersonRow:
    row = _row(session, name)
    if row is None:
        raise UnknownPersonError(name, session.scalars(select(PersonRow.name).order_by(PersonRow.name)))
    return row
