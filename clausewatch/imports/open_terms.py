"""Reads the versions repository of an Open Terms Archive collection through git.

Such a repository holds a folder for each service and in it a Markdown file for each of its documents ("terms"); each
commit records one version of one file, at the date of its fetch.
"""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from clausewatch.errors import ClausewatchError, ExitCode

TECHNICAL = re.compile(r"^(Apply technical\b|Refilter\b|Update after )", re.IGNORECASE)
"""How the subject of a commit begins that records only a change of their own extraction, of old and new engines."""

ENDING = ".md"


class RepositoryError(ClausewatchError):
    """The repository cannot be read, or does not hold what was asked for."""

    exit_code = ExitCode.USAGE


@dataclass(frozen=True, slots=True)
class Recorded:
    """One version of one document, as a commit recorded it."""

    commit: str
    at: datetime
    """When it was fetched: the commit's author date."""
    subject: str
    path: str
    """Within the repository."""

    @property
    def technical(self) -> bool:
        """Whether the commit says that only the extraction changed."""
        return TECHNICAL.match(self.subject) is not None

    @property
    def origin(self) -> str:
        """Where it is from, in a sentence."""
        return f"Imported from an Open Terms Archive repository, commit {self.commit[:12]}: {self.subject}"


def documents(repository: Path) -> dict[tuple[str, str], int]:
    """Return the services and terms of a repository, with how many versions each has. Raises RepositoryError."""
    names = _git(repository, "log", "--no-renames", "--diff-filter=AM", "--format=", "--name-only", "-z", "HEAD")
    counts = Counter(name.strip("\n") for name in names.split("\0") if name.strip())
    found = {}
    for name, count in sorted(counts.items()):
        path = PurePosixPath(name)
        if len(path.parts) == 2 and path.suffix == ENDING:
            found[path.parts[0], path.stem] = count
    return found


def versions(repository: Path, service: str, terms: str) -> list[Recorded]:
    """Return every version of a service's terms, oldest first, without their texts. Raises RepositoryError."""
    path = f"{service}/{terms}{ENDING}"
    # Literal: a name may hold what git would take for a pattern.
    listed = _git(
        repository,
        *("--literal-pathspecs", "log", "--reverse", "--no-renames", "--diff-filter=AM"),
        *("--format=%H%x00%aI%x00%s%x00", "HEAD", "--", path),
    )
    fields = listed.split("\0")
    found = [
        Recorded(fields[at].strip(), datetime.fromisoformat(fields[at + 1]), fields[at + 2], path)
        for at in range(0, len(fields) - 2, 3)
    ]
    # What an archive took over from an older one was committed later than what came after it.
    return sorted(found, key=lambda each: each.at)


def texts(repository: Path, found: Iterable[Recorded]) -> Iterator[tuple[Recorded, bytes]]:
    """Return versions with their Markdown, one at a time, from one process of git. Raises RepositoryError."""
    with subprocess.Popen(  # noqa: S603 - no shell, and git's own words
        [*_command(repository), "cat-file", "--batch", "-z"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as git:
        if git.stdin is None or git.stdout is None:
            raise RuntimeError("git was started without pipes")
        for each in found:
            git.stdin.write(f"{each.commit}:{each.path}\0".encode())
            git.stdin.flush()
            header = git.stdout.readline().split()
            if len(header) != 3 or not header[2].isdigit():
                raise RepositoryError(f"{repository}: git has no content for {each.path} in {each.commit}")
            yield each, git.stdout.read(int(header[2]))
            git.stdout.read(1)  # the line break after each content


def _git(repository: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - no shell; what a user names stands after `--` or is a folder
            [*_command(repository), *arguments], capture_output=True, check=False
        )
    except FileNotFoundError:
        raise RepositoryError("git is not installed: on Debian, apt-get install git") from None
    if done.returncode:
        problem = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise RepositoryError(f"{repository}: git cannot read it: {problem[-1] if problem else done.returncode}")
    return done.stdout.decode("utf-8", "replace")


def _command(repository: Path) -> list[str]:
    return ["git", "-C", str(repository), "-c", "core.quotePath=false"]
