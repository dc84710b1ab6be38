"""Reads the versions repository of an Open Terms Archive collection.

Such a repository has a folder for each service. In this folder is a Markdown file for each of the service's documents
("terms"). Each commit records one version of one file, with the date on which the version was fetched.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

from clausewatch.imports.git_objects import COMMIT, GitObjects, RepositoryError

TECHNICAL = re.compile(r"^(Apply technical\b|Refilter\b|Update after )", re.IGNORECASE)
"""Matches the subject of a commit that records only a change in Open Terms Archive's extraction. Old and new versions
of its engine write different subjects.
"""

ENDING = ".md"

ORDINARY_FILES = ("100644", "100755")
"""Git's modes for ordinary files. Links and submodules have different modes."""

MOST_VERSIONS = 300_000
"""Maximum number of versions in a repository. The largest public collection has a third of this number."""

LOG = (
    *("--topo-order", "--no-renames", "--no-show-signature", "--no-ext-diff", "--no-textconv", "--no-mailmap"),
    # A merge commit counts as a new version of a file if the file is different in each parent of the commit.
    *("-c", "--root", "--raw", "--no-abbrev", "-z", "--encoding=UTF-8", "--format=%H%x00%at%x00%s"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A version of a document that a commit recorded."""

    commit: str
    at: datetime
    """Time when the version was fetched. It is the commit's author date."""
    subject: str
    path: str
    """Path of the file within the repository."""
    blob: str
    """Git's object name of the file's content."""

    @property
    def technical(self) -> bool:
        """Whether the commit says that only the extraction changed."""
        return TECHNICAL.match(self.subject) is not None

    @property
    def origin(self) -> str:
        """A sentence that names the source of the version."""
        return f"Imported from an Open Terms Archive repository, commit {self.commit[:12]}: {self.subject}"


def documents(objects: GitObjects) -> Mapping[tuple[str, str], list[Recorded]]:
    """Return the versions of each document, oldest first, without their texts. Raises RepositoryError.

    The keys are the service and the document. If a file was renamed, the versions after the rename belong to a new
    document.
    """
    recorded: defaultdict[tuple[str, str], list[Recorded]] = defaultdict(list)
    for count, version in enumerate(_versions(objects)):
        if count == MOST_VERSIONS:
            raise RepositoryError(f"{objects.repository} holds more than {MOST_VERSIONS:,} versions")
        path = PurePosixPath(version.path)
        recorded[path.parts[0], path.stem] += [version]
    for versions in recorded.values():
        versions.reverse()
        # A collection may have added the versions of an older archive later than its own newer versions. So the commits
        # are sorted by date.
        versions.sort(key=lambda version: version.at)
    return dict(sorted(recorded.items()))


def _versions(objects: GitObjects) -> Iterator[Recorded]:
    """Yield the versions of all documents, newest commit first."""
    fields = (field.decode("utf-8", "replace") for field in objects.log(*LOG))
    commit, at, subject = "", datetime.min.replace(tzinfo=UTC), ""
    for field in fields:
        text = field.lstrip("\n")
        if text.startswith(":"):
            mode, blob = _after(text)
            path = next(fields, "")
            if mode in ORDINARY_FILES and _is_document(path):
                yield Recorded(commit=commit, at=at, subject=subject, path=path, blob=blob)
        elif COMMIT.fullmatch(text):
            commit, at = text, _moment(objects, text, next(fields, ""))
            subject = next(fields, "")
        elif text:
            raise RepositoryError(f"{objects.repository}: git's answer cannot be read at {text[:80]!r}")


def _after(raw: str) -> tuple[str, str]:
    """Return a file's mode and object name after a commit.

    `raw` is a line of `git log --raw`. Its columns are the modes in each parent and in the commit, the object names in
    the same order, and the status.
    """
    columns = raw.lstrip(":").split(" ")
    return columns[(len(columns) - 1) // 2 - 1], columns[-2]


def _is_document(path: str) -> bool:
    name = PurePosixPath(path)
    return len(name.parts) == 2 and name.suffix == ENDING


def _moment(objects: GitObjects, commit: str, seconds: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise RepositoryError(f"{objects.repository}: commit {commit} has no date that can be read") from error
