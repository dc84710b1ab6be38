"""Tests the calendar file as a calendar program reads it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from icalendar import Calendar

from archive.questions.calendar import CalendarEntry
from clausewatch.exports.icalendar_file import icalendar_file
from tests.clausewatch.watched import call, watched

ENTRY = CalendarEntry(
    at=datetime(2026, 4, 1, tzinfo=UTC),
    kind="effective",
    policy="Tea; house, \r\nATTENDEE:x",
    version=4,
    change=7,
    seen_at=datetime(2026, 3, 2, 6, tzinfo=UTC),
)


def test_an_entry_is_an_event_of_a_whole_day() -> None:
    content = icalendar_file([ENTRY], "a" * 16, lambda entry: f"https://desk.example/changes/{entry.change}")
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (date(2026, 4, 1), date(2026, 4, 2))
    assert event["UID"] == f"effective-7@{'a' * 16}.clausewatch.invalid"
    assert event.decoded("DTSTAMP") == ENTRY.seen_at
    assert event["SUMMARY"] == "Tea; house, ATTENDEE:x: takes effect"
    assert event["URL"] == "https://desk.example/changes/7"
    assert b"\r\nATTENDEE" not in content


def test_lines_are_short_and_end_with_both_characters() -> None:
    long = CalendarEntry(
        at=ENTRY.at, kind="review", policy="Kebijakan " * 30, version=1, change=1, seen_at=ENTRY.seen_at
    )
    content = icalendar_file([long], "b")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert content == icalendar_file([long], "b")


def test_the_command_writes_due_reviews(tmp_path: Path) -> None:
    path, target = watched(tmp_path), tmp_path / "watch.ics"
    result = call(path, "export", "ical", "--from", "2026-03-01", "-o", str(target))
    assert (result.exit_code, result.stdout.strip()) == (0, "Exported 1 day")
    (event,) = Calendar.from_ical(target.read_bytes()).walk("VEVENT")
    assert (event["SUMMARY"], event.decoded("DTSTART")) == ("Teahouse: review is due", date(2026, 3, 9))
