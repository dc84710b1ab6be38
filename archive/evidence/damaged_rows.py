"""Reads rows that may hold anything: what a table of a damaged or forged database gives."""

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
"""Errors that reading a garbled row raises: no time, no JSON, no text, another shape, no content. The database itself
answers: if it does not, its own errors are raised."""


@contextmanager
def any_text(connection: Connection) -> Iterator[None]:
    """Let SQLite return text that is not UTF-8 with lone surrogates, which are never evidence, instead of raising."""
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
    """Return what is read of some rows at once; if that fails, of each by itself, or the id of one that fails."""
    try:
        yield read(ids)
    except UNREADABLE:
        yield from ids if len(ids) == 1 else (_one(read, each) for each in ids)


def _one(read: Callable[[Sequence[int]], T], row: int) -> T | int:
    try:
        return read([row])
    except UNREADABLE:
        return row
