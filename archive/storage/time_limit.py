"""Ends a question that takes too long, so that it does not keep others from using the archive."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

STEPS = 20_000
"""Number of steps of SQLite's virtual machine between two looks at the clock. They take about a millisecond."""

QUERY_CANCELED = "57014"
"""The code with which PostgreSQL reports a statement that was ended."""


class TimeIsUpError(Exception):
    """A question took longer than its time limit."""


class TimeLimit:
    """The time until which a question must be answered."""

    def __init__(self, session: Session, limit: timedelta) -> None:
        self._session, self._until = session, time.monotonic() + limit.total_seconds()

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() >= self._until

    def renew(self) -> None:
        """Let the next statement take the rest of the time. Raises TimeIsUpError if nothing is left. Call this before
        each statement that may take long, because PostgreSQL limits each statement by itself.
        """
        if self.is_over:
            raise TimeIsUpError
        if self._session.get_bind().dialect.name == "postgresql":
            rest = max(1, round(1000 * (self._until - time.monotonic())))
            self._session.execute(text("SELECT set_config('statement_timeout', :rest, true)"), {"rest": str(rest)})


@contextmanager
def time_limit(session: Session, limit: timedelta) -> Iterator[TimeLimit]:
    """Raise TimeIsUpError if the statements within the block take longer than the limit."""
    limited = TimeLimit(session, limit)
    driver = session.connection().connection.driver_connection
    sqlite = driver if isinstance(driver, sqlite3.Connection) else None
    if sqlite is not None:
        sqlite.set_progress_handler(lambda: limited.is_over, STEPS)
    try:
        yield limited
    except DBAPIError as error:
        if _was_ended(error):
            raise TimeIsUpError from error
        raise
    finally:
        if sqlite is not None:
            sqlite.set_progress_handler(None, 0)


def _was_ended(error: DBAPIError) -> bool:
    if isinstance(error.orig, sqlite3.Error):
        return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_INTERRUPT
    return getattr(error.orig, "sqlstate", None) == QUERY_CANCELED
