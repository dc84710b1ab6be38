"""Tests the sentences that report sent and waiting messages."""

from __future__ import annotations

from datetime import UTC, datetime

from clausewatch.output.delivery_text import left_words, sent_words


def test_each_count_names_the_kind_of_message() -> None:
    assert sent_words({"digest": 1, "alert": 2, "operator": 1}) == "2 alerts, 1 digest, 1 notice about the watch"
    assert sent_words({}) == ""


def test_messages_held_for_quiet_hours_and_messages_to_retry_are_counted_apart() -> None:
    until = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
    assert list(left_words(2, until, 1, 3)) == ["2 held until 2026-03-02 07:00 UTC", "1 to be retried", "3 given up"]
    assert list(left_words(0, None, 0, 0)) == []
