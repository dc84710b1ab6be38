"""One run at a time: a lock that the kernel frees, however a run ends.

Taken before Scrapy and SQLAlchemy are imported, so that a cron line that overlaps itself costs next to nothing. Where
the archive is on a server, a lock of the server is taken too, for the runs of other machines.
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
"""Seconds that the holder of a lock has to say who it is; on a full disk it cannot."""


class LockUnavailableError(ClausewatchError):
    """The lock's file cannot be written, so it is not known whether another run is on its way."""

    exit_code = ExitCode.STORAGE


@contextmanager
def only_run(database: str, busy_timeout: timedelta | None = None) -> Iterator[Path]:
    """Hold the lock of an archive's runs; yield its file.

    `database` is the archive's URL. The lock holds on this machine for every process that uses the same URL, and on
    every machine that uses the same server, whose answer is waited for as long as `busy_timeout` says.
    Raises RunInProgressError where another run holds it, LockUnavailableError where its file cannot be written, and
    StorageError where the server cannot be reached.
    """
    with _only_on_this_machine(database) as path, _only_on_the_server(database, busy_timeout):
        yield path


@contextmanager
def _only_on_the_server(database: str, busy_timeout: timedelta | None) -> Iterator[None]:
    if _is_file(database):
        yield
        return
    # Here and not above: who finds the machine's lock taken needs neither SQLAlchemy nor a driver.
    from archive.errors import RunElsewhereError
    from archive.model import BUSY_TIMEOUT
    from archive.storage.database import only_run_on_server

    try:
        with only_run_on_server(database, busy_timeout or BUSY_TIMEOUT):
            yield
    except RunElsewhereError as error:
        raise RunInProgressError(str(error)) from error


@contextmanager
def _only_on_this_machine(database: str) -> Iterator[Path]:
    path = lock_path(database)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise LockUnavailableError(
            f"the lock {path} cannot be opened ({error.strerror}); is its folder there, and may you write in it?"
        ) from error
    try:
        _take(descriptor, path)
        yield path
    finally:
        os.close(descriptor)


def _take(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = _holder(descriptor)
        who = f" (process {holder})" if holder else ""
        raise RunInProgressError(
            f"another run{who} is on its way and holds the lock {path}; nothing was checked, the next run will do it"
        ) from error
    # The file stays when the run ends: removing it would let two runs lock two files of one name.
    with suppress(OSError):  # who holds it is a courtesy, which a full disk may refuse
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)


def _holder(descriptor: int) -> str:
    """Return the process that holds the lock, which says so right after it took it; "" where it cannot."""
    given_up = time.monotonic() + HOLDER_WAIT
    while not (holder := os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()):
        if time.monotonic() > given_up:
            break
        time.sleep(0.01)
    return holder


def lock_path(database: str) -> Path:
    """Return the file that stands for an archive: beside it for SQLite, else in the user's state folder."""
    if _is_file(database):
        file = unquote(database.partition("://")[2].removeprefix("/").partition("?")[0])
        return Path(f"{Path(file).resolve()}.lock")  # one archive, one lock, by whatever link it is reached
    # Not XDG_RUNTIME_DIR: a login has it and cron has not, and they must meet.
    folder = Path.home() / ".local" / "state" / "clausewatch"
    return folder / f"{hashlib.sha256(database.encode()).hexdigest()[:32]}.lock"


def _is_file(database: str) -> bool:
    """Return whether the archive is a SQLite file: whoever uses it is on this machine."""
    return database.partition("://")[0].partition("+")[0] == "sqlite"
