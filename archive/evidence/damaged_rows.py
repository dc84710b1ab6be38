"""Reads rows of a damaged or forged database. Such rows may contain anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import NoResultFound

from archive.errors import DamagedArchiveError

T = TypeVar("T")

UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, NoResultFound, DamagedArchiveError)
"""Errors that may occur when a damaged row is read: an invalid time, invalid JSON, JSON with an unexpected structure,
or missing content. Errors of the database itself are not included, because they must end the verification.
"""


@contextmanager
def any_text(connection: Connection) -> Iterator[None]:
    """Let SQLite return text that is not valid UTF-8, instead of raising an error. Invalid bytes become lone
    surrogates. Sealed text never contains surrogates.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    before, driver.text_factory = driver.text_factory, partial(str, encoding="utf-8", errors="surrogateescape")
    try:
        yield
    finally:
        driver.text_factory = before


def readable(read: Callable[[Sequence[int]], T], ids: Sequence[int]) -> Iterator[T | int]:
    """Read several rows at once, and yield the results. If that fails, read each row by itself. For a row that cannot
    be read, yield its id.
    """
    try:
        yield read(ids)
    except UNREADABLE:
        yield from ids if len(ids) == 1 else (_one(read, each) for each in ids)


def _one(read: Callable[[Sequence[int]], T], row: int) -> T | int:
    try:
        return read([row])
    except UNREADABLE:
        return row
