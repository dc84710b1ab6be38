"""Tests the disk space that contents need, the removal of contents, and backups."""

from __future__ import annotations

import grp
import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.errors import CannotOpenError, DamagedArchiveError, StorageError
from archive.evidence.chain import head
from archive.evidence.verification import Tally, verify
from archive.questions.history import document, versions_of
from archive.recording.recorder import latest, record
from archive.storage import blobs
from archive.storage.database import Archive, open_archive
from archive.storage.tables import BlobRow, FetchRow, RemovalRow
from archive.upkeep.backup import BackupError, back_up, put_back
from archive.upkeep.restores import maybe_sent_before, note_restored
from archive.upkeep.retention import count_removable, remove_bodies, remove_unreferenced
from archive.upkeep.retention_rule import Retention
from archive.upkeep.stats import archive_stats
from archive.upkeep.vacuum import vacuum
from tests.archive.visits import HOUR, START, failed, record_two_versions, seen, watch, written
from tests.chance import seeded

YEAR = timedelta(days=365)


def page(seed: int, edits: int = 0) -> bytes:
    """Return a page of about 40 kB. Each seed gives a different page. `edits` is the number of changed words."""
    chance = seeded(seed)
    words = ["".join(chance.choices("abcdefghij", k=8)) for _ in range(5_000)]
    for place in range(edits):
        words[place * 7] = f"changed{place}"
    return " ".join(words).encode()


def record_pages(archive: Archive, *pages: bytes) -> None:
    """Record a version for each page, with a day between the versions."""
    watch(archive)
    for number, body in enumerate(pages):
        result = seen(START + number * 24 * HOUR, written(f"Cook {number} sees your orders."), number or None)
        record(archive, replace(result, fetch=replace(result.fetch, body=body)), START + number * 24 * HOUR)


def rows(archive: Archive) -> dict[str, str | None]:
    """Return the hash of each stored content and the hash of its keyframe.

    The second hash is None if the content is itself a keyframe.
    """
    with archive.reading() as session:
        return dict(session.execute(select(BlobRow.sha256, BlobRow.base_sha256)).all())


def test_content_similar_to_earlier_content_is_stored_as_a_difference(archive: Archive) -> None:
    first, second, third = page(1), page(1, 3), page(1, 6)
    with archive.writing() as session:
        key = blobs.store(session, first)
        near = blobs.store(session, second, key)
        further = blobs.store(session, third, near)
    assert rows(archive) == {key: None, near: key, further: key}, (
        "all differ from the one keyframe, not from each other"
    )
    with archive.reading() as session:
        assert [blobs.retrieve(session, each) for each in (key, near, further)] == [first, second, third]
        assert len(session.get_one(BlobRow, near).content) < 1_000


def test_content_that_differs_from_earlier_content_is_a_keyframe(archive: Archive) -> None:
    with archive.writing() as session:
        key = blobs.store(session, page(1))
        other = blobs.store(session, page(2), key)
    assert rows(archive) == {key: None, other: None}


def test_a_damaged_keyframe_is_reported_and_does_not_harm_new_content(archive: Archive) -> None:
    with archive.writing() as session:
        key = blobs.store(session, page(1))
        near = blobs.store(session, page(1, 3), key)
        session.get_one(BlobRow, key).content = b"garbage"
    with archive.reading() as session, pytest.raises(DamagedArchiveError, match=key):
        blobs.retrieve(session, near)
    with archive.writing() as session:
        new = blobs.store(session, page(1, 9), key)
    with archive.reading() as session:
        assert blobs.retrieve(session, new) == page(1, 9)


