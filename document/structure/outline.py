"""Gives each heading its level, and assigns each block to a section."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from document.model import Block, BlockKind, Section
from document.structure.headings import Piece
from document.text.languages import title_words
from document.text.numbering import Number, follows, starts

_WORD = re.compile(r"\w+")


@dataclass(slots=True)
class Part:
    """A section while it is being built."""

    piece: Piece | None
    """The heading, or None for text before the first heading."""
    level: int
    body: list[Piece] = field(default_factory=list)
    language: str = ""
    above: list[Part] = field(default_factory=list)
    """The parts whose headings are above this heading in the outline, outermost first."""
    title: bool = False
    """Whether the heading is a title. A title is the heading of the whole document, or of its part in one language."""

    @property
    def text(self) -> str:
        """All words of the part, beginning with the heading."""
        heading = [self.piece.words] if self.piece else []
        return " ".join([*heading, *(piece.words for piece in self.body)])

    @property
    def declared(self) -> str:
        """The language that the markup states for the part, or ""."""
        first = self.piece or (self.body[0] if self.body else None)
        return first.line.language if first else ""

    @property
    def name(self) -> str:
        """The heading with its marker."""
        return f"{self.piece.marker} {self.piece.words}".strip() if self.piece else ""


def parts(lines: Sequence[Piece]) -> list[Part]:
    """Group the pieces under their headings. Each heading gets its level and the headings above it."""
    grouped = [Part(None, 0)]
    open_parts: list[Part] = []
    headings = [piece for piece in lines if piece.heading]
    numbered = {id(piece) for piece, after in pairwise(headings) if _leads(piece, after)}
    for piece in lines:
        if not piece.heading:
            grouped[-1].body.append(piece)
            continue
        del open_parts[_depth(open_parts, piece, id(piece) in numbered) :]
        part = Part(piece, len(open_parts) + 1, above=list(open_parts))
        open_parts.append(part)
        grouped.append(part)
    return grouped if grouped[0].body else grouped[1:]


def _leads(piece: Piece, after: Piece) -> bool:
    """Return whether the number of the next heading continues the number of this heading ("3.1" after "3.")."""
    mine, theirs = piece.number.values, after.number.values
    return len(mine) == 1 and theirs[:1] == mine and len(theirs) == 2


def _depth(open_parts: Sequence[Part], piece: Piece, leads: bool) -> int:
    """Return how many of the open headings are above the new heading in the outline."""
    if piece.line.level:
        return next(
            (depth for depth, part in enumerate(open_parts) if _rank(part) >= piece.line.level or not _rank(part)),
            len(open_parts),
        )
    unmarked = next((depth for depth, part in enumerate(open_parts) if not _rank(part)), len(open_parts))
    return _depth_by_number(open_parts, piece) or _depth_by_style(open_parts, piece, unmarked, leads)


def _rank(part: Part) -> int:
    return part.piece.line.level if part.piece else 0


def _number(part: Part) -> Number:
    assert part.piece is not None  # noqa: S101 - open parts have headings; only the first group has none
    return part.piece.number


def _depth_by_number(open_parts: Sequence[Part], piece: Piece) -> int:
    """Return the depth of a heading with a dotted number ("3.1.2" is under "3.1"). Return 0 for any other heading."""
    values = piece.number.values
    if len(values) < 2:
        return 0
    for depth in range(len(open_parts), 0, -1):
        above = _number(open_parts[depth - 1]).values
        if above == values[: len(above)] and len(above) < len(values):
            return depth
    return 0


def _depth_by_style(open_parts: Sequence[Part], piece: Piece, lowest: int, leads: bool) -> int:
    """Return the depth of a heading without markup, from its number, size and weight."""
    depths = range(len(open_parts) - 1, lowest - 1, -1)
    alike = [depth for depth in depths if _alike(open_parts[depth], piece)]
    if alike and leads:
        return alike[-1]
    for depth in depths:
        if follows(piece.number, _number(open_parts[depth])):
            return depth
    if alike and not (starts(piece.number) and _number(open_parts[alike[0]]).values):
        return alike[-1] if not piece.number.values else alike[0]
    bigger = [depth for depth in depths if _smaller(open_parts[depth], piece)]
    if bigger:
        return bigger[-1]
    return len(open_parts)


def _alike(part: Part, piece: Piece) -> bool:
    other = part.piece
    if other is None:
        return False
    same_look = (other.line.size, other.line.bold) == (piece.line.size, piece.line.bold)
    same_number = other.number.shape == piece.number.shape and len(other.number.values) == len(piece.number.values)
    return same_look and same_number and other.number.around == piece.number.around


def _smaller(part: Part, piece: Piece) -> bool:
    return part.piece is not None and part.piece.line.size < piece.line.size


def mark_titles(grouped: Sequence[Part], page_title: str) -> str:
    """Mark the titles, one for each language. Return the title of the document, or "".

    A title comes first, has no number, and is above all following headings in the outline. A first heading is also a
    title if all its words are in the page's own title. If the page has no title, a first heading is a title if it names
    a document ("Privacy Notice").
    """
    first = next((part for part in grouped if part.piece), None)
    if first is None or first.piece is None or first.piece.marker or first.level != 1:
        return ""
    outermost = [part for part in grouped if part.level == 1]
    if _all_are_titles(outermost, grouped):
        for part in outermost:
            part.title = True
    elif _names_document(first.piece.words, page_title):
        first.title = True
    return first.piece.words if first.title else ""


def _all_are_titles(outermost: Sequence[Part], grouped: Sequence[Part]) -> bool:
    """Return whether all outermost headings are titles. This is so only if there is at most one outermost heading for
    each language."""
    only = outermost[0].piece
    if len(outermost) == 1 and only is not None and only.line.level == 1:
        return True
    over = [part for part in outermost if any(part in other.above for other in grouped)]
    return len(over) == len(outermost) <= max(1, len({part.language for part in grouped}))


def _names_document(words: str, page_title: str) -> bool:
    mine, spoken = set(_WORD.findall(words.casefold())), set(_WORD.findall(page_title.casefold()))
    return mine <= spoken if spoken else bool(mine & title_words())


def sections(grouped: Sequence[Part]) -> tuple[Section, ...]:
    """Return the finished sections."""
    return tuple(_section(part) for part in grouped)


def _section(part: Part) -> Section:
    above = tuple(other.name for other in part.above if not other.title)
    return Section(
        heading=part.piece.words if part.piece else "",
        marker=part.piece.marker if part.piece else "",
        level=part.level,
        path=(*above, part.name) if part.piece else (),
        language=part.language,
        blocks=tuple(map(_block, part.body)),
    )


def _block(piece: Piece) -> Block:
    line = piece.line
    block = Block("paragraph", piece.words, depth=line.depth, links=line.links)
    if piece.contents:
        kind: BlockKind = "jump" if piece.jump else "contents"
        return replace(block, kind=kind, marker=piece.marker, depth=max(line.depth, int(bool(piece.marker))))
    if line.row:
        return replace(block, kind="row", depth=0)
    return replace(block, kind="item", marker=piece.marker, depth=max(1, line.depth)) if piece.is_item else block
