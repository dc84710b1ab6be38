"""The archive's errors, distinguished by type.

    ArchiveError
    ├── StorageError                 the database cannot be used: stop the run (the command line exits with 3)
    │   ├── CannotOpenError          no such place, no permission, a URL that names no database
    │   ├── MissingDriverError       the database's Python driver is not installed
    │   ├── NotAnArchiveError        a file of another kind, or another program's database
    │   ├── NewerSchemaError         written by a newer Clausewatch
    │   ├── OlderSchemaError         written by an older one, and not to be upgraded
    │   ├── MovedArchiveError        moved into another database, or not yet moved completely
    │   ├── DamagedArchiveError      the database or a stored blob is not what was written
    │   ├── ReplacedArchiveError     another program replaced or upgraded it while a server had it open
    │   ├── ArchiveBusyError         another program kept it locked for longer than we wait
    │   ├── ReadOnlyArchiveError     it cannot be written
    │   └── StorageFullError         no room on the disk
    ├── NotFoundError                a question that has no answer; the message suggests the most similar names
    │   ├── UnknownPolicyError
    │   ├── UnknownTagError
    │   ├── NoVersionError
    │   └── UnknownPersonError
    ├── KnownPersonError             a person with this name may already sign in at the desk
    ├── LastOperatorError            the last operator of the desk cannot be removed
    ├── TokenRoleError               a token would allow more than its person may do
    ├── SlowSearchError              a search took longer than its time limit
    ├── OutdatedAssessmentError      another run recorded a version meanwhile: assess again
    └── RunElsewhereError            another run uses the same server (the command line exits with 4)

A caller that stops on storage errors and continues after all others writes:

    try:
        record(archive, result, now)
    except OutdatedAssessmentError:
        ...  # take `latest` again, assess again, record again
    except StorageError as error:
        raise SystemExit(3) from error
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from difflib import get_close_matches

from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError


class ArchiveError(Exception):
    """The base of all errors of the archive."""


class StorageError(ArchiveError):
    """The database cannot be used."""

    def __init__(self, location: str, problem: str) -> None:
        super().__init__(f"{location}: {problem}")
        self.location = location
        """The database's URL, with its password masked."""
        self.problem = problem
        """The problem, and how to fix it."""


class CannotOpenError(StorageError):
    """The database does not exist or cannot be opened."""


class MissingDriverError(StorageError):
    """The Python driver of the database is not installed."""


class NotAnArchiveError(StorageError):
    """The file or database is not an archive."""


class NewerSchemaError(StorageError):
    """A newer version of this program wrote the archive."""


class OlderSchemaError(StorageError):
    """An older version of this program wrote the archive, and it was opened only for reading."""


class MovedArchiveError(StorageError):
    """The archive was moved into another database, or a move into it is not complete."""


class DamagedArchiveError(StorageError):
    """Stored content differs from what was written."""


class ReplacedArchiveError(StorageError):
    """Another program replaced or upgraded the archive while a server had it open."""


class ArchiveBusyError(StorageError):
    """Another program kept the database locked for longer than the time limit."""


class ReadOnlyArchiveError(StorageError):
    """The database can be read but not written."""


class StorageFullError(StorageError):
    """The disk is full."""


class NotFoundError(ArchiveError):
    """Somebody asked for something that the archive does not have."""


class UnknownPolicyError(NotFoundError):
    """No policy has this name."""

    def __init__(self, name: str, existing: Iterable[str]) -> None:
        names = tuple(existing)
        self.name = name
        self.nearest = _nearest(name, names)
        """Up to three names that resemble the unknown name, the most similar first."""
        super().__init__(f"the archive has no policy called {name!r}: {_suggestion(self.nearest, names)}")


SUGGESTED = 10
"""Maximum number of names that are listed if no name resembles the requested name."""


def _nearest(name: str, names: tuple[str, ...]) -> tuple[str, ...]:
    folded = {name.casefold(): name for name in reversed(names)}
    return tuple(folded[near] for near in get_close_matches(name.casefold(), folded, n=3, cutoff=0.5))


