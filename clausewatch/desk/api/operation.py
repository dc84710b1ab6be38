"""The operations about the program itself: runs, messages, problems, the chain, the access log, and the token."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Query, Request, Response

from archive.access.log import accesses
from archive.access.people import PERMISSIONS
from archive.evidence.chain import head
from archive.questions.lists.pages import MOST_ENTRIES
from archive.questions.lists.visits import list_runs
from clausewatch.desk.api.answers import answer, api_router, documented, page_of
from clausewatch.desk.api.parameters import Limit, Number, Paged, Parameters, Word
from clausewatch.desk.api.schemas import operation as schema
from clausewatch.desk.doors import AuditingProgram, ReadingProgram
from clausewatch.desk.entry import SignInNeededError, desk_of
from clausewatch.operation.health import problems
from clausewatch.output.json_rows import access_row, delivery_row, head_row, run_row, token_row
from notifier.outbox.listing import DeliveryFilter, ListedState, list_deliveries

router = api_router("operation")

ROWS = 100
"""Default number of entries of the access log and of messages."""


class DeliveriesQuery(Parameters):
    """The messages that are wanted."""

    policy: Word = ""
    state: ListedState | None = None
    limit: Limit = ROWS


class AccessQuery(Parameters):
    """The part of the access log that is wanted."""

    after: Number | None = None
    limit: Limit = ROWS


@router.get("/runs", responses=documented(schema.Runs))
def show_runs(request: Request, visitor: ReadingProgram, asked: Annotated[Paged, Query()]) -> Response:
    """List the runs, the newest first."""
    page = list_runs(desk_of(request).archive.reader, after=asked.after, limit=asked.limit)
    return answer(request, page_of(page, "runs", list(map(run_row, page.entries))))


@router.get("/deliveries", responses=documented(schema.Deliveries))
def show_deliveries(request: Request, visitor: ReadingProgram, asked: Annotated[DeliveriesQuery, Query()]) -> Response:
    """List the messages. Messages that wait come first, then messages that were given up."""
    desk = desk_of(request)
    wanted = DeliveryFilter(asked.policy, state=asked.state)
    listed = list_deliveries(desk.archive.reader, wanted, asked.limit)
    rows = [delivery_row(delivery, desk.configuration.redacted) for delivery in listed]
    return answer(request, {"deliveries": rows})


@router.get("/problems", responses=documented(schema.Problems))
def show_problems(request: Request, visitor: ReadingProgram, asked: Annotated[Parameters, Query()]) -> Response:
    """Say what is wrong with the watch, as `clausewatch status --check` does."""
    desk = desk_of(request)
    lines = problems(desk.archive.reader, desk.configuration, datetime.now(UTC), most=MOST_ENTRIES)
    return answer(request, {"problems": list(lines)})


@router.get("/head", responses=documented(schema.Head))
def show_head(request: Request, visitor: ReadingProgram, asked: Annotated[Parameters, Query()]) -> Response:
    """Show the last entry of the chain of evidence. Keep it elsewhere to prove later that nothing was altered."""
    return answer(request, head_row(head(desk_of(request).archive.reader)))


@router.get("/access", responses=documented(schema.Accesses))
def show_accesses(request: Request, visitor: AuditingProgram, asked: Annotated[AccessQuery, Query()]) -> Response:
    """List what people and programs did at the desk, the newest entry first."""
    listed = accesses(desk_of(request).archive.reader, asked.limit, before=asked.after)
    following = str(listed[-1].id) if len(listed) == asked.limit else None
    response = answer(request, {"accesses": list(map(access_row, listed)), "next": following})
    response.headers["cache-control"] = "no-store"
    return response


@router.get("/me", responses=documented(schema.Me))
def show_me(request: Request, visitor: ReadingProgram, asked: Annotated[Parameters, Query()]) -> Response:
    """Show whose token was sent, when it ends, and what the program may do."""
    if visitor.token is None:
        raise SignInNeededError
    allowed = sorted(permission for permission in PERMISSIONS["operator"] if visitor.may(permission))
    most = desk_of(request).configuration.desk.api_requests
    response = answer(request, token_row(visitor.token, allowed, most))
    response.headers["cache-control"] = "no-store"
    return response
