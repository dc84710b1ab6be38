"""Only one module makes the JSON rows, and only that module knows their keys."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.sources import PROJECT

PRINTING = sorted(path for path in (PROJECT / "clausewatch/cli").rglob("*.py") if "as_json" in path.read_text("utf-8"))


def test_at_least_ten_commands_are_examined() -> None:
    assert len(PRINTING) >= 10


@pytest.mark.parametrize("source", PRINTING, ids=lambda path: path.stem)
def test_a_command_prints_rows_but_does_not_make_rows(source: Path) -> None:
    tree = ast.parse(source.read_text("utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert "Row" not in imported
    calls = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("as_json")
    ]
    assert calls
    for call in calls:
        made = [node for node in ast.walk(call) if isinstance(node, ast.Dict | ast.DictComp)]
        assert not made, f"{source.name} makes a row by itself: {ast.unparse(call)}"
