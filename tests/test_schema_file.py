"""Tests that the schema to which `verify` compares an archive is up to date."""

from __future__ import annotations

from pathlib import Path

from archive.evidence.database_verification import SCHEMA, verify_database
from archive.storage.database import open_archive
from tests.schema_file import schema_lines


def test_the_schema_that_was_written_down_is_the_one_that_the_migrations_make(tmp_path: Path) -> None:
    """If it is not, call `python -m tests.schema_file`."""
    assert SCHEMA.read_text(encoding="utf-8") == schema_lines()
    with open_archive(f"sqlite:///{tmp_path / 'new.db'}") as archive, archive.reading() as session:
        assert list(verify_database(session.connection())) == []
