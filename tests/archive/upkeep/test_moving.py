"""Tests that an archive is moved from SQLite to PostgreSQL completely, also after a kill."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from archive.errors import MovedArchiveError
from archive.evidence.chain import head
from archive.evidence.verification import Tally, verify
from archive.model import BUSY_TIMEOUT, Query
from archive.questions.history import history
from archive.recording.policies import synchronise
from archive.recording.recorder import record
from archive.search.query import Search, search
from archive.storage.database import Archive, open_archive
from archive.storage.engines import engine_of, parsed
from archive.storage.fault_injection import VARIABLE
from archive.storage.read_only import read_only_archive, served_archive
from archive.storage.tables import Base, IdleMarkRow
from archive.upkeep.backup import back_up
from archive.upkeep.moving import MoveError, move
from tests.archive.growing import grow, policy
from tests.archive.visits import HOUR, START, seen, watch, written
from tests.chance import seeded
from tests.postgresql import Cluster, fresh_database

MOVE = "import sys; from archive.upkeep.moving import move; print(move(*sys.argv[1:]).head)"


@pytest.fixture
def target(postgresql: Cluster, empty_database: str) -> Iterator[str]:
    """Return the URL of a PostgreSQL database with an empty archive."""
    with fresh_database(postgresql, empty_database) as url:
        yield url


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a SQLite archive with every kind of evidence."""
    path = tmp_path_factory.mktemp("grown") / "watch.db"
    with open_archive(f"sqlite:///{path}") as archive:
        grow(archive, seeded("moving"), 60)
    return path


@pytest.fixture
def source(grown: Path, tmp_path: Path) -> str:
    """Return the URL of a copy of the archive that only this test uses."""
    return f"sqlite:///{shutil.copyfile(grown, tmp_path / 'watch.db')}"


def rows(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of an archive, by table. Rows are in the order of their keys."""
    engine = engine_of(parsed(url), BUSY_TIMEOUT)
    with engine.connect() as connection:
        read = {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]
            for table in Base.metadata.sorted_tables
        }
    engine.dispose()
    return read


def test_every_row_is_the_same_in_both_archives(source: str, postgresql: Cluster) -> None:
    before = rows(source)
    with fresh_database(postgresql, "template1") as target:
        moved = move(source, target)
        assert rows(target) == before
        with open_archive(target) as archive:
            assert not list(verify(archive, Tally()))
            assert head(archive) == moved.head
    assert moved.rows == sum(map(len, before.values()))
    assert not moved.resumed


def test_the_new_archive_answers_and_records_like_the_old_one(location: str, target: str) -> None:
    def answers(archive: Archive) -> tuple[object, ...]:
        found = search(archive, Search("couriers")).matches
        assert found
        return history(archive, Query()), found

    with open_archive(location) as archive:
        watch(archive)
        record(archive, seen(START, written("Our couriers see your orders."), None), START)
        old = answers(archive)
    move(location, target)
    with open_archive(target) as archive:
        assert answers(archive) == old
        later = START + 24 * HOUR
        record(archive, seen(later, written("Our printers see your orders."), 1), later)
        assert not list(verify(archive, Tally()))


def test_the_old_archive_can_only_be_verified(source: str, target: str) -> None:
    with open_archive(source) as opened_before:
        moved = move(source, target)
        with pytest.raises(MovedArchiveError, match="name that database as `database`"), opened_before.writing():
            pass
    with pytest.raises(MovedArchiveError, match="was moved into another database"):
        open_archive(source)
    with pytest.raises(MovedArchiveError), served_archive(source):
        pass
    with read_only_archive(source) as archive:
        assert head(archive) == moved.head
        assert not list(verify(archive, Tally()))
    with pytest.raises(MovedArchiveError):
        move(source, target)


def test_a_database_in_use_is_refused_and_stays_as_it_is(source: str, target: str) -> None:
    with open_archive(target) as archive:
        watch(archive)
        before = head(archive)
    with pytest.raises(MoveError, match="already has an archive; name an empty database"):
        move(source, target)
    with open_archive(target) as archive, open_archive(source):
        assert head(archive) == before


@pytest.mark.parametrize("turned", [True, False])
def test_other_kinds_of_databases_are_refused(source: str, target: str, tmp_path: Path, turned: bool) -> None:
    urls = (target, source) if turned else (source, f"sqlite:///{tmp_path / 'other.db'}")
    with pytest.raises(MoveError, match="from SQLite to PostgreSQL"):
        move(*urls)


def killed(source: str, target: str, marks: Path, point: int | None) -> bool:
    """Move in another process that is killed at a point. Return whether it was killed."""
    variables = os.environ | {VARIABLE: str(marks) if point is None else f"{marks}:{point}"}
    marks.unlink(missing_ok=True)
    ended = subprocess.run([sys.executable, "-c", MOVE, source, target], env=variables, check=False)
    assert ended.returncode in (0, -signal.SIGKILL)
    return ended.returncode != 0


def test_a_move_that_was_killed_continues(source: str, target: str, tmp_path: Path) -> None:
    before = rows(source)
    for point in (3, 4, 8):
        assert killed(source, target, tmp_path / "points", point)
        with pytest.raises(MovedArchiveError, match="call `clausewatch archive move` again"):
            open_archive(target)
        with open_archive(source):
            pass
    assert move(source, target).resumed
    assert rows(target) == before


def test_a_move_begins_again_if_the_old_archive_changed(source: str, target: str, tmp_path: Path) -> None:
    assert killed(source, target, tmp_path / "points", 9)
    with open_archive(source) as archive:
        synchronise(archive, [policy("Harbour")], START)
    before = rows(source)
    assert not move(source, target).resumed
    assert rows(target) == before


def test_a_move_is_completed_after_a_kill_between_the_two_marks(
    source: str, target: str, tmp_path: Path, postgresql: Cluster, empty_database: str
) -> None:
    with open_archive(source) as archive:
        back_up(archive, tmp_path / "copy.db")
    marks = tmp_path / "points"
    with fresh_database(postgresql, empty_database) as elsewhere:
        assert not killed(f"sqlite:///{tmp_path / 'copy.db'}", elsewhere, marks, None)
    last = len(marks.read_text(encoding="utf-8").splitlines())
    before = rows(source)
    assert killed(source, target, marks, last)
    for url in (source, target):
        with pytest.raises(MovedArchiveError):
            open_archive(url)
    assert move(source, target).resumed
    assert rows(target) == before


def test_an_archive_is_not_moved_into_two_databases(
    source: str, target: str, tmp_path: Path, postgresql: Cluster, empty_database: str
) -> None:
    with open_archive(source) as archive:
        back_up(archive, tmp_path / "copy.db")
    move(source, target)
    with fresh_database(postgresql, empty_database) as elsewhere:
        assert killed(f"sqlite:///{tmp_path / 'copy.db'}", elsewhere, tmp_path / "points", 1)
        begin_elsewhere(elsewhere)
        with pytest.raises(MovedArchiveError, match="was moved into another database"):
            move(source, elsewhere)


def begin_elsewhere(url: str) -> None:
    """Remove the rows that a move has copied. So the database looks as if a move of another archive had begun."""
    engine = engine_of(parsed(url), BUSY_TIMEOUT)
    with engine.begin() as connection:
        connection.execute(delete(IdleMarkRow))
    engine.dispose()
