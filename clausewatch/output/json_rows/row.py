"""The type of a row, and its conversion to JSON."""

from __future__ import annotations

import json
from datetime import datetime

from clausewatch.output.times import stamp

Row = dict[str, object]


def as_json(rows: object) -> str:
    """Return rows as indented JSON. The order of keys is kept, and non-ASCII characters are not escaped."""
    return json.dumps(rows, ensure_ascii=False, indent=2)


def as_json_line(row: Row) -> str:
    """Return a row as one line for a JSON Lines file."""
    return json.dumps(row, ensure_ascii=False)


def stamp_or_none(at: datetime | None) -> str | None:
    """Return a time in the format for programs; None if there is no time."""
    return None if at is None else stamp(at)