def _suggestion(nearest: tuple[str, ...], names: tuple[str, ...]) -> str:
    if nearest:
        return f"did you mean {' or '.join(repr(near) for near in nearest)}?"
    if not names:
        return "it has no policy yet; `clausewatch run` adds those of the configuration"
    more = f" and {len(names) - SUGGESTED} more" if len(names) > SUGGESTED else ""
    return f"it knows {', '.join(repr(name) for name in names[:SUGGESTED])}{more}"


class UnknownTagError(NotFoundError):
    """No policy has this tag."""

    def __init__(self, tag: str, existing: Iterable[str]) -> None:
        names = tuple(existing)
        nearest = _nearest(tag, names)
        fix = _suggestion(nearest, names) if names else "no policy has a tag"
        super().__init__(f"no policy is tagged {tag!r}: {fix}")


class NoVersionError(NotFoundError):
    """The policy has no such version."""

    def __init__(self, policy: str, problem: str) -> None:
        super().__init__(f"{policy}: {problem}")
        self.policy = policy
        self.problem = problem


class NoFindingError(NotFoundError):
    """No finding and no alert has this number."""

    def __init__(self, number: str) -> None:
        fix = "`clausewatch review` lists the findings to review, and each message names its alerts"
        super().__init__(f"no finding and no alert has the number {number!r}: {fix}")


class NoSuppressionError(NotFoundError):
    """No suppression has this number."""

    def __init__(self, number: str) -> None:
        fix = "`clausewatch history --suppressed` shows the edits that were not reported, with their numbers"
        super().__init__(f"no edit that was not reported has the number {number!r}: {fix}")


class InvalidCursorError(NotFoundError):
    """A cursor was not made by this program, or it was made for a different question."""

    def __init__(self, cursor: str) -> None:
        super().__init__(f"{cursor[:40]!r} is not a cursor of this list; begin with the first page")
        self.cursor = cursor


class UnknownPersonError(NotFoundError):
    """The desk knows no person with this name."""

    def __init__(self, name: str, existing: Iterable[str]) -> None:
        names = tuple(existing)
        fix = f"known are {', '.join(map(repr, names))}" if names else "`clausewatch desk person add` adds a person"
        super().__init__(f"there is no person {name!r}: {fix}")


class KnownPersonError(ArchiveError):
    """A person with this name may already sign in at the desk."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is already a person {name!r}: choose another name, or remove that person first")


class SlowSearchError(ArchiveError):
    """A search took longer than its time limit."""

    def __init__(self, limit: timedelta) -> None:
        fix = "search for rarer words or in one policy, or raise the limit"
        super().__init__(f"the search took longer than {limit.total_seconds():g} s (`search_timeout`): {fix}")
        self.limit = limit


class TokenRoleError(ArchiveError):
    """A token would allow more than its person may do."""

    def __init__(self, name: str, role: str, wanted: str) -> None:
        fix = "choose another role for the token, or another person"
        super().__init__(f"{name!r} has the role {role}, which does not include the role {wanted}: {fix}")


class LastOperatorError(ArchiveError):
    """The last operator of the desk cannot be removed."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is the last operator: add another operator first")


class OutdatedAssessmentError(ArchiveError):
    """An assessment compared a text with a version that is no longer the latest. Nothing was recorded."""

    def __init__(self, policy: str, against: int | None, latest: int | None) -> None:
        super().__init__(
            f"{policy}: this answer was compared with {_version(against)}, but the latest is {_version(latest)}; "
            "compare it again with the latest version"
        )
        self.policy = policy
        self.against = against
        self.latest = latest


class RunElsewhereError(ArchiveError):
    """Another run uses the same archive, perhaps from another machine. Nothing was done."""


def _version(number: int | None) -> str:
    return "no version" if number is None else f"version {number}"


