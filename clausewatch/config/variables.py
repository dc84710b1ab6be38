"""Replaces `${NAME}` in the configuration file with the value of the variable NAME. The value comes from the
environment or from the `env_file`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

Location = tuple[str | int, ...]
"""The keys and positions that lead to a value in the file. Positions are counted from 0."""

_TOKEN = re.compile(r"\$\$|\$\{([^}]*)(\}?)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ASSIGNMENT = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")
_USERINFO = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)@")


class EnvFileError(Exception):
    """The file with variables cannot be read. The message never shows the value of a variable."""


def read_env_file(path: Path) -> dict[str, str]:
    """Return the variables in a file with a line `NAME=value` for each.

    Lines that begin with `#` are comments. Quotes around a value are removed. Raises EnvFileError.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise EnvFileError(f"there is no file {path}; write it, or remove the key") from None
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise EnvFileError(f"{path} cannot be read: {why}") from error
    variables = {}
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        match = _ASSIGNMENT.fullmatch(stripped)
        if match is None:
            raise EnvFileError(f"{path}, line {number}: write NAME=value")
        variables[match[1]] = _unquoted(match[2].strip())
    return variables


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return value


@dataclass
class Interpolation:
    """Inserts the values of variables, and records the used variables and the problems."""

    variables: Mapping[str, str]
    where: str
    """Phrase in messages about a missing variable. It says where the user can set the variable."""
    used: dict[str, str] = field(default_factory=dict, repr=False)
    _: KW_ONLY
    problems: dict[Location, list[str]] = field(default_factory=dict)

    def fill(self, value: Any, location: Location = ()) -> Any:
        """Return a value of the file.

        Each `${NAME}` is replaced with the variable's value, and each `$$` with one dollar sign.
        """
        if isinstance(value, dict):
            return {key: self.fill(inner, (*location, key)) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.fill(inner, (*location, position)) for position, inner in enumerate(value)]
        return self._fill_text(value, location) if isinstance(value, str) else value

    def _fill_text(self, text: str, location: Location) -> str:
        # In a URL, a value between "scheme://" and "@" may be a password with any characters. So this value is
        # percent-encoded.
        userinfo = _USERINFO.match(_TOKEN.sub(lambda token: "_" * len(token[0]), text))
        start, end = userinfo.span(1) if userinfo else (0, 0)

        def replace(token: re.Match[str]) -> str:
            if token[0] == "$$":
                return "$"
            value = self._value(token, location)
            return quote(value, safe="") if start <= token.start() < end else value

        return _TOKEN.sub(replace, text)

    def _value(self, token: re.Match[str], location: Location) -> str:
        name, closed = token[1], token[2]
        if not closed or not _NAME.fullmatch(name):
            shown = token[0] if closed else "${"
            return self._missing(location, f"{shown!r} names no variable: write ${{NAME}}, or $$ for a dollar sign")
        value = self.variables.get(name, "")
        if not value:
            state = "is empty" if name in self.variables else "is not set"
            return self._missing(location, f"the variable {name} {state}: set it in {self.where}")
        self.used[name] = value
        return value

    def _missing(self, location: Location, sentence: str) -> str:
        self.problems.setdefault(location, []).append(sentence)
        return ""
