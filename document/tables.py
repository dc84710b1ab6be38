"""Tell tables of data from tables that only lay a page out."""

from __future__ import annotations

from bs4 import Tag

from document.furniture import Sizes
from document.soup import attribute

_LONG_CELL = 1500
"""Characters of a cell that no table of data without header cells has."""


def is_data_table(table: Tag, sizes: Sizes) -> bool:
    """Return whether the rows of a table are units: it has header cells, or several rows of several short cells.

    A table within a table makes the outer one layout, as does role="presentation".
    """
    if attribute(table, "role") in ("presentation", "none") or table.find("table") is not None:
        return False
    rows = [row.find_all(["td", "th"]) for row in table.find_all("tr")]
    if not any(len(row) > 1 for row in rows):
        return False
    if table.find(["th", "caption"]) is not None:
        return True
    if table.find(["h1", "h2", "h3"]) is not None:
        return False
    several = [row for row in rows if len(row) > 1]
    longest = max(sizes.text.get(id(cell), 0) for row in rows for cell in row)
    return len(several) > 1 and 2 * len(several) >= len(rows) and longest < _LONG_CELL
