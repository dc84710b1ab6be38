"""Runs `clausewatch` commands as separate processes that are watched and killed. The processes are forked, because
hundreds of new Python processes would take too long."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from archive.storage.fault_injection import VARIABLE
from tests.forking import Forked, fork

STARTING = 60.0
"""Maximum seconds from the start of a command to the first point of its work, even on a loaded machine."""


@dataclass
class Child:
    """A running command. While the command works, it writes the name of each point that it reaches into a file."""

    process: Forked
    points: Path
    log: Path

    @property
    def code(self) -> int | None:
        """The exit code, or None while the command runs."""
        return self.process.code

    def reached(self) -> list[str]:
        """Return the points that the command has reached so far, in the order of time."""
        return [line.split(" ", 1)[1] for line in self._lines()]

    def worked(self) -> float:
        """Return the seconds between the first and the last point."""
        moments = [float(line.split(" ", 1)[0]) for line in self._lines()]
        return moments[-1] - moments[0] if moments else 0.0

    def wait_for_work(self) -> bool:
        """Wait until the command reaches its first point. Return False if the command ends before."""
        deadline = time.monotonic() + STARTING
        while not self._lines():
            if self.code is not None:
                return False
            assert time.monotonic() < deadline, "it does not begin to work"
            time.sleep(0.005)
        return True

    def wait_for_points(self, number: int) -> None:
        """Wait until the command has reached this number of points, or until it ends."""
        while len(self._lines()) < number and self.code is None:
            time.sleep(0.002)

    def wait_for(self, point: str, times: int = 1) -> None:
        """Wait until the command has reached a point with this name `times` times."""
        deadline = time.monotonic() + STARTING
        while self.reached().count(point) < times:
            assert self.code is None, self.said()
            assert time.monotonic() < deadline, f"it does not reach {point!r}"
            time.sleep(0.005)

    def end(self, timeout: float = 120.0) -> int:
        """Wait for the end of the command. Return the exit code."""
        return self.process.wait(timeout)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the command and to its worker processes."""
        with contextlib.suppress(ProcessLookupError):  # the command has ended
            os.killpg(self.process.pid, number)

    def kill(self) -> bool:
        """Kill the command and its worker processes. Return True if a kill ended the command, and False if the command
        had ended before.
        """
        self.send(signal.SIGKILL)
        return self.end(30) == -signal.SIGKILL

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def _lines(self) -> list[str]:
        if not self.points.exists():
            return []
        lines = self.points.read_text(encoding="utf-8").splitlines(keepends=True)
        return [line.removesuffix("\n") for line in lines if line.endswith("\n")]


def start(folder: Path, number: int, words: tuple[str, ...], until: int | None, more: Mapping[str, str]) -> Child:
    """Start a command with the configuration file in a folder. If `until` is a number, the command is killed when it
    reaches the point with this number."""
    points, log = folder / f"points-{number}", folder / f"log-{number}"
    surroundings = {VARIABLE: str(points) if until is None else f"{points}:{until}", "HOME": str(folder), **more}
    arguments = ("--config", str(folder / "clausewatch.toml"), *words)
    with log.open("ab") as file:
        out = file.fileno()
        return Child(
            fork("clausewatch", arguments, folder=folder, environment=surroundings, out=out, err=out), points, log
        )
