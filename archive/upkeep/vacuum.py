"""Rewrites the database's files. Afterwards, the files no longer contain erased data, and the disk space of this data
is free.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy.exc import DBAPIError

from archive.errors import ArchiveBusyError, storage_error
from archive.storage.database import Archive

STILL_READ = "the rows are erased, but another program is reading the archive, so its file may still contain them"


def vacuum(archive: Archive, tables: Iterable[str]) -> None:
    """Rewrite the tables without their erased rows. In SQLite, the whole file is rewritten. This needs as much free
    disk space as the archive uses. In PostgreSQL, it needs as much as the tables use. PostgreSQL's statistics contain
    frequent values of the tables, so the statistics are rebuilt too. If our role does not own the database, old values
    remain in the statistics until the server's next vacuum. Raises StorageError. Raises ArchiveBusyError if another
    program prevents the rewriting. Even then, the erased rows stay erased.
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
            driver.autocommit = True  # PostgreSQL does not rewrite a table within a transaction
            for table in tables:
                driver.execute(f"VACUUM (FULL, ANALYZE) {table}")
            driver.execute("VACUUM FULL pg_statistic")
    except archive.engine.dialect.loaded_dbapi.Error as error:
        raise storage_error(DBAPIError("VACUUM", None, error), archive.location) from error
    finally:
        pooled.invalidate()  # this connection's settings differ from the settings of the pool's connections
        pooled.close()
