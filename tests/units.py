"""Unit tests: those without a server, browser, database or process of their own. `make quick` runs them alone.

Which tests these are follows from what they import and which fixtures they take, so that nobody has to mark any.
A test that is taken for one and reaches out all the same fails.
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
"""Modules whose importers, direct or by a module of the tests, start or contact something."""

FIXTURES = {"database_url", "unmade_database_url", "empty_archive", "postgresql"}
"""Fixtures that open a database."""

EVENTS = {"os.fork", "os.posix_spawn", "socket.bind", "socket.connect", "sqlite3.connect", "subprocess.Popen"}
"""Events of `sys.addaudithook` that no unit test causes."""


class NotAUnitError(Exception):
    """A test that is taken for a unit test reaches out."""


SLOWEST = ("kills", "quality", "end_to_end", "crawler", "clausewatch")
"""Folders of the tests that take longest. They come first: a long file at the end would leave all processors but one
idle."""


def mark(items: list[pytest.Item]) -> None:
    """Mark the unit tests among all tests."""
    for item in items:
        if not FIXTURES & set(getattr(item, "fixturenames", ())) and not reaches_out(item.path):
            item.add_marker(MARK)


def order(items: list[pytest.Item]) -> None:
    """Put files of the slowest folders first and files of unit tests last; within a file nothing moves."""
    others = {item.path for item in items if item.get_closest_marker(MARK) is None}
    items.sort(key=lambda item: (item.path not in others, _slowness(item.path)))


def _slowness(file: Path) -> int:
    folder = file.relative_to(PROJECT / "tests").parts[0]
    return SLOWEST.index(folder) if folder in SLOWEST else len(SLOWEST)


@cache
def reaches_out(file: Path) -> bool:
    """Whether a file of the tests imports what lies outside, or another one that does."""
    names = imported(file)
    if any(f"{name}.".startswith(f"{outside}.") for name in names for outside in OUTSIDE):
        return True
    return any(reaches_out(module) for module in map(_file_of, names) if module and module != file)


def _file_of(name: str) -> Path | None:
    """Return the file of a dotted name if it is one of the tests' modules, or in one."""
    path = PROJECT / name.replace(".", "/")
    files = [path.with_suffix(".py"), path.parent.with_suffix(".py")]
    return next((file for file in files if name.startswith("tests.") and file.is_file()), None)


_within: list[str] = []
"""The unit test that runs now, if one does."""


@contextlib.contextmanager
def alone(test: str) -> Iterator[None]:
    """Let what reaches out of this process fail within the block."""
    _within.append(test)
    try:
        yield
    finally:
        _within.pop()


def _refuse(event: str, _: tuple[object, ...]) -> None:
    if _within and event in EVENTS:
        raise NotAUnitError(f"{_within[-1]} is taken for a unit test and does {event}: see tests/units.py")


sys.addaudithook(_refuse)
