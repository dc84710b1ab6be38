"""Makes and restores backups of a SQLite archive."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from itertools import count
from pathlib import Path

from sqlalchemy import make_url

from archive.errors import StorageError
from archive.evidence.chain import Head, head
from archive.permissions import BESIDE, create_private, read_by_the_same
from archive.storage.database import Archive, open_archive
from archive.storage.engines import location_of


class BackupError(StorageError):
    """A backup cannot be made. The message says why and what to do."""


def back_up(archive: Archive, target: Path) -> Head:
    """Write a consistent copy of a SQLite archive to a new file. Return the head of the copy's chain. A run may
    continue in the meantime. The copy has no free pages, so it contains no erased data. Raises BackupError if the file
    exists or cannot be written, or if the archive is not in SQLite.
    """
    if archive.engine.dialect.name != "sqlite":
        fix = "back up a PostgreSQL archive with the server's own tool: pg_dump --format=custom --file=FILE DATABASE"
        raise BackupError(archive.location, fix)
    if target.exists():
        raise BackupError(str(target), "this file already exists: name a new one")
    partial = target.with_name(f".{target.name}.partial")
    with suppress(FileNotFoundError):
        partial.unlink()
    try:
        _copy(archive, partial)
        _require_sound(partial)
        partial.replace(target)
        _to_disk(target.parent)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(str(target), f"the backup cannot be written: {error}") from error
    finally:
        with suppress(FileNotFoundError):
            partial.unlink()
    return _head_of(target)


def _copy(archive: Archive, target: Path) -> None:
    """Copy the archive in one read transaction. It does not block writers, because the archive has a
    write-ahead log.
    """
    with archive.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        source = connection.connection.driver_connection
        if not isinstance(source, sqlite3.Connection):
            raise TypeError(f"{source!r} is not a connection to SQLite")
        with suppress(sqlite3.OperationalError):
            source.commit()
        create_private(target)
        source.execute("VACUUM INTO ?", (str(target),))
        (file,) = [row[2] for row in source.execute("PRAGMA database_list") if row[1] == "main"]
    read_by_the_same(Path(file), target)
    _to_disk(target)


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _require_sound(path: Path) -> None:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        (answer,) = connection.execute("PRAGMA integrity_check").fetchone()
    if answer != "ok":
        raise BackupError(str(path), f"the copy is damaged ({answer}); check the disk")


def _head_of(path: Path) -> Head:
    with open_archive(f"sqlite:///{path.absolute()}") as copy:
        return head(copy)


def put_back(backup: Path, database: str, *, replace: bool) -> Path | None:
    """Restore a backup. Return the path to which the previous archive was moved. Return None if there was no previous
    archive.

    The backup file stays. Raises BackupError if the backup is not an intact archive, or if an archive exists and
    `replace` is False.
    """
    url = make_url(database)
    if url.get_backend_name() != "sqlite" or url.database is None:
        fix = "restore it with the server's own tools (pg_restore), then call this without a file"
        raise BackupError(location_of(url), fix)
    target = Path(url.database)
    partial = target.with_name(f".{target.name}.partial")
    try:
        with suppress(FileNotFoundError):
            partial.unlink()
        create_private(partial)
        shutil.copyfile(backup, partial)
        if target.exists():
            read_by_the_same(target, partial)
        _require_sound(partial)
        _head_of(partial)  # this raises an error unless the file is an archive with a known schema
        aside = _put_aside(target, replace=replace)
        partial.replace(target)
        _to_disk(target.parent)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(str(backup), f"it cannot be restored: {error}") from error
    finally:
        for ending in BESIDE:
            with suppress(FileNotFoundError):
                Path(f"{partial}{ending}").unlink()
    return aside


def _put_aside(target: Path, *, replace: bool) -> Path | None:
    if not target.exists():
        return None
    if not replace:
        raise BackupError(
            str(target), "an archive already exists: add --replace to move it aside, or name another `database`"
        )
    names = (f"{target.name}.before-restore{f'-{number}' if number > 1 else ''}" for number in count(1))
    aside = next(path for path in map(target.with_name, names) if not path.exists())
    for ending in BESIDE:
        with suppress(FileNotFoundError):
            Path(f"{target}{ending}").rename(f"{aside}{ending}")
    return aside
