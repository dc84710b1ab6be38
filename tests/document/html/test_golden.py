"""Tests the text that a reader sees of our own pages. Each feature has a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from document.reading import EXTRACTOR
from tests.document.golden import FOLDER, NUMBER, seen

FOLDERS = sorted(each for each in FOLDER.iterdir() if each.is_dir())


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_page_gives_what_a_reader_sees(folder: Path) -> None:
    assert seen(folder) == (folder / "expected.txt").read_text(encoding="utf-8")


def test_golden_pages_were_written_by_this_extractor() -> None:
    """If the extraction changes without a new number, it would cause alerts by itself. Both must change together."""
    assert NUMBER.read_text(encoding="utf-8").strip() == str(EXTRACTOR)
