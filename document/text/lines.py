"""A line: the smallest piece that a reader sees as one, before it is known to be heading or block."""

from __future__ import annotations

from dataclasses import dataclass

from document.model import Link


@dataclass(slots=True)
class Line:
    """One paragraph, list item, table row or line before a break."""

    text: str
    """Normalised, typed markers still in it."""
    marker: str = ""
    """The list number or bullet that the markup renders."""
    depth: int = 0
    """Depth of list nesting in the markup."""
    row: bool = False
    """Whether it is a row of a data table."""
    level: int = 0
    """1 to 6 if the markup says that it is a heading."""
    bold: bool = False
    """Whether all of it is bold, or it is the name of something that opens."""
    size: float = 0.0
    """Font size relative to the text around it, in steps; 0 if nothing says so."""
    links: tuple[Link, ...] = ()
    language: str = ""
    """The primary subtag of the nearest `lang` below the page's own, or ""."""
    in_page: bool = False
    """Whether all of it is a link to a place in the same page."""
    same_item: bool = False
    """Whether it goes on with the list item of the line before."""
    in_item: bool = False
    """Whether it is the first line of a list item."""
