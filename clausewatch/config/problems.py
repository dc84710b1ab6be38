"""Collects the problems of the configuration file. A message about a problem has the location, the value as written,
and the fix.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from clausewatch.config.secrets import Redactor
from clausewatch.config.variables import Location
from clausewatch.errors import suggestion

Shape = TypeVar("Shape", bound=BaseModel)

_ORDER = ("env_file", "database", "crawl", "channels", "profile", "policy", "subscriber")
_SECRET = ("channels", "database")
"""Tables and keys whose values are never shown."""

_TYPES = {
    "string_type": "must be text in quotes",
    "int_type": "must be a whole number, without quotes or a point",
    "bool_type": "must be true or false, without quotes",
    "string_too_short": "is empty",
    "too_short": "is an empty list: name at least one, or leave the key out for the default",
    "tuple_type": 'must be a list: write ["…", "…"]',
}
_TABLES = {
    "policy": "must be a list of tables: head each with [[policy]], in two brackets",
    "subscriber": "must be a list of tables: head each with [[subscriber]], in two brackets",
    "crawl": "must be a table: head it with [crawl]",
    "channels": "must be a table: head it with [channels]",
    "watchdog": "must be a table: head it with [watchdog]",
    "review_within": "must be a table: head it with [review_within]",
    "desk": "must be a table: head it with [desk]",
    "profile": "must be a table of tables: head each with [profile.NAME]",
}


class Problems:
    """All problems of one file. A location has at most one problem: further problems at the same location are often a
    consequence of the first.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data
        self._found: dict[Location, str] = {}

    def add(self, location: Location, sentence: str) -> None:
        """Add a problem. The message is the location and then `sentence`, for example "is missing"."""
        if not self.has(location):
            self._found[location] = sentence

    def has(self, location: Location) -> bool:
        """Whether there is a problem at a location, in a part of its value, or in a table that contains it."""
        return any(_within(location, other) or _within(other, location) for other in self._found)

    def table(self, values: Any, location: Location, shape: type[Shape]) -> Shape | None:
        """Return a validated table. If the table is invalid, add all its problems and return None."""
        try:
            return shape.model_validate(values)
        except ValidationError as error:
            self.add_validation(error, location, shape)
            return None

    def add_validation(self, error: ValidationError, location: Location, table: type[BaseModel]) -> None:
        """Add all problems that pydantic found in one table."""
        for detail in error.errors(include_url=False, include_input=False):
            inner = (*location, *detail["loc"])
            self.add(inner, self._sentence(detail, inner, table))

    def by_location(self) -> Mapping[Location, str]:
        """Return all problems, each under its location."""
        return dict(self._found)

    def sentences(self, redactor: Redactor) -> list[str]:
        """Return all problems as sentences with their locations, sorted by table. Secrets are masked."""
        return [
            redactor(f"{self._label(location)}: {sentence}")
            for location, sentence in sorted(self._found.items(), key=lambda item: _rank(item[0]))
        ]

    def _sentence(self, detail: ErrorDetails, location: Location, table: type[BaseModel]) -> str:
        kind = detail["type"]
        if kind == "extra_forbidden":
            return f"unknown key; {suggestion(str(location[-1]), table.model_fields)}"
        if kind == "missing":
            return "is missing"
        if kind in ("list_type", "dict_type", "model_type"):
            return _misshapen(location) or detail["msg"]
        if kind == "value_error":
            return f"{self._quoted(location)}{detail['ctx']['error']}"
        return _TYPES.get(kind, detail["msg"])

    def _quoted(self, location: Location) -> str:
        """Return the value at a location as it is written in the file. Return "" if it is long or may be a secret."""
        value = self.raw(location)
        secret = location[0] in _SECRET or location == ("watchdog", "ping")
        shown = isinstance(value, str | int | float) and not secret
        if not shown or ("@" in str(value) and not {"url", "urls"}.isdisjoint(location)):
            return ""
        text = json.dumps(value, ensure_ascii=False)
        return f"{text} " if len(text) < 120 else ""

    def raw(self, location: Location) -> Any:
        """Return the file's value at a location, or None if there is no value."""
        value: Any = self._data
        for step in location:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def _label(self, location: Location) -> str:
        """Return a location as text, such as `policy[3].url (Kenalan)`. Positions are counted from 1."""
        text = ""
        for step in location:
            text += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if text else step
        name = self.raw((*location[:2], "name")) if len(location) > 1 and isinstance(location[1], int) else None
        return f"{text} ({name})" if isinstance(name, str) and name.strip() and location[-1] != "name" else text


def _misshapen(location: Location) -> str | None:
    """Return a sentence about the correct header of the table at a location. Return None for an unknown table."""
    if location[0] != "profile" or len(location) == 1:
        return _TABLES.get(str(location[0]))
    if len(location) == 2:
        return f"must be a table: head it with [profile.{location[1]}]"
    return f"must be a list of tables: head each with [[profile.{location[1]}.rule]], in two brackets"


def _within(inner: Location, outer: Location) -> bool:
    return inner[: len(outer)] == outer


def _rank(location: Location) -> tuple[int, int]:
    table = _ORDER.index(location[0]) if location and location[0] in _ORDER else -1
    return (table, location[1] if len(location) > 1 and isinstance(location[1], int) else -1)
