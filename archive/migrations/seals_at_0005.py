"""Seals rows as revision 0005 did. This copy is never edited. A released revision must not depend on names that may
move, or on lists of columns that may grow."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

BATCH = 500
"""Number of rows read at once."""

_COLUMNS = {
    "naming": "policy_id name since",
    "fetch": (
        "policy_id started_at status final_url headers body_sha256 outcome reason detail snapshot_sha256 fallback "
        "identity"
    ),
    "version": (
        "policy_id number fetch_id seen_at document_sha256 identity dates boundary text_sha256 confirmed returns_to "
        "flapping"
    ),
    "change": "version_id material severity topics judged_by coarse timing drift recorded_at",
    "finding": (
        "change_id position topic section language material severity rule source clause before after reason "
        "translations edits"
    ),
    "suppression": "change_id position section reason before after",
}
_PAGE_COLUMNS = "position url final_url status headers body_sha256 snapshot_sha256"

_TIMES = frozenset({"since", "started_at", "seen_at", "recorded_at"})
_FLAGS = frozenset({"fallback", "boundary", "confirmed", "flapping", "material", "coarse"})
_JSON = frozenset({"headers", "dates", "topics", "timing", "drift", "translations", "edits"})


def seal(connection: sa.Connection, kinds: Sequence[str], token: str, now: datetime) -> None:
    """Begin the chain with an entry for a random token, then add an entry for each row of these kinds."""
    entries = _Chain(now)
    rows = [entries.link("start", 1, token)]
    for kind in kinds:
        for row_id, row_sha256 in _hashed(connection, kind):
            rows.append(entries.link(kind, row_id, row_sha256))
            if len(rows) == BATCH:
                connection.execute(sa.insert(_ENTRY), rows)
                rows = []
    if rows:
        connection.execute(sa.insert(_ENTRY), rows)


class _Chain:
    def __init__(self, now: datetime) -> None:
        self.now, self.sequence, self.previous = now, 0, "0" * 64

    def link(self, kind: str, row_id: int, row: str) -> dict[str, Any]:
        """Return the next entry as a row for the table."""
        self.sequence += 1
        facts = {
            "sequence": self.sequence,
            "previous": self.previous,
            "kind": kind,
            "id": row_id,
            "row": row,
            "recorded_at": self.now,
        }
        self.previous = hashlib.sha256(_canonical(facts)).hexdigest()
        return {
            "sequence": self.sequence,
            "kind": kind,
            "row_id": row_id,
            "row_sha256": row,
            "hash": self.previous,
            "recorded_at": self.now,
        }


def _hashed(connection: sa.Connection, kind: str) -> Iterator[tuple[int, str]]:
    columns = _COLUMNS[kind].split()
    table = sa.table(kind, sa.column("id", sa.Integer()), *map(_column, columns))
    ids = connection.scalars(sa.select(table.c.id).order_by(table.c.id)).all()
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        pages = _pages(connection, batch) if kind == "fetch" else {}
        for row in connection.execute(sa.select(table).where(table.c.id.in_(batch)).order_by(table.c.id)).mappings():
            values = {name: _plain(name, row[name]) for name in columns}
            if kind == "fetch":
                values["pages"] = pages.get(row["id"], [])
            yield row["id"], hashlib.sha256(_canonical({"kind": kind, "id": row["id"], "values": values})).hexdigest()


def _pages(connection: sa.Connection, fetches: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    columns = _PAGE_COLUMNS.split()
    table = sa.table("fetch_page", sa.column("fetch_id", sa.Integer()), *map(_column, columns))
    query = sa.select(table).where(table.c.fetch_id.in_(fetches)).order_by(table.c.fetch_id, table.c.position)
    pages: dict[int, list[dict[str, Any]]] = {}
    for row in connection.execute(query).mappings():
        pages.setdefault(row["fetch_id"], []).append({name: row[name] for name in columns})
    return pages


def _column(name: str) -> sa.ColumnClause[Any]:
    if name in _TIMES:
        return sa.column(name, sa.DateTime(timezone=True))
    return sa.column(name, sa.JSON()) if name in _JSON else sa.column(name)


def _plain(name: str, value: Any) -> Any:
    if name in _FLAGS and value in (0, 1):
        return bool(value)
    if isinstance(value, datetime) and value.tzinfo is None:  # SQLite stores no time zone; the time is UTC
        return value.replace(tzinfo=UTC)
    return value


def _canonical(values: dict[str, Any]) -> bytes:
    encoded = json.dumps(values, default=_time, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return encoded.encode()


def _time(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    raise TypeError(f"{value!r} is not a value of evidence")


_ENTRY = sa.table(
    "chain_entry",
    sa.column("sequence", sa.Integer()),
    sa.column("kind", sa.String()),
    sa.column("row_id", sa.Integer()),
    sa.column("row_sha256", sa.String()),
    sa.column("hash", sa.String()),
    sa.column("recorded_at", sa.DateTime(timezone=True)),
)
