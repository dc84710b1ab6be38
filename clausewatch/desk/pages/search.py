"""The page that finds words in all versions of all policies."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from archive.errors import SlowSearchError
from archive.search.query import LIMIT, Search, search
from archive.search.stems import SearchTermsError
from clausewatch.desk.doors import Reader
from clausewatch.desk.entry import desk_of
from clausewatch.desk.rendering import page

router = APIRouter(include_in_schema=False)

Word = Annotated[str, Query(max_length=300)]


@router.get("/search")
def show(
    request: Request,
    visitor: Reader,
    words: Word = "",
    policy: Word = "",
    tag: Word = "",
    since: date | None = None,
    today: bool = False,
) -> Response:
    """Show the sections that contain all searched words."""
    asked = Search(
        words,
        policy or None,
        tag or None,
        since=None if since is None else datetime.combine(since, time.min, UTC),
        current=today,
    )
    desk, result, problem = desk_of(request), None, ""
    try:
        result = search(desk.archive.reader, asked, desk.configuration.search_timeout) if words.strip() else None
    except (SearchTermsError, SlowSearchError) as error:
        problem = str(error)
    chosen = {"words": words, "policy": policy, "tag": tag, "since": since.isoformat() if since else "", "today": today}
    return page(request, visitor, "search.html", result=result, problem=problem, chosen=chosen, limit=LIMIT)
