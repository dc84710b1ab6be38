"""Fixtures that give each test its own archive."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.storage.database import Archive, open_archive


@pytest.fixture
def archive(database_url: str) -> Iterator[Archive]:
    """Return an empty archive. Each test with this fixture runs once on SQLite and once on PostgreSQL."""
    with open_archive(database_url) as opened:
        yield opened


@pytest.fixture
def location(tmp_path: Path) -> str:
    """Return the URL of a SQLite archive whose file does not exist yet.

    This fixture is for tests that are only about SQLite.
    """
    return f"sqlite:///{tmp_path / 'watch.db'}"
