"""Reads files from other people into memory if they are not too large."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

from clausewatch.config.quantities import size_text
from clausewatch.errors import ClausewatchError, ExitCode


class RefusedFileError(ClausewatchError):
    """The file cannot be read, or exceeds a limit."""

    exit_code = ExitCode.USAGE


def small_file(path: Path, largest: int) -> bytes:
    """Return the content of a file.

    Raises RefusedFileError if the path is not a file, or if the file has more than `largest` bytes.
    """
    try:
        with open_file(path) as file:
            content = file.read(largest + 1)
    except OSError as error:
        raise RefusedFileError(f"{path} cannot be read: {error.strerror}") from error
    if len(content) > largest:
        raise RefusedFileError(f"{path} has more than {size_text(largest)}, the most that is read of such a file")
    return content


def open_file(path: Path) -> BinaryIO:
    """Open a file. For a pipe or a device, it raises RefusedFileError at once and does not wait."""
    file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise RefusedFileError(f"{path} is not a file")
    return file
