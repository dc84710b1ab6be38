"""The page of findings that wait for a review, grouped by change."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from archive.access.people import people
from archive.questions.lists.inbox import inbox
from clausewatch.desk.decisions import decided
from clausewatch.desk.doors import Reader
from clausewatch.desk.entry import desk_of
from clausewatch.desk.inbox_filter import NOBODY, Chosen, Word
from clausewatch.desk.rendering import page
from differ.model import SEVERITIES, TOPICS
from languages import languages

router = APIRouter(include_in_schema=False)

CHANGES = 20
"""Maximum number of changes on one page of the inbox. A change may have many findings."""


@router.get("/")
def show(request: Request, visitor: Reader, chosen: Chosen, after: Word = "") -> Response:
    """Show the findings that wait, the worst change first. All filters are parameters of the address."""
    desk, now = desk_of(request), datetime.now(UTC)
    times = desk.configuration.review_times
    changes = inbox(desk.archive.reader, chosen.wanted, now, times, after=after or None, limit=CHANGES)
    return page(
        request,
        visitor,
        "inbox.html",
        changes=changes,
        chosen=chosen,
        names=[person.name for person in people(desk.archive.reader)],
        nobody=NOBODY,
        severities=SEVERITIES,
        topics=TOPICS,
        languages=languages(),
        decided=decided(request, visitor),
    )
