"""Opens a desk for the tests of a file."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clausewatch.desk.running import Opened, filled, opened

COUNTS = {"Teahouse": 3, "Bakery": 1, "Orchard": 4, "Museum": 2, "Library": 4, "Garden": 1, "Cinema": 2, "Harbour": 3}
"""Number of findings in the change of each policy: twenty findings of eight changes."""


@pytest.fixture(scope="session")
def filled_archive(empty_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the SQLite file of an archive with findings that wait. Tests copy this file."""
    file = tmp_path_factory.mktemp("filled") / "watch.db"
    shutil.copyfile(empty_archive, file)
    filled(f"sqlite:///{file}", COUNTS)
    return file


@pytest.fixture
def desk(filled_archive: Path, tmp_path: Path) -> Iterator[Opened]:
    """Return an open desk with findings that wait."""
    file = shutil.copyfile(filled_archive, tmp_path / "watch.db")
    with opened(f"sqlite:///{file}", tmp_path) as running:
        yield running
