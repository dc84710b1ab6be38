"""Tests that a hostile repository cannot make git run a program, open a connection, wait forever, or fill the memory
during an import.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from clausewatch.imports.git_objects import RepositoryError, git_objects
from clausewatch.imports.open_terms import documents
from tests import processes
from tests.clausewatch.imports.hostile_repositories import REPOSITORIES, SURROUNDINGS, Trap, trap
from tests.clausewatch.watched import call, configured

LARGEST = 8_000_000
"""Maximum size of one text, in bytes. This is the default in the configuration."""

RUN_BY_GIT = (
    "gpg program",
    "gpg program for OpenPGP",
    "gpg program for SSH",
    "included configuration",
    "fetch through a command",
    "fetch with an upload program",
    "fetch through ssh",
)
"""Traps with a program that runs if somebody calls git directly. A test calls git directly, to prove that the traps
work.
"""


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    """Return a socket on loopback that must not get a connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def laid(folder: Path, name: str, listening: socket.socket) -> Trap:
    """Make one of the hostile repositories."""
    made = trap(folder, listening.getsockname()[1])
    REPOSITORIES[name](made)
    made.marker.unlink(missing_ok=True)
    return made


def read(repository: Path) -> None:
    """Read all texts of all documents."""
    with git_objects(repository) as objects:
        names = [version.blob for versions in documents(objects).values() for version in versions]
        for _ in objects.contents(names, LARGEST):
            pass


def was_reached(listening: socket.socket) -> bool:
    try:
        connection, _ = listening.accept()
    except BlockingIOError:
        return False
    connection.close()
    return True


@pytest.mark.parametrize("name", REPOSITORIES)
def test_no_program_runs_and_no_connection_opens(tmp_path: Path, name: str, listening: socket.socket) -> None:
    made = laid(tmp_path, name, listening)
    with suppress(RepositoryError):
        read(made.folder)
    shown = call(configured(tmp_path), "import", "opentermsarchive", str(made.folder), "--list")
    assert shown.exit_code in (0, 2)
    assert "\x1b" not in shown.output
    assert not made.marker.exists()
    assert not was_reached(listening)


@pytest.mark.parametrize("name", RUN_BY_GIT)
def test_git_called_directly_runs_the_program(tmp_path: Path, name: str, listening: socket.socket) -> None:
    made = laid(tmp_path, name, listening)
    for words in (("log", "--name-only"), ("cat-file", "-p", "HEAD:Harbour/Privacy Policy.md")):
        command = ["git", "-C", str(made.folder), *words]
        subprocess.run(command, env=SURROUNDINGS, capture_output=True, check=False, timeout=30)
    assert made.marker.exists()


def test_git_called_directly_opens_the_connection(tmp_path: Path, listening: socket.socket) -> None:
    made = laid(tmp_path, "fetch through a git proxy", listening)
    made.git("config", "--unset", "core.gitProxy")
    command = ["git", "-C", str(made.folder), "cat-file", "-p", "HEAD:Harbour/Privacy Policy.md"]
    with subprocess.Popen(command, env=SURROUNDINGS, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as git:
        until = time.monotonic() + 20
        while not (reached := was_reached(listening)) and time.monotonic() < until and git.poll() is None:
            time.sleep(0.02)
        git.kill()
    assert reached


LISTING = """
import sys
from contextlib import suppress
from pathlib import Path
from clausewatch.imports.git_objects import RepositoryError, git_objects
from clausewatch.imports.open_terms import documents

with suppress(RepositoryError), git_objects(Path(sys.argv[1])) as objects:
    documents(objects)
"""


@pytest.mark.parametrize("name", ["configuration as a pipe", "a pack as a pipe", "a commit as a pipe"])
def test_an_import_never_waits_for_a_pipe(tmp_path: Path, name: str, listening: socket.socket) -> None:
    made = laid(tmp_path, name, listening)
    command = [sys.executable, "-c", LISTING, str(made.folder)]
    with subprocess.Popen(command, start_new_session=True) as listed:
        try:
            assert listed.wait(40) == 0
        finally:  # git would still wait for the pipe, so end git too
            with suppress(ProcessLookupError):
                os.killpg(listed.pid, signal.SIGKILL)


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path: Path, listening: socket.socket) -> None:
    made = laid(tmp_path, "a text of 60 MB", listening)
    with pytest.raises(RepositoryError, match="60,000,000 bytes; at most 8,000,000"):
        read(made.folder)


def test_a_future_date_is_refused(tmp_path: Path, listening: socket.socket) -> None:
    made = laid(tmp_path, "a name with escapes", listening)
    made.git("reset", "--hard", "--quiet", "HEAD")
    root = made.git("rev-parse", "HEAD^{tree}").strip()
    made.commit("commit", f"tree {root}\nauthor A <a@b> 7258118400 +0\ncommitter A <a@b> 1 +0\n\nx\n".encode())
    name = "\x07\ufffd"
    words = ("import", "opentermsarchive", str(made.folder), "--service", "Harbour", "--terms", f"\x1b]0;x{name}")
    result = call(configured(tmp_path), *words)
    assert result.exit_code == 2
    assert "is dated 2200-01-01, which is in the future" in result.stderr


WAITING = """
import sys, time
from pathlib import Path
from clausewatch.imports.git_objects import git_objects
from clausewatch.imports.open_terms import documents

with git_objects(Path(sys.argv[1])) as objects:
    ((_, versions),) = documents(objects).items()
    for _ in objects.contents((version.blob for version in versions), 8_000_000):
        print("reading", flush=True)
        time.sleep(60)
"""


def test_git_ends_when_the_import_is_killed(tmp_path: Path, listening: socket.socket) -> None:
    made = trap(tmp_path, listening.getsockname()[1])
    command = [sys.executable, "-c", WAITING, str(made.folder)]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as importing:
        assert importing.stdout is not None
        assert importing.stdout.readline() == b"reading\n"
        children = psutil.Process(importing.pid).children(recursive=True)
        names = [processes.name(child) for child in children]  # an ended process has no name
        importing.kill()
    assert "git" in names or not children
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive
