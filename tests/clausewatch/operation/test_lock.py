"""Tests the lock that allows only one run of an archive at a time."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

from archive.errors import StorageError
from clausewatch.errors import ExitCode, RunInProgressError
from clausewatch.operation.lock import LockUnavailableError, lock_path, only_run
from tests.conftest import require
from tests.postgresql import Cluster, fresh_database


def test_a_second_run_is_refused_and_names_the_active_run(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/archive.db"
    with only_run(database), pytest.raises(RunInProgressError, match=f"process {os.getpid()}"), only_run(database):
        pass


def test_a_run_that_failed_releases_the_lock(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/archive.db"
    with pytest.raises(ZeroDivisionError), only_run(database):
        raise ZeroDivisionError
    with only_run(database):
        pass


def test_runs_on_two_archives_do_not_block_each_other(tmp_path: Path) -> None:
    with only_run(f"sqlite:///{tmp_path}/a.db"), only_run(f"sqlite:///{tmp_path}/b.db"):
        pass


def test_the_lock_is_beside_the_real_file_of_a_linked_sqlite_archive(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    expected = tmp_path / "real" / "my archive.db.lock"
    assert lock_path(f"sqlite:///{tmp_path}/link/my archive.db") == expected
    assert lock_path(f"sqlite+pysqlite:///{tmp_path}/real/my archive.db?timeout=5") == expected


def test_the_lock_of_an_archive_on_a_server_shows_no_password(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    url = "postgresql+psycopg://watch:s3cret@db.example.org/watch"
    assert "s3cret" not in str(lock_path(url))
    assert lock_path(url).is_relative_to(tmp_path)


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_an_archive_on_a_server_has_only_one_run_on_all_machines(
    database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The test uses two home folders as two machines. So neither run sees the lock file of the other run."""
    for machine in ("one", "other", "one"):
        monkeypatch.setenv("HOME", str(tmp_path / machine))
        with only_run(database_url):
            monkeypatch.setenv("HOME", str(tmp_path / "third"))
            with (
                pytest.raises(RunInProgressError, match=r"another run .*, since .* uses postgresql"),
                only_run(database_url),
            ):
                pass


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_runs_on_two_archives_of_one_server_do_not_block_each_other(
    database_url: str, postgresql: Cluster, tmp_path: Path
) -> None:
    with fresh_database(postgresql, "template1") as other, only_run(database_url), only_run(other):
        pass


def test_a_server_that_cannot_be_reached_is_a_storage_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    require(find_spec("psycopg") is not None, "psycopg")
    with (
        pytest.raises(StorageError, match="check the URL"),
        only_run(f"postgresql+psycopg://desk@/watch?host={tmp_path}"),
    ):
        pass


def test_a_lock_that_cannot_be_written_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(LockUnavailableError) as caught, only_run(f"sqlite:///{tmp_path}/file/archive.db"):
        pass
    assert caught.value.exit_code is ExitCode.STORAGE
