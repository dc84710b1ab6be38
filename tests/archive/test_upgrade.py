"""An archive that an older program made, and what the newest schema keeps of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from archive.database import open_archive
from archive.history import document, versions
from archive.recorder import record
from archive.schema import SEARCH_TABLES, Base
from differ.model import Timing
from tests.archive.visits import DATE, HOUR, JUDGED, RETENTION, SHARING, START, record_two_versions, seen, written


@pytest.fixture
def first_schema(tmp_path: Path) -> str:
    """Return the URL of an archive of the first schema that holds two versions with their findings."""
    today, old = tmp_path / "today.db", tmp_path / "old.db"
    with open_archive(f"sqlite:///{today}") as archive:
        record_two_versions(archive)
    engine = create_engine(f"sqlite:///{old}")
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", "archive:migrations")
        command.upgrade(config, "0001")
    engine.dispose()
    with closing(sqlite3.connect(old)) as target:
        target.execute("ATTACH ? AS today", (str(today),))
        for table in ("blob", "policy", "fetch", "version", "change", "finding", "suppression"):
            names = ", ".join(f'"{row[1]}"' for row in target.execute(f"PRAGMA main.table_info({table})"))
            target.execute(f'INSERT INTO main."{table}" ({names}) SELECT {names} FROM today."{table}"')  # noqa: S608 - our own names
        target.commit()
    return f"sqlite:///{old}"


def test_an_archive_of_the_first_schema_keeps_its_history(first_schema: str) -> None:
    """Of a change recorded before, no timing, no drift and no translation is known."""
    with open_archive(first_schema) as archive:
        first, second = versions(archive, "Teahouse")
        assert document(archive, first) == written("Only our cooks see your orders.")
        assert second.change is not None
        assert [each.finding for each in second.change.findings] == [SHARING, RETENTION]
        assert second.change.suppressed == (DATE,)
        assert (second.change.timing, second.change.drift) == (Timing(), ())


def test_an_archive_of_the_first_schema_is_brought_to_the_newest(first_schema: str) -> None:
    with open_archive(first_schema) as archive, archive.engine.connect() as connection:
        mapped = {"include_name": lambda name, kind, _: kind != "table" or not name.startswith(SEARCH_TABLES)}
        assert compare_metadata(MigrationContext.configure(connection, opts=mapped), Base.metadata) == []
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []


def test_an_upgraded_archive_goes_on(first_schema: str) -> None:
    told = replace(SHARING, translations=(("id", "Mitra kami sebelumnya bukan penerima."),))
    judged = replace(JUDGED, findings=(told,), drift=("id",))
    with open_archive(first_schema) as archive:
        record(archive, seen(START + 72 * HOUR, written("All see your orders."), 2, judged), START + 72 * HOUR)
        change = versions(archive, "Teahouse")[2].change
    assert change is not None
    assert [each.finding for each in change.findings] == [told]
    assert change.drift == ("id",)
