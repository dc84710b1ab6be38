"""Tests that the text read from our own pages is the text that a reader sees. There is a folder for each feature of
HTML."""

from __future__ import annotations

from pathlib import Path

import pytest

from document.reading import EXTRACTOR
from tests.document.golden import FOLDER, NUMBER, seen

FOLDERS = sorted(each for each in FOLDER.iterdir() if each.is_dir())


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_page_gives_the_text_that_a_reader_sees(folder: Path) -> None:
    assert seen(folder) == (folder / "expected.txt").read_text(encoding="utf-8")


def test_golden_pages_were_written_by_this_extractor() -> None:
    """The expected texts and the number `EXTRACTOR` must change together. If the number stayed the same, a change of
    the extraction would look like changes of policies and would cause alerts."""
    assert NUMBER.read_text(encoding="utf-8").strip() == str(EXTRACTOR)
