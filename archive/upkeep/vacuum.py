"""Rewrites the database's files, so that they hold nothing that was erased, and returns the space to the disk."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy.exc import DBAPIError

from archive.errors import ArchiveBusyError, storage_error
from archive.storage.database import Archive

STILL_READ = "the rows are erased, but another program reads the archive, so that its file still holds what was there"


def vacuum(archive: Archive, tables: Iterable[str]) -> None:
    """Rewrite the tables without what was erased from them; for a SQLite archive, rewrite the whole file.

    SQLite needs as much free space on the disk as the archive takes, PostgreSQL as much as the tables take. PostgreSQL
    also keeps frequent values in its statistics; these and their table are rebuilt too, unless our role does not own
    the database: then they remain until the server's next vacuum. Raises StorageError, and ArchiveBusyError if another
    program prevents the rewriting; the erased rows stay erased.
    """
    pooled = archive.engine.raw_connection()
    driver: Any = pooled.driver_connection
    try:
        if archive.engine.dialect.name == "sqlite":
            driver.execute("VACUUM")
            busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if busy:
                raise ArchiveBusyError(archive.location, STILL_READ)
        else:
            driver.rollback()
            driver.autocommit = True  # a server rewrites no table within a transaction
            for table in tables:
                driver.execute(f"VACUUM (FULL, ANALYZE) {table}")
            driver.execute("VACUUM FULL pg_statistic")
    except archive.engine.dialect.loaded_dbapi.Error as error:
        raise storage_error(DBAPIError("VACUUM", None, error), archive.location) from error
    finally:
        pooled.invalidate()  # its settings are no longer those of the pool
        pooled.close()
