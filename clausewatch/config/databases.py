"""Makes the path in the archive's URL absolute. So the URL leads to the same file from every working folder."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from urllib.parse import urlsplit

_SQLITE = "sqlite:///"
_POSTGRESQL = "postgresql+psycopg"


class DatabaseAddressError(Exception):
    """The archive's URL cannot be used. The message never contains the URL."""


def resolved_database(url: str, base: Path) -> str:
    """Return a database URL. The path of a SQLite file becomes absolute. `base` is the folder of the configuration.

    Raises DatabaseAddressError if the URL is invalid, or if the SQLite file's folder or the driver does not exist.
    """
    if url.startswith("sqlite:"):
        return f"{_SQLITE}{_sqlite_path(url, base)}"
    try:
        parts = urlsplit(url)
        scheme, host, _ = parts.scheme, parts.hostname, parts.port
    except ValueError:
        raise DatabaseAddressError(
            "is not a database URL: write user and password as ${NAME}, so that they are encoded"
        ) from None
    if scheme != _POSTGRESQL:
        raise DatabaseAddressError(
            f"is not a database that Clausewatch supports: write sqlite:///clausewatch.db, or {_POSTGRESQL}://…"
        )
    if not host and not parts.query:
        raise DatabaseAddressError(f"names no server: write {_POSTGRESQL}://user:password@server/database")
    if importlib.util.find_spec("psycopg") is None:
        raise DatabaseAddressError("needs PostgreSQL's driver: install psycopg[binary] next to clausewatch")
    return url


def _sqlite_path(url: str, base: Path) -> Path:
    name = url.removeprefix(_SQLITE)
    if not url.startswith(_SQLITE) or name in ("", ":memory:"):
        raise DatabaseAddressError("names no file, so nothing would be kept: write sqlite:///clausewatch.db")
    if "?" in name or name.startswith("file:"):
        raise DatabaseAddressError("holds options: write only a path, like sqlite:///clausewatch.db")
    path = base / name
    if not path.parent.is_dir():
        raise DatabaseAddressError(f"lies in a folder that does not exist: make {path.parent}")
    if path.is_dir():
        raise DatabaseAddressError(f"is a folder: name a file in it, like {path / 'clausewatch.db'}")
    return path
