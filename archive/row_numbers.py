"""Reads the numbers of rows that people and pages write."""

from __future__ import annotations

LARGEST_ID = 2**31
"""Upper limit for the numbers of rows. Every row has a lower number. PostgreSQL refuses this number and higher
numbers.
"""

DIGITS = 10
"""Number of digits from which a text is not read as a row's number. No row has such a large number, and PostgreSQL
refuses it.
"""


def row_number(text: str) -> int | None:
    """Return the number of a row that a text such as "17" names. Return None for any other text."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < DIGITS else None
