"""Floors: arrows between packages go down only, and each heavy library has one importer."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.conftest import PROJECT

BELOW = {
    "document": set(),
    "differ": {"document"},
    "archive": {"document", "differ"},
    "notifier": {"document", "differ", "archive"},
    "crawler": {"document", "differ", "archive"},
    "clausewatch": {"document", "differ", "archive", "notifier", "crawler"},
}
"""What each package may import besides itself."""

ONLY = {
    "scrapy": {"crawler"},
    "sqlalchemy": {"archive", "notifier/outbox"},
    "apprise": {"notifier/channels"},
}
"""Who may import a library: a folder, or a module."""

SOURCES = sorted(path for package in BELOW for path in (PROJECT / package).rglob("*.py"))


def imported(source: Path) -> set[str]:
    """Return the top-level names of everything that a file imports, at its top or within."""
    nodes = list(ast.walk(ast.parse(source.read_text(encoding="utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    given = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level}
    return {name.partition(".")[0] for name in plain | given}


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_imports_point_down(source: Path) -> None:
    place = source.relative_to(PROJECT).as_posix()
    package = place.partition("/")[0]
    names = imported(source)
    assert not (names & BELOW.keys()) - BELOW[package] - {package}
    for library, importers in ONLY.items():
        allowed = any(place.startswith((f"{importer}/", f"{importer}.")) for importer in importers)
        assert library not in names or allowed, f"{place} imports {library}"


def test_every_package_is_examined() -> None:
    assert {source.relative_to(PROJECT).parts[0] for source in SOURCES} == set(BELOW)
