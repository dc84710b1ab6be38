"""Tests quiet hours and the schedule of digests in the reader's local time."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.audience.timing import Quiet, Schedule, parse_clock, zone_of

BERLIN, JAKARTA = "Europe/Berlin", "Asia/Jakarta"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "moment", "zone", "quiet"),
    [
        ("22:00-07:00", "2026-03-02 21:59", "UTC", False),
        ("22:00-07:00", "2026-03-02 22:00", "UTC", True),
        ("22:00-07:00", "2026-03-03 06:59", "UTC", True),
        ("22:00-07:00", "2026-03-03 07:00", "UTC", False),
        ("12:00-13:00", "2026-03-03 12:30", "UTC", True),
        ("12:00-13:00", "2026-03-03 13:00", "UTC", False),
        ("22:00-07:00", "2026-03-02 15:00", JAKARTA, True),
        ("22:00-07:00", "2026-03-03 00:00", JAKARTA, False),
        # Berlin's clocks go from 02:00 to 03:00 on 29 March 2026, so that night is an hour shorter.
        ("22:00-07:00", "2026-03-28 05:59", BERLIN, True),
        ("22:00-07:00", "2026-03-28 06:00", BERLIN, False),
        ("22:00-07:00", "2026-03-29 04:59", BERLIN, True),
        ("22:00-07:00", "2026-03-29 05:00", BERLIN, False),
        ("02:00-03:00", "2026-03-29 01:00", BERLIN, False),
        # They go back from 03:00 to 02:00 on 25 October. 02:30 comes twice, and both times are quiet.
        ("02:00-03:00", "2026-10-25 00:30", BERLIN, True),
        ("02:00-03:00", "2026-10-25 01:30", BERLIN, True),
        ("02:00-03:00", "2026-10-25 02:00", BERLIN, False),
    ],
)
def test_quiet_hours_follow_the_local_clock(hours: str, moment: str, zone: str, quiet: bool) -> None:
    assert Quiet.parse(hours).holds(utc(moment), zone) is quiet


@pytest.mark.parametrize(
    ("schedule", "now", "zone", "last"),
    [
        (Schedule("daily"), "2026-03-03 08:00", "UTC", "2026-03-03 08:00"),
        (Schedule("daily"), "2026-03-03 07:59", "UTC", "2026-03-02 08:00"),
        (Schedule("weekly"), "2026-03-02 08:00", "UTC", "2026-03-02 08:00"),  # a Monday
        (Schedule("weekly"), "2026-03-02 07:59", "UTC", "2026-02-23 08:00"),
        (Schedule("weekly", day=6), "2026-03-02 07:59", "UTC", "2026-03-01 08:00"),
        (Schedule("weekly"), "2026-03-02 00:59", JAKARTA, "2026-02-23 01:00"),
        (Schedule("weekly"), "2026-03-02 01:00", JAKARTA, "2026-03-02 01:00"),
        (Schedule("daily"), "2026-03-28 12:00", BERLIN, "2026-03-28 07:00"),
        (Schedule("daily"), "2026-03-29 12:00", BERLIN, "2026-03-29 06:00"),
        # 02:30 does not exist on 29 March, so 03:30 is used. On 25 October it exists twice, and the first is used.
        (Schedule("daily", time(2, 30)), "2026-03-29 12:00", BERLIN, "2026-03-29 01:30"),
        (Schedule("daily", time(2, 30)), "2026-10-25 01:00", BERLIN, "2026-10-25 00:30"),
        (Schedule("daily", time(2, 30)), "2026-10-25 12:00", BERLIN, "2026-10-25 00:30"),
    ],
)
def test_the_last_scheduled_time_is_found_in_the_readers_time_zone(
    schedule: Schedule, now: str, zone: str, last: str
) -> None:
    assert schedule.last(utc(now), zone) == utc(last)


@given(
    st.integers(1_577_836_800, 2_208_988_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),  # 2020 to 2040
    st.sampled_from([BERLIN, JAKARTA, "America/St_Johns", "Australia/Lord_Howe", "UTC"]),
    st.sampled_from(["daily", "weekly"]),
    st.times(),
    st.integers(0, 6),
)
def test_the_last_scheduled_time_is_never_in_the_future_nor_more_than_one_interval_ago(
    now: datetime, zone: str, rhythm: str, at: time, day: int
) -> None:
    schedule = Schedule("daily" if rhythm == "daily" else "weekly", at, day)
    last = schedule.last(now, zone)
    assert last <= now
    assert now - last <= timedelta(days=1 if rhythm == "daily" else 7, hours=1)
    assert schedule.last(last, zone) == last
    if rhythm == "weekly":
        assert last.astimezone(ZoneInfo(zone)).weekday() == day or at > time(22, 30)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("22:00", "the beginning and the end"),
        ("22:00-24:00", "time of day"),
        ("x-y", "time of day"),
        ("07:00-7:00", "all day"),
    ],
)
def test_the_error_about_invalid_hours_names_the_fix(wrong: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Quiet.parse(wrong)


def test_quiet_hours_are_shown_as_they_are_written_in_the_configuration() -> None:
    assert str(Quiet.parse("9:30 - 17:05")) == "09:30-17:05"
    assert parse_clock("0:05") == time(0, 5)


@pytest.mark.parametrize("name", ["Asia/Jakata", "Asia", "", "../etc/passwd", "/etc/localtime"])
def test_the_error_about_an_invalid_time_zone_gives_an_example(name: str) -> None:
    with pytest.raises(ValueError, match="Asia/Jakarta"):
        zone_of(name)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        (datetime(2026, 3, 28, 21, 30, tzinfo=UTC), datetime(2026, 3, 29, 5, 0, tzinfo=UTC)),  # the clocks go forward
        (datetime(2026, 3, 29, 5, 0, tzinfo=UTC), datetime(2026, 3, 30, 5, 0, tzinfo=UTC)),
        (datetime(2026, 10, 24, 23, 0, tzinfo=UTC), datetime(2026, 10, 25, 6, 0, tzinfo=UTC)),  # the clocks go back
    ],
)
def test_the_end_of_quiet_hours_follows_the_local_clock(now: datetime, end: datetime) -> None:
    assert Quiet.parse("22:00-07:00").next_end(now, "Europe/Berlin") == end
