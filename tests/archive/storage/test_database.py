from __future__ import annotations

import contextlib
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, select
from sqlalchemy.orm import Session

from archive.errors import (
    ArchiveBusyError,
    CannotOpenError,
    DamagedArchiveError,
    MissingDriverError,
    NewerSchemaError,
    NotAnArchiveError,
    ReadOnlyArchiveError,
    StorageError,
)
from archive.idle import NEWEST
from archive.storage.database import Archive, open_archive
from archive.storage.tables import PolicyRow
from tests.archive.schemas import differences
from tests.archive.visits import TEAHOUSE, latest_number, record_two_versions, watch
from tests.conftest import require


def test_migrations_make_the_tables_of_the_schema(archive: Archive) -> None:
    """Alembic's autogenerate finds no difference between the tables and the schema."""
    assert differences(archive) == []


def test_the_newest_revision_is_the_head_of_the_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", "archive:migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [NEWEST]


SETTINGS: dict[str, dict[str, object]] = {
    "sqlite": {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000},
    "postgresql": {"synchronous_commit": "on", "lock_timeout": "30s", "TimeZone": "UTC", "full_page_writes": "on"},
}


def test_the_database_is_set_up_so_that_no_commit_is_lost(archive: Archive, database_kind: str) -> None:
    ask = "PRAGMA" if database_kind == "sqlite" else "SHOW"
    with archive.engine.connect() as connection:
        for name, value in SETTINGS[database_kind].items():
            assert connection.exec_driver_sql(f"{ask} {name}").scalar() == value, name


def test_opening_an_archive_again_keeps_its_contents(database_url: str) -> None:
    with open_archive(database_url) as archive:
        record_two_versions(archive)
    with open_archive(database_url) as archive:
        assert latest_number(archive) == 2


def test_a_transaction_that_raises_changes_nothing(archive: Archive) -> None:
    watch(archive)
    with contextlib.suppress(RuntimeError), archive.writing() as session:
        session.query(PolicyRow).one().url = "https://elsewhere.example"
        session.flush()
        raise RuntimeError
    with archive.reading() as session:
        assert session.query(PolicyRow).one().url == TEAHOUSE.url


def test_a_reader_sees_one_state_while_a_writer_commits(archive: Archive) -> None:
    watch(archive)
    with archive.reading() as reader:
        assert urls(reader) == [TEAHOUSE.url]
        with archive.writing() as writer:
            writer.query(PolicyRow).one().url = "https://elsewhere.example"
        reader.expire_all()
        assert urls(reader) == [TEAHOUSE.url]
    with archive.reading() as reader:
        assert urls(reader) == ["https://elsewhere.example"]


def urls(session: Session) -> list[str]:
    return list(session.scalars(select(PolicyRow.url)))


def test_only_one_transaction_writes_at_a_time(archive: Archive) -> None:
    """Because only one transaction writes at a time, rows are numbered in the order of their commits.

    The planning of messages relies on this order.
    """
    entered: list[str] = []

    def write() -> None:
        with archive.writing():
            entered.append("second")

    with archive.writing():
        second = threading.Thread(target=write)
        second.start()
        second.join(0.3)
        entered.append("first")
    second.join()
    assert entered == ["first", "second"]


@pytest.fixture
def other(database_url: str) -> Iterator[Connection]:
    """Return a connection of another program. The connection has a lock on the archive."""
    engine = create_engine(database_url)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql("LOCK TABLE policy IN ACCESS EXCLUSIVE MODE")
        yield connection
    engine.dispose()


def test_a_lock_that_lasts_is_reported(database_url: str, other: Connection) -> None:
    with open_archive(database_url, busy_timeout=timedelta(milliseconds=50)) as archive:
        with pytest.raises(ArchiveBusyError, match="another program keeps it locked"):
            watch(archive)
        other.rollback()
        watch(archive)


def test_the_archive_waits_for_a_short_lock(database_url: str, other: Connection) -> None:
    with open_archive(database_url) as archive:
        watching = threading.Thread(target=watch, args=(archive,))
        watching.start()
        watching.join(0.5)
        assert watching.is_alive()
        other.rollback()
        watching.join(10)
        with archive.reading() as session:
            assert urls(session) == [TEAHOUSE.url]


def altered(url: str, statement: str) -> list[Any]:
    """Run an SQL statement directly, not through our programs, and return its rows."""
    engine = create_engine(url)
    with engine.begin() as connection:
        done = connection.exec_driver_sql(statement)
        rows = list(done) if done.returns_rows else []
    engine.dispose()
    return rows


def test_a_newer_schema_is_refused_and_not_changed(database_url: str) -> None:
    altered(database_url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerSchemaError, match=r"its schema '9999' is newer .* install the newest clausewatch"):
        open_archive(database_url)
    assert altered(database_url, "SELECT version_num FROM alembic_version") == [("9999",)]


