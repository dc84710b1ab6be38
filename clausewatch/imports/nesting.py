"""Refuses JSON that is nested more deeply than any real watch list."""

from __future__ import annotations

import re
from pathlib import Path

from clausewatch.imports.small_files import RefusedFileError
from clausewatch.imports.watch_lists import DEEPEST


def require_shallow(file: Path, text: str) -> None:
    """Raise RefusedFileError if a text is too deeply nested JSON. Call this function before the text is parsed."""
    depth = 0
    for bracket in re.finditer(r'"(?:[^"\\]|\\.)*+"?|[\[{\]}]', text, re.DOTALL):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(bracket[0], 0)
        if depth > DEEPEST:
            raise RefusedFileError(f"{file}: more than {DEEPEST} lists and tables within one another")
