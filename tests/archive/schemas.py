"""Compares the tables of a database with the tables that the schema defines."""

from __future__ import annotations

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from archive.storage.database import Archive
from archive.storage.tables import Base

INDEXES = "section_words"
"""Text in the names of all search indexes. SQLite and PostgreSQL have different search indexes, so the schema does not
define them.
"""


def differences(archive: Archive) -> list[Any]:
    """Return the differences between the database and the schema. If there are any, a migration is missing."""

    def counts(_: object, name: str | None, kind: str, *__: object) -> bool:
        return INDEXES not in (name or "")

    with archive.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": counts})
        return list(compare_metadata(context, Base.metadata))
