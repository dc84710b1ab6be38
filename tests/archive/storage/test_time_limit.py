"""Tests that a question that takes too long is ended, in SQLite and in PostgreSQL."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from archive.storage.database import Archive
from archive.storage.time_limit import TimeIsUpError, time_limit

ENDLESS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    "postgresql": "SELECT pg_sleep(300)",
}


def ask_endlessly(archive: Archive) -> None:
    with archive.reading() as session, time_limit(session, timedelta(seconds=0.5)) as left:
        left.renew()
        session.execute(text(ENDLESS[archive.engine.dialect.name]))


def test_an_endless_question_is_ended_and_the_connection_can_be_used_again(archive: Archive) -> None:
    began = time.monotonic()
    with pytest.raises(TimeIsUpError):
        ask_endlessly(archive)
    assert 0.4 < time.monotonic() - began < 60
    for _ in range(3):  # each of the pool's connections
        with archive.reading() as session:
            assert session.scalar(text("SELECT count(*) FROM policy")) == 0
    time.sleep(0.6)
    with archive.reading() as session:  # an earlier limit no longer holds
        assert session.scalar(text("SELECT count(*) FROM chain_entry")) is not None


def test_a_quick_question_is_answered_and_nothing_is_left_after_the_time(archive: Archive) -> None:
    with archive.reading() as session, time_limit(session, timedelta(seconds=60)) as left:
        left.renew()
        assert session.scalar(text("SELECT 7")) == 7
    with archive.reading() as session, time_limit(session, timedelta(0)) as left, pytest.raises(TimeIsUpError):
        left.renew()


def test_another_error_is_not_taken_for_the_limit(archive: Archive) -> None:
    with archive.reading() as session, pytest.raises(DBAPIError), time_limit(session, timedelta(seconds=60)):
        session.execute(text("SELECT nothing FROM nowhere"))
