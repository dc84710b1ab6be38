"""How the crawler behaves: what the configuration hands to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

from document.model import MAX_NESTING

Clock = Callable[[], datetime]
"""Says what time it is, as aware UTC."""


def utc_now() -> datetime:
    """Return the time by this machine's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The unit of a number that can be set, and the least and the most that it may be."""

    unit: Literal["bytes", "seconds", "count"]
    least: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlSettings:
    """Everything that can be set of a crawl; the configuration's `[crawl]` is made from these fields.

    Each limit is named in the result when it is hit.
    """

    contact: str = ""
    """An address or URL where a site's owner reaches whoever runs this; part of the User-Agent. "" for none."""
    max_body: Annotated[int, Bounds("bytes", 100_000, 200_000_000)] = 8_000_000
    """Bytes of one answer, after decompression."""
    max_headers: Annotated[int, Bounds("bytes", 20_000, 2_000_000)] = 100_000
    """Bytes of the header section of one answer."""
    header_timeout: Annotated[float, Bounds("seconds", 1, 600)] = 30.0
    """Seconds from a request to the end of the answer's header section."""
    timeout: Annotated[float, Bounds("seconds", 1, 600)] = 30.0
    """Seconds for one answer, from the request to its last byte."""
    delay: Annotated[float, Bounds("seconds", 0, 600)] = 1.0
    """Seconds between two requests to one host; the real ones vary by half of it around this."""
    max_wait: Annotated[float, Bounds("seconds", 0, 3600)] = 60.0
    """Seconds: the most of a Crawl-delay or Retry-After that a run keeps, and the longest back-off. A host that asks to
    be left alone for longer is left alone for the rest of the run."""
    full_fetch: Annotated[float, Bounds("seconds", 0, 366 * 86_400)] = 7 * 86_400.0
    """Seconds after which a page is fetched whole, although its server can say that nothing changed; 0 for always."""
    concurrency: Annotated[int, Bounds("count", 1, 256)] = 8
    """Requests in flight over all hosts; one host never sees more than one at a time."""
    retries: Annotated[int, Bounds("count", 0, 10)] = 2
    """Further tries after a passing failure."""
    redirects: Annotated[int, Bounds("count", 0, 20)] = 5
    """Redirects followed for one policy."""
    max_nesting: Annotated[int, Bounds("count", 500, MAX_NESTING)] = MAX_NESTING
    """Elements within one another up to which a page is read."""
    workers: Annotated[int, Bounds("count", 1, 64)] = 2
    """Processes that extract and compare."""
    worker_memory: Annotated[int, Bounds("bytes", 120_000_000, 64_000_000_000)] = 140_000_000
    """Bytes of memory for a worker process while it reads a page; one that needs more than
    `crawler.visits.workers.ORDINARY_MEMORY` is read while no other page is."""
    worker_time: Annotated[float, Bounds("seconds", 1, 1800)] = 60.0
    """Seconds of CPU time that one page may take in a worker; four times as many by the clock, as machines are busy."""
    chromium: str = ""
    """The browser for rendered pages, a path or a name on the PATH; "" for the first one that is found."""
    render_time: Annotated[float, Bounds("seconds", 5, 600)] = 60.0
    """Seconds that a page's scripts may take to build it, with all that they load."""
    render_requests: Annotated[int, Bounds("count", 1, 5000)] = 200
    """Files that one page may load while it is built."""
    render_size: Annotated[int, Bounds("bytes", 100_000, 1_000_000_000)] = 50_000_000
    """Bytes of all those files together; each one is also limited by `max_body`."""
    allow_private: tuple[str, ...] = ()
    """Hosts, addresses and networks that may be fetched although they are no public host's, for an intranet's policies.
    See `crawler.network.addresses.AllowList`."""
