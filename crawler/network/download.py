"""Adds limits to Scrapy's download handler: for the size of a response's header section, and for the time until the
section is complete.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS

from crawler.network.address_guard import sending_to
from crawler.network.certificates import VerifyingContextFactory
from crawler.network.failures import HeadersLateError
from crawler.network.journey import note_sent

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response

    from crawler.crawl_settings import Clock, CrawlSettings

IDLE = 5
"""Seconds for which an idle connection is kept for another request to its host.

With a longer time, a run over thousands of hosts would exceed the system's limit for open files, which is often a
thousand.
"""
MARGIN = 1_000_000
"""A number of bytes that is larger than any single read from a connection."""


class HeadersTooLargeError(Exception):
    """The header section of a response is larger than the limit in bytes."""


class BoundedDownloadHandler(HTTP11DownloadHandler):
    """Aborts a response if its header section is larger than `max_headers`, or is not complete within `header_timeout`.

    It also notes when each request is sent. Scrapy's signal for this comes too early: before the pause between two
    requests to a host.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        crawl: CrawlSettings = crawler.settings["CLAUSEWATCH_CRAWL"]
        self._now: Clock = crawler.settings["CLAUSEWATCH_NOW"]
        self._contextFactory = VerifyingContextFactory.from_crawler(crawler)  # type: ignore[assignment]  # Zope types it
        self._pool.cachedConnectionTimeout = IDLE
        self._pool._factory = partial(BoundedFactory, crawl)  # type: ignore[assignment]  # it is only called

    async def download_request(self, request: Request) -> Response:
        """Send a request, and return its response.

        A request other than GET is sent only to public addresses, because a page's script must not change anything on
        an intranet.
        """
        note_sent(request, self._now())
        if request.method == "GET":
            return await super().download_request(request)
        with sending_to(urlsplit(request.url).hostname or ""):
            return await super().download_request(request)


class BoundedFactory(_LenientHTTP11ClientFactory):
    """Makes connections with the limits for header sections."""

    def __init__(self, crawl: CrawlSettings, *arguments: Any) -> None:
        super().__init__(*arguments)  # type: ignore[no-untyped-call]  # Twisted has no types here
        self.crawl = crawl

    def buildProtocol(self, addr: Any) -> BoundedProtocol:  # noqa: N802 - the name is Twisted's
        return BoundedProtocol(self.crawl, self._quiescentCallback)


class BoundedProtocol(_LenientHTTP11ClientProtocol):
    """Counts the bytes before a body: status lines, headers, and interim responses such as 100 Continue."""

    def __init__(self, crawl: CrawlSettings, *arguments: Any) -> None:
        super().__init__(*arguments)  # type: ignore[no-untyped-call]  # Twisted has no types here
        self.limit, self.seconds = crawl.max_headers, crawl.header_timeout
        self.taken = 0
        self._late: asyncio.TimerHandle | None = None

    def request(self, request: Any) -> Any:
        """Send a request, and reset the number of counted bytes."""
        self.taken = 0
        self._in_time()
        self._late = asyncio.get_running_loop().call_later(self.seconds, self._break_off, HeadersLateError())
        answer = super().request(request)
        if self._parser is not None:
            # The limit for a single line is larger, so that the limit for the whole section applies first.
            self._parser.MAX_LENGTH = self.limit + MARGIN
        return answer

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - the name is Twisted's
        super().dataReceived(data)  # type: ignore[no-untyped-call]  # Twisted has no types here
        if self._parser is None or self._parser.state not in (STATUS, HEADER):
            self._in_time()
            return
        self.taken += len(data)
        if self.taken > self.limit:
            self._break_off(HeadersTooLargeError())

    def connectionLost(self, reason: Any) -> None:  # type: ignore[override]  # noqa: N802 - the name is Twisted's
        self._in_time()
        super().connectionLost(reason)  # type: ignore[no-untyped-call]  # Twisted has no types here

    def _in_time(self) -> None:
        if self._late is not None:
            self._late.cancel()

    def _break_off(self, error: Exception) -> None:
        reason = Failure(error)  # type: ignore[no-untyped-call]  # Twisted has no types here
        self._giveUp(reason)  # type: ignore[no-untyped-call]  # nor here
