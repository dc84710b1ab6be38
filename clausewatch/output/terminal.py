"""Formats text for a terminal. Unsafe characters become visible, cells are aligned, and lines are wrapped."""

from __future__ import annotations

import shutil
import textwrap
import unicodedata
from collections.abc import Sequence

GAP = "  "

WIDEST = 100
"""Maximum width of a line of text in columns. Output to a file or a pipe has this width too."""

JOINERS = "\u200c\u200d"
"""The zero-width joiner and non-joiner. Some scripts need them."""

UNSAFE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
"""Unicode categories of unsafe characters. Such a character can control a terminal or reorder text, is invisible, or
cannot be printed.
"""


def printable(text: str) -> str:
    r"""Return a text as one line that is safe to print.

    Control characters, line ends, bidirectional marks, invisible characters and lone surrogates become escapes, such as
    "\x1b" or "\u202e". All text from outside goes through this function before it is printed.
    """
    return "".join(_shown(character) for character in text)


def one_line(text: str) -> str:
    """Return a text that a person wrote as one line without control characters."""
    return " ".join("".join(sign for sign in text if sign.isprintable() or sign.isspace()).split())


def _shown(character: str) -> str:
    if unicodedata.category(character) not in UNSAFE or character in JOINERS:
        return character
    code = ord(character)
    if code > 0xFFFF:
        return f"\\U{code:08x}"
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"


def width(text: str) -> int:
    """Return the number of terminal columns that a printable text fills."""
    return sum(_cells(character) for character in text)


def _cells(character: str) -> int:
    if unicodedata.combining(character) or character in JOINERS:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a line for each row. The cells are made printable and aligned in columns."""
    shown = [[printable(cell) for cell in row] for row in rows]
    widths = [max(width(cell) for cell in column) for column in zip(*shown, strict=True)]
    return [
        GAP.join(cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True)).rstrip()
        for row in shown
    ]


def line_width() -> int:
    """Return the width of a line of text in columns: the width of the terminal, but at least 40 and at most
    `WIDEST`.
    """
    return min(max(shutil.get_terminal_size((WIDEST, 24)).columns, 40), WIDEST)


def wide_width() -> int:
    """Return the width of a line for two texts side by side: the width of the terminal, but at least 60 and at most
    160.
    """
    return min(max(shutil.get_terminal_size((WIDEST, 24)).columns, 60), 160)


def wrapped(text: str, indent: str = "", hanging: str | None = None) -> list[str]:
    """Make a text printable, and return it as lines of at most `line_width` columns.

    `hanging` indents all lines after the first. Its default is `indent`.
    """
    return textwrap.wrap(
        printable(text),
        width=line_width(),
        initial_indent=indent,
        subsequent_indent=indent if hanging is None else hanging,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [indent.rstrip()]
