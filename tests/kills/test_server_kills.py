"""Tests a PostgreSQL server that dies during runs. It keeps everything that it confirmed, and every alert arrives.

The server waits for the disk at each commit, as real servers do. Other tests cut the connection to the server at a
COMMIT. After such a cut, a command cannot know whether the COMMIT was executed. In all tests, nothing may be lost, and
no message may be sent twice.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from archive.storage.database import open_archive
from tests.conftest import require
from tests.kills.cutting import way
from tests.kills.killing import SOON, Killing
from tests.kills.stand import Stand, standing
from tests.postgresql import Cluster, binaries, cluster

LONG = bool(os.environ.get("CLAUSEWATCH_LONG"))
KILLS = 50 if LONG else 2
"""Number of times that the server is killed while a run still needs the server."""

SEED = 20261123
RUN = ("run", "--all", "--verbose")


@pytest.fixture
def server() -> Iterator[Cluster]:
    """Return a server that only this test uses, so that it may be killed."""
    require(binaries() is not None, "PostgreSQL")
    with cluster(durable=True) as made:
        yield made


@pytest.fixture
def stand(tmp_path: Path, server: Cluster) -> Iterator[Stand]:
    with standing(tmp_path, server.make("watch")) as made:
        made.configure(names=("Lodge",))
        assert made.call(*RUN).code == 0
        yield made


def test_a_server_that_dies_during_runs_loses_nothing(stand: Stand, server: Cluster) -> None:
    """The server dies soon after a random point of the run. It dies in two ways in turn: its first process gets
    SIGKILL, or the server is told to stop immediately."""
    killing, ends = Killing(stand, SEED, lambda: stand.publish("Lodge")), [0, 0]
    random = killing.random
    calm = killing.undisturbed(*RUN)
    while ends[1] < KILLS:
        assert sum(ends) < 2 * KILLS + 8, f"of {sum(ends)} deaths {ends[1]} came while a run needed the server"
        number = sum(ends)
        stand.publish("Lodge")
        child = stand.start(*RUN)
        child.wait_for_points(random.randint(1, len(calm.reached())))
        time.sleep(random.expovariate(1 / SOON))
        killing.places[(child.reached() or ["start"])[-1]] += 1
        if number % 2:
            server.kill()
        else:
            server.stop("immediate")
        code = child.end()
        assert code in (0, 3), child.said()
        assert "Traceback" not in child.said(), child.said()
        ends[code == 3] += 1
        server.start()
        killing.faults += killing.witness.look(child)
    expire(stand)
    assert killing.finish() == [], killing.summary()
    assert ends[1] >= 0.5 * sum(ends) or not LONG
    print(f"{sum(ends)} server kills: {ends[1]} runs ended with 3, {ends[0]} with 0; {killing.summary()}")


def test_a_connection_that_is_cut_at_a_commit_loses_and_doubles_nothing(stand: Stand, server: Cluster) -> None:
    """The connection is cut at each COMMIT of a run: once before the server gets the COMMIT, and once before the
    client gets the answer."""
    killing, direct = Killing(stand, 0), stand.configuration.read_text(encoding="utf-8")
    with TemporaryDirectory(prefix="cw-way-") as folder, way(Path(folder), server.folder) as cut:
        roundabout = direct.replace(f"host={server.folder}", f"host={folder}")
        for number in range(1, 26) if LONG else (6,):
            for after in (False, True):
                stand.publish("Lodge")
                stand.configuration.write_text(roundabout, encoding="utf-8")
                cut.cut(number, after=after)
                child = stand.call(*RUN)
                assert child.code == 3 or cut.passed < number, child.said()
                assert "Traceback" not in child.said(), child.said()
                stand.configuration.write_text(direct, encoding="utf-8")
                killing.faults += killing.witness.look(child)
                expire(stand)
        print(f"{cut.done} cut commits; {killing.summary()}")
        assert cut.done >= (4 if LONG else 2)
    assert killing.finish() == [], killing.summary()


def expire(stand: Stand) -> None:
    """Let all claims of senders on messages expire."""
    with open_archive(stand.database) as archive, archive.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE delivery SET due_at = '2026-01-01 00:00:00+00' WHERE state = 'sending'")
