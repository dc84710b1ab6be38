"""Converts policies to a CSV table and back without loss.

Cells are written so that a spreadsheet does not run any cell as a formula.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from clausewatch.editing.entries import COLUMNS, Entry, normalised
from clausewatch.editing.segments import Value
from clausewatch.errors import ClausewatchError, ExitCode, suggestion
from clausewatch.exports.csv_export import BEGINS_A_FORMULA

LARGEST = 50_000_000
"""Maximum size of a table in bytes. A table of ten thousand policies has about three million bytes."""

LISTS: Mapping[str, str] = {"urls": "\n", "languages": ", ", "tags": ", ", "select": "\n", "remove": "\n"}
"""Columns that can have several values, each with the separator between the values in a cell."""

FLAGS = ("render", "paused")
"""Columns that contain "yes" or nothing."""

_FORMULA = re.escape("".join(BEGINS_A_FORMULA))
_FIRST = re.compile(rf"(?=[ ']*[{_FORMULA}])")
_INNER = re.compile(rf"([;\t\r\n][ \"]*)(?='*[{_FORMULA}])")
"""Matches a place within a cell after which a formula could begin. A spreadsheet may begin a new cell there if it uses
a different separator, such as a semicolon.
"""
_FIRST_GUARDED = re.compile(rf"'(?=[ ']*[{_FORMULA}])")
_INNER_GUARDED = re.compile(rf"([;\t\r\n][ \"]*)'(?='*[{_FORMULA}])")


class TableError(ClausewatchError):
    """The file is not a table of policies."""

    exit_code = ExitCode.USAGE


def guarded(text: str) -> str:
    """Return a text with an apostrophe before each place that a spreadsheet could read as the start of a formula."""
    inner = _INNER.sub(r"\1'", text)
    return f"'{inner}" if _FIRST.match(inner) else inner


def unguarded(text: str) -> str:
    """Return a text without the apostrophes that `guarded` added."""
    return _INNER_GUARDED.sub(r"\1", _FIRST_GUARDED.sub("", text, count=1) if _FIRST_GUARDED.match(text) else text)


def table(entries: Iterable[Entry]) -> str:
    """Return policies as a CSV table with one policy in each row."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(COLUMNS)
    for entry in entries:
        writer.writerow([guarded(_cell(column, entry.get(column, ""))) for column in COLUMNS])
    return target.getvalue()


def _cell(column: str, value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return value if isinstance(value, str) else _joined(value, LISTS[column])


def _joined(values: list[str], separator: str) -> str:
    """Return the text of a cell with several values.

    There is a separator between the values. If a value contains the separator or begins like JSON, the cell is a JSON
    list.
    """
    unsafe = [
        text
        for text in values
        if text != text.strip() or text.startswith("[") or not set(text).isdisjoint({separator[0], "\r", "\n"})
    ]
    return json.dumps(values, ensure_ascii=False) if unsafe else separator.join(values)


@dataclass(frozen=True, slots=True)
class PolicyRows:
    """The policies that a table describes."""

    columns: frozenset[str]
    """Columns of the table. An import changes only the keys with these names."""
    entries: tuple[dict[str, Value], ...]


def read_table(text: str) -> PolicyRows:
    """Read a table of policies.

    Its columns may be in any order. Only `name` and either `url` or `urls` are required. Raises TableError, which names
    the line.
    """
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        headings = [heading.strip() for heading in next(reader, [])]
        _check_headings(headings)
        entries = [_entry(headings, row, reader.line_num) for row in reader if any(row)]
    except csv.Error as error:
        raise TableError(f"line {reader.line_num} is not CSV: {error}") from error
    return PolicyRows(frozenset(headings), tuple(map(normalised, entries)))


def _check_headings(headings: list[str]) -> None:
    for heading in headings:
        if heading not in COLUMNS:
            raise TableError(f"the first row has the unknown column {heading!r}; {suggestion(heading, COLUMNS)}")
    if "name" not in headings or not {"url", "urls"} & set(headings):
        raise TableError("the first row must name the columns: name, url, and others if needed")


def _entry(headings: Sequence[str], row: Sequence[str], line: int) -> dict[str, Value]:
    if len(row) > len(headings):
        raise TableError(f"line {line} has {len(row)} cells, and the table {len(headings)} columns")
    cells = zip(headings, row, strict=False)  # a spreadsheet may leave out empty cells at the end
    entry: dict[str, Value] = {
        column: value for column, text in cells if (value := _value(column, unguarded(text), line))
    }
    if "name" not in entry:
        raise TableError(f"line {line}: the name is missing")
    if not entry.keys() & {"url", "urls"}:
        raise TableError(f"line {line} ({entry['name']}): the address is missing, in the column url or urls")
    return entry


def _value(column: str, text: str, line: int) -> Value:
    if column in FLAGS:
        if text.strip().lower() not in ("", "yes", "no", "true", "false"):
            raise TableError(f'line {line}: {column} is {text!r}: write "yes", or leave the cell empty')
        return text.strip().lower() in ("yes", "true")
    return list(_values(column, text, line)) if column in LISTS else text


def _values(column: str, text: str, line: int) -> Iterator[str]:
    if text.startswith("["):
        try:
            values = json.loads(text)
        except ValueError:
            values = None
        if isinstance(values, list) and all(isinstance(value, str) for value in values):
            yield from values
            return
        if column not in ("select", "remove"):
            raise TableError(f"line {line}: {column} begins with a bracket, and is not a JSON list of texts")
    yield from (value for part in text.split(LISTS[column].strip() or "\n") if (value := part.strip()))
