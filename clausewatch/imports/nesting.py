"""Refuses JSON that is nested too deeply for a list of another tool."""

from __future__ import annotations

import re
from pathlib import Path

from clausewatch.imports.small_files import RefusedFileError
from clausewatch.imports.watch_lists import DEEPEST


def require_shallow(file: Path, text: str) -> None:
    """Raise RefusedFileError if JSON is nested too deeply, before it is parsed."""
    depth = 0
    for bracket in re.finditer(r'"(?:[^"\\]|\\.)*+"?|[\[{\]}]', text, re.DOTALL):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(bracket[0], 0)
        if depth > DEEPEST:
            raise RefusedFileError(f"{file}: more than {DEEPEST} lists and tables within one another")
