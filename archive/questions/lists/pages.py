"""Divides long answers into pages. Each page except the last has a cursor for the next page. The next page begins after
the last entry of the previous page. So no entry is missed or repeated if rows are added between two requests.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import KW_ONLY, dataclass
from typing import Generic, TypeVar

from archive.errors import InvalidCursorError

Entry_co = TypeVar("Entry_co", covariant=True)

Key = tuple[int | str, ...]
"""The position of an entry in the order of an answer."""

MOST_ENTRIES = 200
"""Default and maximum number of entries on a page."""

MOST_COUNTED = 1000
"""Number of matching entries at which counting stops. It applies only if counting all entries could take long."""

LARGEST = 2**63 - 1
"""Largest whole number that the database can compare."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Entry_co]):
    """A part of a long answer."""

    entries: tuple[Entry_co, ...]
    next: str | None
    """Cursor of the next page. None if this is the last page."""
    _: KW_ONLY
    count: int | None = None
    """Number of entries on all pages; None if they were not counted."""
    counted_all: bool = True
    """False if counting stopped at `MOST_COUNTED`. Then there may be more entries than `count`."""


def cursor_of(key: Key) -> str:
    """Return the cursor for the page after the entry with this key. All characters of the cursor are allowed in
    a URL.
    """
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def key_of(cursor: str, shape: tuple[type[int] | type[str], ...]) -> Key:
    """Return the key in a cursor. `shape` has the types of the key's parts. Raises InvalidCursorError."""
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise InvalidCursorError(cursor) from error
    if not isinstance(key, list) or len(key) != len(shape):
        raise InvalidCursorError(cursor)
    for part, kind in zip(key, shape, strict=True):
        if type(part) is not kind or (isinstance(part, int) and abs(part) > LARGEST):
            raise InvalidCursorError(cursor)
    return tuple(key)
