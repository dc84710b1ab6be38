"""Checks an edited configuration file, and writes the whole file. If the check fails, nothing is written."""

from __future__ import annotations

import difflib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clausewatch.config import Configuration, load
from clausewatch.editing.policy_edits import Edit, EditError
from clausewatch.errors import ClausewatchError, ConfigurationError, ExitCode


class EditWriteError(ClausewatchError):
    """The file cannot be written, or another program changed it during the edit."""

    exit_code = ExitCode.USAGE


def text_of(path: Path) -> str:
    """Return the text of a configuration file. Its line ends and its byte order mark are kept."""
    return path.read_bytes().decode("utf-8")


def differences(before: str, after: str) -> Iterator[str]:
    """Yield the lines that an edit removes and adds.

    Unchanged lines near them are left out, because they may contain secrets.
    """
    for line in difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm=""):
        if not line.startswith(("---", "+++")):
            yield f"at line {line.split()[2].partition(',')[0][1:]}:" if line.startswith("@@") else line


def check_edit(configuration: Configuration, edit: Edit) -> None:
    """Check an edited text.

    Raises ConfigurationError if the text is invalid, EditError if it would alter other settings, and EditWriteError if
    no file can be written beside the configuration.
    """
    with _written_beside(configuration.path.resolve(), edit.text) as new:
        _check(configuration, new, edit)


def write_edit(configuration: Configuration, before: str, edit: Edit) -> None:
    """Write a checked text to the file. Raises EditWriteError. The file is then unchanged."""
    path = configuration.path.resolve()
    with _written_beside(path, edit.text) as new:
        _replace(path, new, before)


@contextmanager
def _written_beside(path: Path, text: str) -> Iterator[Path]:
    """Write a text to a new file in the folder of `path`. At the end, the file is removed if it is still there."""
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise EditWriteError(f"{path.parent} cannot be written: {error.strerror}; nothing was changed") from error
    new = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        yield new
    except OSError as error:
        raise EditWriteError(f"{path} cannot be written: {error.strerror}; nothing was changed") from error
    finally:
        new.unlink(missing_ok=True)


def _check(configuration: Configuration, new: Path, edit: Edit) -> None:
    try:
        result = load(new)
    except ConfigurationError as error:
        raise ConfigurationError(str(configuration.path), error.problems) from error
    rest = [
        [policy for policy in either.policies if policy.name not in edit.touched] for either in (configuration, result)
    ]
    if rest[0] != rest[1] or _others(configuration) != _others(result):
        raise EditError(f"{configuration.path}: the edit would alter other entries; edit it by hand")


def _others(configuration: Configuration) -> tuple[object, ...]:
    """Return settings that an edit of policies must not change."""
    return (configuration.database, configuration.channels, configuration.crawl, configuration.watchdog)


def _replace(path: Path, new: Path, before: str) -> None:
    """Replace the configuration file with the new file.

    The new file gets the owner and permissions of the old file. Raises EditWriteError if another program changed the
    old file.
    """
    if text_of(path) != before:
        raise EditWriteError(f"{path} was changed by another program meanwhile: try again")
    status = path.stat()
    new.chmod(status.st_mode & 0o7777)
    if (status.st_uid, status.st_gid) != (os.getuid(), os.getgid()):
        os.chown(new, status.st_uid, status.st_gid)
    new.replace(path)
