"""Writes the calendar as an iCalendar file (RFC 5545). Calendar programs can subscribe to such a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

from icalendar import Calendar, Event

from archive.questions.calendar import CalendarEntry, CalendarKind
from notifier.texts.sanitize import clipped, inert

PRODUCT = "-//Clausewatch//Calendar//EN"

LONGEST_NAME = 200
"""Maximum length of a policy's name in the title of an event, in code points."""

TITLES: dict[CalendarKind, str] = {
    "effective": "takes effect",
    "due": "end of notice or objection window",
    "review": "review due",
}


def icalendar_file(
    entries: Iterable[CalendarEntry], archive: str, link: Callable[[CalendarEntry], str | None] = lambda _: None
) -> bytes:
    """Return the entries as events of a whole day in UTC. The same entries always give the same bytes.

    `archive` is a text that is different for every archive. It is a part of the events' IDs. `link` returns the address
    of a page about an entry, or None.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Clausewatch")
    for entry in entries:
        calendar.add_component(_event(entry, archive, link(entry)))
    content: bytes = calendar.to_ical()
    return content


def _event(entry: CalendarEntry, archive: str, address: str | None) -> Event:
    event, day = Event(), entry.at.date()
    event.add("uid", f"{entry.kind}-{entry.change}@{archive}.clausewatch.invalid")
    event.add("dtstamp", entry.seen_at)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("transp", "TRANSPARENT")  # the day is not marked as busy
    event.add("summary", f"{inert(clipped(entry.policy, LONGEST_NAME))}: {TITLES[entry.kind]}")
    event.add("description", f"Change to version {entry.version}, first seen on {entry.seen_at:%Y-%m-%d}.")
    if address is not None:
        event.add("url", address)
    return event
