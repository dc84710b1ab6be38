"""Upgrades a database to the newest schema in one transaction. If the upgrade is not possible, the error gives the
reason.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine, inspect

from archive.errors import DamagedArchiveError, MovedArchiveError, NewerSchemaError, NotAnArchiveError
from archive.idle import NEWEST
from archive.storage import fault_injection
from archive.storage.tables import Base

VERSION_TABLE = "alembic_version"

MOVED = f"moved {NEWEST}"
"""Revision of an archive that was moved into another database. No program writes to it any more."""

MOVING = f"moving {NEWEST}"
"""Revision of an archive into which another archive is being moved."""


def upgrade_schema(engine: Engine, location: str) -> None:
    """Upgrade a database to the newest schema. Do nothing if it already has this schema. The engine must not enforce
    references, because SQLite alters a table by rebuilding it. During that time, references to the table's rows are
    invalid. All references are checked before the commit.
    """
    with engine.execution_options(clausewatch_reading=True).connect() as connection:
        if revision_of(connection, location) == NEWEST:
            return
    with engine.begin() as connection:
        revision = revision_of(connection, location)  # another process may have upgraded it in the meantime
        if revision == NEWEST:
            return
        require_in_use(revision, location)
        _migrate(connection, revision, location)
        _check_references(connection, location)
        fault_injection.reach("before commit")
    fault_injection.reach("after commit")


def require_not_moved(connection: Connection, location: str) -> None:
    """Raise MovedArchiveError if the archive was moved after this program opened it."""
    revisions = connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalars()  # noqa: S608 - a constant
    require_in_use(revisions.first(), location)


def require_in_use(revision: str | None, location: str) -> None:
    """Raise MovedArchiveError if the archive was moved, or if a move into it is not complete."""
    move = (revision or "").partition(" ")[0]
    if move == "moved":
        problem = (
            "this archive was moved into another database by `clausewatch archive move`; name that database as "
            "`database` in the configuration (`clausewatch verify` still reads the old archive)"
        )
        raise MovedArchiveError(location, problem)
    if move == "moving":
        problem = "an archive was not moved into this database completely; call `clausewatch archive move` again"
        raise MovedArchiveError(location, problem)


def revision_of(connection: Connection, location: str) -> str | None:
    """Return the revision of the database's schema. Return None if the database is empty."""
    tables = set(inspect(connection).get_table_names())
    if VERSION_TABLE in tables:
        revisions = connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalars().all()  # noqa: S608 - a constant
        if len(revisions) == 1:
            return str(revisions[0])
        tables.discard(VERSION_TABLE)
    if not tables:
        return None
    if tables & set(Base.metadata.tables):
        raise DamagedArchiveError(location, "tables of an archive are here without a version; restore the last backup")
    problem = f"another program's database (it holds {', '.join(sorted(tables)[:3])}); name an own one for Clausewatch"
    raise NotAnArchiveError(location, problem)


def _migrate(connection: Connection, revision: str | None, location: str) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "archive:migrations")
    revisions = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in revisions:
        problem = (
            f"its schema {revision!r} is newer than this program knows ({NEWEST!r}); install the newest clausewatch"
        )
        raise NewerSchemaError(location, problem)
    command.upgrade(config, "head")


def _check_references(connection: Connection, location: str) -> None:
    if connection.dialect.name != "sqlite":
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        problem = (
            f"the upgrade was undone: a row of {broken[0]!r} refers to one that is missing; restore the last backup"
        )
        raise DamagedArchiveError(location, problem)
