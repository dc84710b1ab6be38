"""Tests what is known about the text on a day. This depends on the visits before and after that day."""

from __future__ import annotations

from datetime import datetime

import pytest

from archive.errors import NoVersionError
from archive.questions.known_days import DayKnowledge, known_at
from archive.recording.recorder import record
from archive.storage.database import Archive
from tests.archive.visits import HOUR, START, failed, record_two_versions, same


@pytest.fixture
def watched(archive: Archive) -> Archive:
    """Return an archive with eight visits.

    Visits at 0 h and 24 h found version 1, and visits at 48 h and 84 h found version 2. The visits at 36 h, 60 h, 72 h
    and 96 h failed.
    """
    record_two_versions(archive)
    for hours in (36, 60, 72):
        record(archive, failed(START + hours * HOUR), START)
    record(archive, same(START + 84 * HOUR, 2), START)
    record(archive, failed(START + 96 * HOUR), START)
    return archive


def at(hours: float) -> datetime:
    return START + hours * HOUR


@pytest.mark.parametrize(
    ("hours", "version", "last", "following", "next_version", "missed"),
    [
        (0, 1, 0, 24, 1, 0),
        (30, 1, 24, 48, 2, 1),
        (47.5, 1, 24, 48, 2, 1),
        (48, 2, 48, 84, 2, 2),
        (70, 2, 48, 84, 2, 2),
        (85, 2, 84, None, None, 1),
    ],
)
def test_the_visits_around_a_moment_say_what_is_known(
    watched: Archive,
    hours: float,
    version: int,
    last: float,
    following: float | None,
    next_version: int | None,
    missed: int,
) -> None:
    after = None if following is None else at(following)
    known = known_at(watched, "Teahouse", at(hours))
    assert known == DayKnowledge(at(hours), version, at(last), after, next_version, missed)
    assert known.is_certain == (next_version == version)


def test_nothing_is_known_before_the_first_version(watched: Archive) -> None:
    with pytest.raises(NoVersionError, match="nothing is known of 2026-03-02 05:00 UTC"):
        known_at(watched, "Teahouse", at(-1))
