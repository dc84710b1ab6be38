"""Tests the upgrade of an archive that an older program made. No data may be lost."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from archive.evidence.verification import Tally, verify
from archive.questions.history import document, versions_of
from archive.recording.recorder import record
from archive.storage.database import open_archive
from archive.storage.fault_injection import VARIABLE
from differ.explanation import Explanation
from differ.model import Timing
from tests.archive.older import dumped, make_older
from tests.archive.schemas import differences
from tests.archive.visits import DATE, HOUR, JUDGED, RETENTION, SHARING, START, seen, written
from tests.chance import seeded

LONG = bool(os.environ.get("CLAUSEWATCH_LONG"))
SEED = 20261130
FORKING = get_context("forkserver")
FORKING.set_forkserver_preload(["archive.storage.database", "archive.storage.sealing", "alembic.command"])


def revisions() -> list[str]:
    """Return all revisions, the oldest first."""
    config = Config()
    config.set_main_option("script_location", "archive:migrations")
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()][::-1]


@pytest.fixture
def first_schema(unmade_database_url: str, tmp_path: Path) -> str:
    """Return the URL of an archive that has the first schema, two versions and their findings."""
    make_older(unmade_database_url, "0001", tmp_path)
    return unmade_database_url


def test_an_archive_of_the_first_schema_keeps_its_history(first_schema: str) -> None:
    """For changes from before the upgrade, the timing, the drift and the translated reasons are unknown."""
    with open_archive(first_schema) as archive:
        first, second = versions_of(archive, "Teahouse")
        assert document(archive, first) == written("Only our cooks see your orders.")
        assert second.change is not None
        assert [each.finding for each in second.change.findings] == [SHARING, RETENTION]
        assert [each.suppression for each in second.change.suppressed] == [DATE]
        assert (second.change.timing, second.change.drift) == (Timing(), ())


@pytest.mark.parametrize("revision", revisions()[:-1])
def test_an_archive_of_any_older_schema_is_upgraded_to_the_newest(
    unmade_database_url: str, tmp_path: Path, revision: str
) -> None:
    make_older(unmade_database_url, revision, tmp_path)
    with open_archive(unmade_database_url) as archive:
        assert differences(archive) == []
        assert [version.number for version in versions_of(archive, "Teahouse")] == [1, 2]
        if archive.engine.dialect.name == "sqlite":
            with archive.engine.connect() as connection:
                assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []


def test_an_upgraded_archive_can_be_used(first_schema: str) -> None:
    told = replace(
        SHARING,
        explanation=Explanation(SHARING.reason, translations=(("id", "Mitra kami sebelumnya bukan penerima."),)),
    )
    judged = replace(JUDGED, findings=(told,), drift=("id",))
    with open_archive(first_schema) as archive:
        record(archive, seen(START + 72 * HOUR, written("All see your orders."), 2, judged), START + 72 * HOUR)
        change = versions_of(archive, "Teahouse")[2].change
    assert change is not None
    assert [each.finding for each in change.findings] == [told]
    assert change.drift == ("id",)


def upgrade_until(url: str, point: str) -> None:
    """Open an archive, which upgrades it. The process that calls this function is killed at the given point."""
    os.environ[VARIABLE] = point
    open_archive(url).close()


def test_an_upgrade_killed_at_any_step_leaves_an_archive_that_a_program_can_open(
    first_schema: str, tmp_path: Path
) -> None:
    """If the process is killed before the commit, the archive stays exactly as before the upgrade.

    If the process is killed later, the archive has the newest schema. With CLAUSEWATCH_LONG it is killed at every
    point. Otherwise it is killed at some points, of which one is before the commit and one after it.
    """
    points, before = tmp_path / "points", dumped(first_schema)
    last = len(revisions())  # there is a point after each revision except the first, and one before the commit
    for killed in range(1, last + 1) if LONG else [*sorted(seeded(SEED).sample(range(1, last), 4)), last]:
        assert not killed_at(killed, first_schema, points).endswith("after commit\n")
        assert dumped(first_schema) == before
    assert killed_at(last + 1, first_schema, points).endswith("after commit\n")
    with open_archive(first_schema) as archive:
        assert differences(archive) == []


def killed_at(number: int, url: str, points: Path) -> str:
    """Kill an upgrade at the point with this number, and return the names of the points that it reached."""
    points.unlink(missing_ok=True)
    upgrading = FORKING.Process(target=upgrade_until, args=(url, f"{points}:{number}"))
    upgrading.start()
    upgrading.join(60)
    assert upgrading.exitcode == -signal.SIGKILL
    return points.read_text()


def test_an_upgrade_seals_the_rows_of_an_older_program(first_schema: str) -> None:
    """The upgrade seals the rows that exist.

    It also seals the names of the policies and the hash of each text. Older programs did not store these hashes.
    """
    with open_archive(first_schema) as archive:
        tally = Tally()
        assert list(verify(archive, tally)) == []
    assert tally.rows == {
        "naming": 1,
        "fetch": 3,
        "version": 2,
        "change": 1,
        "finding": 2,
        "suppression": 1,
    }
    assert tally.contents.texts == 2
