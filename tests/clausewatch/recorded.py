"""Makes repositories of versions in the format of Open Terms Archive. The services are made up."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

AUTHOR = "Recorder <recorder@example.org>"


class Commit(NamedTuple):
    """A version of a document."""

    at: datetime
    path: str
    text: str
    subject: str


def repository(folder: Path, commits: Iterable[Commit]) -> Path:
    """Write a repository with these commits in this order, and return its folder."""
    return imported(folder, b"".join(map(_commit, commits)))


def imported(folder: Path, stream: bytes) -> Path:
    """Write a repository from the input of `git fast-import`, and return its folder."""
    surroundings = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", str(folder)], check=True, env=surroundings)
    subprocess.run(["git", "-C", str(folder), "fast-import", "--quiet"], input=stream, check=True, env=surroundings)
    return folder


def _commit(commit: Commit) -> bytes:
    when = f"{int(commit.at.timestamp())} +0000"
    subject, text = commit.subject.encode(), commit.text.encode()
    return (
        f"commit refs/heads/main\nauthor {AUTHOR} {when}\ncommitter {AUTHOR} {when}\ndata {len(subject)}\n".encode()
        + subject
        + f'\nM 100644 inline "{commit.path}"\ndata {len(text)}\n'.encode()
        + text
        + b"\n"
    )
