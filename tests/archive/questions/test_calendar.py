"""Tests the calendar of effective dates, ends of windows, and due reviews."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from archive.errors import InvalidCursorError
from archive.model import Review
from archive.questions.calendar import CalendarEntry, calendar
from archive.questions.lists.inbox import InboxFilter, inbox
from archive.questions.lists.pages import cursor_of
from archive.recording.reviews import add_review
from archive.reviewing.notes import Assignment, assign
from archive.storage.database import Archive, open_archive
from differ.model import Timing
from tests.archive.questions.test_inbox import DAY, find, of
from tests.archive.visits import START, record_two_versions

SUMMER = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def archive(database_url: str) -> Iterator[Archive]:
    """Return an archive with changes of the teahouse's policy. Only the last change has an effective date and the end
    of a window.
    """
    with open_archive(database_url) as opened:
        record_two_versions(opened)
        find(opened, 3, of("low", "a"), of("critical", "b"))
        find(opened, 4, of("high", "c"), timing=Timing(effective=date(2026, 4, 1), due=date(2026, 3, 20)))
        yield opened


def ask(archive: Archive) -> list[tuple[datetime, str, int]]:
    return [(entry.at, entry.kind, entry.version) for entry in calendar(archive, START, SUMMER).entries]


def test_the_calendar_has_stated_days_and_due_reviews(archive: Archive) -> None:
    assert ask(archive) == [
        (START + 5 * DAY, "review", 3),
        (START + 7 * DAY, "review", 2),
        (datetime(2026, 3, 20, tzinfo=UTC), "due", 4),
        (datetime(2026, 3, 20, tzinfo=UTC), "review", 4),
        (datetime(2026, 4, 1, tzinfo=UTC), "effective", 4),
    ]


def test_due_reviews_agree_with_the_inbox(archive: Archive) -> None:
    assign(archive, Assignment(change=2, person="Sari", due_at=START + 30 * DAY, by="Ratna", at=START))
    changes = inbox(archive, InboxFilter(), START).entries
    due = {change.version: change.due_at for change in changes}
    assert {version: at for at, kind, version in ask(archive) if kind == "review"} == due
    assert due[3] == START + 30 * DAY
    assert {change.version: change.assigned for change in changes} == {2: "", 3: "Sari", 4: ""}


def test_a_reviewed_change_has_no_due_date(archive: Archive) -> None:
    assign(archive, Assignment(change=1, person="", due_at=START + 9 * DAY, by="Ratna", at=START))
    add_review(archive, Review(1, "acknowledge", "", by="Ratna", at=START))
    assert 2 not in {version for _, _, version in ask(archive)}


def test_a_period_selects_entries(archive: Archive) -> None:
    (entry,) = calendar(archive, START + 6 * DAY, START + 8 * DAY).entries
    assert entry == CalendarEntry(
        at=START + 7 * DAY, kind="review", policy="Teahouse", version=2, change=1, seen_at=START + 2 * DAY
    )
    assert calendar(archive, START, START + 5 * DAY).entries == ()
    assert len(calendar(archive, START + 5 * DAY, START + 6 * DAY).entries) == 1


def test_pages_follow_each_other_without_gaps(archive: Archive) -> None:
    whole, parts, cursor = calendar(archive, START, SUMMER).entries, list[CalendarEntry](), None
    while True:
        page = calendar(archive, START, SUMMER, after=cursor, limit=1)
        parts += page.entries
        if (cursor := page.next) is None:
            break
    assert tuple(parts) == whole


@pytest.mark.parametrize("cursor", [cursor_of(("yesterday", 1, 1)), cursor_of((1, 1, 1)), "!"])
def test_a_foreign_cursor_is_refused(archive: Archive, cursor: str) -> None:
    with pytest.raises(InvalidCursorError):
        calendar(archive, START, SUMMER, after=cursor)
