"""Distinguishes tables of data from tables that are only used for layout."""

from __future__ import annotations

from bs4 import Tag

from document.html.measures import Sizes
from document.html.soup import attribute, elements_named

_LONG_CELL = 1500
"""Minimum length, in characters, of a long cell. If a table has a long cell and no header cells, it is a layout
table."""


def is_data_table(table: Tag, sizes: Sizes) -> bool:
    """Return whether a table holds data. A table of data has header cells, or several rows of several short cells.

    A table that contains another table, or has role="presentation", is a layout table.
    """
    size = sizes[table]
    if attribute(table, "role") in ("presentation", "none") or size.tables > 1:
        return False
    rows = [elements_named(row, ("td", "th")) for row in elements_named(table, ("tr",))]
    if not any(len(row) > 1 for row in rows):
        return False
    if size.header_cells:
        return True
    if size.headings:
        return False
    several = [row for row in rows if len(row) > 1]
    longest = max(sizes[cell].text for row in rows for cell in row)
    return len(several) > 1 and 2 * len(several) >= len(rows) and longest < _LONG_CELL
