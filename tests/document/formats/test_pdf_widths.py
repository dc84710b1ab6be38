"""Tests that a policy that is printed at two widths is read as the same policy. Several programs print the policies,
some of them also in columns.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from fpdf import FPDF

from crawler.network.browser import NAMES
from document import identity_words, read
from document.formats.pdf import PrintedLine, PrintedText
from document.formats.pdf_layout import typeset_lines
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
    """Compare the policies printed at two widths. Return the words around the first difference of each policy."""
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


def test_chromium_at_two_widths_with_hyphens_and_with_columns() -> None:
    chromium = next((path for name in NAMES if (path := shutil.which(name))), None)
    require(chromium is not None, "Chromium")
    pages = [page_of(policy, STYLES[number % len(STYLES)]) for number, policy in enumerate(policies())]
    printed = by_chromium(str(chromium), [(page, width) for width in WIDTHS for page in pages])
    assert differing(printed[: len(pages)], printed[len(pages) :]) == []
    # The page is so narrow that Chromium writes the letters of the table one by one.
    assert differing([printed[2]], by_chromium(str(chromium), [(pages[2], 148)])) == []


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
def test_columns_written_row_by_row_are_read_column_by_column(texts: tuple[str, ...], width: float) -> None:
    assert document(row_by_row(texts, width)).text.split() == " ".join(texts).split()


ROWS = (
    (0, 700, ("Who", "What they receive", "Why")),
    (0, 660, ("The courier", "Your name", "Delivery")),
    (0, 40, ("The bank", "The amount", "Payment")),
)


def table(*rows: tuple[int, int, Sequence[str]]) -> list[str]:
    """Return the lines that are read from a table with three columns. Each row has its page, its height and its
    cells."""
    lines = [
        PrintedLine(
            text=words, page=page, left=left, right=left + 5 * len(words), base=float(base), size=11.0, bold=False
        )
        for page, base, cells in rows
        for words, left in zip(cells, (60.0, 200.0, 400.0), strict=True)
        if words
    ]
    return [line.text for line in typeset_lines(PrintedText(tuple(lines), 2, ""))]


def test_a_cell_that_continues_on_the_next_page_stays_one_cell() -> None:
    read_rows = table(*ROWS, (1, 700, ("", "and the reference", "")), (1, 660, ("The printer", "Your street", "Mail")))
    assert read_rows[-2:] == ["The bank | The amount and the reference | Payment", "The printer | Your street | Mail"]


def test_a_row_at_the_top_of_a_page_is_a_separate_row() -> None:
    assert table(*ROWS, (1, 700, ("The printer", "Your street", "Mail")))[-1] == "The printer | Your street | Mail"


def test_cells_with_narrow_gaps_stay_apart() -> None:
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("times", size=11)
    for height, receiver in ((20, "Our own courier"), (26, "An old bank of ours"), (32, "A printer of ours")):
        pdf.set_xy(20, height)
        width = pdf.get_string_width("An old bank of ours") + 3
        for column, words in enumerate((receiver, "Your name", "Delivery")):
            pdf.set_x(20 + column * width)
            pdf.cell(width, 5, words)
    assert "An old bank of ours | Your name | Delivery" in document(bytes(pdf.output())).text


def test_a_row_at_the_top_of_a_page_does_not_continue_a_list_item() -> None:
    item = PrintedLine(text="3. your account", page=0, left=62.0, right=150.0, base=40.0, size=11.0, bold=False)
    cells = [
        PrintedLine(text=words, page=1, left=left, right=left + 5 * len(words), base=float(base), size=11.0, bold=False)
        for base, row in ((700, ("The bank", "The amount")), (660, ("The courier", "Your name")))
        for words, left in zip(row, (56.0, 200.0), strict=True)
    ]
    lines = [line.text for line in typeset_lines(PrintedText((item, *cells), 2, ""))]
    assert lines == ["3. your account", "The bank | The amount", "The courier | Your name"]


@pytest.mark.parametrize("width", [24, 28, 32, 36])
def test_wide_gaps_of_a_justified_line_are_not_cells(width: int) -> None:
    text = (
        "We keep your name and the year of it in a box of our own, or in the one that a bank of ours has for us. " * 3
    )
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("times", size=8)
    pdf.multi_cell(width, 4, text, align="J")
    read_text = document(bytes(pdf.output())).text
    assert read_text.split() == text.split()
