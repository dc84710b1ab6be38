"""Puts printed lines into reading order, even if a page's columns were written row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from statistics import median

from document.formats.pdf import PrintedLine

_ROWS = 3
"""Minimum number of rows with text on both sides of a gap. If there are fewer rows, the gap does not separate two
columns."""
ALIGNED = 1.5
"""Maximum difference, in points, between the left edges of lines in the same column of text, or of cells in the same
column of a table.
"""
_FULL = 0.6
"""Minimum width of the median line of a text column, as a fraction of the column's width. Cells of a table are
narrower.
"""
_FLOWING = 0.4
"""Minimum fraction of lines in a text column that begin with a small letter. Such a line continues a sentence. Cells of
a table seldom begin in this way.
"""

Row = list[PrintedLine]


def in_reading_order(lines: Sequence[PrintedLine]) -> list[PrintedLine]:
    """Return the lines column by column, even if they were written row by row."""
    found: list[PrintedLine] = []
    for _, page in groupby(lines, key=lambda line: line.page):
        for row in _columns_apart(list(_rows(list(page)))):
            found += row
    return found


def starts_of_cells(lines: Sequence[PrintedLine]) -> set[int]:
    """Return the indexes of lines that are cells of a table row, except the first cell of each row.

    A table row has at least three lines, or its cells are aligned with the cells of a different row.
    """
    beside = {place for place, (before, line) in enumerate(pairwise(lines), 1) if _follows_in_row(before, line)}
    edges = [(lines[place].page, lines[place].left) for place in sorted(beside)]
    return {
        place
        for place in beside
        if {place - 1, place + 1} & beside or sum(_is_aligned(lines[place], *edge) for edge in edges) > 1
    }


def _is_aligned(line: PrintedLine, page: int, left: float) -> bool:
    return line.page == page and abs(line.left - left) <= ALIGNED


def _follows_in_row(before: PrintedLine, line: PrintedLine) -> bool:
    return line.beside(before) and line.left >= before.right


def _rows(page: Sequence[PrintedLine]) -> Iterator[Row]:
    """Yield the rows. A row consists of lines at the same height that are stored one after another, from left
    to right.
    """
    row: Row = []
    for line in page:
        if row and not _follows_in_row(row[-1], line):
            yield row
            row = []
        row.append(line)
    if row:
        yield row


def _columns_apart(rows: list[Row]) -> list[Row]:
    """Return the rows with columns separated. The left column comes before the columns to its right."""
    for gap in _gaps(rows):
        start, end = _longest_band(rows, gap)
        left = [part for row in rows[start:end] if (part := [line for line in row if line.left < gap - ALIGNED])]
        right = [part for row in rows[start:end] if (part := [line for line in row if line.left >= gap - ALIGNED])]
        both = sum(len(row) > 1 and _is_at(row, gap) for row in rows[start:end])
        if both >= _ROWS and _is_running_text(left) and _is_running_text(right):
            return [*_columns_apart(rows[:start]), *left, *_columns_apart(right), *_columns_apart(rows[end:])]
    return rows


def _gaps(rows: list[Row]) -> list[float]:
    """Return the left edges at which columns may begin, from left to right. At such an edge, lines of several rows
    begin to the right of another line.
    """
    lefts = sorted(line.left for row in rows for line in row[1:])
    starts = [left for left, further in zip(lefts, lefts[_ROWS - 1 :], strict=False) if further - left <= 2 * ALIGNED]
    return sorted(set(starts))


def _is_at(row: Row, gap: float) -> bool:
    return any(abs(line.left - gap) <= ALIGNED for line in row[1:])


def _longest_band(rows: list[Row], gap: float) -> tuple[int, int]:
    """Return the start and the end of the longest series of rows in which no line crosses the gap."""
    best, start = (0, 0), 0
    for place in range(len(rows) + 1):
        if place == len(rows) or any(line.left < gap - ALIGNED and line.right > gap for line in rows[place]):
            best = max(best, (start, place), key=lambda band: band[1] - band[0])
            start = place + 1
    return best


def _is_running_text(rows: list[Row]) -> bool:
    if not rows:
        return False
    left, right = min(row[0].left for row in rows), max(row[-1].right for row in rows)
    filled = median(row[-1].right - row[0].left for row in rows) >= _FULL * (right - left)
    flowing = sum(row[0].text[:1].islower() for row in rows)
    return filled and flowing >= _FLOWING * len(rows)
