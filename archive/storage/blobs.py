"""Stores compressed contents under their hash. Each raw body or document is stored once.

Content that resembles earlier content, such as the next version of a page, is stored as a difference. The difference is
the content compressed with the earlier content as the dictionary. The earlier content must be stored whole, and is then
called a keyframe. So reading a content needs at most two blobs, and a damaged blob does not make all later blobs
unreadable.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import zstandard
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from archive.errors import DamagedArchiveError
from archive.storage.engines import insert_if_absent, location_of
from archive.storage.tables import BlobRow

COMPRESSION_LEVEL = 9
"""Compression level of zstd. On real pages, it needs a tenth less space than level 3, and takes at most 5 ms for each
page; see docs/figures.md.
"""

WORTHWHILE = 0.25
"""Maximum size of a stored difference, as a share of its keyframe's compressed size. If the difference is larger, the
content becomes a new keyframe. The value was measured on 358 real pages. With 0.5, the archive would be twice as big,
because each new page differs more from the old keyframe than the previous page did.
"""

_BLOB = BlobRow.__table__.c
_STORED = select(_BLOB.size, _BLOB.content, _BLOB.base_sha256).where(_BLOB.sha256 == bindparam("key"))
"""Query for a stored content. Every visit that is compared with a version runs it. To save time, it is built only once,
and it reads single columns.
"""

_SEVERAL = select(_BLOB.sha256, _BLOB.size, _BLOB.content, _BLOB.base_sha256).where(
    _BLOB.sha256.in_(bindparam("keys", expanding=True))
)


class _Stored(NamedTuple):
    """A content as it is stored."""

    size: int
    """Number of bytes of the plain content."""
    content: bytes
    base_sha256: str | None
    """The address of the keyframe, or None if the content is stored whole."""


def address(content: bytes) -> str:
    """Return the SHA-256 of the plain bytes in hex, which is the key of a blob."""
    return hashlib.sha256(content).hexdigest()


def store(session: Session, content: bytes, like: str | None = None) -> str:
    """Store bytes if they are not stored yet; return their address.

    `like` is the address of an earlier content that may be similar, such as the page of the previous version.
    """
    key = address(content)
    if _stored(session, key) is not None:
        return key
    compressed, base = packed(session, content, like)
    values = {"sha256": key, "size": len(content), "content": compressed, "base_sha256": base}
    # Another transaction may store the same bytes at the same time. That does no harm, because contents with the same
    # address are equal. A savepoint is not used, because on a full disk SQLite drops the savepoint, and the next error
    # would hide the reason.
    session.execute(insert_if_absent(session, BlobRow).values(**values))
    return key


def packed(session: Session, content: bytes, like: str | None = None) -> tuple[bytes, str | None]:
    """Return the compressed content, and the address of its keyframe. The address is None if the content is stored
    whole."""
    keyframe = _keyframe(session, like)
    difference = None if keyframe is None else _difference(session, content, keyframe)
    if difference is not None:
        return difference, keyframe
    return zstandard.ZstdCompressor(level=COMPRESSION_LEVEL).compress(content), None


def retrieve(session: Session, key: str) -> bytes:
    """Return the plain bytes for an address.

    Raises DamagedArchiveError if the bytes are missing or differ from what was stored."""
    return Retrieval(session).retrieve(key)


@dataclass(slots=True)
class Retrieval:
    """Retrieves contents one after another. Successive contents often have the same keyframe, so the last keyframe
    stays in memory.
    """

    session: Session
    _keyframe: str = ""
    _unpacking: zstandard.ZstdDecompressor = field(default_factory=zstandard.ZstdDecompressor)
    """Unpacks contents that are stored as differences from the last keyframe."""
    _ahead: dict[str, _Stored] = field(default_factory=dict)

    def read_ahead(self, keys: Sequence[str]) -> None:
        """Read the stored form of several contents with one query, which is faster than several queries. The contents
        stay in memory, so do not give many keys.
        """
        rows = self.session.connection().execute(_SEVERAL, {"keys": keys})
        self._ahead = {key: _Stored(*stored) for key, *stored in rows}

    def retrieve(self, key: str) -> bytes:
        """Return the plain bytes for an address; see `retrieve`."""
        row = self._ahead.pop(key, None) or _stored(self.session, key)
        if row is None:
            raise _damaged(self.session, key, "is missing")
        if row.base_sha256 is None:
            return _plain(self.session, key, row)
        self._use(row.base_sha256, key)
        return _plain(self.session, key, row, self._unpacking)

    def _use(self, keyframe: str, key: str) -> None:
        """Prepare to unpack the content `key`, which is a difference from this keyframe."""
        if keyframe == self._keyframe:
            return
        row = _stored(self.session, keyframe)
        if row is None or row.base_sha256 is not None:
            raise _damaged(self.session, key, "names no keyframe")
        dictionary = _dictionary(_plain(self.session, keyframe, row))
        self._keyframe, self._unpacking = keyframe, zstandard.ZstdDecompressor(dict_data=dictionary)


def _stored(session: Session, key: str) -> _Stored | None:
    row = session.connection().execute(_STORED, {"key": key}).first()
    return None if row is None else _Stored(*row)


def _plain(session: Session, key: str, row: _Stored, unpacking: zstandard.ZstdDecompressor | None = None) -> bytes:
    try:
        content = (unpacking or zstandard.ZstdDecompressor()).decompress(row.content, max_output_size=row.size)
    except zstandard.ZstdError as error:
        raise _damaged(session, key, "cannot be read") from error
    if address(content) != key or len(content) != row.size:
        raise _damaged(session, key, "was altered")
    return content


def _dictionary(keyframe: bytes) -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(keyframe, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


def _damaged(session: Session, key: str, how: str) -> DamagedArchiveError:
    location = location_of(session.get_bind().engine.url)
    return DamagedArchiveError(location, f"the stored content {key} {how}; restore the last backup")


def _keyframe(session: Session, like: str | None) -> str | None:
    """Return the address of a content's keyframe. If the content is itself a keyframe, return its own address. Return
    None if the content is not stored."""
    row = None if like is None else _stored(session, like)
    return None if row is None else row.base_sha256 or like


def _difference(session: Session, content: bytes, keyframe: str) -> bytes | None:
    """Return the compressed difference from a keyframe. Return None if the difference is too large to be worthwhile, or
    if the keyframe cannot be read."""
    row = _stored(session, keyframe)
    if row is None:
        return None  # the keyframe is missing, so the new content must be stored whole to be readable
    try:
        base = _plain(session, keyframe, row)
    except DamagedArchiveError:
        return None
    parameters = zstandard.ZstdCompressionParameters.from_level(
        COMPRESSION_LEVEL, source_size=len(content), dict_size=len(base)
    )
    compressor = zstandard.ZstdCompressor(dict_data=_dictionary(base), compression_params=parameters)
    difference = compressor.compress(content)
    return difference if len(difference) <= WORTHWHILE * len(row.content) else None
