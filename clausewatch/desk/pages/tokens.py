"""The page with the tokens of programs. Operators add tokens and end them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from archive.access.log import note_access
from archive.access.people import ROLES, Role, people, person_named
from archive.access.tokens import LONGEST_LASTING, add_token, end_token, tokens
from archive.errors import TokenRoleError
from archive.row_numbers import LARGEST_ID
from clausewatch.desk.doors import Operator
from clausewatch.desk.entry import Visitor, desk_of
from clausewatch.desk.rendering import page, redirect
from clausewatch.output.terminal import one_line

router = APIRouter(include_in_schema=False)

MOST_DAYS = LONGEST_LASTING.days
LONGEST_NAME = 100
"""Maximum length of a token's name, in characters."""


@router.get("/tokens")
def show(request: Request, visitor: Operator) -> Response:
    """Show the tokens, and the form for a new token."""
    return _page(request, visitor)


@router.post("/tokens")
def add(
    request: Request,
    visitor: Operator,
    name: Annotated[str, Form(max_length=LONGEST_NAME)],
    person: Annotated[str, Form(max_length=LONGEST_NAME)],
    role: Annotated[Role, Form()] = "reader",
    days: Annotated[int, Form(ge=1, le=MOST_DAYS)] = 90,
) -> Response:
    """Add a token. The answer shows the token, which cannot be shown again."""
    writer, now, line = desk_of(request).archive.writer, datetime.now(UTC), one_line(name)
    if not line:
        return _page(request, visitor, problem="name", status=422)
    holder = person_named(writer, person)
    try:
        secret = add_token(writer, holder, line, role, now=now, ends_at=now + timedelta(days=days))
    except TokenRoleError:
        return _page(request, visitor, problem="role", status=422)
    note_access(writer, now, visitor.name, "token added", about=f"{line} ({role}, {holder.name})")
    return _page(request, visitor, secret=secret)


@router.post("/tokens/end")
def end(request: Request, visitor: Operator, token: Annotated[int, Form(ge=1, lt=LARGEST_ID)]) -> Response:
    """End a token."""
    writer = desk_of(request).archive.writer
    ended = end_token(writer, token)
    if ended is not None:
        note_access(writer, datetime.now(UTC), visitor.name, "token ended", about=f"{ended.name} ({ended.person})")
    return redirect("/tokens")


def _page(request: Request, visitor: Visitor, *, secret: str = "", problem: str = "", status: int = 200) -> Response:
    reader = desk_of(request).archive.reader
    return page(
        request,
        visitor,
        "tokens.html",
        status=status,
        headers={"cache-control": "no-store"},
        tokens=tokens(reader),
        people=people(reader),
        roles=ROLES,
        secret=secret,
        problem=problem,
        now=datetime.now(UTC),
        most_days=MOST_DAYS,
    )
