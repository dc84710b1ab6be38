from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from clausewatch.output.times import day, end, lasting, moment, stamp, start

TODAY = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-03-04", "2026-03-04T00:00:00Z", "2026-03-04T23:59:59Z"),
        (" 2026-03-04 ", "2026-03-04T00:00:00Z", "2026-03-04T23:59:59Z"),
        ("2026-03-04T05:30", "2026-03-04T05:30:00Z", "2026-03-04T05:30:59Z"),
        ("2026-03-04T05:30:00", "2026-03-04T05:30:00Z", "2026-03-04T05:30:00Z"),
        ("2026-03-04 05:30+07:00", "2026-03-03T22:30:00Z", "2026-03-03T22:30:59Z"),
        ("2026-03-04T05:30:09Z", "2026-03-04T05:30:09Z", "2026-03-04T05:30:09Z"),
        ("today", "2026-03-31T00:00:00Z", "2026-03-31T23:59:59Z"),
        ("yesterday", "2026-03-30T00:00:00Z", "2026-03-30T23:59:59Z"),
    ],
)
def test_a_day_and_a_minute_are_read_as_their_first_or_last_moment(text: str, first: str, last: str) -> None:
    assert (stamp(start(text, TODAY)), stamp(end(text, TODAY))) == (first, last)


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "3 days", "9999 years ago", "04.03.2026", "2026-02-30", "2026-03-04T25:00"]
)
def test_texts_that_are_not_times_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        start(text, TODAY)


def test_times_are_shown_with_their_zone_utc() -> None:
    assert moment(datetime(2026, 3, 4, 1, 5, tzinfo=timezone(timedelta(hours=7)))) == "2026-03-03 18:05 UTC"
    assert moment(datetime(2026, 3, 4, 1, 5, tzinfo=UTC)) == "2026-03-04 01:05 UTC"


@pytest.mark.parametrize(
    ("duration", "expected"),
    [
        (timedelta(hours=12), "12 h"),
        (timedelta(days=2), "2 d"),
        (timedelta(minutes=90), "90 min"),
        (timedelta(seconds=45), "45 s"),
    ],
)
def test_a_duration_is_shown_in_the_largest_unit_that_fits(duration: timedelta, expected: str) -> None:
    assert lasting(duration) == expected


def test_years_have_four_digits() -> None:
    at = datetime(8, 1, 2, 3, 4, tzinfo=UTC)
    assert (stamp(at), moment(at), day(at)) == ("0008-01-02T03:04:00Z", "0008-01-02 03:04 UTC", "0008-01-02")
