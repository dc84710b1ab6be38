"""The pages for people who run Clausewatch: deliveries, the watch, and the access log."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from archive.access.log import accesses
from archive.questions.lists.visits import list_runs, unread_checks
from archive.row_numbers import LARGEST_ID
from clausewatch.desk.doors import Auditor, Reader
from clausewatch.desk.entry import desk_of
from clausewatch.desk.rendering import page
from clausewatch.operation.health import problems
from notifier.outbox.listing import STATES, DeliveryFilter, list_deliveries

router = APIRouter(include_in_schema=False)

ROWS = 100
"""Maximum number of rows on a page of a list."""

Word = Annotated[str, Query(max_length=300)]


@router.get("/deliveries")
def deliveries(request: Request, visitor: Reader, state: Word = "", policy: Word = "") -> Response:
    """Show the messages. Waiting messages come first, and messages that were given up come second."""
    wanted = DeliveryFilter(policy, state=next((name for name in STATES.values() if name == state), None))
    listed = list_deliveries(desk_of(request).archive.reader, wanted, ROWS)
    chosen = {"state": state, "policy": policy}
    return page(
        request, visitor, "deliveries.html", listed=listed, chosen=chosen, states=list(STATES.values()), rows=ROWS
    )


@router.get("/watch")
def watch(request: Request, visitor: Reader, after: Word = "") -> Response:
    """Show what is wrong with the watch, the last runs, and the visits that did not find their policy."""
    desk = desk_of(request)
    reader, configuration = desk.archive.reader, desk.configuration
    return page(
        request,
        visitor,
        "watch.html",
        problems=[configuration.redacted(line) for line in problems(reader, configuration, datetime.now(UTC))],
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
