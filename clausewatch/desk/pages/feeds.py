"""Serves feeds and calendars at secret addresses, and lets people make and end such addresses."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response

from archive.access.log import note_access
from archive.access.tokens import FeedKind, add_feed, end_feed, feeds
from archive.evidence.chain import beginning
from archive.questions.calendar import calendar
from archive.row_numbers import LARGEST_ID
from clausewatch.desk.doors import CalendarProgram, FeedProgram, Reader
from clausewatch.desk.entry import Visitor, desk_of
from clausewatch.desk.pages.account import account_page, person_of_visitor
from clausewatch.desk.rendering import redirect
from clausewatch.exports.atom import Scope, feed
from clausewatch.exports.feed_text import FeedText, feed_text
from clausewatch.exports.icalendar_file import icalendar_file

router = APIRouter(include_in_schema=False)

MOST = 20
"""Maximum number of secret addresses of a person."""
FEED_DAYS, BEHIND, AHEAD = timedelta(days=90), timedelta(days=30), timedelta(days=366)
"""Time that a feed covers, and how far a calendar goes into the past and into the future."""
MOST_DAYS = 2000
"""Maximum number of days in a calendar. If there are more, the calendar has the earliest."""
NAMES: dict[FeedKind, str] = {"atom": "changes.atom", "calendar": "calendar.ics"}
"""The last part of the addresses."""

Word = Annotated[str, Query(max_length=300)]


@router.get("/feeds/{secret}/changes.atom")
def changes(request: Request, visitor: FeedProgram, policy: Word = "", tag: Word = "", topic: Word = "") -> Response:
    """Return the changes of the last 90 days of which a subscriber would be notified, as an Atom feed. The address can
    limit the feed to a policy, a tag or a topic.
    """
    desk, now = desk_of(request), datetime.now(UTC)
    scope = Scope(
        policy or None,
        None if policy else tag or None,
        topic or None,
        since=datetime.combine(now.date(), time(), UTC) - FEED_DAYS,
        desk=desk.configuration.desk.address,
    )
    written = feed(desk.archive.reader, scope, now, _text_for(visitor))
    return _conditional(request, written.content, "application/atom+xml")


@router.get("/feeds/{secret}/calendar.ics")
def days(request: Request, visitor: CalendarProgram) -> Response:
    """Return effective dates, ends of notice and objection windows, and due reviews, as a calendar."""
    desk, now = desk_of(request), datetime.now(UTC)
    reader, today = desk.archive.reader, datetime.combine(now.date(), time(), UTC)
    times, address = desk.configuration.review_times, desk.configuration.desk.address
    page = calendar(reader, today - BEHIND, today + AHEAD, times, limit=MOST_DAYS)
    written = icalendar_file(
        page.entries,
        beginning(reader).hash[:16],
        lambda entry: f"{address}/changes/{entry.change}",
        _text_for(visitor),
    )
    return _conditional(request, written, "text/calendar; charset=utf-8")


@router.post("/account/feeds")
def add(request: Request, visitor: Reader, kind: Annotated[FeedKind, Form()]) -> Response:
    """Make a secret address. The answer shows the address, which cannot be shown again."""
    desk, person, now = desk_of(request), person_of_visitor(visitor), datetime.now(UTC)
    if len(feeds(desk.archive.reader, person.id)) >= MOST:
        return account_page(request, visitor, problem="feeds", status=422)
    secret = add_feed(desk.archive.writer, person.id, kind, now)
    note_access(desk.archive.writer, now, visitor.name, "feed added", about=kind)
    return account_page(request, visitor, addresses=[f"{desk.configuration.desk.address}/feeds/{secret}/{NAMES[kind]}"])


@router.post("/account/feeds/end")
def end(request: Request, visitor: Reader, feed: Annotated[int, Form(ge=1, lt=LARGEST_ID)]) -> Response:
    """End one of the person's secret addresses."""
    writer = desk_of(request).archive.writer
    end_feed(writer, feed, person_of_visitor(visitor).id)
    note_access(writer, datetime.now(UTC), visitor.name, "feed ended")
    return redirect("/account")


def _text_for(visitor: Visitor) -> FeedText:
    """Return the texts in the language and the time zone that the person chose for the pages."""
    person = person_of_visitor(visitor)
    return feed_text(person.language, person.zone)


def _conditional(request: Request, content: bytes, media_type: str) -> Response:
    """Return the content, or status 304 if the program has this content already."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    known = [part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")]
    if tag in known:
        return Response(status_code=304, headers={"etag": tag})
    return Response(content, media_type=media_type, headers={"etag": tag})
