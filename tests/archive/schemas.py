"""Whether a database has the tables that the schema names."""

from __future__ import annotations

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from archive.storage.database import Archive
from archive.storage.tables import Base

INDEXES = "section_words"
"""Parts of the names of search indexes: each database's own kind of table, which no schema names."""


def differences(archive: Archive) -> list[Any]:
    """Return what a further migration would have to do."""

    def counts(_: object, name: str | None, kind: str, *__: object) -> bool:
        return INDEXES not in (name or "")

    with archive.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": counts})
        return list(compare_metadata(context, Base.metadata))
