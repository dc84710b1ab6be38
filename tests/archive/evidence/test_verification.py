"""A verification finds every edit that an insider makes to the evidence, and gives no false alarm.

With CLAUSEWATCH_LONG the tests make the full number of edits. The results are in docs/figures.md.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from archive.evidence.chain import SavedHead, head
from archive.evidence.verification import Tally, verify
from archive.storage.database import Archive, open_archive
from tests.archive.growing import grow
from tests.archive.tampering import MANNERS, NEED_A_HEAD, contents, tamper
from tests.chance import seeded
from tests.postgresql import Cluster, fresh_database

LONG = bool(os.environ.get("CLAUSEWATCH_LONG"))
SEED = 5
EDITS = {"sqlite": 9_000 if LONG else 170, "postgresql": 1_000 if LONG else 30}
CLEAN = {"sqlite": 900 if LONG else 15, "postgresql": 100 if LONG else 5}
VISITS = 12

Copies = Callable[[], AbstractContextManager[Archive]]


@dataclass(frozen=True)
class Target:
    """An archive that the tests alter and then restore, again and again."""

    archive: Archive
    insider: Engine
    """A connection to the archive's database that bypasses our programs."""
    head: SavedHead
    """A head that somebody saved."""
    stored: Mapping[str, bytes | None]
    """The stored contents before an edit."""
    put_back: Callable[[], object]

    def restore(self) -> None:
        """Undo the edit in the database."""
        self.archive.engine.dispose()
        self.insider.dispose()
        self.put_back()


@pytest.fixture
def empty_copies(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path) -> Copies:
    """Return a function that makes a new empty archive each time."""
    template = request.getfixturevalue("empty_archive" if database_kind == "sqlite" else "empty_database")
    server = None if database_kind == "sqlite" else request.getfixturevalue("postgresql")
    return lambda: _copy(template, server, tmp_path)


@contextmanager
def _copy(template: Path | str, server: Cluster | None, folder: Path) -> Iterator[Archive]:
    if server is not None:
        with fresh_database(server, str(template)) as url, open_archive(url) as archive:
            yield archive
        return
    for leftover in folder.glob("copy.db*"):
        leftover.unlink()
    with open_archive(f"sqlite:///{shutil.copyfile(template, folder / 'copy.db')}") as archive:
        yield archive


@pytest.fixture
def target(request: pytest.FixtureRequest, database_kind: str, database_url: str, tmp_path: Path) -> Iterator[Target]:
    """Return an archive with every kind of evidence."""
    with open_archive(database_url) as archive:
        grow(archive, seeded(SEED), VISITS)
    if database_kind == "sqlite":
        kept = shutil.copyfile(tmp_path / "watch.db", tmp_path / "kept.db")
        put_back = partial(_put_file_back, kept, tmp_path / "watch.db")
    else:
        server, name = request.getfixturevalue("postgresql"), database_url.partition("?")[0].rpartition("/")[2]
        server.make(f"{name}_kept", name)
        put_back = partial(_put_database_back, server, f"{name}_kept", name)
    insider = create_engine(database_url)
    with open_archive(database_url) as archive:
        with insider.connect() as connection:
            stored = contents(connection)
        yield Target(archive, insider, saved(archive), stored, put_back)
    insider.dispose()


def _put_file_back(kept: Path, file: Path) -> None:
    for leftover in file.parent.glob(f"{file.name}*"):
        leftover.unlink()
    shutil.copyfile(kept, file)


def _put_database_back(server: Cluster, kept: str, name: str) -> None:
    server.drop(name)
    server.make(name, kept)


def saved(archive: Archive) -> SavedHead:
    """Return the head of the archive, in the form in which messages quote heads."""
    return SavedHead.parse(str(head(archive)))


def flaws(archive: Archive, *heads: SavedHead) -> list[str]:
    """Return the flaws that a verification finds.

    This verification does not extract the texts again, because other tests cover that.
    """
    return [f"{flaw.what}: {flaw.where}: {flaw.problem}" for flaw in verify(archive, Tally(), heads, extract=False)]


def test_an_archive_that_nobody_touched_has_no_flaw(archive: Archive) -> None:
    grow(archive, seeded(SEED), 2 * VISITS)  # so many visits that every kind of evidence exists
    tally = Tally()
    assert list(verify(archive, tally, [saved(archive)])) == []
    assert tally.head == head(archive)
    assert tally.entries == sum(tally.rows.values()) + 1
    assert all(tally.rows.get(kind) for kind in ("naming", "fetch", "version", "change", "finding", "suppression"))
    assert tally.removed_bodies == tally.rows["removal"] == 1
    assert tally.contents.extracted_again == tally.contents.texts == tally.rows["version"]


def test_a_verification_gives_no_false_alarm(empty_copies: Copies, database_kind: str) -> None:
    for seed in range(CLEAN[database_kind]):
        with empty_copies() as archive:
            grow(archive, seeded(seed), 1 + seed % VISITS)
            assert flaws(archive, saved(archive)) == [], seed


def test_every_edit_is_found_with_one_saved_head(target: Target, database_kind: str) -> None:
    """Most edits are found even without a saved head. Only two kinds of edits need a saved head: removing the end of
    the chain, and rewriting the chain.
    """
    random = seeded(SEED)
    missed, alone, made = [], Counter[str](), Counter[str]()  # alone: number of edits found without a head
    manners = [how for how in MANNERS if how != "garble" or database_kind == "sqlite"]
    for place in range(EDITS[database_kind]):
        target.restore()
        edit = tamper(target.insider, random, manners[place % len(manners)], target.stored)
        found = flaws(target.archive, target.head)
        made[edit.how] += 1
        alone[edit.how] += any(not flaw.startswith("head:") for flaw in found)
        if not found:
            missed.append(edit)
    print(sorted(made.items()), "without a head:", sorted(alone.items()))
    assert missed == []
    assert all(alone[how] == made[how] for how in made if how not in NEED_A_HEAD)
    assert sum(alone[how] for how in NEED_A_HEAD) < sum(made[how] for how in NEED_A_HEAD)
    target.restore()
    assert flaws(target.archive, target.head) == []
