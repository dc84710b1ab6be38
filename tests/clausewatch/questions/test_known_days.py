"""Tests that `show --at`, `diff` and `blame` say what is known about the requested day."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clausewatch.watched import answered, call, watched

DIFFERENT = (
    "At 2026-03-03 23:59 UTC: last seen so on 2026-03-03 06:00 UTC, next seen different, as version 2, on "
    "2026-03-04 06:00 UTC."
)


@pytest.mark.parametrize(
    "words",
    [
        ("show", "Teahouse", "--at", "2026-03-03"),
        ("diff", "Teahouse", "2026-03-03"),
        ("blame", "Teahouse", "2026-03-03"),
    ],
)
def test_the_answer_for_a_day_names_the_visits_before_and_after(tmp_path: Path, words: tuple[str, ...]) -> None:
    path = watched(tmp_path)
    assert DIFFERENT in " ".join(call(path, *words).stdout.split())
    assert DIFFERENT in " ".join(call(path, *words, "--format", "html").stdout.split())
    (known,) = answered(path, *words)["known"]
    assert known == {
        "at": "2026-03-03T23:59:59Z",
        "version": 1,
        "last_seen": "2026-03-03T06:00:00Z",
        "next_seen": "2026-03-04T06:00:00Z",
        "next_version": 2,
        "missed_visits": 0,
    }


def test_the_text_of_a_day_after_the_last_visit_is_not_known(tmp_path: Path) -> None:
    shown = " ".join(call(watched(tmp_path), "show", "Teahouse", "--at", "2026-03-05").stdout.split())
    assert "last seen so on 2026-03-04 06:00 UTC, not seen since." in shown


def test_without_a_requested_day_the_answer_names_no_visits(tmp_path: Path) -> None:
    path = watched(tmp_path)
    for words in (("show", "Teahouse"), ("diff", "Teahouse", "1", "2"), ("blame", "Teahouse", "1")):
        assert "last seen so" not in call(path, *words).stdout
        assert answered(path, *words)["known"] == []
