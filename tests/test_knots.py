"""Tests that no function makes too many decisions, and that calls with many arguments name them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sources import PROJECT
from tests.test_imports import BELOW

MOST_DECISIONS = 15
"""Maximum number of decision points in a function. These are branches, conditional expressions, comprehensions and
their conditions, and each operand of `and` or `or` after the first operand. The decision points of a nested function do
not count for the outer function.
"""

MANY_ARGUMENTS = 5
"""Number of positional arguments from which a call is hard to read: a reader would have to look up their meanings."""

MOST_CALLS = 1.0
"""Maximum number of calls with at least that many positional arguments, for each 1,000 lines of a package."""

BRANCHES = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.IfExp, ast.ExceptHandler, ast.match_case)

SOURCES = sorted(path for package in BELOW for path in (PROJECT / package).rglob("*.py"))


def decisions(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the number of decision points of a function."""
    return sum(map(_weight, _within(function)))


def _within(node: ast.AST) -> Iterator[ast.AST]:
    """Yield all nodes below a node, except nested functions and the nodes below them."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child
            yield from _within(child)


def _weight(node: ast.AST) -> int:
    if isinstance(node, ast.BoolOp):
        return len(node.values) - 1
    if isinstance(node, ast.comprehension):
        return 1 + len(node.ifs)
    return int(isinstance(node, BRANCHES))


def functions(source: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_function_has_too_many_decision_points() -> None:
    over = {
        f"{source.relative_to(PROJECT).as_posix()}: {function.name}"
        for source in SOURCES
        for function in functions(source)
        if decisions(function) > MOST_DECISIONS
    }
    assert not over, f"more than {MOST_DECISIONS} decision points: split it"


@pytest.mark.parametrize("package", BELOW)
def test_calls_with_many_arguments_name_them(package: str) -> None:
    """Migrations are excluded.

    They never change after their release, and they define tables with long lists of columns.
    """
    texts = [
        path.read_text(encoding="utf-8")
        for path in SOURCES
        if path.is_relative_to(PROJECT / package) and "migrations" not in path.parts
    ]
    calls = sum(
        isinstance(node, ast.Call) and len(node.args) >= MANY_ARGUMENTS
        for text in texts
        for node in ast.walk(ast.parse(text))
    )
    rate = 1000 * calls / sum(text.count("\n") for text in texts)
    assert rate <= MOST_CALLS, f"{calls} calls with {MANY_ARGUMENTS} positional arguments or more"


@pytest.mark.parametrize(
    ("body", "number"),
    [
        ("return a", 0),
        ("return a if b else c", 1),
        ("return a and b and c or d", 3),
        ("return [x for x in a if x if not x]", 3),
        ("for x in a:\n    while x:\n        pass", 2),
        ("try:\n    pass\nexcept A:\n    pass\nexcept B:\n    pass", 2),
        ("def inner():\n    return a if b else c", 0),
    ],
)
def test_what_counts_as_a_decision(body: str, number: int) -> None:
    indented = "\n".join(f"    {line}" for line in body.splitlines())
    function = ast.parse(f"def f():\n{indented}").body[0]
    assert isinstance(function, ast.FunctionDef)
    assert decisions(function) == number
