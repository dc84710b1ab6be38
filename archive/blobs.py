"""Content-addressed, compressed runs of bytes: raw bodies and documents, each stored once.

One that is much like an earlier one, as the versions of a page are, is stored as what differs from it: compressed with
the earlier one as dictionary. The earlier one is always a keyframe, stored by itself, so that reading takes two
contents at most, and a damaged one costs no chain of others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import zstandard
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from archive.errors import DamagedArchiveError
from archive.schema import BlobRow

COMPRESSION_LEVEL = 9
"""Of zstd: on real pages a tenth smaller than level 3, and never over 5 ms a page; see docs/figures.md."""

WORTHWHILE = 0.25
"""What differs is stored where it takes at most this share of what its keyframe takes; else a new keyframe begins.

Measured on 358 real pages: at a half the archive is twice as big, because a page drifts away from its keyframe.
"""

INSERT: dict[str, Callable[[type[BlobRow]], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


def address(content: bytes) -> str:
    """Return the SHA-256 of the plain bytes, in hex: a blob's key."""
    return hashlib.sha256(content).hexdigest()


def store(session: Session, content: bytes, like: str | None = None) -> str:
    """Store bytes unless they are there, and return their address.

    `like` is the address of an earlier content that they may resemble, such as the page of the version before.
    """
    key = address(content)
    if session.get(BlobRow, key) is not None:
        return key
    compressed, base = packed(session, content, like)
    values = {"sha256": key, "size": len(content), "content": compressed, "base_sha256": base}
    # Another transaction may store the same bytes meanwhile: the same address means the same content. A savepoint would
    # serve too, but SQLite drops it where the disk is full, and its loss would hide the reason.
    insert = INSERT[session.get_bind().dialect.name](BlobRow)
    session.execute(insert.values(**values).on_conflict_do_nothing())
    return key


def packed(session: Session, content: bytes, like: str | None = None) -> tuple[bytes, str | None]:
    """Return content as it is stored, and the address of the keyframe that it differs from; None where it is one."""
    keyframe = _keyframe(session, like)
    difference = None if keyframe is None else _difference(session, content, keyframe)
    if difference is not None:
        return difference, keyframe
    return zstandard.ZstdCompressor(level=COMPRESSION_LEVEL).compress(content), None


def load(session: Session, key: str) -> bytes:
    """Return the plain bytes of an address.

    Raises DamagedArchiveError where they are missing or are not what was stored.
    """
    location = _location(session)
    row = session.get(BlobRow, key)
    if row is None:
        raise DamagedArchiveError(location, f"the stored content {key} is missing; restore the last backup")
    dictionary = (
        None
        if row.base_sha256 is None
        else zstandard.ZstdCompressionDict(_base(session, row), dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    )
    try:
        decompressor = zstandard.ZstdDecompressor(dict_data=dictionary)
        content = decompressor.decompress(row.content, max_output_size=row.size)
    except zstandard.ZstdError as error:
        raise DamagedArchiveError(
            location, f"the stored content {key} cannot be read; restore the last backup"
        ) from error
    if address(content) != key:
        raise DamagedArchiveError(location, f"the stored content {key} was altered; restore the last backup")
    return content


def _base(session: Session, row: BlobRow) -> bytes:
    """Return the plain bytes of a content's keyframe."""
    keyframe = session.get(BlobRow, row.base_sha256)
    if keyframe is None or keyframe.base_sha256 is not None:
        problem = f"the stored content {row.sha256} names no keyframe; restore the last backup"
        raise DamagedArchiveError(_location(session), problem)
    return load(session, keyframe.sha256)


def _keyframe(session: Session, like: str | None) -> str | None:
    """Return the address of the keyframe of a content, which may be itself; None where it is not stored."""
    row = None if like is None else session.get(BlobRow, like)
    return None if row is None else row.base_sha256 or row.sha256


def _difference(session: Session, content: bytes, keyframe: str) -> bytes | None:
    """Return what differs from a keyframe, compressed; None where that is not worthwhile."""
    try:
        base = load(session, keyframe)
    except DamagedArchiveError:
        return None  # what is new is not lost with what is old: it is stored by itself
    size = len(session.get_one(BlobRow, keyframe).content)
    dictionary = zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    parameters = zstandard.ZstdCompressionParameters.from_level(
        COMPRESSION_LEVEL, source_size=len(content), dict_size=len(base)
    )
    difference = zstandard.ZstdCompressor(dict_data=dictionary, compression_params=parameters).compress(content)
    return difference if len(difference) <= WORTHWHILE * size else None


def _location(session: Session) -> str:
    return session.get_bind().engine.url.render_as_string(hide_password=True)
