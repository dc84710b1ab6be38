"""The type of a row, and the conversion of rows to JSON."""

from __future__ import annotations

import json
from datetime import datetime

from clausewatch.output.times import stamp

Row = dict[str, object]


def as_json(rows: object) -> str:
    """Return readable JSON: indented, keys in our order, characters of any script unescaped."""
    return json.dumps(rows, ensure_ascii=False, indent=2)


def as_json_line(row: Row) -> str:
    """Return one line of JSON Lines."""
    return json.dumps(row, ensure_ascii=False)


def stamp_or_none(at: datetime | None) -> str | None:
    """Return a time as programs read it, or None if there is none."""
    return None if at is None else stamp(at)
