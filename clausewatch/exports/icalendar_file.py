"""Writes the calendar as an iCalendar file (RFC 5545). Calendar programs can subscribe to such a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

from icalendar import Calendar, Event

from archive.questions.calendar import CalendarEntry
from clausewatch.exports.feed_text import FeedText, feed_text
from notifier.texts.sanitize import clipped, inert

PRODUCT = "-//Clausewatch//Calendar//EN"

LONGEST_NAME = 200
"""Maximum length of a policy's name in the title of an event, in code points."""


def icalendar_file(
    entries: Iterable[CalendarEntry],
    archive: str,
    link: Callable[[CalendarEntry], str | None] = lambda _: None,
    text: FeedText | None = None,
) -> bytes:
    """Return the entries as events of a whole day in UTC. The same entries always give the same bytes.

    `archive` is a text that is different for every archive. It is a part of the events' IDs. `link` returns the address
    of a page about an entry, or None. `text` writes for a reader; without it, the calendar is in English.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Clausewatch")
    for entry in entries:
        calendar.add_component(_event(entry, archive, link(entry), text or feed_text()))
    content: bytes = calendar.to_ical()
    return content


def _event(entry: CalendarEntry, archive: str, address: str | None, text: FeedText) -> Event:
    event, day = Event(), entry.at.date()
    event.add("uid", f"{entry.kind}-{entry.change}@{archive}.clausewatch.invalid")
    event.add("dtstamp", entry.seen_at)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("transp", "TRANSPARENT")  # the day is not marked as busy
    event.add("summary", text.event_title(entry, inert(clipped(entry.policy, LONGEST_NAME))))
    event.add("description", text.event_text(entry))
    if address is not None:
        event.add("url", address)
    return event
