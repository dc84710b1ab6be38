"""The source files of the project, and their imports."""

from __future__ import annotations

import ast
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


def imported(source: Path) -> set[str]:
    """Return the dotted names of all modules that a file imports, including imports within functions."""
    nodes = list(ast.walk(ast.parse(source.read_text(encoding="utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    given = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level]
    return plain | {f"{node.module}.{alias.name}" for node in given for alias in node.names}
