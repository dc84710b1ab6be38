"""Reads the printed lines of a PDF file."""

from __future__ import annotations

import ctypes
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import pypdfium2
from pypdfium2 import raw

Fault = Literal["encrypted", "broken"]

_LIGATURES = str.maketrans(
    {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\ufb05": "st", "\ufb06": "st"}
)
_BOLD_NAMES = ("bold", "black", "heavy", "semibold", "demi")
_BOLD_WEIGHT = 600
_NEARLY_ALL = 0.95
_WITHIN = 1.0
"""Maximum gap between words of a line, as a multiple of the font size. A wider gap is a tab, or is between two columns
or cells.
"""
_JUSTIFIED = 2.0
"""Maximum gap between words of a justified line, as a multiple of the font size."""
_AS_FAR = 1.1
"""Maximum gap between words of a justified line, as a multiple of the line's narrowest gap."""
_GLUED = 0.05
"""Maximum gap between letters of a word, as a fraction of the font size."""
_CELL_APART = 0.6
"""Minimum gap between cells of a row, as a multiple of the font size. It applies only if the gaps between words are
much smaller.
"""
_CLOSER = 2.5
"""Minimum ratio of the gap between cells to the gap between words. In a justified line, all gaps are equal, so the line
is not divided into cells.
"""
_RAISED = 0.45
"""Maximum distance by which a footnote mark is raised or lowered, as a fraction of the letter's size."""
_SAME_BASE = 0.3
"""Maximum difference between the baselines of letters in a line, as a fraction of the letter's size."""
_LEVEL = 0.5
"""Maximum difference between the baselines of adjacent letters, in points."""
_SMALLER = 0.85
"""Maximum size of a raised footnote mark, as a fraction of the size of the text."""
_MARK = re.compile(r"[\d*†‡§¹²³⁰-⁹,]+")
"""Matches a footnote mark. Raised letters ("1st") are not footnote marks, because they belong to a word."""

_LIST_MARK = re.compile(r"\(?\w{1,4}[.)]|[•·▪◦*–—-]")


class PdfError(ValueError):
    """A PDF file cannot be read; `fault` gives the reason."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"the PDF file is {fault}")
        self.fault: Fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedLine:
    """Words that are on the same line of a page, without a wide gap between two words. Lengths are in points, 72 to an
    inch."""

    text: str
    """Text of the line. The PDF library writes U+0002 for a hyphen at the end of a line."""
    page: int
    """Page number, from 0."""
    left: float
    right: float
    base: float
    """Distance of the baseline from the page's lower edge."""
    size: float
    """Font size of most letters of the line, rounded to half points."""
    bold: bool

    def beside(self, other: PrintedLine) -> bool:
        """Whether this line and another line are at the same height on the same page."""
        return self.page == other.page and abs(self.base - other.base) <= _SAME_BASE * max(self.size, other.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Word:
    """Adjacent letters at the same height."""

    text: str
    left: float
    right: float
    base: float
    size: float
    bold: bool
    apart: bool
    """Whether there is a space before the word."""


@dataclass(frozen=True, slots=True)
class PrintedText:
    """All lines of a PDF file, in the order in which the file stores them."""

    lines: tuple[PrintedLine, ...]
    pages: int
    title: str
    """Title from the document's properties, or ""."""


def printed_text(body: bytes) -> PrintedText:
    """Return the lines of a PDF file; raises PdfError if it is encrypted or broken."""
    try:
        pdf = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        locked = error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY)
        raise PdfError("encrypted" if locked else "broken") from error
    try:
        title = str(pdf.get_metadata_dict().get("Title", ""))
        lines = [line for number in range(len(pdf)) for line in _lines(pdf, number)]
        return PrintedText(tuple(lines), len(pdf), title)
    except pypdfium2.PdfiumError as error:
        raise PdfError("broken") from error
    finally:
        pdf.close()


def _lines(pdf: pypdfium2.PdfDocument, number: int) -> Iterator[PrintedLine]:
    page = pdf[number]
    text = page.get_textpage()
    try:
        line: list[_Word] = []
        for word in _words(text):
            if line and not _on_the_line_of(line[-1], word):
                yield from _lines_of_cells(line, number)
                line = []
            line.append(word)
        yield from _lines_of_cells(line, number)
    finally:
        text.close()
        page.close()


def _words(text: pypdfium2.PdfTextPage) -> Iterator[_Word]:
    """Yield the words of a page in the order in which the file stores them. Slanted text is left out, because it is a
    watermark.
    """
    start, apart = 0, True
    places = _printed(text)
    characters = [chr(raw.FPDFText_GetUnicode(text, place)) for place in places]
    bases = [_base(text, place) for place in places]
    for end in range(len(places) + 1):
        blank = end == len(places) or characters[end].isspace()
        if not blank and (end == start or abs(bases[end] - bases[end - 1]) < _LEVEL):
            continue
        if end > start and not _is_aslant(text, places[start]):
            yield _word(text, "".join(characters[start:end]), places[start:end], apart)
        apart, start = blank, end + blank


def _printed(text: pypdfium2.PdfTextPage) -> list[int]:
    """Return the positions of a page's characters. Spaces that the library adds between adjacent letters are left out.

    The library adds such spaces if the program that wrote the file placed every letter separately.
    """
    places: list[int] = []
    added: list[int] = []
    for place in range(text.count_chars()):
        if raw.FPDFText_IsGenerated(text, place) == 1 and chr(raw.FPDFText_GetUnicode(text, place)).isspace():
            added.append(place)
            continue
        if added and not (places and _is_glued(text, places[-1], place)):
            places += added
        added = []
        places.append(place)
    return places


def _is_glued(text: pypdfium2.PdfTextPage, before: int, place: int) -> bool:
    gap = text.get_charbox(place, loose=True)[0] - text.get_charbox(before, loose=True)[2]
    on_one_line = abs(_base(text, place) - _base(text, before)) < _LEVEL
    return on_one_line and abs(gap) < _GLUED * _size(text, place)


def _word(text: pypdfium2.PdfTextPage, letters: str, places: Sequence[int], apart: bool) -> _Word:
    return _Word(
        text=letters.translate(_LIGATURES),
        left=text.get_charbox(places[0], loose=True)[0],
        right=text.get_charbox(places[-1], loose=True)[2],
        base=_base(text, places[0]),
        size=_size(text, places[0]),
        bold=_is_bold(text, places[0]),
        apart=apart,
    )


def _on_the_line_of(before: _Word, word: _Word) -> bool:
    size = max(before.size, word.size)
    near = -0.5 * size <= word.left - before.right <= _JUSTIFIED * size
    return near and abs(word.base - before.base) <= _RAISED * size


def _lines_of_cells(words: list[_Word], number: int) -> Iterator[PrintedLine]:
    """Yield the lines of the cells in a row of words.

    Because narrow cells are close to each other, the row is split at each gap that is much wider than its other gaps.
    """
    # In a justified line, the gap after a list marker keeps its width. So it is not compared with the other gaps.
    inner = words[1:] if words and _LIST_MARK.fullmatch(words[0].text) else words
    gaps = [word.left - before.right for before, word in pairwise(inner) if word.apart]
    least = min((gap for gap in gaps if gap > 0), default=0.0)
    even = _AS_FAR * least if len(gaps) > 1 else 0.0
    start = 0
    for place, (before, word) in enumerate(pairwise(words), 1):
        gap = word.left - before.right
        if gap > max(_CELL_APART * word.size, _CLOSER * least) or gap > max(_WITHIN * word.size, even):
            yield _line(words[start:place], number)
            start = place
    if words:
        yield _line(words[start:], number)


def _line(words: list[_Word], number: int) -> PrintedLine:
    sizes: Counter[float] = Counter()
    for word in words:
        sizes[word.size] += len(word.text)
    size = max(sizes, key=lambda size: (sizes[size], size))
    base = next(word.base for word in words if word.size == size)
    bold = sum(len(word.text) for word in words if word.bold)
    return PrintedLine(
        text=_text(words, size, base),
        page=number,
        left=words[0].left,
        right=words[-1].right,
        base=base,
        size=size,
        bold=bold >= _NEARLY_ALL * sum(sizes.values()),
    )


def _text(words: list[_Word], size: float, base: float) -> str:
    """Join the words of a line. A footnote mark is separated from its word by a space."""
    text, after_mark = "", False
    for word in words:
        raised = word.size <= _SMALLER * size and word.base > base
        mark = raised and _MARK.fullmatch(word.text) is not None
        apart = word.text[0].isalnum() if after_mark else word.apart or mark
        text += f" {word.text}" if apart and text else word.text
        after_mark = mark
    return text


def _is_aslant(text: pypdfium2.PdfTextPage, place: int) -> bool:
    quarters = float(raw.FPDFText_GetCharAngle(text, place)) / (math.pi / 2)
    return abs(quarters - round(quarters)) > 0.05


def _size(text: pypdfium2.PdfTextPage, place: int) -> float:
    """Return the size of a letter: the font size multiplied by the scale of the page."""
    matrix = raw.FS_MATRIX()
    scaled = raw.FPDFText_GetMatrix(text, place, matrix)
    scale = float((matrix.b**2 + matrix.d**2) ** 0.5) if scaled else 1.0
    return round(2 * float(raw.FPDFText_GetFontSize(text, place)) * (scale or 1.0)) / 2


def _is_bold(text: pypdfium2.PdfTextPage, place: int) -> bool:
    name = ctypes.create_string_buffer(128)
    raw.FPDFText_GetFontInfo(text, place, name, len(name), ctypes.c_int())
    named = name.value.decode("utf-8", "replace").lower()
    return any(word in named for word in _BOLD_NAMES) or raw.FPDFText_GetFontWeight(text, place) >= _BOLD_WEIGHT


def _base(text: pypdfium2.PdfTextPage, place: int) -> float:
    left, base = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(text, place, left, base)
    return base.value
