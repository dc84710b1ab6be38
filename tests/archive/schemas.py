"""Checks whether a database has the tables that the schema defines."""

from __future__ import annotations

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from archive.storage.database import Archive
from archive.storage.tables import Base

INDEXES = "section_words"
"""Part of the names of search indexes. Each database has its own kind of index, which the schema does not define."""


def differences(archive: Archive) -> list[Any]:
    """Return the differences that another migration would have to remove."""

    def counts(_: object, name: str | None, kind: str, *__: object) -> bool:
        return INDEXES not in (name or "")

    with archive.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": counts})
        return list(compare_metadata(context, Base.metadata))
