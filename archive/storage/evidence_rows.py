"""Defines which rows are evidence, and the canonical bytes of each, by which they are sealed.

What is canonical stays so for ever, or old seals would break. A further column of a sealed table that is to be evidence
too needs a kind of its own beside the old one.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Select,
    bindparam,
    func,
    select,
    type_coerce,
)

from archive.storage.tables import (
    Base,
    ChangeRow,
    FetchPageRow,
    FetchRow,
    FindingRow,
    LeftOutRow,
    NamingRow,
    RemovalRow,
    RestoreRow,
    ReviewRow,
    SuppressionRow,
    VersionRow,
)

BATCH = 500
"""Number of rows read at once."""


@dataclass(frozen=True, slots=True)
class EvidenceKind:
    """One kind of evidence: a table and what of it is sealed, next to the row's id."""

    name: str
    """The table's name."""
    row: type[Base]
    columns: tuple[str, ...]


KINDS: Mapping[str, EvidenceKind] = {
    row.__tablename__: EvidenceKind(row.__tablename__, row, tuple(columns.split()))
    for row, columns in (
        (NamingRow, "policy_id name since"),
        (
            FetchRow,
            "policy_id started_at status final_url headers body_sha256 outcome reason detail snapshot_sha256 fallback "
            "identity",
        ),
        (
            VersionRow,
            "policy_id number fetch_id seen_at document_sha256 identity dates boundary text_sha256 confirmed "
            "returns_to flapping",
        ),
        (ChangeRow, "version_id material severity topics judged_by coarse timing drift recorded_at"),
        (
            FindingRow,
            "change_id position topic section language material severity rule source clause before after reason "
            "translations edits",
        ),
        (SuppressionRow, "change_id position section reason before after"),
        (RemovalRow, "fetch_id position sha256 removed_at reason"),
        (RestoreRow, "restored_at versions"),
        (ReviewRow, "finding_id kind text at"),
        (LeftOutRow, "policy_id fetch_id hashes words page_words watched came gone differences"),
    )
}
"""The kinds of evidence, by name; within a transaction they are sealed in this order. A further one is one line."""

PAGE_COLUMNS = ("position", "url", "final_url", "status", "headers", "body_sha256", "snapshot_sha256")
"""The sealed columns of a fetch's further pages, in the fetch's own bytes, as `pages`."""


def canonical_json(values: Mapping[str, Any]) -> bytes:
    """Return values as one line of JSON: keys sorted, no spaces, UTF-8, times in UTC with six digits of a second.

    Raises TypeError or ValueError for what JSON or UTF-8 cannot hold.
    """
    return _encode(values).encode()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        # As strftime writes it, in a fifth of the time: a verification writes each row and entry.
        return value.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"
    raise TypeError(f"{value!r} is not a value of evidence")


_encode = json.JSONEncoder(default=_plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def canonical_rows(connection: Connection, name: str, ids: Sequence[int]) -> dict[int, bytes]:
    """Return the canonical bytes of a kind's rows, by id; one that is not there is left out."""
    contents: dict[int, bytes] = {}
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        further = _further_pages(connection, some) if name == "fetch" else {}
        for row_id, values in _values(connection, KINDS[name], some):
            if name == "fetch":
                values["pages"] = further.get(row_id, [])
            contents[row_id] = canonical_json({"kind": name, "id": row_id, "values": values})
    return contents


def _values(connection: Connection, kind: EvidenceKind, ids: Sequence[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    table = kind.row.__table__
    flags = [column for column in kind.columns if isinstance(table.c[column].type, Boolean)]
    for row_id, *stored in connection.execute(_rows_query(kind), {"ids": ids}):
        values = dict(zip(kind.columns, stored, strict=True))
        for flag in flags:
            if values[flag] in (0, 1):
                values[flag] = bool(values[flag])
        yield row_id, values


def _further_pages(connection: Connection, fetches: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    pages: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for fetch, *stored in connection.execute(_pages_query(), {"ids": fetches}):
        pages[fetch].append(dict(zip(PAGE_COLUMNS, stored, strict=True)))
    return pages


@cache
def _rows_query(kind: EvidenceKind) -> Select[Any]:
    """Select what is sealed of a kind's rows. Made once: each visit asks, and making it takes longer than asking."""
    table = kind.row.__table__
    columns = (_sealed(table, column, 0) for column in kind.columns)
    return select(table.c.id, *columns).where(table.c.id.in_(bindparam("ids", expanding=True)))


@cache
def _pages_query() -> Select[Any]:
    table = FetchPageRow.__table__
    columns = [_sealed(table, column, table.c.position) for column in PAGE_COLUMNS]
    query = select(table.c.fetch_id, *columns).where(table.c.fetch_id.in_(bindparam("ids", expanding=True)))
    return query.order_by(table.c.fetch_id, table.c.position)


def _sealed(table: FromClause, name: str, position: ColumnElement[int] | int) -> ColumnElement[Any]:
    """Select what is sealed of a column; `position` is the page's, if it is one of a fetch's pages."""
    column = table.c[name]
    if isinstance(column.type, Boolean):
        # SQLite would store 2 and read it as true: take what is stored.
        return type_coerce(column, Integer).label(name)
    if name == "snapshot_sha256":
        fetch = table.c.fetch_id if "fetch_id" in table.c else table.c.id
        removed = select(func.min(RemovalRow.sha256)).where(
            RemovalRow.fetch_id == fetch, RemovalRow.position == position
        )
        # A body that was removed under a rule was once kept: its removal, evidence itself, says which it was.
        return func.coalesce(column, removed.correlate(table).scalar_subquery()).label(name)
    return column