def test_a_keyframe_is_removed_and_its_differences_stay_readable(archive: Archive) -> None:
    """A retention rule removes the page of the first version, which is the keyframe.

    The page of the second version can still be read.
    """
    record_pages(archive, page(1), page(1, 3), page(1, 6))
    later = START + 72 * HOUR
    rule = Retention(timedelta(hours=60))
    assert count_removable(archive, rule, later) == 1
    assert remove_bodies(archive, rule, later) == 1
    assert remove_unreferenced(archive).contents == 1
    with archive.reading() as session:
        assert blobs.address(page(1)) not in rows(archive)
        assert blobs.retrieve(session, blobs.address(page(1, 3))) == page(1, 3)
        assert session.scalars(select(RemovalRow.reason)).all() == ["older than 2.5 days"]
        assert session.scalars(select(FetchRow.snapshot_sha256).order_by(FetchRow.id)).first() is None
    vacuum(archive, ["blob"])
    assert list(verify(archive, Tally(), [])) == []
    assert [document(archive, each).text.count("Cook 0") for each in versions_of(archive, "Teahouse")] == [1, 0, 0]
    known = latest(archive, "Teahouse")
    assert known is not None
    assert known.version.page is not None, "the latest version's page is never removed"


@pytest.mark.parametrize(
    "rule", [Retention(HOUR, {"Teahouse"}), Retention(HOUR, (), {"vendor"}), Retention(100 * YEAR)]
)
def test_pages_under_legal_hold_and_recent_pages_are_kept(archive: Archive, rule: Retention) -> None:
    record_two_versions(archive)
    assert remove_bodies(archive, rule, START + 2 * YEAR) == 0
    assert remove_unreferenced(archive).contents == 0


def test_sizes_distinguish_pages_from_texts(archive: Archive) -> None:
    record_two_versions(archive)
    found = archive_stats(archive)
    assert found.rows == {"policies": 1, "fetches": 3, "versions": 2, "changes": 1}
    assert (found.bodies.count, found.texts.count, found.unreferenced.count) == (2, 2, 0)
    assert found.database > found.bodies.stored


