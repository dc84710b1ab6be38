"""The page with the people who may sign in. Operators add people, change roles, make links, and end access."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from archive.access.log import note_access
from archive.access.people import (
    LONGEST_NAME,
    ROLES,
    Person,
    Role,
    add_person,
    end_access,
    forget_password,
    people,
    person_named,
    proper_name,
    remove_person,
    set_role,
)
from archive.access.sessions import PERSONAL_LINK, make_link, open_links, open_sessions
from archive.errors import KnownPersonError, LastOperatorError
from archive.storage.database import Archive
from clausewatch.desk.doors import Operator
from clausewatch.desk.entry import Desk, Visitor, desk_of
from clausewatch.desk.rendering import page, redirect

router = APIRouter(include_in_schema=False)

Name = Annotated[str, Form(max_length=LONGEST_NAME)]


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """A person, and how the person can sign in."""

    person: Person
    seen_at: datetime | None
    """Last use of an open session, to within five minutes. None if the person has no open session."""
    link_until: datetime | None
    """Time until which the person can sign in with a link. None if there is no such link."""


@router.get("/people")
def show(request: Request, visitor: Operator) -> Response:
    """Show the people, and the form for a new person."""
    return _page(request, visitor)


@router.post("/people")
def add(request: Request, visitor: Operator, name: Name, role: Annotated[Role, Form()]) -> Response:
    """Add a person. The answer shows a link for the person, which cannot be shown again."""
    desk, now, line = desk_of(request), datetime.now(UTC), proper_name(name)
    if line is None:
        return _page(request, visitor, problem="name")
    problem = _refusal(lambda: add_person(desk.archive.writer, line, role, now))
    if problem:
        return _page(request, visitor, problem=problem)
    added = person_named(desk.archive.writer, line)
    _note(desk, visitor, "person added", added.name)
    return _page(request, visitor, link=_link(desk, added, now), named=added.name)


@router.post("/people/link")
def new_link(request: Request, visitor: Operator, name: Name) -> Response:
    """Forget the password of a person, and show a link with which the person sets a new password."""
    desk = desk_of(request)
    person = forget_password(desk.archive.writer, name)
    _note(desk, visitor, "person link", person.name)
    return _page(request, visitor, link=_link(desk, person, datetime.now(UTC)), named=person.name)


@router.post("/people/role")
def change_role(request: Request, visitor: Operator, name: Name, role: Annotated[Role, Form()]) -> Response:
    """Change the role of a person."""
    desk = desk_of(request)
    problem = _refusal(lambda: set_role(desk.archive.writer, name, role))
    if problem:
        return _page(request, visitor, problem=problem)
    _note(desk, visitor, "person role", name)
    return redirect("/people")


@router.post("/people/end")
def end(request: Request, visitor: Operator, name: Name) -> Response:
    """End the access of a person. The person stays in the list."""
    return _ended(request, visitor, name, "person ended", end_access)


@router.post("/people/remove")
def remove(request: Request, visitor: Operator, name: Name) -> Response:
    """Remove a person. The person's reviews stay."""
    return _ended(request, visitor, name, "person removed", remove_person)


def _ended(
    request: Request, visitor: Visitor, name: str, deed: str, ending: Callable[[Archive, str], None]
) -> Response:
    desk = desk_of(request)
    problem = _refusal(lambda: ending(desk.archive.writer, name))
    if problem:
        return _page(request, visitor, problem=problem)
    _note(desk, visitor, deed, name)
    return redirect("/people")


def _refusal(change: Callable[[], object]) -> str:
    """Make a change. Return "", or the key of the phrase that says why the archive refused the change."""
    try:
        change()
    except KnownPersonError:
        return "known"
    except LastOperatorError:
        return "last"
    return ""


def _link(desk: Desk, person: Person, now: datetime) -> str:
    secret = make_link(desk.archive.writer, person.id, now, PERSONAL_LINK)
    return f"{desk.configuration.desk.address}/link/{secret}"


def _note(desk: Desk, visitor: Visitor, deed: str, about: str) -> None:
    note_access(desk.archive.writer, datetime.now(UTC), visitor.name, deed, about=about)


def _page(request: Request, visitor: Visitor, *, link: str = "", named: str = "", problem: str = "") -> Response:
    reader, now = desk_of(request).archive.reader, datetime.now(UTC)
    seen: dict[str, datetime] = {}
    for session in open_sessions(reader, now):
        seen[session.person] = max(session.seen_at, seen.get(session.person, session.seen_at))
    links = open_links(reader, now)
    listed = [ListedPerson(person, seen.get(person.name), links.get(person.id)) for person in people(reader)]
    return page(
        request,
        visitor,
        "people.html",
        status=422 if problem else 200,
        headers={"cache-control": "no-store"},
        listed=listed,
        roles=ROLES,
        link=link,
        named=named,
        problem=problem,
        longest=LONGEST_NAME,
    )
