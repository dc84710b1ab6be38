"""Settings of the crawler, made from the configuration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

from document.model import MAX_NESTING

Clock = Callable[[], datetime]
"""A function that returns the current time, with the time zone UTC."""


def utc_now() -> datetime:
    """Return the current time of this machine's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The unit of a configured number, and its lower and upper limit."""

    unit: Literal["bytes", "seconds", "count"]
    least: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlSettings:
    """All settings of a crawl. The keys of the configuration's table `[crawl]` are made from these fields.

    If a response exceeds a limit, the result of the visit states the limit.
    """

    contact: str = ""
    """An e-mail address or URL at which a site's owner can reach the operator, or "". It is part of the User-Agent."""
    max_body: Annotated[int, Bounds("bytes", 100_000, 200_000_000)] = 8_000_000
    """Maximum bytes of one response after decompression. It also limits the unpacked parts of a Word document."""
    max_headers: Annotated[int, Bounds("bytes", 20_000, 2_000_000)] = 100_000
    """Maximum bytes of the header section of one response."""
    header_timeout: Annotated[float, Bounds("seconds", 1, 600)] = 30.0
    """Maximum seconds from a request to the end of the response's header section."""
    timeout: Annotated[float, Bounds("seconds", 1, 600)] = 30.0
    """Maximum seconds for one response, from the request to the last byte."""
    delay: Annotated[float, Bounds("seconds", 0, 600)] = 1.0
    """Average seconds between two requests to the same host. The actual interval is between half of this number and
    one and a half times this number."""
    max_wait: Annotated[float, Bounds("seconds", 0, 3600)] = 60.0
    """Maximum seconds that a run waits because of a Crawl-delay, a Retry-After or a back-off. If a host asks for a
    longer pause, it receives no further request in this run.
    """
    full_fetch: Annotated[float, Bounds("seconds", 0, 366 * 86_400)] = 7 * 86_400.0
    """Seconds after which a page is fetched unconditionally, even if its server keeps answering 304. With 0, every
    fetch is unconditional.
    """
    concurrency: Annotated[int, Bounds("count", 1, 256)] = 8
    """Maximum number of concurrent requests to all hosts together. A single host gets one request at a time."""
    retries: Annotated[int, Bounds("count", 0, 10)] = 2
    """Maximum number of retries after temporary failures."""
    redirects: Annotated[int, Bounds("count", 0, 20)] = 5
    """Maximum number of redirects that are followed for one policy."""
    max_nesting: Annotated[int, Bounds("count", 500, MAX_NESTING)] = MAX_NESTING
    """Maximum nesting depth of a page's elements. A page with deeper nesting is refused."""
    workers: Annotated[int, Bounds("count", 1, 64)] = 2
    """Number of processes that read and compare pages."""
    worker_memory: Annotated[int, Bounds("bytes", 120_000_000, 64_000_000_000)] = 160_000_000
    """Maximum bytes of memory for a worker process while it reads a page.

    A page that needs more than `crawler.visits.workers.ORDINARY_MEMORY` is read alone, without other pages at the same
    time.
    """
    worker_time: Annotated[float, Bounds("seconds", 1, 1800)] = 60.0
    """Maximum seconds of CPU time for one page in a worker. The maximum elapsed time is four times as long."""
    chromium: str = ""
    """The browser for rendered pages: a path, or the name of a program on the PATH. If it is "", the first known
    browser on the PATH is used.
    """
    render_time: Annotated[float, Bounds("seconds", 5, 600)] = 60.0
    """Maximum seconds that the scripts of a page may take to build the page. This includes the time to load files."""
    render_requests: Annotated[int, Bounds("count", 1, 5000)] = 200
    """Maximum number of files that one page may load while it is built."""
    render_size: Annotated[int, Bounds("bytes", 100_000, 1_000_000_000)] = 50_000_000
    """Maximum bytes of all files together that one page may load while it is built. In addition, `max_body` limits each
    file.
    """
    find_requests: Annotated[int, Bounds("count", 1, 1000)] = 40
    """Maximum number of requests for one domain when its legal pages are searched. Requests for robots.txt, redirects
    and retries count too. Files of rendered pages do not count.
    """
    find_sitemaps: Annotated[int, Bounds("count", 0, 100)] = 3
    """Maximum number of sitemaps that are fetched for a domain. An index of sitemaps counts as a sitemap."""
    find_size: Annotated[int, Bounds("bytes", 100_000, 1_000_000_000)] = 10_000_000
    """Maximum bytes of all responses for a domain together, as they were sent. Files of rendered pages do not count."""
    allow_private: tuple[str, ...] = ()
    """Hosts, addresses and networks that may be fetched although they are not public, for example on an intranet. See
    `crawler.network.addresses.AllowList`.
    """
