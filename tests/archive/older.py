"""Builds archives with a history as older programs made them, in SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import zstandard
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, inspect, select, text

from archive.storage import blobs
from archive.storage.database import open_archive
from archive.storage.tables import Base
from tests.archive.visits import record_two_versions

TABLES = ("blob", "policy", "fetch", "version", "change", "finding", "suppression")
"""Tables of the first schema that get the rows of a history. A table comes after all tables to which its rows refer."""


def make_older(url: str, revision: str, folder: Path) -> None:
    """Make an archive with an older schema, and insert two versions with their findings. `url` must be an address at
    which no archive exists yet.
    """
    history = _history(folder)
    with _engine(url) as engine:
        with engine.begin() as connection:
            _migrate(connection, "0001")
            _fill(connection, history)
        with engine.begin() as connection:
            _migrate(connection, revision)


def dumped(url: str) -> dict[str, list[Any]]:
    """Return the columns and the rows of each table, so that tests can compare two states of a database."""
    with _engine(url) as engine, engine.connect() as connection:
        looked = inspect(connection)
        return {
            name: [
                [column["name"] for column in looked.get_columns(name)],
                sorted(map(repr, connection.execute(text(f'SELECT * FROM "{name}"')))),  # noqa: S608 - its own name
            ]
            for name in looked.get_table_names()
        }


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
    engine = create_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def _migrate(connection: Connection, revision: str) -> None:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "archive:migrations")
    command.upgrade(config, revision)


def _history(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the rows that the current program records for a history."""
    with open_archive(f"sqlite:///{folder / 'today.db'}") as archive:
        record_two_versions(archive)
        with archive.reading() as session:
            history = {
                name: [dict(row._mapping) for row in session.execute(select(Base.metadata.tables[name]))]
                for name in TABLES
            }
            for row in history["blob"]:  # older programs stored every content as a whole
                row["content"] = zstandard.ZstdCompressor().compress(blobs.retrieve(session, row["sha256"]))
            return history


def _fill(connection: Connection, history: dict[str, list[dict[str, Any]]]) -> None:
    """Insert rows into the tables of an older schema. Columns that the older schema does not have are left out."""
    for name, rows in history.items():
        there = {column["name"] for column in inspect(connection).get_columns(name)}
        for row in rows:
            kept = {column: value for column, value in row.items() if column in there}
            connection.execute(Base.metadata.tables[name].insert().values(**kept))
        if connection.dialect.name == "postgresql" and name != "blob":
            number = f"pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM \"{name}\")"  # noqa: S608 - our own names
            connection.exec_driver_sql(f"SELECT setval({number})")