_SQLITE: dict[int, tuple[type[StorageError], str]] = {
    sqlite3.SQLITE_BUSY: (ArchiveBusyError, "another program keeps it locked; wait for it to end, then try again"),
    sqlite3.SQLITE_LOCKED: (ArchiveBusyError, "another program keeps it locked; wait for it to end, then try again"),
    sqlite3.SQLITE_NOTADB: (
        NotAnArchiveError,
        "this file is not a SQLite database; correct `database` in the configuration, or move the file away",
    ),
    sqlite3.SQLITE_CORRUPT: (
        DamagedArchiveError,
        "the database file is damaged; keep a copy of it as it is, and restore the last backup",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        CannotOpenError,
        "it cannot be opened; check that its folder exists and that this user may write there",
    ),
    sqlite3.SQLITE_PERM: (CannotOpenError, "this user may not open it; check the permissions of the file"),
    sqlite3.SQLITE_READONLY: (
        ReadOnlyArchiveError,
        "it cannot be written; check that this user may write the file and its folder",
    ),
    sqlite3.SQLITE_FULL: (
        StorageFullError,
        "the disk is full; everything but the last step was recorded; free some space and try again",
    ),
    sqlite3.SQLITE_IOERR: (
        StorageError,
        "the disk could not be read or written; everything but the last step was recorded; check the disk",
    ),
}
"""Errors by primary result code, https://sqlite.org/rescode.html"""


_POSTGRESQL: dict[str, tuple[type[StorageError], str]] = {
    "55P03": _SQLITE[sqlite3.SQLITE_BUSY],  # lock_not_available
    "40P01": _SQLITE[sqlite3.SQLITE_BUSY],  # deadlock_detected
    "40001": _SQLITE[sqlite3.SQLITE_BUSY],  # serialization_failure
    "53100": _SQLITE[sqlite3.SQLITE_FULL],  # disk_full
    "53200": (StorageError, "the server ran out of memory; nothing was recorded; try again"),
    "53300": (CannotOpenError, "the server takes no more connections; try again, or raise its max_connections"),
    "58030": _SQLITE[sqlite3.SQLITE_IOERR],  # io_error
    "25006": (ReadOnlyArchiveError, "the server takes no writes now; check that it is not a standby"),
    "42501": (CannotOpenError, "this user may not do that; make the user the owner of the database"),
    "42P01": (DamagedArchiveError, "a table is missing; restore the last backup"),
    "XX001": (DamagedArchiveError, "the server found damaged data; keep a copy, and restore the last backup"),
    "XX002": (DamagedArchiveError, "the server found a damaged index; rebuild it with REINDEX, or restore a backup"),
}
"""Errors by SQLSTATE, https://www.postgresql.org/docs/15/errcodes-appendix.html"""

_LOST = "the connection to the database was lost; check that the server runs and try again"


@contextmanager
def storage_errors(location: str) -> Iterator[None]:
    """Convert an error that the driver raises within the block into a StorageError. Violations of unique keys are not
    converted. Errors that come from bugs in our own code are not converted either.
    """
    try:
        yield
    except IntegrityError:
        raise
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) not in _POSTGRESQL:
            raise
        raise storage_error(error, location) from error
    except DBAPIError as error:
        raise storage_error(error, location) from error


def storage_error(error: DBAPIError, location: str) -> StorageError:
    """Return the StorageError for an error of a database driver."""
    cause = error.orig
    answer = " ".join(str(cause).split())
    kind, problem = StorageError, f"the database answered: {answer}"
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        kind, problem = _SQLITE.get(code, (kind, problem))
    elif (state := getattr(cause, "sqlstate", None)) in _POSTGRESQL:
        kind, problem = _POSTGRESQL[state]
    elif error.connection_invalidated:
        problem = _LOST
    elif error.statement is None:  # no statement was sent yet
        kind, problem = (
            CannotOpenError,
            f"it cannot be opened; check the URL and that the server runs. It answered: {answer}",
        )
    return kind(location, problem)
