"""A line: the smallest piece that a reader sees as one. It may become a heading or a block."""

from __future__ import annotations

from dataclasses import dataclass

from document.model import Link


@dataclass(slots=True)
class Line:
    """A paragraph, a list item, a table row, or a line before a break."""

    text: str
    """Normalised text, with typed markers."""
    marker: str = ""
    """The list number or bullet that the markup generates."""
    depth: int = 0
    """Depth of list nesting in the markup."""
    row: bool = False
    """Whether it is a row of a data table."""
    level: int = 0
    """Heading level in the markup, 1 to 6; 0 if it is not a heading there."""
    bold: bool = False
    """Whether all of it is bold, or names a part that can be opened."""
    size: float = 0.0
    """Font size relative to the text around it, in steps; 0 if it is not set."""
    links: tuple[Link, ...] = ()
    language: str = ""
    """Language (primary subtag) of the nearest `lang` attribute below the page's own, or ""."""
    in_page: bool = False
    """Whether all of it is a link to a place in the same page."""
    same_item: bool = False
    """Whether it continues the list item of the line before."""
    in_item: bool = False
    """Whether it is the first line of a list item."""
