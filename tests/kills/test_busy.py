"""Tests commands while a different program locks the archive. A command waits for some time. If the lock lasts longer,
the command says so and ends. Nothing is lost.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine

from tests.kills.killing import Killing
from tests.kills.stand import Stand, standing

LONG = bool(os.environ.get("CLAUSEWATCH_LONG"))
RUN = ("run", "--all", "--verbose")
LOCKED = [(kind, command) for kind in ("sqlite", "postgresql") for command in (RUN, ("notify", "send"))]


@pytest.fixture
def stand(tmp_path: Path, database_url: str) -> Iterator[Stand]:
    """Return a setup whose commands wait for two seconds, and whose next run has something to report."""
    with standing(tmp_path, database_url) as made:
        made.configure('busy_timeout = "2 s"', names=("Lodge",))
        assert made.call(*RUN).code == 0
        made.publish("Lodge")
        yield made


@pytest.fixture
def other(stand: Stand) -> Iterator[Connection]:
    """Return a connection that locks the whole archive, as a different program might do."""
    engine = create_engine(stand.database)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql("LOCK TABLE policy, delivery, blob IN ACCESS EXCLUSIVE MODE")
        yield connection
    engine.dispose()


@pytest.mark.parametrize(("database_kind", "command"), LOCKED if LONG else LOCKED[::3], indirect=["database_kind"])
def test_a_lock_that_lasts_ends_a_command_with_3_and_one_sentence(
    stand: Stand, other: Connection, command: tuple[str, ...]
) -> None:
    child = stand.call(*command)
    assert child.code == 3
    assert "another program keeps it locked; wait for it to end, then try again" in child.said()
    assert "Traceback" not in child.said()
    other.rollback()
    assert stand.call(*RUN).code == 0
    assert Killing(stand, 0).finish() == []
    assert len(stand.mail.received) == 1


def test_a_command_waits_for_a_lock_that_ends_in_time(stand: Stand, other: Connection) -> None:
    child = stand.start(*RUN)
    freed = threading.Timer(1, other.rollback)
    freed.start()
    assert child.end() == 0, child.said()
    freed.join()
    assert Killing(stand, 0).finish() == []


def test_a_lock_that_begins_during_a_run_ends_the_run_with_3(stand: Stand) -> None:
    """Everything that was recorded before the lock stays in the archive. The next run records and reports the rest."""
    locked = threading.Event()
    stand.site.pages["/Lodge"] = replace(stand.site.pages["/Lodge"], until=locked)
    child = stand.start(*RUN)
    deadline = time.monotonic() + 60
    while stand.site.visits()["/Lodge"] < 2:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    engine = create_engine(stand.database)
    with engine.connect() as connection:
        connection.exec_driver_sql(
            "BEGIN IMMEDIATE" if engine.dialect.name == "sqlite" else "LOCK TABLE policy IN ACCESS EXCLUSIVE MODE"
        )
        locked.set()
        assert child.end() == 3
    engine.dispose()
    assert "another program keeps it locked" in child.said()
    assert "Traceback" not in child.said()
    stand.publish("Lodge")
    assert Killing(stand, 0).finish() == []
    assert len(stand.mail.received) == 1
