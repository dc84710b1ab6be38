"""An archive in a file of its own, and visits to record in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.database import Archive, open_archive


@pytest.fixture
def location(tmp_path: Path) -> str:
    """Return the database URL of an archive that is not there yet."""
    return f"sqlite:///{tmp_path / 'watch.db'}"


@pytest.fixture
def archive(location: str) -> Iterator[Archive]:
    """Return an empty archive."""
    with open_archive(location) as opened:
        yield opened
