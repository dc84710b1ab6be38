"""Undoes the content coding of a response, such as gzip (RFC 9110 section 8.4). If this is not completely possible, the
response is refused.

A name that is not a content coding ("utf-8", "none", "aws-chunked") is ignored, as in browsers. Scrapy's own middleware
accepts a truncated compressed response. It passes on the first part of the body, and the rest is lost without an error.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import brotli
from scrapy.http import Request, Response, TextResponse
from scrapy.responsetypes import responsetypes

from crawler.network.failures import Failure, KnownError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.crawl_settings import CrawlSettings

ACCEPTED = "gzip, deflate, br, zstd"
MOST_CODINGS = 3
"""Maximum number of codings of one response, applied one after another. Servers normally use one coding."""
UNREADABLE = ("aes128gcm", "compress", "dcb", "dcz", "exi", "pack200-gzip", "x-compress")
"""Content codings of the IANA registry that this program does not support."""
CHUNK = 65_536
WINDOW_LOG = 23
"""Binary logarithm of the maximum window size of a zstd response: 8 MiB (RFC 9659)."""
GZIP, ZLIB, RAW = 31, 15, -15
"""Values of zlib's `wbits` for the three formats of a deflated stream: gzip, zlib and raw deflate."""


class TooLargeError(ValueError):
    """The decoded body is larger than the limit."""


class BrokenError(ValueError):
    """A compressed stream is damaged or truncated."""


class DecompressionMiddleware:
    """Replaces Scrapy's middleware. If a response cannot be decoded completely, the request fails with a reason."""

    def __init__(self, settings: CrawlSettings) -> None:
        self.settings = settings

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> DecompressionMiddleware:
        return cls(crawler.settings["CLAUSEWATCH_CRAWL"])

    def process_request(self, request: Request) -> None:
        """Tell the server which codings are supported."""
        request.headers.setdefault("Accept-Encoding", ACCEPTED)

    def process_response(self, request: Request, response: Response) -> Response:
        """Return the response with its decoded body. Raises KnownError if the body cannot be decoded."""
        stated = b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1").lower()
        codings = [name for coding in stated.split(",") if (name := coding.strip()) in CODINGS]
        if not codings or not response.body:
            return response
        body = self._plain(response.body, codings)
        headers = response.headers.copy()
        del headers["Content-Encoding"]
        kind = responsetypes.from_args(headers=headers, url=response.url, body=body)
        # Scrapy chose the parser while the body was compressed.
        encoding = {"encoding": None} if issubclass(kind, TextResponse) else {}
        return response.replace(cls=kind, headers=headers, body=body, **encoding)

    def _plain(self, body: bytes, codings: list[str]) -> bytes:
        if len(codings) > MOST_CODINGS:
            raise KnownError(
                Failure("encoding", f"The response is coded {len(codings)} times, more than {MOST_CODINGS}.")
            )
        for coding in reversed(codings):
            reader = READERS.get(coding)
            if reader is None:
                sentence = f"The response has the content coding {coding[:40]!r}; {ACCEPTED} can be read."
                raise KnownError(Failure("encoding", sentence))
            try:
                body = limited(reader(body), self.settings.max_body)
            except TooLargeError:
                size = f"{self.settings.max_body / 1e6:g} MB"
                sentence = f"The decompressed response is larger than max_body, {size}."
                raise KnownError(Failure("too-large", sentence)) from None
            except (BrokenError, zlib.error, zstd.ZstdError, brotli.error) as error:
                sentence = f"The compressed response ({coding}) is damaged or truncated."
                raise KnownError(Failure("encoding", sentence)) from error
        return body


def limited(chunks: Iterator[bytes], limit: int) -> bytes:
    """Join chunks up to a limit in bytes. Raises TooLargeError."""
    whole = bytearray()
    for chunk in chunks:
        whole += chunk
        if len(whole) > limit:
            raise TooLargeError
    return bytes(whole)


def gunzipped(body: bytes) -> Iterator[bytes]:
    """Yield the contents of all members of a gzip file. Bytes after the last member are ignored, as in browsers."""
    rest = body
    while rest.startswith(b"\x1f\x8b") or rest is body:
        stream = zlib.decompressobj(GZIP)
        yield from inflated(stream, rest)
        rest = stream.unused_data


def undeflated(body: bytes) -> Iterator[bytes]:
    """Yield the content of a zlib stream. A raw deflate stream is accepted too, because some servers send one."""
    try:
        zlib.decompressobj(ZLIB).decompress(body, 1)
    except zlib.error:
        return inflated(zlib.decompressobj(RAW), body)
    return inflated(zlib.decompressobj(ZLIB), body)


def inflated(stream: zlib._Decompress, body: bytes) -> Iterator[bytes]:
    """Yield the parts of a body that zlib inflates. Raises BrokenError if the body is truncated."""
    rest = body
    while not stream.eof:
        chunk = stream.decompress(rest, CHUNK)
        rest = stream.unconsumed_tail
        if not chunk and not rest and not stream.eof:
            raise BrokenError
        yield chunk


def unbrotlied(body: bytes) -> Iterator[bytes]:
    """Yield the content of a Brotli stream. Raises BrokenError if the stream is truncated."""
    stream = brotli.Decompressor()
    chunk = stream.process(body, output_buffer_limit=CHUNK)
    while True:
        yield chunk
        if stream.is_finished():
            return
        chunk = stream.process(b"", output_buffer_limit=CHUNK)
        if not chunk and not stream.is_finished():
            raise BrokenError


def unzstandarded(body: bytes) -> Iterator[bytes]:
    """Yield the contents of all frames of a Zstandard file. Raises BrokenError if the last frame is truncated."""
    rest = body
    while rest:
        stream = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: WINDOW_LOG})
        while not stream.eof:
            chunk = stream.decompress(rest, CHUNK)
            rest = b""
            if not chunk and stream.needs_input:
                raise BrokenError
            yield chunk
        rest = stream.unused_data


READERS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "gzip": gunzipped,
    "x-gzip": gunzipped,
    "deflate": undeflated,
    "br": unbrotlied,
    "zstd": unzstandarded,
}
CODINGS = (*READERS, *UNREADABLE)
