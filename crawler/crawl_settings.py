"""Settings of the crawler, made from the configuration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

from document.model import MAX_NESTING

Clock = Callable[[], datetime]
"""A function that returns the current time, aware and in UTC."""


def utc_now() -> datetime:
    """Return the time by this machine's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The unit of a configurable number, and its lower and upper limit."""

    unit: Literal["bytes", "seconds", "count"]
    least: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlSettings:
    """All settings of a crawl; the configuration's table `[crawl]` is made from these fields.

    A result that exceeds a limit names the limit.
    """

    contact: str = ""
    """An e-mail address or URL at which a site's owner reaches the operator, or "". It is part of the User-Agent."""
    max_body: Annotated[int, Bounds("bytes", 100_000, 200_000_000)] = 8_000_000
    """Bytes of one response after decompression. Also the limit for the unpacked parts of a Word document."""
    max_headers: Annotated[int, Bounds("bytes", 20_000, 2_000_000)] = 100_000
    """Bytes of the header section of one response."""
    header_timeout: Annotated[float, Bounds("seconds", 1, 600)] = 30.0
    """Seconds from a request to the end of the response's header section."""
    timeout: Annotated[float, Bounds("seconds", 1, 600)] = 30.0
    """Seconds for one response, from the request to its last byte."""
    delay: Annotated[float, Bounds("seconds", 0, 600)] = 1.0
    """Seconds between two requests to one host, on average. The actual interval varies by half of it."""
    max_wait: Annotated[float, Bounds("seconds", 0, 3600)] = 60.0
    """Maximum seconds that a run waits for a Crawl-delay, a Retry-After or a back-off. A host that asks for a longer
    pause receives no further request in this run."""
    full_fetch: Annotated[float, Bounds("seconds", 0, 366 * 86_400)] = 7 * 86_400.0
    """Seconds after which a page is fetched unconditionally, even if its server answers 304; 0 for always."""
    concurrency: Annotated[int, Bounds("count", 1, 256)] = 8
    """Concurrent requests over all hosts. A single host receives one request at a time."""
    retries: Annotated[int, Bounds("count", 0, 10)] = 2
    """Retries after a temporary failure."""
    redirects: Annotated[int, Bounds("count", 0, 20)] = 5
    """Redirects followed for one policy."""
    max_nesting: Annotated[int, Bounds("count", 500, MAX_NESTING)] = MAX_NESTING
    """Maximum nesting depth of elements; a deeper page is refused."""
    workers: Annotated[int, Bounds("count", 1, 64)] = 2
    """Processes that extract and compare."""
    worker_memory: Annotated[int, Bounds("bytes", 120_000_000, 64_000_000_000)] = 160_000_000
    """Bytes of memory for a worker process while it reads a page. A page that needs more than
    `crawler.visits.workers.ORDINARY_MEMORY` is read alone, with no other page at the same time."""
    worker_time: Annotated[float, Bounds("seconds", 1, 1800)] = 60.0
    """Seconds of CPU time for one page in a worker. The wall-clock limit is four times as long."""
    chromium: str = ""
    """The browser for rendered pages: a path, or a name on the PATH. "" means the first browser found there."""
    render_time: Annotated[float, Bounds("seconds", 5, 600)] = 60.0
    """Seconds that a page's scripts may take to build it. The time to load files is included."""
    render_requests: Annotated[int, Bounds("count", 1, 5000)] = 200
    """Files that one page may load while it is built."""
    render_size: Annotated[int, Bounds("bytes", 100_000, 1_000_000_000)] = 50_000_000
    """Bytes of all those files together. `max_body` also limits each file."""
    allow_private: tuple[str, ...] = ()
    """Hosts, addresses and networks that may be fetched although they are not public, for policies on an intranet. See
    `crawler.network.addresses.AllowList`."""
