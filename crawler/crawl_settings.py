"""How the crawler behaves: what the configuration hands to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from document.model import MAX_NESTING

Clock = Callable[[], datetime]
"""Says what time it is, as aware UTC."""


def utc_now() -> datetime:
    """Return the time by this machine's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class CrawlSettings:
    """Everything that can be set of a crawl. Each limit is named in the result when it is hit."""

    contact: str = ""
    """An address or URL where a site's owner reaches whoever runs this; part of the User-Agent. "" for none."""
    max_body: int = 8_000_000
    """Bytes of one answer, after decompression."""
    max_headers: int = 100_000
    """Bytes of the header section of one answer."""
    header_timeout: float = 30.0
    """Seconds from a request to the end of the answer's header section."""
    timeout: float = 30.0
    """Seconds for one answer, from the request to its last byte."""
    delay: float = 1.0
    """Seconds between two requests to one host; the real ones vary by half of it around this."""
    max_wait: float = 60.0
    """Seconds: the most of a Crawl-delay or Retry-After that a run keeps, and the longest back-off. A host that asks to
    be left alone for longer is left alone for the rest of the run."""
    full_fetch: float = 7 * 86_400.0
    """Seconds after which a page is fetched whole, although its server can say that nothing changed; 0 for always."""
    concurrency: int = 8
    """Requests in flight over all hosts; one host never sees more than one at a time."""
    retries: int = 2
    """Further tries after a passing failure."""
    redirects: int = 5
    """Redirects followed for one policy."""
    max_nesting: int = MAX_NESTING
    """Elements within one another up to which a page is read."""
    workers: int = 2
    """Processes that extract and compare."""
    worker_memory: int = 140_000_000
    """Bytes of memory for a worker process while it reads a page; one that needs more than
    `crawler.visits.workers.ORDINARY_MEMORY` is read while no other page is."""
    worker_time: float = 60.0
    """Seconds of CPU time that one page may take in a worker; four times as many by the clock, as machines are busy."""
    chromium: str = ""
    """The browser for rendered pages, a path or a name on the PATH; "" for the first one that is found."""
    render_time: float = 60.0
    """Seconds that a page's scripts may take to build it, with all that they load."""
    render_requests: int = 200
    """Files that one page may load while it is built."""
    render_size: int = 50_000_000
    """Bytes of all those files together; each one is also limited by `max_body`."""
    allow_private: tuple[str, ...] = ()
    """Hosts, addresses and networks that may be fetched although they are no public host's, for an intranet's policies.
    See `crawler.network.addresses.AllowList`."""
