"""Recognises unit tests.

A unit test starts no server, browser, database or process. `make quick` runs only unit tests. They are recognised by
their imports and fixtures, so nobody has to mark them. A test reaches out if it starts or contacts something outside
its process. A unit test that reaches out fails.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.sources import PROJECT, imported

MARK = "unit"

OUTSIDE = {
    "aiosmtpd",
    "archive.storage.database",
    "asyncio",
    "benchmarks",
    "click.testing",
    "http.server",
    "multiprocessing",
    "playwright",
    "psutil",
    "socket",
    "sqlalchemy",
    "sqlite3",
    "subprocess",
}
"""Modules that start or contact something outside the process. A test that imports such a module is not a unit test.
The import may be direct or through a module of the tests.
"""

FIXTURES = {"database_url", "unmade_database_url", "empty_archive", "postgresql"}
"""Fixtures that open a database."""

EVENTS = {"os.fork", "os.posix_spawn", "socket.bind", "socket.connect", "sqlite3.connect", "subprocess.Popen"}
"""Audit events of Python (see `sys.addaudithook`) that a unit test must not cause."""


class NotAUnitError(Exception):
    """Raised if a unit test reaches out."""


SLOWEST = ("kills", "quality", "end_to_end", "crawler", "clausewatch")
"""Folders of the slowest tests. These tests run first. If a long file came last, only one processor would be busy at
the end.
"""


def mark(items: list[pytest.Item]) -> None:
    """Add the mark `unit` to all unit tests."""
    for item in items:
        if not FIXTURES & set(getattr(item, "fixturenames", ())) and not reaches_out(item.path):
            item.add_marker(MARK)


def order(items: list[pytest.Item]) -> None:
    """Sort the tests.

    Files of the slowest folders come first, and unit tests last. Within a file, the order does not change.
    """
    others = {item.path for item in items if item.get_closest_marker(MARK) is None}
    items.sort(key=lambda item: (item.path not in others, _slowness(item.path)))


def _slowness(file: Path) -> int:
    folder = file.relative_to(PROJECT / "tests").parts[0]
    return SLOWEST.index(folder) if folder in SLOWEST else len(SLOWEST)


@cache
def reaches_out(file: Path) -> bool:
    """Return whether a test file imports a module that reaches out, directly or through another test file."""
    names = imported(file)
    if any(f"{name}.".startswith(f"{outside}.") for name in names for outside in OUTSIDE):
        return True
    return any(reaches_out(module) for module in map(_file_of, names) if module and module != file)


def _file_of(name: str) -> Path | None:
    """Return the test file with this dotted name, or the test file that contains this name.

    Return None for all other names.
    """
    path = PROJECT / name.replace(".", "/")
    files = [path.with_suffix(".py"), path.parent.with_suffix(".py")]
    return next((file for file in files if name.startswith("tests.") and file.is_file()), None)


_within: list[str] = []
"""The name of the unit test that is running. The list is empty if no unit test is running."""


@contextlib.contextmanager
def alone(test: str) -> Iterator[None]:
    """Within the block, raise NotAUnitError if the code reaches out."""
    _within.append(test)
    try:
        yield
    finally:
        _within.pop()


def _refuse(event: str, _: tuple[object, ...]) -> None:
    if _within and event in EVENTS:
        raise NotAUnitError(f"{_within[-1]} is taken for a unit test and does {event}: see tests/units.py")


sys.addaudithook(_refuse)
