"""Reads the numbers of rows that people and pages write."""

from __future__ import annotations

LARGEST_ID = 2**31
"""Upper limit for the numbers of rows. Every row has a lower number, and PostgreSQL refuses numbers from this
one on.
"""

DIGITS = 10
"""Texts with this many digits are not read as numbers. No row has such a large number, and PostgreSQL refuses it."""


def row_number(text: str) -> int | None:
    """Return the number of a row that a text such as "17" names. Return None for any other text."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < DIGITS else None
