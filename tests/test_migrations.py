"""Tests that each migration has its own number.

If two people add a migration with the same number, these tests fail.
"""

from __future__ import annotations

from archive.idle import NEWEST
from tests.sources import PROJECT

STEPS = sorted(path.name[:4] for path in (PROJECT / "archive/migrations/versions").glob("[0-9]*.py"))


def test_migrations_are_numbered_without_gaps() -> None:
    assert [int(step) for step in STEPS] == list(range(1, len(STEPS) + 1))


def test_an_archive_is_upgraded_to_the_newest_migration() -> None:
    assert STEPS[-1] == NEWEST
