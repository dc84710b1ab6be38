"""Formats text for a terminal: harmless, aligned, wrapped."""

from __future__ import annotations

import shutil
import textwrap
import unicodedata
from collections.abc import Sequence

GAP = "  "

WIDEST = 100
"""Columns of a line of text if the terminal is wider, or if there is none."""

JOINERS = "\u200c\u200d"
"""The zero-width joiner and non-joiner: some scripts cannot be written without them."""

UNSAFE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
"""General categories of characters that control a terminal, reorder its text, are invisible, or cannot be printed."""


def printable(text: str) -> str:
    r"""Return a text of one line in which nothing is hidden and nothing controls the terminal.

    Control characters, line ends, bidirectional marks, invisible characters and lone surrogates are shown as escapes
    ("\x1b", "\u202e"). All text from outside passes through here before it is printed.
    """
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if unicodedata.category(character) not in UNSAFE or character in JOINERS:
        return character
    code = ord(character)
    if code > 0xFFFF:
        return f"\\U{code:08x}"
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"


def width(text: str) -> int:
    """Return how many cells of a terminal a printable text occupies."""
    return sum(_cells(character) for character in text)


def _cells(character: str) -> int:
    if unicodedata.combining(character) or character in JOINERS:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a line for each row, its cells made printable and aligned in columns."""
    shown = [[printable(cell) for cell in row] for row in rows]
    widths = [max(width(cell) for cell in column) for column in zip(*shown, strict=True)]
    return [
        GAP.join(cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True)).rstrip()
        for row in shown
    ]


def line_width() -> int:
    """Return the columns of a line of text: those of the terminal, at least 40, at most a readable width."""
    return min(max(shutil.get_terminal_size((WIDEST, 24)).columns, 40), WIDEST)


def wide_width() -> int:
    """Return the columns of a line that holds two texts side by side: those of the terminal, from 60 to 160."""
    return min(max(shutil.get_terminal_size((WIDEST, 24)).columns, 60), 160)


def wrapped(text: str, indent: str = "", hanging: str | None = None) -> list[str]:
    """Return a text, made printable, in lines of `line_width`.

    `hanging` indents all lines but the first; the default is `indent`.
    """
    return textwrap.wrap(
        printable(text),
        width=line_width(),
        initial_indent=indent,
        subsequent_indent=indent if hanging is None else hanging,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [indent.rstrip()]
