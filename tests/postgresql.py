"""A temporary PostgreSQL server, which is deleted with all its data."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from pwd import getpwnam
from typing import Any
from uuid import uuid4

OWNER = "clausewatch"
"""The superuser of the server. It needs no password, and only this machine can reach the server."""

IN_MEMORY = Path("/dev/shm")
"""A folder in memory, on Linux. Copying a database there takes a fraction of the time."""
ROOM = 2_000_000_000
"""Bytes that must be free there."""

PR_SET_PDEATHSIG = 1
"""Option of prctl(2)."""

SERVER_USER = "postgres"
"""User who runs the server if the tests run as root. PostgreSQL refuses to run as root."""


@cache
def binaries() -> Path | None:
    """Return the folder with the programs of the newest PostgreSQL, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    candidates = [*([Path(on_path).resolve()] if on_path else []), *found]
    if not candidates or (os.geteuid() == 0 and not _user_exists()):
        return None
    return candidates[-1].parent


def _user_exists() -> bool:
    try:
        getpwnam(SERVER_USER)
    except KeyError:
        return False
    return True


@dataclass
class Cluster:
    """A server in a temporary folder, reached through a socket there."""

    folder: Path
    programs: Path
    durable: bool
    """Whether it waits for the disk, like a real one."""
    _server: subprocess.Popen[bytes] | None = None

    def url(self, database: str) -> str:
        """Return the URL of one of its databases, as in a configuration."""
        return f"postgresql+psycopg://{OWNER}@/{database}?host={self.folder}"

    def make(self, database: str, template: str = "template1") -> str:
        """Make a database as a copy of another, and return its URL. The template must have no connections."""
        self.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url(database)

    def drop(self, database: str) -> None:
        """Drop a database, even if it has connections."""
        self.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def execute(self, statement: str, database: str = "postgres") -> list[Any]:
        """Run a statement outside any transaction, and return its rows."""
        import psycopg  # not needed unless a test uses a server

        with psycopg.connect(dbname=database, host=str(self.folder), user=OWNER, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def initialise(self) -> None:
        """Create the server's files."""
        self._run("initdb", "--auth=trust", f"--username={OWNER}", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8")

    def start(self) -> None:
        """Start the server, and wait until it responds. After a crash, that is when it has recovered."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "fsync": "on" if self.durable else "off",
            # Not UTC, so that a time that depends on the session's zone is noticed.
            "timezone": "Asia/Jakarta",
            "max_connections": "60",
            "shared_buffers": "16MB",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command: list[str | Path] = [self.programs / "postgres", "-D", self.folder / "data", *options]
        deadline = time.monotonic() + 60
        while not self._answers():
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            # It may have ended at once, because children of a killed server may still be running.
            if self._server is None or self._server.poll() is not None:
                with (self.folder / "log").open("ab") as log:
                    self._server = subprocess.Popen(
                        command, stdout=log, stderr=log, preexec_fn=_end_with_the_tests, **self._surroundings()
                    )
            time.sleep(0.05)

    def _answers(self) -> bool:
        asked: list[str | Path] = [self.programs / "pg_isready", "-q", "-h", self.folder]
        return subprocess.run(asked, check=False, **self._surroundings()).returncode == 0

    def stop(self, mode: str = "fast") -> None:
        """Stop the server: `fast` properly, `immediate` as in a crash."""
        self._run("pg_ctl", "-w", "-s", "-m", mode, "stop")
        self._gone()

    def kill(self) -> None:
        """Kill the server's first process, as the kernel does when memory is short."""
        assert self._server is not None
        self._server.kill()
        self._gone()

    def _gone(self) -> None:
        if self._server is not None:
            self._server.wait(30)
            self._server = None

    def _run(self, program: str, *arguments: str) -> None:
        command: list[str | Path] = [self.programs / program, "-D", self.folder / "data", *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **self._surroundings())

    def _surroundings(self) -> dict[str, Any]:
        """Return the settings to start the server's programs: in its folder, and never as root."""
        around: dict[str, Any] = {"cwd": self.folder, "stdin": subprocess.DEVNULL}
        if os.geteuid() == 0:
            around |= {"user": SERVER_USER, "group": SERVER_USER, "extra_groups": []}
        return around


def _in_memory() -> Path | None:
    """Return the folder in memory; None if it does not exist or is too small."""
    usable = IN_MEMORY.is_dir() and os.access(IN_MEMORY, os.W_OK)
    return IN_MEMORY if usable and shutil.disk_usage(IN_MEMORY).free >= ROOM else None


def _end_with_the_tests() -> None:
    """Make the kernel end the server when the tests are killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


@contextlib.contextmanager
def cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """Run a server until the block ends. With `durable` it waits for the disk at each commit."""
    programs = binaries()
    assert programs is not None, "PostgreSQL is missing"
    # Not pytest's folder, because the server's user cannot enter it, and a socket's path may have at most a hundred
    # characters.
    folder = Path(tempfile.mkdtemp(prefix="cw-pg-", dir=None if durable else _in_memory()))
    if os.geteuid() == 0:
        shutil.chown(folder, SERVER_USER, SERVER_USER)
    server = Cluster(folder, programs, durable)
    try:
        server.initialise()
        server.start()
        yield server
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):
            server.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def fresh_database(server: Cluster, template: str) -> Iterator[str]:
    """Make a database as a copy of another, yield its URL, and delete it."""
    name = f"test_{uuid4().hex}"
    try:
        yield server.make(name, template)
    finally:
        server.drop(name)
