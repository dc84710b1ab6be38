"""Configures how Alembic runs our migrations. They run on the connection that Alembic gets, within the transaction of
that connection."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo

from archive.storage import fault_injection
from archive.storage.tables import Base


def note_step(ctx: MigrationContext, step: MigrationInfo, heads: Collection[Any], run_args: Mapping[str, Any]) -> None:
    """Let tests interrupt the program after one revision. All revisions share one transaction."""
    fault_injection.reach(f"migrated to {step.up_revision_id}")


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite alters a table by rewriting it
    on_version_apply=note_step,
    transactional_ddl=True,  # also true for SQLite, because its driver does not commit by itself here
)
with context.begin_transaction():
    context.run_migrations()
