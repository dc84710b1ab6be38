"""Turns printed lines into a document's lines. It drops running heads, joins paragraphs, and recognises headings by
font size.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from document.formats.pdf import PrintedLine, PrintedText
from document.formats.pdf_columns import ALIGNED, in_reading_order, starts_of_cells
from document.formats.pdf_hyphens import joined, known_words
from document.text.lines import Line
from document.text.normalise import normalise
from document.text.numbering import split_marker

_EDGE = 2
"""Maximum number of running lines at the top of a page, and at the bottom of a page. Running lines repeat on many
pages.
"""
_APART = 1.7
"""Minimum distance between a running line and the text, as a multiple of the font size."""
_NUMBER = re.compile(r"^(?:[^\W\d]{1,12}\.?\s+)?[-–—]?\s*(\d{1,4})\s*[-–—]?(?:\s*(?:/|[^\W\d]{1,6})\s*\d{1,4})?$")
"""Matches a page number: "3", "- 3 -", "Page 3 of 5", "3 / 5"."""
_DIGITS = re.compile(r"\d+")
_WIDER = 1.3
"""Minimum distance between two lines that belong to two paragraphs, as a multiple of the usual line distance."""
_LARGER = 1.08
"""Minimum size of a heading, as a multiple of the most common font size."""
_WATERMARK = 1.8
"""Minimum size of a watermark, as a multiple of the size of the text that it crosses."""
_INDENT = 60.0
"""Maximum indentation of lines in a column, in points. The left edges in `Edges` are rounded to multiples of it."""
_INDENTED = 3.0
"""Minimum difference, in points, between two left edges that counts as an indentation."""
_CELL_HEIGHT = 8
"""Maximum number of lines in a table cell. A paragraph with more lines is not the first cell of a row."""
_ROOM = 1.15
"""Maximum width of a word, as a multiple of the width that its letters have on average in its line."""
_ENDS = (".", ":", ";", "?", "!")

Edges = dict[tuple[int, float, int], float]
"""The right edges of columns. The key is the page, the font size, and the left edge as a multiple of `_INDENT`."""


@dataclass(slots=True)
class _Paragraph:
    cells: list[list[PrintedLine]]
    """The lines of each cell. A paragraph that is not a table row has one cell."""

    @property
    def lines(self) -> list[PrintedLine]:
        return [line for cell in self.cells for line in cell]

    @property
    def first(self) -> PrintedLine:
        return self.cells[0][0]

    @property
    def last(self) -> PrintedLine:
        return self.cells[-1][-1]


def typeset_lines(printed: PrintedText) -> list[Line]:
    """Return the document's lines."""
    kept = in_reading_order(_without_running(printed))
    if not kept:
        return []
    sizes: Counter[float] = Counter()
    for line in kept:
        sizes[line.size] += len(line.text)
    usual = max(sizes, key=lambda size: (sizes[size], -size))
    levels = {
        size: level for level, size in enumerate(sorted((s for s in sizes if s > _LARGER * usual), reverse=True), 1)
    }
    known = known_words([line.text for line in kept])
    found = []
    for paragraph in _paragraphs(kept):
        cells = [normalise(joined([line.text for line in cell], known)) for cell in paragraph.cells]
        level = min(6, levels.get(paragraph.last.size, 0))
        text = (" " if level else " | ").join(cell for cell in cells if cell)
        if text:
            bold = all(line.bold for line in paragraph.lines)
            found.append(Line(text, level=level, bold=bold, row=len(cells) > 1 and not level))
    return found


