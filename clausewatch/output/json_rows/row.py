"""The type of a row, and its conversion to JSON."""

from __future__ import annotations

import json
from datetime import datetime

from clausewatch.output.times import stamp

Row = dict[str, object]


def as_json(rows: object) -> str:
    """Return readable JSON: indented, with keys in our order, and with unescaped non-ASCII characters."""
    return json.dumps(rows, ensure_ascii=False, indent=2)


def as_json_line(row: Row) -> str:
    """Return one line of JSON Lines."""
    return json.dumps(row, ensure_ascii=False)


def stamp_or_none(at: datetime | None) -> str | None:
    """Return a time in the format for programs, or None."""
    return None if at is None else stamp(at)
