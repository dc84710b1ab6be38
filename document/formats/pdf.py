"""The lines of a PDF file, as they are printed."""

from __future__ import annotations

import ctypes
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
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


class PdfError(ValueError):
    """A PDF file that cannot be read; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"the PDF file is {fault}")
        self.fault: Fault = fault


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """One line of one page. Lengths are points, 72 to an inch."""

    text: str
    """Where a word is broken by a hyphen it goes on with the next printed line; U+0002 stands for that hyphen."""
    page: int
    """From 0 on."""
    left: float
    right: float
    base: float
    """Height of its first letter's foot above the page's lower edge."""
    end_base: float
    """That of its last letter."""
    size: float
    """Of most of its letters, rounded to half points."""
    bold: bool


@dataclass(frozen=True, slots=True)
class PrintedText:
    """All lines of a PDF file, in the order in which they are stored."""

    lines: tuple[PrintedLine, ...]
    pages: int
    title: str
    """From its properties, or ""."""


def printed_text(body: bytes) -> PrintedText:
    """Return the lines of a PDF file; raises PdfError for one that is encrypted or broken."""
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
        start, characters = 0, [chr(raw.FPDFText_GetUnicode(text, place)) for place in range(text.count_chars())]
        for place, character in enumerate([*characters, "\n"]):
            if character in "\r\n":
                if line := _line(text, characters, range(start, place), number):
                    yield line
                start = place + 1
    finally:
        text.close()
        page.close()


def _line(text: pypdfium2.PdfTextPage, characters: list[str], places: range, number: int) -> PrintedLine | None:
    seen = [place for place in places if not characters[place].isspace()]
    if not seen:
        return None
    sizes: Counter[float] = Counter()
    bold = 0
    for first, after in _words(seen):
        sizes[_size(text, first)] += after - first
        bold += (after - first) * _is_bold(text, first)
    count = sum(sizes.values())
    box = [text.get_charbox(place) for place in (seen[0], seen[-1])]
    return PrintedLine(
        "".join(characters[place] for place in places).translate(_LIGATURES),
        number,
        box[0][0],
        box[1][2],
        _base(text, seen[0]),
        _base(text, seen[-1]),
        max(sizes, key=lambda size: (sizes[size], size)),
        bold >= _NEARLY_ALL * count,
    )


def _words(seen: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the first place, and the place after the last, of each run of places: a word looks alike all through."""
    first = before = seen[0]
    for place in [*seen[1:], -1]:
        if place != before + 1:
            yield first, before + 1
            first = place
        before = place


def _size(text: pypdfium2.PdfTextPage, place: int) -> float:
    """Return a letter's size: the font's, as far as the page's own scale enlarges it."""
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