def _without_running(printed: PrintedText) -> list[PrintedLine]:
    """Return the lines without page numbers, watermarks and running lines.

    A running line is at the edge of at least half of the pages. The numbers in it may differ from page to page.
    """
    pages: dict[int, list[PrintedLine]] = {}
    for line in printed.lines:
        pages.setdefault(line.page, []).append(line)
    edges = {number: _edges(lines) for number, lines in pages.items()}
    seen = Counter(text for lines in edges.values() for text in {_key(line) for line in lines})
    often = max(2, (printed.pages + 1) // 2)
    running = {
        id(line)
        for number, lines in edges.items()
        for line in lines
        if seen[_key(line)] >= often or _is_page_number(line, number)
    }
    running |= {id(line) for lines in pages.values() for line in _watermarks(lines)}
    return [line for line in printed.lines if id(line) not in running]


def _edges(lines: list[PrintedLine]) -> list[PrintedLine]:
    """Return the lines at the top and bottom of a page that are clearly apart from the other lines."""
    rows: list[list[PrintedLine]] = []
    for line in sorted(lines, key=lambda line: -line.base):
        if rows and line.beside(rows[-1][0]):
            rows[-1].append(line)
        else:
            rows.append([line])
    if len(rows) <= _EDGE:
        return lines
    return [*_apart(rows), *_apart(rows[::-1])]


def _apart(rows: list[list[PrintedLine]]) -> list[PrintedLine]:
    for place, ((line, *_), (beside, *_)) in enumerate(pairwise(rows[: _EDGE + 1]), 1):
        if abs(line.base - beside.base) > _APART * max(line.size, beside.size):
            return [line for row in rows[:place] for line in row]
    return []


def _watermarks(lines: list[PrintedLine]) -> list[PrintedLine]:
    """Return the large lines that cross smaller lines."""
    usual = median(line.size for line in lines)
    large = [line for line in lines if line.size >= _WATERMARK * usual]
    return [line for line in large if any(_covers(line, other) for other in lines)]


def _covers(line: PrintedLine, other: PrintedLine) -> bool:
    above = other.base - line.base
    overlaps = other.left < line.right and line.left < other.right
    return overlaps and line.size >= _WATERMARK * other.size and 0.1 * line.size < above < 0.6 * line.size


def _key(line: PrintedLine) -> str:
    return _DIGITS.sub("0", normalise(line.text))


def _is_page_number(line: PrintedLine, number: int) -> bool:
    found = _NUMBER.match(normalise(line.text))
    return found is not None and int(found[1]) == number + 1


def _paragraphs(lines: Sequence[PrintedLine]) -> list[_Paragraph]:
    usual, edges, cells = _usual_distances(lines), _right_edges(lines), starts_of_cells(lines)
    found: list[_Paragraph] = []
    for place, line in enumerate(lines):
        last = found[-1] if found else None
        if last is None:
            found.append(_Paragraph([[line]]))
        elif _is_tabbed(last.last, line):
            if place in cells and not _is_marker(last.last.text):
                last.cells.append([line])
            else:
                last.cells[-1].append(line)
        elif _is_further_cell(last, line):
            last.cells.append([line])
        elif cell := _cell_before_the_page(last, line):
            cell.append(line)
        elif not _begins_row_of_page(last, place, line, cells) and _goes_on(last, line, usual, edges):
            last.cells[-1].append(line)
        else:
            found.append(_Paragraph([[line]]))
    return found


def _is_tabbed(before: PrintedLine, line: PrintedLine) -> bool:
    return line.beside(before) and line.left >= before.right


def _has_marker(text: str) -> bool:
    return bool(split_marker(f"{normalise(text)} x")[0])


def _is_marker(text: str) -> bool:
    return split_marker(f"{normalise(text)} x")[1] == "x"


def _is_further_cell(paragraph: _Paragraph, line: PrintedLine) -> bool:
    """Whether a line is the next cell of a row: it is to the right of a short paragraph, and above the paragraph's
    end.
    """
    lines = paragraph.lines
    if line.page != paragraph.last.page or len(lines) > _CELL_HEIGHT or line.base <= paragraph.last.base:
        return False
    if line.left < max(each.right for each in paragraph.cells[-1]):
        return False
    return line.base - paragraph.first.base <= _CELL_HEIGHT / 2 * line.size


def _cell_before_the_page(row: _Paragraph, line: PrintedLine) -> list[PrintedLine] | None:
    """Return the cell of a row that a line on a new page continues, or None. The first cell of a row is never
    continued.
    """
    if line.page == row.first.page:
        return None
    return next((cell for cell in row.cells[1:] if abs(line.left - cell[0].left) <= ALIGNED), None)


def _begins_row_of_page(before: _Paragraph, place: int, line: PrintedLine, cells: set[int]) -> bool:
    """Whether a line at the top of a page begins a table row. Such a line does not continue a sentence of the page
    before.
    """
    return line.page != before.last.page and place + 1 in cells and not _is_marker(line.text)


def _begins_row(row: _Paragraph, line: PrintedLine) -> bool:
    """Whether a line at the top of a page is the first cell of the table's next row."""
    return len(row.cells) > 1 and line.page != row.last.page and abs(line.left - row.first.left) <= ALIGNED


def _usual_distances(lines: Sequence[PrintedLine]) -> dict[float, float]:
    """Return the usual distance between two lines of a paragraph. The key is the font size."""
    distances: dict[float, list[float]] = {}
    for before, line in pairwise(lines):
        if (
            before.page == line.page
            and before.size == line.size
            and 0.5 * line.size < before.base - line.base < 3 * line.size
        ):
            distances.setdefault(line.size, []).append(before.base - line.base)
    return {size: median(sorted(found)[: max(1, len(found) * 3 // 4)]) for size, found in distances.items()}


def _right_edges(lines: Sequence[PrintedLine]) -> Edges:
    found: Edges = {}
    for line in lines:
        place = int(line.left // _INDENT)
        for near in (place - 1, place, place + 1):
            key = (line.page, line.size, near)
            found[key] = max(found.get(key, 0.0), line.right)
    return found


def _goes_on(paragraph: _Paragraph, line: PrintedLine, usual: dict[float, float], edges: Edges) -> bool:
    before = paragraph.last
    if before.size != line.size or before.bold != line.bold or _begins_row(paragraph, line):
        return False
    ends = normalise(before.text).endswith(_ENDS)
    deliberate = _would_have_fitted(before, line, edges)
    if _has_marker(line.text) and (ends or deliberate or _begins_like(line, paragraph)):
        return False
    distance = before.base - line.base
    if before.page != line.page or distance < 0:
        return not ends
    return distance <= _WIDER * usual.get(line.size, 1.2 * line.size) and not (ends and deliberate)


def _begins_like(line: PrintedLine, paragraph: _Paragraph) -> bool:
    """Whether a line with a list marker begins a new list item. This is so if its indentation differs from the
    indentation of the paragraph before, or if that paragraph is a list item too.
    """
    indented = abs(line.left - paragraph.last.left) > _INDENTED and line.page == paragraph.last.page
    return indented or _has_marker(paragraph.first.text)


def _would_have_fitted(before: PrintedLine, line: PrintedLine, edges: Edges) -> bool:
    """Whether the first word of a line would have fitted at the end of the line before. If so, the author broke the
    line on purpose.
    """
    first = line.text.split()[0]
    width = (len(first) + 1) * (line.right - line.left) / max(1, len(line.text))
    edge = edges[before.page, before.size, int(before.left // _INDENT)]
    return before.right + _ROOM * width <= edge
