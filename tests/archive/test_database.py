from __future__ import annotations

import contextlib
import sqlite3
import stat
import subprocess
import sys
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event

from archive.database import Archive, open_archive
from archive.errors import (
    ArchiveBusyError,
    CannotOpenError,
    DamagedArchiveError,
    MissingDriverError,
    NewerSchemaError,
    NotAnArchiveError,
    ReadOnlyArchiveError,
)
from archive.schema import Base, PolicyRow
from archive.upgrade import NEWEST
from tests.archive.visits import latest_number, record_two_versions, watch


def test_migrations_make_the_tables_of_the_schema(archive: Archive) -> None:
    """Autogenerate finds nothing that a further migration would have to do."""
    with archive.engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    assert found == []


def test_the_newest_revision_is_the_head_of_the_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", "archive:migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [NEWEST]


def test_the_database_is_set_up_to_keep_what_it_acknowledged(archive: Archive) -> None:
    with archive.engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


def test_opening_again_keeps_what_is_there(location: str) -> None:
    with open_archive(location) as archive:
        record_two_versions(archive)
    with open_archive(location) as archive:
        assert latest_number(archive) == 2


def test_a_block_that_raises_leaves_nothing(archive: Archive) -> None:
    watch(archive)
    with contextlib.suppress(RuntimeError), archive.writing() as session:
        session.query(PolicyRow).delete()
        session.flush()
        raise RuntimeError
    with archive.reading() as session:
        assert session.query(PolicyRow).count() == 1


def test_a_reader_sees_one_state_while_a_writer_commits(archive: Archive) -> None:
    watch(archive)
    with archive.reading() as reader:
        assert reader.query(PolicyRow).count() == 1
        with archive.writing() as writer:
            writer.query(PolicyRow).delete()
        assert reader.query(PolicyRow).count() == 1
    with archive.reading() as reader:
        assert reader.query(PolicyRow).count() == 0


def test_a_lock_that_lasts_is_said_so(location: str, tmp_path: Path) -> None:
    with open_archive(location, busy_timeout=timedelta(milliseconds=50)) as archive:
        other = sqlite3.connect(tmp_path / "watch.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ArchiveBusyError, match="another program keeps it locked"), archive.writing():
            pass
        other.execute("ROLLBACK")
        other.close()
        with archive.writing():
            pass


def test_a_newer_schema_is_refused_and_left_alone(location: str, tmp_path: Path) -> None:
    open_archive(location).close()
    with sqlite3.connect(tmp_path / "watch.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(
        NewerSchemaError, match=r"watch\.db: its schema '9999' is newer .* install the newest clausewatch"
    ):
        open_archive(location)
    with sqlite3.connect(tmp_path / "watch.db") as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]
    connection.close()


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Buy tea, and then some more tea. " * 50)
    with pytest.raises(NotAnArchiveError, match=r"notes\.txt: this file is no SQLite database; correct `database`"):
        open_archive(f"sqlite:///{tmp_path / 'notes.txt'}")
    assert (tmp_path / "notes.txt").read_text().startswith("Buy tea")


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other.db") as connection:
        connection.execute("CREATE TABLE recipe (name TEXT)")
    connection.close()
    with pytest.raises(NotAnArchiveError, match="another program's database"):
        open_archive(f"sqlite:///{tmp_path / 'other.db'}")


def test_an_archive_that_lost_its_version_is_refused(location: str, tmp_path: Path) -> None:
    open_archive(location).close()
    with sqlite3.connect(tmp_path / "watch.db") as connection:
        connection.execute("DROP TABLE alembic_version")
    connection.close()
    with pytest.raises(DamagedArchiveError, match="without a version"):
        open_archive(location)


def test_a_damaged_file_is_said_so(location: str, tmp_path: Path) -> None:
    """Pages of the file are overwritten: reading them fails as damage, not as a traceback of the driver."""
    with open_archive(location) as archive:
        record_two_versions(archive)
    path = tmp_path / "watch.db"
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(bytes(content))
    with pytest.raises(DamagedArchiveError, match="restore the last backup"), open_archive(location) as archive:
        latest_number(archive)


def test_a_missing_folder_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(CannotOpenError, match="check that its folder exists"):
        open_archive(f"sqlite:///{tmp_path / 'missing' / 'watch.db'}")


def test_a_file_that_cannot_be_written_is_said_so(location: str, tmp_path: Path) -> None:
    """Opened read-only through SQLite's own URI, since a superuser may write any file."""
    open_archive(location).close()
    (tmp_path / "watch.db").chmod(stat.S_IRUSR)
    read_only = f"sqlite:///file:{tmp_path / 'watch.db'}?mode=ro&uri=true"
    with (
        open_archive(read_only) as archive,
        pytest.raises(ReadOnlyArchiveError, match="may write the file and its folder"),
        archive.writing() as session,
    ):
        session.query(PolicyRow).delete()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "watch.db",
        "sqlite://",
        "sqlite:///:memory:",
        "oracle+nothing://h/x",
        "sqlite+nothing:///x.db",
        "mysql://h/x",
    ],
)
def test_a_url_that_names_no_archive_is_refused(url: str) -> None:
    with pytest.raises(CannotOpenError):
        open_archive(url)


@pytest.mark.skipif(find_spec("psycopg") is not None, reason="psycopg is installed")
def test_a_missing_driver_is_named_and_the_password_is_not() -> None:
    with pytest.raises(MissingDriverError, match="psycopg") as caught:
        open_archive("postgresql+psycopg://desk:green-leaf@localhost/watch")
    assert "green-leaf" not in str(caught.value)


def test_processes_that_make_the_archive_at_once_all_open_it(location: str) -> None:
    code = "import sys; from archive.database import open_archive; open_archive(sys.argv[1]).close()"
    started = [subprocess.Popen([sys.executable, "-c", code, location]) for _ in range(3)]
    assert [process.wait(timeout=60) for process in started] == [0, 0, 0]


class CutOffError(Exception):
    """Stands for a kill."""


def test_an_upgrade_cut_off_at_any_statement_leaves_what_was_there(location: str) -> None:
    """Whichever statement of the first migration does not come to its end, the next opening begins anew."""
    left = cuts = 0

    def cut_off(*_: object) -> None:
        nonlocal left, cuts
        left -= 1
        if left < 0:
            cuts += 1
            raise CutOffError

    event.listen(Engine, "before_cursor_execute", cut_off)
    try:
        for after in range(1, 200, 3):
            left = after
            with contextlib.suppress(CutOffError), open_archive(location):
                break
    finally:
        event.remove(Engine, "before_cursor_execute", cut_off)
    assert cuts > 8
    with open_archive(location) as archive, archive.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
