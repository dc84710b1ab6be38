"""An archive in a file of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.database import Archive, open_archive


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of an empty archive, to copy: making one runs every migration."""
    path = tmp_path_factory.mktemp("archive") / "empty.db"
    open_archive(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def location(tmp_path: Path) -> str:
    """Return the database URL of an archive that is not there yet."""
    return f"sqlite:///{tmp_path / 'watch.db'}"


@pytest.fixture
def archive(location: str, tmp_path: Path, made: Path) -> Iterator[Archive]:
    """Return an empty archive, at `location`."""
    shutil.copyfile(made, tmp_path / "watch.db")
    with open_archive(location) as opened:
        yield opened
