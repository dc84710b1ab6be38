"""Opens a desk for the tests of a file."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.clausewatch.desk.running import Opened, filled, opened
from tests.conftest import require

if TYPE_CHECKING:
    from playwright.sync_api import Browser

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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    require(chromium is not None and find_spec("playwright") is not None, "Chromium, and playwright to drive it")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield running
        running.close()
