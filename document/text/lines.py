"""Defines a line, the smallest piece of text that a reader sees as one. A line may become a heading or a block."""

from __future__ import annotations

from dataclasses import dataclass

from document.model import Link


@dataclass(slots=True)
class Line:
    """A paragraph, a list item, a table row, or a line before a break."""

    text: str
    """Normalised text. It includes typed markers."""
    marker: str = ""
    """The list number or bullet that the markup generates."""
    depth: int = 0
    """Depth of list nesting in the markup."""
    row: bool = False
    """Whether the line is a row of a data table."""
    level: int = 0
    """Heading level in the markup, 1 to 6. It is 0 if the markup does not make the line a heading."""
    bold: bool = False
    """Whether the whole line is bold, or is the label of a part of the page that a reader can open and close."""
    size: float = 0.0
    """Number of steps by which the font is larger than the font of the text around the line; 0 if no size is set."""
    links: tuple[Link, ...] = ()
    language: str = ""
    """Language (primary subtag) from the nearest `lang` attribute, or "". The `lang` attribute of the whole page does
    not count.
    """
    in_page: bool = False
    """Whether the whole line is a link to a place in the same page."""
    same_item: bool = False
    """Whether the line continues the list item of the line before."""
    in_item: bool = False
    """Whether the line is the first line of a list item."""