def test_a_file_that_is_not_a_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Buy tea, and then some more tea. " * 50)
    with pytest.raises(NotAnArchiveError, match=r"notes\.txt: this file is not a SQLite database; correct `database`"):
        open_archive(f"sqlite:///{tmp_path / 'notes.txt'}")
    assert (tmp_path / "notes.txt").read_text().startswith("Buy tea")


def test_a_database_of_another_program_is_refused(unmade_database_url: str) -> None:
    altered(unmade_database_url, "CREATE TABLE recipe (name TEXT)")
    with pytest.raises(NotAnArchiveError, match="another program's database"):
        open_archive(unmade_database_url)


def test_an_archive_that_lost_its_version_is_refused(database_url: str) -> None:
    altered(database_url, "DROP TABLE alembic_version")
    with pytest.raises(DamagedArchiveError, match="without a version"):
        open_archive(database_url)


def test_a_server_that_does_not_answer_is_reported_without_the_password(tmp_path: Path) -> None:
    require(find_spec("psycopg") is not None, "psycopg")
    with pytest.raises(CannotOpenError, match="check the URL and that the server runs") as caught:
        open_archive(f"postgresql+psycopg://desk:green-leaf@/watch?host={tmp_path}")
    assert "green-leaf" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_a_user_who_may_not_write_is_reported(database_url: str) -> None:
    altered(database_url, "CREATE ROLE reader_only LOGIN")
    altered(database_url, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader_only")
    try:
        as_reader = database_url.replace("clausewatch@", "reader_only@")
        with open_archive(as_reader) as archive, pytest.raises(CannotOpenError, match="make the user the owner"):
            watch(archive)
    finally:
        altered(database_url, "DROP OWNED BY reader_only")
        altered(database_url, "DROP ROLE reader_only")


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_a_server_that_drops_the_connection_is_reported_and_then_reconnected(archive: Archive) -> None:
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = "

    def write() -> None:
        with archive.writing() as session:
            altered(str(archive.engine.url), f"{end} current_database()")
            session.query(PolicyRow).all()

    with pytest.raises(StorageError, match="connection to the database was lost"):
        write()
    watch(archive)


def test_a_damaged_file_is_reported(location: str, tmp_path: Path) -> None:
    """The test overwrites pages of the file.

    When a program reads these pages, the user sees an error about damage and no traceback.
    """
    with open_archive(location) as archive:
        record_two_versions(archive)
    path = tmp_path / "watch.db"
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(bytes(content))
    with pytest.raises(DamagedArchiveError, match="restore the last backup"), open_archive(location) as archive:
        latest_number(archive)


def test_a_missing_folder_is_reported(tmp_path: Path) -> None:
    with pytest.raises(CannotOpenError, match="check that its folder exists"):
        open_archive(f"sqlite:///{tmp_path / 'missing' / 'watch.db'}")


def test_a_file_that_cannot_be_written_is_reported(location: str, tmp_path: Path) -> None:
    """The test opens the file read-only with a SQLite URI.

    File permissions would not prevent a superuser from writing.
    """
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


def test_a_missing_driver_is_reported_without_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)  # as if psycopg were not installed
    with pytest.raises(MissingDriverError, match="psycopg") as caught:
        open_archive("postgresql+psycopg://desk:green-leaf@localhost/watch")
    assert "green-leaf" not in str(caught.value)


def test_several_processes_can_make_the_same_archive_at_once(unmade_database_url: str) -> None:
    code = "import sys; from archive.storage.database import open_archive; open_archive(sys.argv[1]).close()"
    started = [subprocess.Popen([sys.executable, "-c", code, unmade_database_url]) for _ in range(3)]
    assert [process.wait(timeout=60) for process in started] == [0, 0, 0]


class CutOffError(Exception):
    """Raised at the point at which a program would be killed."""


def test_an_upgrade_that_fails_at_any_statement_changes_nothing(unmade_database_url: str) -> None:
    """The test lets one statement of the first migration fail. Nothing is changed, and opening the archive again makes
    all tables. With CLAUSEWATCH_LONG this is done for each statement, and otherwise for every ninth.
    """
    left = cuts = 0

    def cut_off(*_: object) -> None:
        nonlocal left, cuts
        left -= 1
        if left < 0:
            cuts += 1
            raise CutOffError

    event.listen(Engine, "before_cursor_execute", cut_off)
    try:
        for after in range(1, 200, 1 if os.environ.get("CLAUSEWATCH_LONG") else 9):
            left = after
            with contextlib.suppress(CutOffError), open_archive(unmade_database_url):
                break
    finally:
        event.remove(Engine, "before_cursor_execute", cut_off)
    assert cuts > 8
    with open_archive(unmade_database_url) as archive:
        assert differences(archive) == []
