"""Defines which rows are evidence, and the canonical bytes of such a row. The seal is made from these bytes. If the
canonical form changed, old seals would become invalid, so it must never change. To seal a further column of a table
that is already evidence, add a new kind of evidence, and keep the old kind.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Select,
    Text,
    bindparam,
    cast,
    func,
    select,
    type_coerce,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from archive.storage.tables import (
    Base,
    ChangeRow,
    FetchPageRow,
    FetchRow,
    FindingRow,
    LeftOutRow,
    NamingRow,
    NetChangeRow,
    QuietReviewRow,
    RemovalRow,
    RestoreRow,
    ReviewRow,
    SuppressionRow,
    UtcDateTime,
    VersionRow,
)

BATCH = 500
"""Number of rows read at once."""


@dataclass(frozen=True, slots=True)
class EvidenceKind:
    """A kind of evidence: a table, and the columns that are sealed besides the row's id."""

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
        (NetChangeRow, "change_id earlier_id"),
        (QuietReviewRow, "suppression_id kind text at"),
    )
}
"""The kinds of evidence, by name. The rows of a transaction are sealed in the order of these kinds. To add a kind, add
a line."""

PAGE_COLUMNS = ("position", "url", "final_url", "status", "headers", "body_sha256", "snapshot_sha256")
"""The sealed columns of a fetch's further pages. They are part of the fetch's own bytes, under `pages`."""


def canonical_json(values: Mapping[str, Any]) -> bytes:
    """Return the values as one line of JSON in UTF-8. Keys are sorted, there are no spaces, and times are in UTC with
    microseconds.

    Raises TypeError or ValueError for values that JSON or UTF-8 cannot represent.
    """
    return _encode(values).encode()


def canonical_time(value: datetime) -> str:
    """Return a time in UTC with six digits of a second."""
    return value.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return canonical_time(value)
    raise TypeError(f"{value!r} is not a value of evidence")


_encode = json.JSONEncoder(default=_plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


class CanonicalTime(FunctionElement[str]):
    """A column of times, converted to canonical text. If a stored value is not a time, the result is some other
    text.
    """

    name = "canonical_time"
    type = Text()
    inherit_cache = True


@compiles(CanonicalTime, "sqlite")
def _on_sqlite(element: CanonicalTime, compiler: SQLCompiler, **options: Any) -> str:
    column = compiler.process(element.clauses, **options)
    text = f"substr({column}, 1, 10) || 'T' || substr({column}, 12) || 'Z'"
    return f"CASE WHEN typeof({column}) = 'text' AND substr({column}, 11, 1) = ' ' THEN {text} ELSE {column} END"


@compiles(CanonicalTime, "postgresql")
def _on_postgresql(element: CanonicalTime, compiler: SQLCompiler, **options: Any) -> str:
    column = compiler.process(element.clauses, **options)
    return f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""


def canonical_rows(connection: Connection, name: str, ids: Sequence[int]) -> dict[int, bytes]:
    """Return the canonical bytes of a kind's rows, by id. Rows that do not exist are left out."""
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
    names = ("id", *kind.columns)
    flags = [column for column in kind.columns if isinstance(table.c[column].type, Boolean)]
    lists = [column for column in kind.columns if isinstance(table.c[column].type, JSON)]
    # Reading all rows at once is faster than one at a time.
    for row in connection.execute(_rows_query(kind, run=_is_run(ids)), _limits(ids)).all():
        values = dict(zip(names, row, strict=True))
        for flag in flags:
            if values[flag] in (0, 1):
                values[flag] = bool(values[flag])
        for column in lists:
            values[column] = _decoded(values[column])
        yield values.pop("id"), values


@lru_cache(BATCH)
def _decoded(written: str | None) -> Any:
    """Return the value of a JSON column. Equal texts share one value, because successive visits usually have the same
    headers. So do not alter the result.
    """
    return None if written is None else json.loads(written)


def _is_run(ids: Sequence[int]) -> bool:
    """Whether ids follow one another without a gap. Rows with such ids are read as a range, which is much faster than
    reading them by a list of hundreds of ids.
    """
    return ids[-1] - ids[0] + 1 == len(ids) and list(ids) == list(range(ids[0], ids[-1] + 1))


def _limits(ids: Sequence[int]) -> Mapping[str, Any]:
    return {"first": ids[0], "last": ids[-1]} if _is_run(ids) else {"ids": ids}


def _further_pages(connection: Connection, fetches: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    pages: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for fetch, *stored in connection.execute(_pages_query(run=_is_run(fetches)), _limits(fetches)):
        page = dict(zip(PAGE_COLUMNS, stored, strict=True))
        pages[fetch].append({**page, "headers": _decoded(page["headers"])})
    return pages


@cache
def _rows_query(kind: EvidenceKind, *, run: bool) -> Select[Any]:
    """Select the sealed columns of a kind's rows. This query is built only once, because each visit runs it, and
    building it takes longer than running it. `run` is true if the ids are a range; see `_is_run`.
    """
    table = kind.row.__table__
    columns = (_sealed(table, column, 0) for column in kind.columns)
    return select(table.c.id, *columns).where(_among(table.c.id, run=run))


@cache
def _pages_query(*, run: bool) -> Select[Any]:
    table = FetchPageRow.__table__
    columns = [_sealed(table, column, table.c.position) for column in PAGE_COLUMNS]
    query = select(table.c.fetch_id, *columns).where(_among(table.c.fetch_id, run=run))
    return query.order_by(table.c.fetch_id, table.c.position)


def _among(column: ColumnElement[int], *, run: bool) -> ColumnElement[bool]:
    if run:
        return column.between(bindparam("first"), bindparam("last"))
    return column.in_(bindparam("ids", expanding=True))


def _sealed(table: FromClause, name: str, position: ColumnElement[int] | int) -> ColumnElement[Any]:
    """Select the sealed form of a column. For a page of a fetch, `position` is the position of the page."""
    column = table.c[name]
    if isinstance(column.type, Boolean):
        # The stored number of a truth value is selected. Otherwise somebody could change a 1 to 2 in SQLite, and it
        # would still be read as True.
        return type_coerce(column, Integer).label(name)
    if isinstance(column.type, UtcDateTime):
        return CanonicalTime(column).label(name)
    if isinstance(column.type, JSON):
        return cast(column, Text).label(name)
    if name == "snapshot_sha256":
        fetch = table.c.fetch_id if "fetch_id" in table.c else table.c.id
        removed = select(func.min(RemovalRow.sha256)).where(
            RemovalRow.fetch_id == fetch, RemovalRow.position == position
        )
        # If a body was removed under a rule, its address is in the row of the removal, which is evidence too.
        return func.coalesce(column, removed.correlate(table).scalar_subquery()).label(name)
    return column
