from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest

from crawler.pace import PATIENCE, HostPace, back_off, kept_delay, least, retry_after

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("stated", "seconds"),
    [
        (None, None),
        ("120", 120),
        (" 7 ", 7),
        ("0", 0),
        ("Mon, 02 Mar 2026 06:01:30 GMT", 90),
        ("Mon, 02 Mar 2026 06:01:30 -0000", 90),
        ("Mon, 02 Mar 2026 05:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("", None),
        ("٣", None),
        ("9" * 400, 999_999_999_999),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(stated: str | None, seconds: float | None) -> None:
    assert retry_after(stated, NOW) == seconds


@pytest.mark.parametrize(
    ("stated", "kept"), [(None, 1), (0.2, 1), (5, 5), (600, 60), (math.inf, 60), (math.nan, 1), (-3, 1), (0, 1)]
)
def test_a_crawl_delay_is_kept_up_to_the_maximum_and_is_never_shorter_than_our_own_delay(
    stated: float | None, kept: float
) -> None:
    assert kept_delay(stated, delay=1, cap=60) == kept


def test_jitter_never_shortens_a_crawl_delay() -> None:
    assert least(10, 0.2) * (1 - 0.2) == 10


def test_each_failure_doubles_the_wait_up_to_the_maximum() -> None:
    assert [back_off(1, failures, 60) for failures in (1, 2, 3, 5, 6, 1000)] == [2, 4, 8, 32, 60, 60]


def test_the_crawler_waits_as_long_as_a_host_asks() -> None:
    assert HostPace().refused(7, delay=1, cap=60) == 7


def test_a_host_that_asks_for_more_time_than_a_run_has_gets_no_request() -> None:
    pace = HostPace()
    assert pace.refused(3600, delay=1, cap=60) is None
    assert "3600 s (Retry-After)" in pace.left_alone
    assert "max_wait is 60 s" in pace.left_alone


def test_a_host_that_keeps_refusing_gets_no_further_request() -> None:
    pace = HostPace()
    waits = [pace.refused(None, delay=1, cap=60) for _ in range(PATIENCE)]
    assert waits == [2, 4, 8, 16, 32, None]
    assert "6 times in a row" in pace.left_alone
