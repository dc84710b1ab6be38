"""Printed lines to the lines of a document: running heads dropped, paragraphs joined, headings told by their size."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from document.formats.pdf import PrintedLine, PrintedText
from document.text.lines import Line
from document.text.normalise import normalise
from document.text.numbering import split_marker

_EDGE = 2
"""How many lines at the head and the foot of a page may be running ones."""
_APART = 1.7
"""How many times their size a running line stands away from the text."""
_NUMBER = re.compile(r"^(?:[^\W\d]{1,12}\.?\s+)?[-–—]?\s*(\d{1,4})\s*[-–—]?(?:\s*(?:/|[^\W\d]{1,6})\s*\d{1,4})?$")
"""A page number: "3", "- 3 -", "Page 3 of 5", "3 / 5"."""
_DIGITS = re.compile(r"\d+")
_WIDER = 1.3
"""How much more than the usual distance to the next line ends a paragraph."""
_SHORT = 0.8
"""The part of the text's width that a line within a paragraph fills at least, where it ends like a sentence."""
_LARGER = 1.08
"""How much larger than most of the text a heading is."""
_HYPHEN = "\x02"
_BROKEN = re.compile(r"([^\W\d_]+)\x02([^\W\d_]+)")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_ENDS = (".", ":", ";", "?", "!")


@dataclass(slots=True)
class _Paragraph:
    lines: list[PrintedLine] = field(default_factory=list)

    @property
    def last(self) -> PrintedLine:
        return self.lines[-1]


def typeset_lines(printed: PrintedText) -> list[Line]:
    """Return the document's lines."""
    kept = _without_running(printed)
    if not kept:
        return []
    sizes: Counter[float] = Counter()
    for line in kept:
        sizes[line.size] += len(line.text)
    usual = max(sizes, key=lambda size: (sizes[size], -size))
    levels = {
        size: level for level, size in enumerate(sorted((s for s in sizes if s > _LARGER * usual), reverse=True), 1)
    }
    known = frozenset(word.lower() for line in kept for word in _WORD.findall(normalise(line.text)))
    found = []
    for paragraph in _paragraphs(kept):
        text = normalise(_joined(paragraph.lines, known))
        if text:
            level = min(6, levels.get(paragraph.last.size, 0))
            found.append(Line(text, level=level, bold=all(line.bold for line in paragraph.lines)))
    return found


def _without_running(printed: PrintedText) -> list[PrintedLine]:
    """Leave out page numbers, and what stands at the edge of at least half of the pages, be it for a number in it."""
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
    return [line for line in printed.lines if id(line) not in running]


def _edges(lines: list[PrintedLine]) -> list[PrintedLine]:
    """Return the lines at a page's head and foot that stand apart from the others."""
    placed = sorted(lines, key=lambda line: -line.base)
    if len(placed) <= _EDGE:
        return placed
    return [*_apart(placed), *_apart(placed[::-1])]


def _apart(placed: list[PrintedLine]) -> list[PrintedLine]:
    for place, (line, beside) in enumerate(pairwise(placed[: _EDGE + 1]), 1):
        if min(abs(line.end_base - beside.base), abs(beside.end_base - line.base)) > _APART * max(
            line.size, beside.size
        ):
            return placed[:place]
    return []


def _key(line: PrintedLine) -> str:
    return _DIGITS.sub("0", normalise(line.text))


def _is_page_number(line: PrintedLine, number: int) -> bool:
    found = _NUMBER.match(normalise(line.text))
    return found is not None and int(found[1]) == number + 1


def _paragraphs(lines: Sequence[PrintedLine]) -> list[_Paragraph]:
    usual = _usual_distances(lines)
    width = max(line.right for line in lines)
    found: list[_Paragraph] = []
    for line in lines:
        if found and _goes_on(found[-1].last, line, usual, width):
            found[-1].lines.append(line)
        else:
            found.append(_Paragraph([line]))
    return found


def _usual_distances(lines: Sequence[PrintedLine]) -> dict[float, float]:
    """Return the distance between the lines of a paragraph, by their size."""
    distances: dict[float, list[float]] = {}
    for before, line in pairwise(lines):
        if before.page == line.page and before.size == line.size and 0 < before.end_base - line.base < 3 * line.size:
            distances.setdefault(line.size, []).append(before.end_base - line.base)
    return {size: median(sorted(found)[: max(1, len(found) * 3 // 4)]) for size, found in distances.items()}


def _goes_on(before: PrintedLine, line: PrintedLine, usual: dict[float, float], width: float) -> bool:
    if before.size != line.size or before.bold != line.bold:
        return False
    words, begun = normalise(before.text), normalise(line.text)
    if split_marker(begun)[0]:
        return False
    if before.page != line.page:
        return not words.endswith(_ENDS)
    distance = before.end_base - line.base
    if distance > _WIDER * usual.get(line.size, 1.2 * line.size):
        return False
    return not (words.endswith(_ENDS) and before.right < _SHORT * width)


def _joined(lines: Sequence[PrintedLine], known: frozenset[str]) -> str:
    """Return the lines as one; a hyphen that broke a word goes, unless the word stands with it elsewhere."""
    text = ""
    for line in lines:
        begun, ended = line.text.strip(), text.rstrip()
        text = f"{ended}{'' if ended.endswith('-') and begun[:1].islower() else ' '}{begun}"
    return _BROKEN.sub(lambda found: _mended(found[1], found[2], known), text).replace(_HYPHEN, "-")


def _mended(head: str, rest: str, known: frozenset[str]) -> str:
    whole = f"{head}-{rest}"
    return whole if whole.lower() in known else f"{head}{rest}"
