"""Runs Python programs as separate processes. They are forked from a process that has already imported most modules.

This is faster, because a short run of `python -m clausewatch run` spends most of its time on imports. In all other
respects such a program is like any Python program: it has its own process, arguments, environment and folder.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests.sources import PROJECT

PRELOADED = (
    "alembic.command",
    "clausewatch.operation.run",
    "clausewatch.cli.run",
    "clausewatch.cli.notify",
    "crawler.settings",
    "crawler.spiders.policies",
    "crawler.visits.pipelines",
    "crawler.visits.process",
    "notifier.sending.delivery",
    "notifier.channels",
)
LARGEST = 1 << 18
"""Maximum size of a request in bytes. Most of a request is the environment."""


@dataclass
class Forked:
    """A running program with its own process group, and its exit code after it ended."""

    pid: int
    _end: socket.socket
    """Socket that receives the exit code of the program."""
    _code: int | None = field(default=None, init=False)

    @property
    def code(self) -> int | None:
        """The exit code of the program.

        It is negative if a signal ended the program, and None while the program runs.
        """
        return self._wait(0)

    def wait(self, timeout: float = 120.0) -> int:
        """Wait for the end of the program, and return its exit code. Raises TimeoutError after `timeout` seconds."""
        code = self._wait(timeout)
        if code is None:
            raise TimeoutError(f"process {self.pid} has not ended after {timeout} s")
        return code

    def _wait(self, timeout: float) -> int | None:
        if self._code is None and select.select([self._end], [], [], timeout)[0]:
            self._code = int(self._end.recv(100))
            self._end.close()
        return self._code


@dataclass(frozen=True, slots=True)
class Ended:
    """The exit code and the output of a program."""

    code: int
    out: str
    err: str


def run(
    module: str, *arguments: str, folder: Path, environment: Mapping[str, str] | None = None, timeout: float = 120.0
) -> Ended:
    """Run `python -m module` in a folder with additional environment variables, and wait for its end."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        forked = fork(
            module, arguments, folder=folder, environment=environment or {}, out=out.fileno(), err=err.fileno()
        )
        try:
            code = forked.wait(timeout)
        except TimeoutError:
            os.killpg(forked.pid, signal.SIGKILL)
            raise
        out.seek(0)
        err.seek(0)
        return Ended(code, out.read().decode(), err.read().decode())


def fork(
    module: str, arguments: tuple[str, ...], *, folder: Path, environment: Mapping[str, str], out: int, err: int
) -> Forked:
    """Start `python -m module` in a folder. Its output goes to these file descriptors."""
    request = {
        "module": module,
        "arguments": arguments,
        "folder": str(folder),
        "environment": {**os.environ, **environment},
    }
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        socket.send_fds(_server(), [json.dumps(request).encode()], [theirs.fileno(), out, err])
    return Forked(int(ours.recv(100)), ours)


@cache
def _server() -> socket.socket:
    """Start the process from which programs are forked. It ends when this process ends."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        command = [sys.executable, "-m", "tests.forking", str(theirs.fileno())]
        server = subprocess.Popen(command, cwd=PROJECT, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)

    @atexit.register
    def end() -> None:
        ours.close()
        server.wait(30)

    return ours


def _serve(control: socket.socket) -> None:
    """Fork a process for each request.

    The function returns in both processes: in a forked process when its program has ended, and in this process after
    the last request.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for module in PRELOADED:
        importlib.import_module(module)
    gc.freeze()
    while True:
        content, descriptors, *_ = socket.recv_fds(control, LARGEST, 3)
        if not content:
            return
        if os.fork() == 0:
            control.close()
            _attend(json.loads(content), *descriptors)
            return
        for descriptor in descriptors:
            os.close(descriptor)
        _reap()


def _reap() -> None:
    """Collect the exit codes of child processes that ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _attend(request: Mapping[str, object], end: int, out: int, err: int) -> None:
    """Fork a second time.

    The child becomes the program. The parent waits for the child, and then sends its exit code.
    """
    child = os.fork()
    if child:
        status = os.waitpid(child, 0)[1]
        os.write(end, str(os.waitstatus_to_exitcode(status)).encode())
        os._exit(0)
    os.setsid()
    os.write(end, str(os.getpid()).encode())
    os.close(end)
    for source, target in ((out, 1), (err, 2)):
        os.dup2(source, target)
        os.close(source)
    _become(request)


def _become(request: Mapping[str, object]) -> None:
    """Set the arguments, the folder and the environment of the program, and run the program."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    environment, arguments = request["environment"], request["arguments"]
    assert isinstance(environment, dict)
    assert isinstance(arguments, list)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(str(request["folder"]))
    sys.argv = [str(request["module"]), *arguments]
    runpy.run_module(str(request["module"]), run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
