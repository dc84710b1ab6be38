"""Provides a fixture for an archive in its own file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.storage.database import Archive, open_archive
from tests.archive.empty import put_empty_archive


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """Return an empty archive."""
    with open_archive(f"sqlite:///{put_empty_archive(tmp_path / 'looks.db')}") as opened:
        yield opened
