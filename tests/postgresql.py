"""Runs a temporary PostgreSQL server. At the end, all its data are deleted."""

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
"""The superuser of the server. This user needs no password, because only this machine can reach the server."""

IN_MEMORY = Path("/dev/shm")
"""A folder in memory, on Linux. Copying a database is much faster there than on a disk."""
ROOM = 2_000_000_000
"""Minimum free space of the folder in memory, in bytes. With less space, that folder is not used."""

PR_SET_PDEATHSIG = 1
"""Option of prctl(2) that sets the signal that a process gets when its parent ends."""

SERVER_USER = "postgres"
"""User who runs the server if the tests run as root, because PostgreSQL refuses to run as root."""


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
    """A server in a temporary folder. Programs reach the server through a socket in this folder."""

    folder: Path
    programs: Path
    durable: bool
    """Whether the server waits at each commit until the data are on the disk, as servers normally do."""
    _server: subprocess.Popen[bytes] | None = None

    def url(self, database: str) -> str:
        """Return the URL of a database on this server, as it would be in a configuration."""
        return f"postgresql+psycopg://{OWNER}@/{database}?host={self.folder}"

    def make(self, database: str, template: str = "template1") -> str:
        """Make a database as a copy of `template`, and return the URL of the copy.

        No program may be connected to the template.
        """
        self.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url(database)

    def drop(self, database: str) -> None:
        """Delete a database, even if programs are connected to it."""
        self.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def execute(self, statement: str, database: str = "postgres") -> list[Any]:
        """Run an SQL statement outside of a transaction, and return its rows."""
        import psycopg  # only needed if a test uses a server

        with psycopg.connect(dbname=database, host=str(self.folder), user=OWNER, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def initialise(self) -> None:
        """Create the server's files."""
        self._run("initdb", "--auth=trust", f"--username={OWNER}", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8")

    def start(self) -> None:
        """Start the server, and wait until it responds. After a crash, the server responds when it has recovered."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "fsync": "on" if self.durable else "off",
            # The time zone is not UTC. So a test fails if a time depends on the time zone of the session.
            "timezone": "Asia/Jakarta",
            "max_connections": "60",
            "shared_buffers": "16MB",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command: list[str | Path] = [self.programs / "postgres", "-D", self.folder / "data", *options]
        deadline = time.monotonic() + 60
        while not self._answers():
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            # If child processes of a killed server still run, a new server ends at once. It must then be started again.
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
        """Stop the server. The mode `fast` stops it properly. The mode `immediate` stops it as in a crash."""
        self._run("pg_ctl", "-w", "-s", "-m", mode, "stop")
        self._gone()

    def kill(self) -> None:
        """Kill the main process of the server, as the kernel does when there is too little memory."""
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
        """Return the settings for starting the server's programs.

        The programs run in the server's folder and never as root.
        """
        around: dict[str, Any] = {"cwd": self.folder, "stdin": subprocess.DEVNULL}
        if os.geteuid() == 0:
            around |= {"user": SERVER_USER, "group": SERVER_USER, "extra_groups": []}
        return around


def _in_memory() -> Path | None:
    """Return the folder in memory, or None if it does not exist or has too little free space."""
    usable = IN_MEMORY.is_dir() and os.access(IN_MEMORY, os.W_OK)
    return IN_MEMORY if usable and shutil.disk_usage(IN_MEMORY).free >= ROOM else None


def _end_with_the_tests() -> None:
    """Make the kernel end the server if the test process is killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


@contextlib.contextmanager
def cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """Run a server until the block ends. With `durable` the server waits for the disk at each commit."""
    programs = binaries()
    assert programs is not None, "PostgreSQL is missing"
    # The folder is not below pytest's temporary folder, because the server's user cannot read that folder. Also, the
    # path of a socket must be shorter than about a hundred characters.
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
    """Make a database as a copy of `template`, and yield the URL of the copy. Delete the copy at the end."""
    name = f"test_{uuid4().hex}"
    try:
        yield server.make(name, template)
    finally:
        server.drop(name)
