"""How Alembic runs our migrations: on the connection it is handed, inside that connection's transaction."""

from __future__ import annotations

from alembic import context

from archive.schema import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite alters a table by writing it anew
    transactional_ddl=True,  # true of SQLite too, since its driver no longer commits by itself
)
with context.begin_transaction():
    context.run_migrations()
