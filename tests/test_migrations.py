"""Each step of the schema has its own number. So two steps that were written at the same time are noticed."""

from __future__ import annotations

from archive.storage.upgrade import NEWEST
from tests.sources import PROJECT

STEPS = sorted(path.name[:4] for path in (PROJECT / "archive/migrations/versions").glob("[0-9]*.py"))


def test_the_steps_are_numbered_one_by_one() -> None:
    assert [int(step) for step in STEPS] == list(range(1, len(STEPS) + 1))


def test_the_newest_step_is_the_one_that_an_archive_is_opened_with() -> None:
    assert STEPS[-1] == NEWEST
