"""An archive of each test's own, in each kind of database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.storage.database import Archive, open_archive


@pytest.fixture
def archive(database_url: str) -> Iterator[Archive]:
    """Return an empty archive: each test that asks for it runs on SQLite and on PostgreSQL."""
    with open_archive(database_url) as opened:
        yield opened


@pytest.fixture
def location(tmp_path: Path) -> str:
    """Return the URL of an archive in a file, that is not there yet; for what is SQLite's alone."""
    return f"sqlite:///{tmp_path / 'watch.db'}"
