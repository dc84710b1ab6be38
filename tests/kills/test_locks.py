"""Tests that only one of several simultaneous runs works. Tests also that a sender does not repeat messages after a
long stop."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from tests.kills.commands import Child
from tests.kills.killing import Killing
from tests.kills.soundness import received
from tests.kills.stand import Stand, standing

LONG = bool(os.environ.get("CLAUSEWATCH_LONG"))
ROUNDS = 25 if LONG else 1
RUN = ("run", "--all", "--verbose")

PROGRAM = """
import atexit, json, os, pathlib, sys
from clausewatch.cli import main
import clausewatch.cli.run, clausewatch.config
clausewatch.config.load(pathlib.Path(sys.argv[1]))
heavy = ("scrapy", "twisted", "sqlalchemy", "sqlite3", "psycopg")
waiting, starting = os.pipe()
runs = []
for number in range(int(sys.argv[2])):
    runs.append(os.fork())
    if runs[-1] == 0:
        os.close(starting)
        for stream, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(f"{name}-{number}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
        atexit.register(lambda: print("imported", *(name for name in heavy if name in sys.modules)))
        os.read(waiting, 1)
        main(["--config", sys.argv[1], "run", "--all"])
os.close(starting)
print(json.dumps([os.waitstatus_to_exitcode(os.waitpid(run, 0)[1]) for run in runs]))
"""
"""Starts several runs that begin at nearly the same time: all wait until a pipe is closed. Prints their exit codes.

The runs are forked from a process that has imported only the command line and what it needs to read a configuration,
because so many new Python processes would take long.
"""


@pytest.fixture
def stand(tmp_path: Path, database_url: str) -> Iterator[Stand]:
    """Return a setup with one policy, which was not visited yet."""
    with standing(tmp_path, database_url) as made:
        made.configure(names=("Lodge",))
        yield made


def test_only_one_of_several_simultaneous_runs_works(stand: Stand, database_kind: str) -> None:
    """All other runs end with exit code 4 and name the active run. They end before they import Scrapy or a database
    driver. The page is fetched only once."""
    together = 20 if LONG or database_kind == "sqlite" else 5
    for turn in range(1, ROUNDS + 1):
        stand.site.asked.clear()
        codes = runs_at_once(stand, together)
        assert sorted(codes) == [0] + [4] * (together - 1), turn
        for number, code in enumerate(codes):
            if code == 4:
                assert (stand.folder / f"out-{number}").read_text() == "imported\n"
                assert "another run (process" in (stand.folder / f"err-{number}").read_text()
        assert stand.site.visits()["/Lodge"] == 1, turn


def runs_at_once(stand: Stand, number: int) -> list[int]:
    """Start this number of runs at nearly the same time, and return their exit codes."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(stand.configuration), str(number)],
        cwd=stand.folder,
        env=os.environ | {"HOME": str(stand.folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        timeout=120,
        check=True,
    )
    codes: list[int] = json.loads(done.stdout)
    return codes


def test_a_sender_that_is_stopped_longer_than_its_lease_sends_nothing_twice(stand: Stand, database_kind: str) -> None:
    """The sender is stopped before it sends its first messages. With PostgreSQL, a sender on a second machine takes
    over as soon as the server has closed the connection of the stopped sender.
    """
    stand.call(*RUN)
    stand.publish("Lodge")
    stand.mail.stop()
    stand.hook.status = 503
    stand.call(*RUN)
    stand.mail.start()
    stand.hook.status, stand.hook.hangs_until = 200, lambda: False
    stopped = stand.start("notify", "send")
    stopped.wait_for("before send", 2)
    stop_and_expire_claims(stand, stopped)
    stand.hook.hangs_until = None
    other = str(stand.folder / "other-machine")
    assert stand.start("notify", "send").end() == 4
    if database_kind == "postgresql":
        assert stand.start("notify", "send", HOME=other).end() == 4
        drop_connections(stand)
        assert stand.start("notify", "send", HOME=other).end() == 0
    stopped.send(signal.SIGCONT)
    stopped.end()
    stand.call("notify", "send")
    faults = Killing(stand, 0).witness.final()
    assert [fault for fault in faults if "too often" not in fault] == []
    # When the sender was stopped, each channel was sending at most one message. A server may have accepted that
    # message.
    assert all(many <= 2 for many in received(stand).values())


def stop_and_expire_claims(stand: Stand, sender: Child) -> None:
    """Stop a sender while it does not lock the archive, and let its claims expire."""
    for _ in range(20):
        sender.send(signal.SIGSTOP)
        try:
            execute(stand, "UPDATE delivery SET due_at = '2026-01-01 00:00:00+00' WHERE state = 'sending'")
        except OperationalError:
            sender.send(signal.SIGCONT)
            time.sleep(0.1)
        else:
            return
    pytest.fail("the sender held the archive's lock whenever it was stopped")


def drop_connections(stand: Stand) -> None:
    """Make the database server close the connections of all commands, as a restart would do."""
    execute(stand, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'clausewatch'")
    time.sleep(0.2)


def execute(stand: Stand, statement: str) -> None:
    """Run an SQL statement without our program. Raise OperationalError if a process holds a lock that the statement
    needs."""
    engine = create_engine(stand.database, poolclass=NullPool)  # a failed statement leaves no connection open
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":  # by default the statement would wait for the lock without a limit
            connection.exec_driver_sql("SET LOCAL lock_timeout = '1s'")
        connection.exec_driver_sql(statement)
