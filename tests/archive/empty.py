"""Provides an empty SQLite archive. It is made only once in a process, because a new archive takes all migrations."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from archive.storage.database import open_archive


def put_empty_archive(file: Path) -> Path:
    """Write an empty archive into a file that does not exist yet, and return the file."""
    if not file.exists():
        file.write_bytes(_content())
        file.chmod(0o600)  # as the program makes it
    return file


@cache
def _content() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "empty.db"
        open_archive(f"sqlite:///{file}").close()
        return file.read_bytes()
