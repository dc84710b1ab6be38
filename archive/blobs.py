"""Content-addressed, compressed runs of bytes: raw bodies and documents, each stored once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import zstandard
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from archive.errors import DamagedArchiveError
from archive.schema import BlobRow

COMPRESSION_LEVEL = 3
"""Of zstd: level 9 makes a page about a tenth smaller and takes several times as long."""


INSERT: dict[str, Callable[[type[BlobRow]], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


def address(content: bytes) -> str:
    """Return the SHA-256 of the plain bytes, in hex: a blob's key."""
    return hashlib.sha256(content).hexdigest()


def store(session: Session, content: bytes) -> str:
    """Store bytes unless they are there, and return their address."""
    key = address(content)
    if session.get(BlobRow, key) is not None:
        return key
    packed = zstandard.ZstdCompressor(level=COMPRESSION_LEVEL).compress(content)
    # Another transaction may store the same bytes meanwhile: the same address means the same content. A savepoint would
    # serve too, but SQLite drops it where the disk is full, and its loss would hide the reason.
    insert = INSERT[session.get_bind().dialect.name](BlobRow).values(sha256=key, size=len(content), content=packed)
    session.execute(insert.on_conflict_do_nothing())
    return key


def load(session: Session, key: str) -> bytes:
    """Return the plain bytes of an address.

    Raises DamagedArchiveError where they are missing or are not what was stored.
    """
    location = _location(session)
    row = session.get(BlobRow, key)
    if row is None:
        raise DamagedArchiveError(location, f"the stored content {key} is missing; restore the last backup")
    try:
        content = zstandard.ZstdDecompressor().decompress(row.content, max_output_size=row.size)
    except zstandard.ZstdError as error:
        raise DamagedArchiveError(
            location, f"the stored content {key} cannot be read; restore the last backup"
        ) from error
    if address(content) != key:
        raise DamagedArchiveError(location, f"the stored content {key} was altered; restore the last backup")
    return content


def _location(session: Session) -> str:
    return session.get_bind().engine.url.render_as_string(hide_password=True)
