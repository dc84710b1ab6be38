"""Sets the permissions of a SQLite archive: only its owner can read it, or its owner and a group."""

from __future__ import annotations

import grp
import os
import stat
from contextlib import suppress
from pathlib import Path

from archive.errors import CannotOpenError

PRIVATE = 0o600
"""Permissions of a new archive and its backups."""

SHARED = 0o640
"""Permissions of an archive that a group may read."""

BESIDE = ("", "-wal", "-shm")
"""Endings of the names of the files that belong to a SQLite database."""


def create_private(file: Path) -> None:
    """Create a SQLite file that only its owner may read, unless the file exists. SQLite gives the same permissions to
    its further files, such as the log. If the file cannot be created, no error is raised here, because opening the file
    will raise it.
    """
    with suppress(OSError):
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE))


def let_group_read(file: Path, group: str) -> None:
    """Let a group read an archive. Raises CannotOpenError if this user may not allow it."""
    problem = obstacle(file, group)
    if problem is not None:
        raise CannotOpenError(str(file), problem)
    number = grp.getgrnam(group).gr_gid
    for ending in BESIDE:
        path = Path(f"{file}{ending}")
        with suppress(FileNotFoundError):
            if (path.stat().st_gid, stat.S_IMODE(path.stat().st_mode)) != (number, SHARED):
                _give(path, number, SHARED)


def obstacle(file: Path, group: str) -> str | None:
    """Return the reason why a group cannot be allowed to read an archive, and what to do. Return None if it can be
    allowed.
    """
    try:
        number = grp.getgrnam(group).gr_gid
    except KeyError:
        return f"`database_group`: this machine has no group {group!r}"
    folder = file.absolute().parent
    try:
        status = folder.stat()
    except OSError:
        return None  # the error is reported when the archive is opened
    # SQLite makes files beside the archive while it is open. These files must belong to the same group.
    if status.st_gid != number or not status.st_mode & stat.S_ISGID or status.st_mode & stat.S_IRWXO:
        fix = f"chgrp {group} {folder} && chmod 2750 {folder}"
        return f"`database_group`: the folder must be open to the group {group!r} alone, and pass it on: {fix}"
    return None


def read_by_the_same(source: Path, target: Path) -> None:
    """Give a copy of an archive the group and the permissions of the archive, if this user may do so."""
    status = source.stat()
    _give(target, status.st_gid, stat.S_IMODE(status.st_mode))


def open_to_others(file: Path) -> list[Path]:
    """Return the files of an archive that every user of this machine can read."""
    paths = [Path(f"{file}{ending}") for ending in BESIDE]
    return [path for path in paths if path.is_file() and path.stat().st_mode & stat.S_IROTH]


def _give(path: Path, group: int, mode: int) -> None:
    """Set the group and the mode of a file. Raises CannotOpenError if this user may not do so. In that case the file
    keeps its permissions.
    """
    try:
        os.chown(path, -1, group)
        path.chmod(mode)
    except PermissionError as error:
        problem = f"this user cannot give it to the group {group}: only its owner, as a member of the group, can"
        raise CannotOpenError(str(path), problem) from error
