"""Remembers in the user's cache folder that a configuration file was checked. So a run that has nothing to do need not
check the file again. The remembered facts contain no values of variables. They are trusted if two conditions are true.
First, the configuration file, the `env_file`, the used variables and the version of the program are unchanged. Second,
nobody except the user can read or write the remembered facts.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

from clausewatch import __version__
from clausewatch.config.databases import DatabaseAddressError, resolved_database
from clausewatch.config.variables import EnvFileError, Interpolation, read_env_file

LARGEST = 1_000_000
"""Maximum size in bytes of the remembered facts about one configuration file. A larger file in the cache was not
written by this program.
"""


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A configuration file without problems."""

    key: str
    """Hash of the file's bytes and of all other facts on which the result of the check depends."""
    token: str
    """Random text that identifies this content of the file. A changed file gets another token."""
    database: str
    """The archive's URL as it is written in the file."""
    env_file: str | None
    """Absolute path of the file with variables."""
    variables: tuple[str, ...]
    """Names of the variables that the file uses."""

    def resolved_database(self, path: Path) -> str | None:
        """Return the archive's URL with the values of its variables. Return None if the URL cannot be used."""
        filling = Interpolation({**_env_file(self.env_file), **os.environ}, "")
        try:
            url = resolved_database(filling.fill(self.database), path.absolute().parent)
        except DatabaseAddressError:
            return None
        return None if filling.problems else url


def recall(path: Path) -> CheckedFile | None:
    """Return the facts about a configuration file. Return None if the file or anything else that was checked has
    changed.
    """
    try:
        facts = json.loads(_own_bytes(_cache_file(path)))
        checked = CheckedFile(**{**facts, "variables": tuple(facts["variables"])})
        key = _key(path.read_bytes(), checked.env_file, checked.variables)
    except (OSError, ValueError, LookupError, TypeError, EnvFileError, RuntimeError):  # RuntimeError: no home folder
        return None
    return checked if checked.key == key else None


def remember(path: Path, database: str, env_file: Path | None, used: Mapping[str, str]) -> str:
    """Remember that a configuration file has no problems, and return its token. `database` is the archive's URL as it
    is written in the file. `used` are the used variables with their values. The token is "" if the cache cannot be
    written.
    """
    known, variables = recall(path), tuple(sorted(used))
    if known is not None:
        return known.token
    env = None if env_file is None else str(env_file.absolute())
    try:
        key = _key(path.read_bytes(), env, variables)
        checked = CheckedFile(key, uuid4().hex, database, env, variables)
        _write_own(_cache_file(path), json.dumps(asdict(checked)).encode())
    except (OSError, EnvFileError, RuntimeError):
        return ""
    return checked.token


def _key(file: bytes, env_file: str | None, variables: tuple[str, ...]) -> str:
    env = b"" if env_file is None else Path(env_file).read_bytes()
    values = [[name, os.environ.get(name)] for name in variables]
    parts = [__version__, hashlib.sha256(file).hexdigest(), hashlib.sha256(env).hexdigest(), env_file, values]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _env_file(path: str | None) -> dict[str, str]:
    return {} if path is None else read_env_file(Path(path))


def _cache_file(path: Path) -> Path:
    # A relative path in the variable must be ignored, according to the XDG Base Directory Specification.
    named = Path(os.environ.get("XDG_CACHE_HOME") or "")
    folder = named if named.is_absolute() else Path.home() / ".cache"
    return folder / "clausewatch" / f"{hashlib.sha256(os.fsencode(path.absolute())).hexdigest()[:32]}.json"


def _own_bytes(path: Path) -> bytes:
    """Return the content of a regular file that belongs to this user alone. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) & 0o077:
            raise PermissionError(f"{path} does not belong to this user alone")
        return file.read(LARGEST)


def _write_own(path: Path, content: bytes) -> None:
    """Write a file that only this user can read. Another process sees either the complete old file or the complete new
    file.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
