"""The schema that `verify` compares an archive with is up to date."""

from __future__ import annotations

from archive.evidence.database_verification import SCHEMA
from tests.schema_file import schema_lines


def test_the_schema_that_was_written_down_is_the_one_that_the_migrations_make() -> None:
    """If it is not, call `python -m tests.schema_file`."""
    assert SCHEMA.read_text(encoding="utf-8") == schema_lines()
