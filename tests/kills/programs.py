"""Runs `clausewatch` commands under a program that limits resources, makes writes to the disk fail, or changes the
clock."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from tests.kills.stand import Stand


@dataclass(frozen=True, slots=True)
class Ended:
    """The exit code and the whole output of a command."""

    code: int
    said: str


def under(stand: Stand, program: Sequence[str], *words: str, **more: str) -> Ended:
    """Run a command under a program until the command ends. `more` are environment variables."""
    command = [*program, sys.executable, "-m", "clausewatch", "--config", str(stand.configuration), *words]
    surroundings = os.environ | {"HOME": str(stand.folder), "PYTHONDONTWRITEBYTECODE": "1"} | more
    done = subprocess.run(
        command,
        cwd=stand.folder,
        env=surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    return Ended(done.returncode, done.stdout)
