"""Recognises tables of contents. A table of contents is a series of lines that link to later headings or repeat later
headings.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from document.structure.headings import Piece

_FEWEST = 3
_LONGEST = 160
_REPEATED = 0.5
_WORD = re.compile(r"\w+")


def mark_contents(lines: list[Piece]) -> None:
    """Mark the entries of tables of contents. Each entry gets `contents`, and also `jump` if all entries are links.

    A table of contents has at least three lines. Either each line links to a place in the page, or at least half of the
    lines occur again later in the page.
    """
    keys = [_key(piece.words) for piece in lines]
    last = {key: number for number, key in enumerate(keys) if key and not _is_list_item(lines[number])}
    number = 0
    while number < len(lines):
        end = _run_end(lines, number)
        run = range(number, end)
        if len(run) >= _FEWEST and _is_contents(lines, run, keys, last):
            jumps = all(lines[entry].line.in_page for entry in run)
            for entry in run:
                lines[entry].contents, lines[entry].jump = True, jumps
        number = max(end, number + 1)


def _run_end(lines: Sequence[Piece], start: int) -> int:
    """Return the end of the run that begins at `start`. A run consists of short lines of the same kind."""
    kind = _kind(lines[start])
    end = start
    while end < len(lines) and kind and _kind(lines[end]) == kind and len(lines[end].words) <= _LONGEST:
        if end > start and kind != "link" and _starts_again(lines[end], lines[end - 1]):
            break
        end += 1
    return end


def _kind(piece: Piece) -> str:
    """Return the kind of a line. The lines of a run have the same kind. Lines whose numbers have different shapes, such
    as "1." and "a)", are of different kinds.
    """
    line = piece.line
    if line.level or line.row:
        return ""
    if line.in_page:
        return "link"
    typed = "" if line.depth else f" {piece.number.shape} {line.bold}"
    return f"item{typed}" if piece.is_item else ""


def _starts_again(piece: Piece, before: Piece) -> bool:
    """Return whether a line begins a second list. This is so if its number is not higher than the previous number at
    the same depth.
    """
    same = piece.line.depth == before.line.depth and piece.number.shape == before.number.shape
    return same and bool(piece.number.values) and piece.number.values <= before.number.values


def _is_contents(lines: Sequence[Piece], run: range, keys: Sequence[str], last: dict[str, int]) -> bool:
    if all(lines[number].line.in_page for number in run):
        return True
    repeated = sum(last.get(keys[number], -1) >= run.stop for number in run)
    return repeated >= 2 and repeated >= _REPEATED * len(run)


def _is_list_item(piece: Piece) -> bool:
    return piece.line.in_item or piece.number.shape == "bullet"


def _key(words: str) -> str:
    """Return a key that is equal for an entry and the heading that it names. Return "" if the line is long or ends like
    a sentence.
    """
    names = len(words) <= _LONGEST and not words.endswith((".", ";", ","))
    return " ".join(_WORD.findall(words.casefold())) if names else ""
