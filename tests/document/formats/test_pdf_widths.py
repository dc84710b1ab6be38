"""The same words printed at another width, by another program or in columns are the same policy."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from crawler.network.browser import NAMES
from document import identity_words, read
from document.model import Document, Page
from tests.conftest import require
from tests.document.formats.printing import (
    ENGLISH,
    INDONESIAN,
    by_chromium,
    by_fpdf,
    by_libreoffice,
    page_of,
    policies,
    row_by_row,
)

WIDTHS = (210, 160)


def document(body: bytes) -> Document:
    return read(Page(body, "application/pdf")).document


def differing(narrow: list[bytes], wide: list[bytes]) -> list[tuple[str, ...]]:
    """Return the first words that differ of each policy which does."""
    found = []
    for one, other in zip(narrow, wide, strict=True):
        before, after = (identity_words(document(body))[0] for body in (one, other))
        place = next((n for n, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), None)
        if before != after:
            place = min(len(before), len(after)) if place is None else place
            found.append((*before[max(0, place - 3) : place + 3], "//", *after[max(0, place - 3) : place + 3]))
    return found


def test_fpdf_at_two_widths() -> None:
    narrow, wide = ([by_fpdf(policy, width) for policy in policies()] for width in WIDTHS)
    assert differing(narrow, wide) == []


STYLES = ("", "body { hyphens: auto; text-align: justify }", "body { column-count: 2; font-size: 8pt }")


def test_chromium_at_two_widths_hyphenated_and_in_columns() -> None:
    chromium = next((path for name in NAMES if (path := shutil.which(name))), None)
    require(chromium is not None, "Chromium")
    pages = [page_of(policy, STYLES[number % len(STYLES)]) for number, policy in enumerate(policies())]
    printed = by_chromium(str(chromium), [(page, width) for width in WIDTHS for page in pages])
    assert differing(printed[: len(pages)], printed[len(pages) :]) == []


@pytest.mark.skipif(not os.environ.get("CLAUSEWATCH_LONG"), reason="takes minutes")
def test_libreoffice_at_two_widths(tmp_path: Path) -> None:
    program = shutil.which("soffice")
    require(program is not None, "LibreOffice")
    pages = {
        f"{number}-{width}": page_of(policy, f"@page {{ size: {width}mm 240mm }}")
        for number, policy in enumerate(policies())
        for width in WIDTHS
    }
    printed = by_libreoffice(str(program), pages, tmp_path)
    narrow, wide = ([printed[f"{number}-{width}"] for number in range(20)] for width in WIDTHS)
    assert differing(narrow, wide) == []


WITHOUT_ADDRESSES = [line for line in (*ENGLISH, *INDONESIAN) if "example" not in line]
LEFT, MIDDLE, RIGHT = (" ".join(WITHOUT_ADDRESSES[place : place + 4]) for place in (0, 4, 8))


@pytest.mark.parametrize("texts", [(LEFT, RIGHT), (LEFT, MIDDLE, RIGHT), (RIGHT, LEFT[:200])], ids=len)
@pytest.mark.parametrize("width", [50.0, 45.0])
def test_columns_written_row_by_row_are_read_one_after_the_other(texts: tuple[str, ...], width: float) -> None:
    assert document(row_by_row(texts, width)).text.split() == " ".join(texts).split()
