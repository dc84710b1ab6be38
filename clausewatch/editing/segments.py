"""Splits a TOML file into its tables without changing a byte, so that a single table can be edited.

tomlkit could read the whole file. But when tomlkit writes the file, it moves tables with the same name together, and
comments change their place (`findings/tomlkit-moves-tables.sh`). So tomlkit edits only one table at a time.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import tomlkit

_HEADER = re.compile(r"[ \t]*(\[\[?)[ \t]*([^\]\n#]+?)[ \t]*\]\]?[ \t]*(#.*)?\r?\n?")

Value = str | bool | list[str]
"""The value of a key."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One table of the file, with the comment lines directly above its header."""

    text: str
    name: str
    """Name of the table, such as "policy"; "" for the keys before the first table."""
    is_array: bool
    """Whether the header has two brackets. The file may have several such tables with the same name."""


def segments(text: str) -> list[Segment]:
    """Split a valid TOML file into its tables. Their texts, joined in order, are the whole file."""
    cut: list[Segment] = []
    name, is_array, lines = "", False, list[str]()
    for line in text.splitlines(keepends=True):
        header = _HEADER.fullmatch(line)
        # A line that looks like a header may belong to a value with several lines. In that case, the text before this
        # line is not valid TOML.
        if header is not None and _is_toml("".join(lines)):
            comment = _trailing_comment(lines)
            cut.append(Segment("".join(lines[: len(lines) - comment]), name, is_array))
            name, is_array, lines = header[2], header[1] == "[[", lines[len(lines) - comment :]
        lines.append(line)
    return [*cut, Segment("".join(lines), name, is_array)]


def _is_toml(text: str) -> bool:
    try:
        tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError:
        return False
    return True


def _trailing_comment(lines: Sequence[str]) -> int:
    """Return the number of comment lines at the end of a table's lines. These comments belong to the next table."""
    count = 0
    while count < len(lines) and lines[-1 - count].lstrip().startswith("#"):
        count += 1
    return count


def with_keys(segment: Segment, keys: Mapping[str, Value | None]) -> Segment:
    """Return a table with new values for keys. The value None removes a key.

    Comments and the order of the keys are kept. New keys come after the last existing key.
    """
    newline = "\r\n" if "\r\n" in segment.text else "\n"
    document = tomlkit.parse(segment.text.replace("\r\n", "\n"))
    table = _table(document, segment)
    for key, value in keys.items():
        if value is None:
            table.pop(key, None)
        elif key in table:
            table[key] = value
    added = [f"{key} = {_written(value)}\n" for key, value in keys.items() if value is not None and key not in table]
    lines = document.as_string().splitlines(keepends=True)
    end = _end_of_keys(lines)
    if lines and not lines[end - 1].endswith("\n"):
        lines[end - 1] += "\n"
    text = "".join([*lines[:end], *added, *lines[end:]])
    return replace(segment, text=text.replace("\n", newline))


def _table(parsed: Mapping[str, Any], segment: Segment) -> Any:
    value: Any = parsed
    for part in segment.name.split("."):
        value = value[part]
    return value[-1] if segment.is_array else value


def table_of(segment: Segment) -> dict[str, Any]:
    """Return the keys of a table."""
    table: dict[str, Any] = _table(tomllib.loads(segment.text.replace("\r\n", "\n")), segment)
    return table


def _end_of_keys(lines: Sequence[str]) -> int:
    """Return the number of lines up to the end of the last key. After these lines, there are only comments and blank
    lines.
    """
    end = len(lines)
    while end > 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return end


def body_and_rest(segment: Segment) -> tuple[str, str]:
    """Split the text of a table after its last key.

    Comments directly below this key stay in the first part. The second part does not belong to the table.
    """
    lines = segment.text.splitlines(keepends=True)
    end = _end_of_keys(lines)
    while end < len(lines) and lines[end].strip():
        end += 1
    return "".join(lines[:end]), "".join(lines[end:])


def new_table(name: str, keys: Mapping[str, Value]) -> Segment:
    """Return a new table under a header in two brackets, without blank lines around it."""
    written = "".join(f"{key} = {_written(value)}\n" for key, value in keys.items())
    return Segment(f"[[{name}]]\n{written}", name, is_array=True)


def _written(value: Value) -> str:
    return tomlkit.item(value).as_string()
