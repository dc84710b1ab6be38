"""Finds the headings among a page's lines. Like a reader, it uses the markup, the weight, the numbers and the shape of
the lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from document.text.dates import states_date
from document.text.lines import Line
from document.text.numbering import Number, count, follows, split_marker, starts

_LONGEST = 200
"""Maximum length, in characters, of a heading in the markup. A longer heading is a paragraph if it ends like a
sentence.
"""
_WORDS = 20
"""Maximum number of words of a bold paragraph that counts as a heading."""
_BARE_WORDS = 10
"""Maximum number of words of a heading that is neither bold nor a heading in the markup."""
_BODY = 60
"""Minimum length, in characters, of the text that must follow a heading that is neither bold nor a heading in the
markup.
"""
_RUN_IN_WORDS = 12
_RUN_IN = re.compile(r"^([^.:;?!]{3,90}:)\s+(\S.*)$")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(slots=True)
class Piece:
    """A line without its markers, and the facts that were found about it."""

    line: Line
    marker: str
    """The generated marker and the typed marker together, as a reader sees them."""
    words: str
    number: Number
    contents: bool = False
    """Whether the line is an entry of a table of contents."""
    jump: bool = False
    """Whether the line is an entry of a table of contents and links to its place in the page."""
    heading: bool = False

    @property
    def is_item(self) -> bool:
        """Whether the line has a marker or begins a list item."""
        return bool(self.marker) or self.line.in_item


def pieces(lines: Sequence[Line]) -> list[Piece]:
    """Return the lines as pieces, with typed markers split off.

    Some lines begin with their heading ("3.1.2 Sharing by law: ..."). Such a heading is split from the text.
    """
    split = []
    for line in lines:
        typed, words = ("", line.text) if line.row else split_marker(line.text)
        marker = f"{line.marker} {typed}".strip()
        piece = Piece(line, marker, words, count(marker))
        split.extend(_run_in(piece))
    return split


def _run_in(piece: Piece) -> list[Piece]:
    """Split a line if it has a dotted clause number and its first words end with a colon."""
    lead = _RUN_IN.match(piece.words) if len(piece.number.values) > 1 and not piece.line.level else None
    if not lead or len(lead[1].split()) > _RUN_IN_WORDS or not lead[1][0].isupper():
        return [piece]
    line = piece.line
    before = tuple(link for link in line.links if link.text in lead[1])
    after = tuple(link for link in line.links if link not in before)
    head = Line(lead[1], links=before, language=line.language, bold=line.bold)
    rest = Line(lead[2], links=after, language=line.language)
    return [
        Piece(head, piece.marker, lead[1], piece.number, heading=True),
        Piece(rest, "", lead[2], count("")),
    ]


def mark_headings(lines: list[Piece]) -> None:
    """Set `heading` on each piece that is a heading."""
    for piece in lines:
        if piece.line.level and not piece.contents:
            piece.heading = not (len(piece.words) > _LONGEST and piece.words.endswith((".", ";", ":")))
    for number, piece in enumerate(lines):
        if not piece.heading and _bold_heading(lines, number):
            piece.heading = True
    _mark_numbered(lines)
    if sum(piece.heading for piece in lines) < 3:
        _mark_bare(lines)


def _candidate(piece: Piece) -> bool:
    line = piece.line
    plain = not (piece.contents or piece.heading or line.row or line.same_item)
    return plain and _LETTER.search(piece.words) is not None and not states_date(piece.words)


def _bold_heading(lines: Sequence[Piece], number: int) -> bool:
    piece = lines[number]
    if not piece.line.bold or not _candidate(piece) or len(piece.words.split()) > _WORDS:
        return False
    if piece.words.endswith((";", ",")) or (piece.words.endswith((".", ":")) and len(piece.words.split()) > 8):
        return False
    after = lines[number + 1] if number + 1 < len(lines) else None
    if piece.line.in_item:
        return after is not None and after.line.same_item
    return after is not None and not (after.line.row and not piece.marker and piece.words.endswith(":"))


def _mark_numbered(lines: list[Piece]) -> None:
    """Mark short lines with numbers as headings.

    Each such line must come directly before a paragraph, and so must most lines of the same series of numbers.
    """
    for series in _series(lines):
        headed = [number for number in series if _stands_over(lines, number)]
        if len(headed) * 2 > len(series):
            for number in headed:
                lines[number].heading = True


def _series(lines: Sequence[Piece]) -> list[list[int]]:
    """Group the lines with numbers into series. The numbers of a series are consecutive."""
    series: list[list[int]] = []
    for number, piece in enumerate(lines):
        if not piece.number.values or not _candidate(piece):
            continue
        for earlier in reversed(series[-6:]):
            if follows(piece.number, lines[earlier[-1]].number):
                earlier.append(number)
                break
        else:
            if starts(piece.number) or not series:
                series.append([number])
    return series


def _stands_over(lines: Sequence[Piece], number: int) -> bool:
    piece = lines[number]
    after = lines[number + 1] if number + 1 < len(lines) else None
    words = piece.words.split()
    if (
        after is None
        or len(words) > _BARE_WORDS
        or not piece.words[0].isupper()
        or piece.words.endswith((".", ";", ",", ":"))
    ):
        return False
    if after.is_item:
        return starts(after.number) and after.number.shape != piece.number.shape and piece.words.isupper()
    return not after.heading and len(after.words) >= _BODY


def _mark_bare(lines: list[Piece]) -> None:
    """Mark short lines without a full stop at the end as headings.

    Each such line must come after a complete text and before the text that it introduces.
    """
    for number, piece in enumerate(lines):
        if _is_bare(piece) and _closed_before(lines, number) and _opens_after(lines, number):
            piece.heading = True


def _is_bare(piece: Piece) -> bool:
    """Return whether a line has the shape of a heading, but no number and no marker."""
    if not _candidate(piece) or piece.is_item or piece.line.depth or len(piece.words.split()) > _BARE_WORDS:
        return False
    if not piece.words[0].isupper() or piece.words.endswith((".", ";", ",", ":", "!")):
        return False
    return not (piece.line.links and piece.line.links[0].text == piece.words)


def _closed_before(lines: Sequence[Piece], number: int) -> bool:
    """Return whether the text before a line is complete."""
    if not number:
        return True
    before = lines[number - 1]
    return before.heading or before.is_item or before.line.row or before.words.endswith((".", ":", ";", "?", "!"))


def _opens_after(lines: Sequence[Piece], number: int) -> bool:
    """Return whether a text begins after a line, so that the line may be its heading."""
    if number + 1 == len(lines):
        return False
    after = lines[number + 1]
    return (after.is_item and not after.contents) or len(after.words) >= _BODY or _heading_like(lines, number + 1)


def _heading_like(lines: Sequence[Piece], number: int) -> bool:
    """Return whether the line after a title may itself be a heading. This is so if the line is short, and a long text
    follows."""
    piece = lines[number]
    after = lines[number + 1] if number + 1 < len(lines) else None
    short = len(piece.words.split()) <= _BARE_WORDS and not piece.words.endswith((".", ";", ","))
    return number == 1 and short and after is not None and len(after.words) >= _BODY
