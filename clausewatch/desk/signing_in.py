"""Routes for signing in and out. People sign in with a link or with a password."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from archive.access.log import drop_accesses, note_access
from archive.access.people import Person, password_hash
from archive.access.sessions import end_session, is_known_browser, remember_browser, start_session, use_link
from clausewatch.desk.doors import Anyone
from clausewatch.desk.entry import Desk, Visitor, desk_of
from clausewatch.desk.passwords import LONGEST, matches
from clausewatch.desk.rates import TooOftenError
from clausewatch.desk.rendering import local_address, page, redirect, set_cookie

router = APIRouter(include_in_schema=False)

NO_STORE = {"cache-control": "no-store"}
YEAR = 365 * 86_400
LONGEST_NAME = 100


@router.get("/sign-in")
def sign_in_form(request: Request, visitor: Anyone, to: str = "/") -> Response:
    """Show the form for a name and a password. The page also explains what the desk is, and whom to ask for access."""
    if visitor.person is not None:
        return redirect(local_address(to))
    return _form(request, visitor, to)


@router.post("/sign-in")
def sign_in(
    request: Request,
    visitor: Anyone,
    name: Annotated[str, Form(max_length=LONGEST_NAME)] = "",
    password: Annotated[str, Form(max_length=LONGEST)] = "",
    to: Annotated[str, Form(max_length=2000)] = "/",
) -> Response:
    """Check a name and a password, and sign the person in."""
    desk, address = desk_of(request), request.client.host if request.client else ""
    browser = request.cookies.get(desk.browser_cookie, "")
    known = browser if browser and is_known_browser(desk.archive.reader, browser, name) else ""
    try:
        with desk.guesses.checking(name, address, known):
            person = _person_with(desk, name, password)
    except TooOftenError as error:
        wait = {**NO_STORE, "retry-after": str(error.wait)}
        return _form(request, visitor, to, problem="slow", status=429, headers=wait, seconds=error.wait)
    if person is None:
        note_access(desk.archive.writer, datetime.now(UTC), "", "refused")
        return _form(request, visitor, to, problem="wrong", status=401)
    response = _let_in(desk, visitor, person, local_address(to))
    if not known:
        secret = remember_browser(desk.archive.writer, person.id, datetime.now(UTC))
        set_cookie(response, desk, desk.browser_cookie, secret, seconds=YEAR)
    return response


@router.get("/link/{key}")
def link_form(request: Request, visitor: Anyone, key: str) -> Response:
    """Show a page with a button that uses up the link. Some programs fetch every address in a mail, so fetching the
    page must not use up the link.
    """
    return page(request, visitor, "link.html", headers=NO_STORE, key=key, used=False)


@router.post("/link")
def use(request: Request, visitor: Anyone, key: Annotated[str, Form(max_length=200)] = "") -> Response:
    """Use up a link and sign its person in. A person without a password is asked to set one."""
    desk = desk_of(request)
    person = use_link(desk.archive.writer, key, datetime.now(UTC))
    if person is None:
        return page(request, visitor, "link.html", status=410, headers=NO_STORE, key="", used=True)
    return _let_in(desk, visitor, person, "/" if person.has_password else "/account")


@router.post("/sign-out")
def sign_out(request: Request, visitor: Anyone) -> Response:
    """End the session."""
    desk = desk_of(request)
    if visitor.session is not None:
        end_session(desk.archive.writer, visitor.session)
        note_access(desk.archive.writer, datetime.now(UTC), visitor.name, "sign-out")
    response = redirect("/sign-in")
    response.delete_cookie(desk.cookie, path="/", secure=desk.is_secure, httponly=True, samesite="lax")
    return response


def _form(
    request: Request,
    visitor: Visitor,
    to: str,
    *,
    problem: str = "",
    status: int = 200,
    headers: dict[str, str] | None = None,
    seconds: int = 0,
) -> Response:
    contact = desk_of(request).configuration.desk.contact
    return page(
        request,
        visitor,
        "sign_in.html",
        status=status,
        headers=headers or NO_STORE,
        to=local_address(to),
        problem=problem,
        seconds=seconds,
        contact=contact,
    )


def _person_with(desk: Desk, name: str, password: str) -> Person | None:
    known = password_hash(desk.archive.reader, name)
    right = matches(password, None if known is None else known[1])
    return known[0] if known is not None and right else None


def _let_in(desk: Desk, visitor: Visitor, person: Person, to: str) -> Response:
    """Start a session with a new secret, and end the browser's old session."""
    now, writer = datetime.now(UTC), desk.archive.writer
    if visitor.session is not None:
        end_session(writer, visitor.session)
    secret = start_session(writer, person.id, now, desk.configuration.desk.session_max)
    note_access(writer, now, person.name, "sign-in")
    drop_accesses(writer, now - desk.configuration.desk.keep_access)
    response = redirect(to)
    set_cookie(response, desk, desk.cookie, secret)
    return response