def test_a_backup_is_complete_although_other_programs_write(location: str, tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    with open_archive(location) as archive:
        record_two_versions(archive)
        with archive.writing() as session:
            blobs.store(session, b"not committed yet")
            made = back_up(archive, target)
        assert made == head(archive)
    with open_archive(f"sqlite:///{target}") as copy:
        assert [each.number for each in versions_of(copy, "Teahouse")] == [1, 2]
        assert list(verify(copy, Tally(), [])) == []
        assert blobs.address(b"not committed yet") not in rows(copy)


def test_a_backup_overwrites_nothing(location: str, tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    target.write_text("something else")
    with open_archive(location) as archive, pytest.raises(BackupError, match="name a new one"):
        back_up(archive, target)
    assert target.read_text() == "something else"


def test_a_postgresql_archive_is_backed_up_by_its_server(archive: Archive, tmp_path: Path) -> None:
    if archive.engine.dialect.name == "postgresql":
        with pytest.raises(BackupError, match="pg_dump"):
            back_up(archive, tmp_path / "backup.db")


def test_a_backup_is_restored_and_the_previous_archive_is_moved(location: str, tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    with open_archive(location) as archive:
        record_two_versions(archive)
        back_up(archive, target)
        record(archive, failed(START + 99 * HOUR), START + 99 * HOUR)
    with pytest.raises(BackupError, match="--replace"):
        put_back(target, location, replace=False)
    aside = put_back(target, location, replace=True)
    assert aside is not None
    with open_archive(location) as archive, open_archive(f"sqlite:///{aside}") as former:
        assert (archive_stats(archive).rows["fetches"], archive_stats(former).rows["fetches"]) == (3, 4)


def test_each_restore_moves_the_previous_archive_to_a_new_name(location: str, tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    with open_archive(location) as archive:
        record_two_versions(archive)
        back_up(archive, target)
    names = [aside.name for _ in range(3) if (aside := put_back(target, location, replace=True)) is not None]
    assert names == ["watch.db.before-restore", "watch.db.before-restore-2", "watch.db.before-restore-3"]


def test_only_the_owner_reads_an_archive_and_its_backups(location: str, tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with open_archive(location) as archive:
            record_two_versions(archive)
            modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.glob("watch.db*")}
            assert modes == dict.fromkeys(("watch.db", "watch.db-wal", "watch.db-shm"), 0o600)
            back_up(archive, tmp_path / "backup.db")
        assert (tmp_path / "backup.db").stat().st_mode & 0o777 == 0o600
        (tmp_path / "watch.db").chmod(0o660)
        put_back(tmp_path / "backup.db", location, replace=True)
        assert (tmp_path / "watch.db").stat().st_mode & 0o777 == 0o660, "a group that was let in stays so"
    finally:
        os.umask(before)


def other_group() -> grp.struct_group:
    """Return a group to which this user may give a file: if possible, a group other than the user's primary group."""
    own = grp.getgrall() if os.geteuid() == 0 else [grp.getgrgid(number) for number in os.getgroups()]
    return next((group for group in own if group.gr_gid != os.getegid()), grp.getgrgid(os.getegid()))


def test_a_group_reads_an_archive_and_its_backups(location: str, tmp_path: Path) -> None:
    group = other_group()
    with pytest.raises(CannotOpenError, match=f"chgrp {group.gr_name} {tmp_path} && chmod 2750"):
        open_archive(location, group=group.gr_name)
    assert (tmp_path / "watch.db").stat().st_mode & 0o777 == 0o600
    os.chown(tmp_path, -1, group.gr_gid)
    tmp_path.chmod(0o2750)
    with open_archive(location, group=group.gr_name) as archive:
        record_two_versions(archive)
        back_up(archive, tmp_path / "watch.db.backup")
        readers = {path.name: (path.stat().st_gid, path.stat().st_mode & 0o777) for path in tmp_path.glob("watch.db*")}
    names = ("watch.db", "watch.db-wal", "watch.db-shm", "watch.db.backup")
    assert readers == dict.fromkeys(names, (group.gr_gid, 0o640))


def test_a_group_that_is_unknown_is_refused(location: str) -> None:
    with pytest.raises(CannotOpenError, match="this machine has no group 'nobody-here'"):
        open_archive(location, group="nobody-here")


def test_a_password_in_the_query_of_a_url_shows_in_no_message() -> None:
    url = "postgresql+psycopg://127.0.0.1:1/x?user=w&password=hunter2&connect_timeout=2"
    with pytest.raises(StorageError) as refused:
        open_archive(url)
    assert "hunter2" not in str(refused.value)
    assert "password=***" in str(refused.value)


@pytest.mark.parametrize("damage", ["no database", "cut"])
def test_a_damaged_backup_is_not_restored(location: str, tmp_path: Path, damage: str) -> None:
    target = tmp_path / "backup.db"
    with open_archive(location) as archive:
        record_two_versions(archive)
        back_up(archive, target)
    target.write_bytes(b"x" * 5_000 if damage == "no database" else target.read_bytes()[:9_000])
    with pytest.raises((BackupError, DamagedArchiveError)):
        put_back(target, location, replace=True)
    with open_archive(location) as archive:
        assert [each.number for each in versions_of(archive, "Teahouse")] == [1, 2]
    assert sorted(path.name for path in tmp_path.iterdir() if "partial" in path.name) == []


def test_a_restore_is_recorded_with_the_changes_that_may_have_been_sent_already(archive: Archive) -> None:
    record_two_versions(archive)
    before = head(archive)
    assert note_restored(archive, START + YEAR) == 0
    assert head(archive).sequence == before.sequence + 1
    with archive.reading() as session:
        assert maybe_sent_before(session) == {("Teahouse", 3)}


def test_a_backup_does_not_contain_deleted_content(location: str, tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    with open_archive(location) as archive:
        record_two_versions(archive)
        with archive.writing() as session:
            key = blobs.store(session, b"a secret of nobody")
        with archive.writing() as session:
            session.delete(session.get_one(BlobRow, key))
        back_up(archive, target)
    assert key.encode() not in target.read_bytes()
    with closing(sqlite3.connect(target)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
