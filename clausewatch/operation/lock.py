"""Allows only one run at a time. The kernel releases the lock when the run ends, even if the run is killed.

A run gets the lock before it imports Scrapy and SQLAlchemy. So if another run holds the lock, a cron job ends almost at
once. If the archive is on a database server, the run also gets a lock on the server, because a run may be in progress
on another machine.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

from clausewatch.errors import ClausewatchError, ExitCode, RunInProgressError

HOLDER_WAIT = 0.5
"""Maximum time in seconds to wait until the run that holds the lock has written its process ID. On a full disk, the run
cannot write its ID.
"""


class LockUnavailableError(ClausewatchError):
    """The lock file cannot be opened, so it is unknown whether another run is in progress."""

    exit_code = ExitCode.STORAGE


@contextmanager
def only_run(database: str, busy_timeout: timedelta | None = None) -> Iterator[Path]:
    """Hold the lock for runs of an archive during a `with` block. Yield the lock file.

    `database` is the archive's URL. The lock applies to all processes on this machine that use the same URL. If the
    archive is on a server, the lock applies to all machines. `busy_timeout` is the maximum time to wait for the server.
    Raises RunInProgressError if another run holds the lock. Raises LockUnavailableError if the file cannot be opened,
    and StorageError if the server cannot be reached.
    """
    with only_run_on_this_machine(database) as path, _only_on_the_server(database, busy_timeout):
        yield path


@contextmanager
def _only_on_the_server(database: str, busy_timeout: timedelta | None) -> Iterator[None]:
    if _is_file(database):
        yield
        return
    # Imported here because a run that does not get the local lock needs neither SQLAlchemy nor a driver.
    from archive.errors import RunElsewhereError
    from archive.model import BUSY_TIMEOUT
    from archive.storage.database import only_run_on_server

    try:
        with only_run_on_server(database, busy_timeout or BUSY_TIMEOUT):
            yield
    except RunElsewhereError as error:
        raise RunInProgressError(str(error)) from error


@contextmanager
def only_run_on_this_machine(database: str) -> Iterator[Path]:
    """Hold the lock for runs on this machine during a `with` block; see `only_run`."""
    path = lock_path(database)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise LockUnavailableError(
            f"the lock {path} cannot be opened ({error.strerror}); check that its folder exists and is writable"
        ) from error
    try:
        _take(descriptor, path)
        yield path
    finally:
        os.close(descriptor)


def is_held(database: str) -> bool:
    """Whether a run on this machine holds the lock. The answer comes from the kernel's list of locks. The lock itself
    is not requested.
    """
    try:
        inode = lock_path(database).stat().st_ino
        locks = Path("/proc/locks").read_text(encoding="ascii")
    except OSError:
        return False
    return any(" FLOCK " in line and line.split()[5].endswith(f":{inode}") for line in locks.splitlines())


def _take(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = _holder(descriptor)
        who = f" (process {holder})" if holder else ""
        raise RunInProgressError(
            f"another run{who} is in progress and holds the lock {path}; nothing was checked; the next run will check"
        ) from error
    # The file is kept when the run ends. If it were removed, two runs could lock different files with the same name.
    with suppress(OSError):  # the ID is a hint for people, and on a full disk it cannot be written
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)


def _holder(descriptor: int) -> str:
    """Return the ID of the process that holds the lock; "" if the process did not write the ID."""
    given_up = time.monotonic() + HOLDER_WAIT
    while not (holder := os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()):
        if time.monotonic() > given_up:
            break
        time.sleep(0.01)
    return holder


def lock_path(database: str) -> Path:
    """Return the lock file of an archive.

    For SQLite, the file is beside the archive. For a server, it is in the user's state folder.
    """
    if _is_file(database):
        file = unquote(database.partition("://")[2].removeprefix("/").partition("?")[0])
        return Path(f"{Path(file).resolve()}.lock")  # an archive has one lock, even if its path is a link
    # XDG_RUNTIME_DIR is not used, because a login sets it and cron does not. Both must use the same file.
    folder = Path.home() / ".local" / "state" / "clausewatch"
    return folder / f"{hashlib.sha256(database.encode()).hexdigest()[:32]}.lock"


def _is_file(database: str) -> bool:
    """Whether the archive is a SQLite file. Only this machine uses such an archive."""
    return database.partition("://")[0].partition("+")[0] == "sqlite"
