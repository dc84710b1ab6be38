"""The page on which people change their password and settings, and end their open sessions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import available_timezones

from fastapi import APIRouter, Form, Request, Response

from archive.access.log import note_access
from archive.access.people import Person, password_hash, set_password, set_preferences
from archive.access.secrets import hash_of
from archive.access.sessions import end_session, open_sessions
from archive.access.tokens import feeds
from archive.row_numbers import LARGEST_ID
from clausewatch.desk.doors import Reader
from clausewatch.desk.entry import SignInNeededError, Visitor, desk_of
from clausewatch.desk.passwords import LONGEST, SHORTEST, hash_password, matches
from clausewatch.desk.rates import TooOftenError
from clausewatch.desk.rendering import page, redirect
from languages import languages_with

router = APIRouter(include_in_schema=False)


@router.get("/account")
def show(request: Request, visitor: Reader) -> Response:
    """Show a person's settings and sessions."""
    return account_page(request, visitor)


@router.post("/account/password")
def change_password(
    request: Request,
    visitor: Reader,
    password: Annotated[str, Form(max_length=LONGEST)] = "",
    again: Annotated[str, Form(max_length=LONGEST)] = "",
    old: Annotated[str, Form(max_length=LONGEST)] = "",
) -> Response:
    """Set a new password, and sign the person out everywhere else."""
    desk, person = desk_of(request), person_of_visitor(visitor)
    problem = "different" if password != again else "short" if len(password) < SHORTEST else ""
    if problem:
        return account_page(request, visitor, problem=problem, status=422)
    address = request.client.host if request.client else ""
    try:
        with desk.guesses.checking(person.name, address, f"session {visitor.session}"):
            known = password_hash(desk.archive.reader, person.name)
            if known is not None and not matches(old, known[1]):
                return account_page(request, visitor, problem="wrong", status=422)
            hashed = hash_password(password)
    except TooOftenError:
        return account_page(request, visitor, problem="slow", status=429)
    first = not person.has_password
    set_password(desk.archive.writer, person.id, hashed, keep_session=hash_of(visitor.secret))
    note_access(desk.archive.writer, datetime.now(UTC), person.name, "password")
    return redirect("/" if first else "/account?saved=password")


@router.post("/account/settings")
def change_settings(
    request: Request,
    visitor: Reader,
    language: Annotated[str, Form(max_length=3)],
    zone: Annotated[str, Form(max_length=64)],
    keys: Annotated[str, Form(max_length=3)] = "",
) -> Response:
    """Store the language, the time zone, and whether single keys are commands."""
    person = person_of_visitor(visitor)
    if language not in languages_with("desk") or zone not in available_timezones():
        return account_page(request, visitor, problem="settings", status=422)
    writer = desk_of(request).archive.writer
    set_preferences(writer, person.id, language=language, zone=zone, keys=keys == "on")
    return redirect("/account?saved=settings")


@router.post("/account/sessions")
def end(request: Request, visitor: Reader, session: Annotated[int, Form(ge=1, lt=LARGEST_ID)]) -> Response:
    """End one of the person's sessions."""
    end_session(desk_of(request).archive.writer, session, of=person_of_visitor(visitor).id)
    return redirect("/account")


def account_page(
    request: Request, visitor: Visitor, *, problem: str = "", status: int = 200, addresses: Sequence[str] = ()
) -> Response:
    """Return the page. `addresses` are secret addresses that were just made, and that cannot be shown again."""
    person, reader = person_of_visitor(visitor), desk_of(request).archive.reader
    return page(
        request,
        visitor,
        "account.html",
        status=status,
        headers={"cache-control": "no-store"},
        problem=problem,
        saved=request.query_params.get("saved", ""),
        person=person,
        shortest=SHORTEST,
        offered=languages_with("desk"),
        zones=sorted(available_timezones()),
        sessions=open_sessions(reader, datetime.now(UTC), person.id),
        feeds=feeds(reader, person.id),
        addresses=addresses,
    )


def person_of_visitor(visitor: Visitor) -> Person:
    """Return the person who is signed in. The door of this page admits only people who are signed in."""
    if visitor.person is None:
        raise SignInNeededError
    return visitor.person
