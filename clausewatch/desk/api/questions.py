"""The operations that ask about all policies: search, rights, recipients, calendar, and the report of a period."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from fastapi import Query, Request, Response
from pydantic import Field

from archive.model import Query as HistoryQuery
from archive.questions.calendar import calendar
from archive.questions.inventories import Scope, listed_recipients, listed_rights, policies_without
from archive.questions.lists.pages import MOST_ENTRIES
from archive.questions.period import period_report
from archive.search.query import LIMIT, Search, search
from archive.search.stems import SearchTermsError
from clausewatch.desk.api.answers import answer, api_router, documented, page_of, unanswerable
from clausewatch.desk.api.parameters import Flag, Limit, Name, Paged, Parameters, Time, Word
from clausewatch.desk.api.schemas import questions as schema
from clausewatch.desk.doors import ReadingProgram
from clausewatch.desk.entry import desk_of
from clausewatch.output.inventory_text import CLASSES, RIGHTS
from clausewatch.output.json_rows import (
    calendar_row,
    lacking_row,
    period_row,
    recipients_row,
    rights_row,
    search_row,
)

router = api_router("questions")

AHEAD, BEHIND = timedelta(days=120), timedelta(days=30)
"""The period of the calendar if the program does not ask for another period."""


class SearchQuery(Parameters):
    """The words to search for, and the texts in which to search. Words within quotation marks must be adjacent."""

    words: Name
    policy: Word | None = None
    tag: Word | None = None
    since: Time | None = None
    until: Time | None = None
    current: Flag = False
    limit: Limit = LIMIT


class Among(Parameters):
    """The policies that a question is about, and the time of their texts. Without `at`, their latest texts."""

    policy: Word | None = None
    tag: Word | None = None
    at: Time | None = None
    limit: Limit = MOST_ENTRIES

    def scope(self) -> Scope:
        """Return the scope of the question."""
        return Scope(self.at, self.policy, self.tag, limit=self.limit)


class RecipientsQuery(Among):
    """A class of recipients, or a country by its code."""

    kind: Annotated[Literal[tuple(CLASSES)] | None, Field(alias="class")] = None  # type: ignore[valid-type]
    country: Annotated[str, Field(pattern="^[A-Z]{2,3}$")] | None = None


class RightsQuery(Among):
    """A right by its code."""

    right: Literal[tuple(RIGHTS)] | None = None  # type: ignore[valid-type]


class MissingQuery(Among):
    """A right by its code."""

    right: Literal[tuple(RIGHTS)]  # type: ignore[valid-type]


class CalendarQuery(Paged):
    """The period of the calendar. By default it is from 30 days ago to 120 days from now."""

    since: Time | None = None
    until: Time | None = None


class ReportQuery(Parameters):
    """The period of the report, for all policies, for one policy, or for the policies with a tag."""

    since: Time
    until: Time | None = None
    policy: Word | None = None
    tag: Word | None = None
    limit: Limit = MOST_ENTRIES


@router.get("/search", responses=documented(schema.Matches))
def find(request: Request, visitor: ReadingProgram, asked: Annotated[SearchQuery, Query()]) -> Response:
    """Find the sections that have all words, in the texts of all versions."""
    wanted = Search(
        asked.words,
        asked.policy,
        asked.tag,
        since=asked.since,
        until=asked.until,
        current=asked.current,
        limit=asked.limit,
    )
    desk = desk_of(request)
    try:
        result = search(desk.archive.reader, wanted, desk.configuration.search_timeout)
    except SearchTermsError as error:
        return unanswerable(str(error))
    return answer(request, search_row(asked.words, result))


@router.get("/recipients", responses=documented(schema.Recipients))
def list_recipients(request: Request, visitor: ReadingProgram, asked: Annotated[RecipientsQuery, Query()]) -> Response:
    """List who receives data according to the policies."""
    reader = desk_of(request).archive.reader
    listing = listed_recipients(reader, asked.scope(), kind=asked.kind, country=asked.country)
    return answer(request, recipients_row(listing))


@router.get("/rights", responses=documented(schema.Rights))
def list_rights(request: Request, visitor: ReadingProgram, asked: Annotated[RightsQuery, Query()]) -> Response:
    """List the rights that the policies name."""
    return answer(request, rights_row(listed_rights(desk_of(request).archive.reader, asked.scope(), right=asked.right)))


@router.get("/rights/missing", responses=documented(schema.Lacking))
def list_missing(request: Request, visitor: ReadingProgram, asked: Annotated[MissingQuery, Query()]) -> Response:
    """List the policies that do not name a right."""
    lacking = policies_without(desk_of(request).archive.reader, asked.scope(), asked.right)
    return answer(request, lacking_row(lacking, asked.right))


@router.get("/calendar", responses=documented(schema.Calendar))
def show_calendar(request: Request, visitor: ReadingProgram, asked: Annotated[CalendarQuery, Query()]) -> Response:
    """List effective dates, ends of notice and objection windows, and due reviews, the earliest first."""
    desk, now = desk_of(request), datetime.now(UTC)
    since, until = asked.since or now - BEHIND, asked.until or now + AHEAD
    times = desk.configuration.review_times
    page = calendar(desk.archive.reader, since, until, times, after=asked.after, limit=asked.limit)
    return answer(request, page_of(page, "entries", list(map(calendar_row, page.entries))))


@router.get("/report", responses=documented(schema.Report))
def report(request: Request, visitor: ReadingProgram, asked: Annotated[ReportQuery, Query()]) -> Response:
    """Report a period: what changed, who decided and how soon, and gaps in watching."""
    desk, now = desk_of(request), datetime.now(UTC)
    until = asked.until or now
    if asked.since >= min(until, now):
        return unanswerable("The period must begin before its end and before now.")
    if asked.policy is not None and asked.tag is not None:
        return unanswerable("Give `policy` or `tag`, not both.")
    wanted = HistoryQuery(asked.policy, since=asked.since, until=until, tag=asked.tag)
    times = desk.configuration.review_times
    return answer(request, period_row(period_report(desk.archive.reader, wanted, now, times, limit=asked.limit)))
