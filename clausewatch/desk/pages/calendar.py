"""The page with the calendar: effective dates, ends of notice and objection windows, and due reviews."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from archive.questions.calendar import calendar
from clausewatch.desk.doors import Reader
from clausewatch.desk.entry import desk_of
from clausewatch.desk.rendering import page

router = APIRouter(include_in_schema=False)

ROWS = 100
"""Maximum number of rows on a page of a list."""
AHEAD, BEHIND = timedelta(days=120), timedelta(days=30)
"""The period that is shown: how far it goes into the future, and how far into the past."""


@router.get("/calendar")
def show(request: Request, visitor: Reader, after: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Show the days from a month ago to four months ahead."""
    desk, now = desk_of(request), datetime.now(UTC)
    times = desk.configuration.review_times
    listed = calendar(desk.archive.reader, now - BEHIND, now + AHEAD, times, after=after or None, limit=ROWS)
    return page(request, visitor, "calendar.html", listed=listed, now=now, days=AHEAD.days)
