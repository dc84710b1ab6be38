"""The pages for people who run Clausewatch: deliveries, the watch, and the access log."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request, Response

from archive.access.log import accesses, note_access
from archive.questions.lists.visits import expected_run, list_runs, unread_checks
from archive.row_numbers import LARGEST_ID
from clausewatch.desk.doors import Auditor, Operator, Reader
from clausewatch.desk.entry import desk_of
from clausewatch.desk.rendering import local_address, page, redirect, with_query
from clausewatch.operation.health import problems
from notifier.outbox import claims
from notifier.outbox.listing import STATES, DeliveryFilter, list_deliveries

router = APIRouter(include_in_schema=False)

ROWS = 100
"""Maximum number of rows on a page of a list."""

Word = Annotated[str, Query(max_length=300)]


@router.get("/deliveries")
def deliveries(
    request: Request, visitor: Reader, state: Word = "", policy: Word = "", again: Literal["yes", "no", ""] = ""
) -> Response:
    """Show the messages. Waiting messages come first, and messages that were given up come second."""
    wanted = DeliveryFilter(policy, state=next((name for name in STATES.values() if name == state), None))
    listed = list_deliveries(desk_of(request).archive.reader, wanted, ROWS)
    chosen = {"state": state, "policy": policy}
    return page(
        request,
        visitor,
        "deliveries.html",
        listed=listed,
        chosen=chosen,
        states=list(STATES.values()),
        rows=ROWS,
        again=again,
        expected=expected_run(desk_of(request).archive.reader),
        now=datetime.now(UTC),
    )


@router.post("/deliveries/again")
def send_again(
    request: Request,
    visitor: Operator,
    delivery: Annotated[int, Form(ge=1, lt=LARGEST_ID)],
    back: Annotated[str, Form(max_length=3000)] = "/deliveries",
) -> Response:
    """Let the next run, or the run in progress, retry a message that was given up or that waits after a failure. The
    access log records who asked.
    """
    writer, now = desk_of(request).archive.writer, datetime.now(UTC)
    is_open = claims.send_again(writer, delivery, now)
    if is_open:
        note_access(writer, now, visitor.name, "send again", about=str(delivery))
    address = with_query(local_address(back, "/deliveries"), f"delivery-{delivery}", again="yes" if is_open else "no")
    return redirect(address)


@router.get("/watch")
def watch(request: Request, visitor: Reader, after: Word = "") -> Response:
    """Show what is wrong with the watch, the last runs, and the visits that did not find their policy."""
    desk = desk_of(request)
    reader, configuration = desk.archive.reader, desk.configuration
    return page(
        request,
        visitor,
        "watch.html",
        problems=problems(reader, configuration, datetime.now(UTC), most=ROWS),
        runs=list_runs(reader, limit=10),
        unread=unread_checks(reader, after=after or None, limit=ROWS),
        redacted=configuration.redacted,
    )


@router.get("/access")
def access(
    request: Request, visitor: Auditor, before: Annotated[int | None, Query(ge=1, lt=LARGEST_ID)] = None
) -> Response:
    """Show the access log: what people did at the desk, the latest entry first."""
    listed = accesses(desk_of(request).archive.reader, ROWS, before=before)
    return page(
        request, visitor, "access.html", listed=listed, more=len(listed) == ROWS, headers={"cache-control": "no-store"}
    )
