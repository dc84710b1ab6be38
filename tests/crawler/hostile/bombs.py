"""Makes bombs: compressed bodies that are small when they are sent, and large when they are decompressed."""

from __future__ import annotations

import gzip
import struct
import sys
import zlib
from collections.abc import Callable
from functools import cache

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

BLOCK = bytes(1 << 20)
COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
}
"""Functions that compress a body, by the name of the content coding."""


@cache
def deflated(size: int) -> bytes:
    """Return a raw deflate stream that decompresses to `size` zero bytes. `size` must be a whole number of MiB."""
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = stream.compress(BLOCK) + stream.flush(zlib.Z_FULL_FLUSH)  # so that blocks can be repeated
    return block * (size // len(BLOCK)) + stream.flush()


def gzipped(size: int) -> bytes:
    """Return a gzip file that decompresses to `size` zero bytes.

    The checksum of the file is wrong. This does not matter, because every reader stops before the checksum.
    """
    return b"\x1f\x8b\x08" + bytes(6) + b"\xff" + deflated(size) + struct.pack("<LL", 0, size & 0xFFFFFFFF)


def zlibbed(size: int) -> bytes:
    return b"\x78\x9c" + deflated(size) + bytes(4)


@cache
def brotlied(size: int) -> bytes:
    stream = brotli.Compressor(quality=1, lgwin=22)
    parts: list[bytes] = [stream.process(BLOCK) for _ in range(size // len(BLOCK))]
    return b"".join([*parts, stream.finish()])


def zstandarded(size: int) -> bytes:
    """Return a sequence of Zstandard frames that decompress to `size` zero bytes."""
    return zstd.compress(BLOCK, 3) * (size // len(BLOCK))


@cache
def zstandarded_at_once(size: int) -> bytes:
    stream = zstd.ZstdCompressor(1)
    parts = [stream.compress(BLOCK) for _ in range(size // len(BLOCK))]
    return b"".join(parts) + stream.flush()


def nested(times: int) -> bytes:
    """Return a bomb that is compressed with gzip several times.

    Each gzip file is much smaller than the file inside it.
    """
    body = gzipped(64 << 20)
    for _ in range(times - 1):
        body = gzip.compress(body)
    return body
