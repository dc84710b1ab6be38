"""Scrapy's own way to download, with limits for the header section of an answer: its bytes, and the time it takes."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS

from crawler.network.failures import HeadersLateError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.crawl_settings import CrawlSettings

IDLE = 5
"""Seconds that a connection is kept for another request to its host; a run over thousands of hosts has no end of them
open otherwise, and may have a thousand files."""
MARGIN = 1_000_000
"""Bytes; more than come at once."""


class HeadersTooLargeError(Exception):
    """The header section of an answer has more bytes than are taken."""


class BoundedDownloadHandler(HTTP11DownloadHandler):
    """Breaks off where a header section grows beyond `max_headers`, or is not there after `header_timeout`."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        crawl: CrawlSettings = crawler.settings["CLAUSEWATCH_CRAWL"]
        self._pool.cachedConnectionTimeout = IDLE
        self._pool._factory = partial(BoundedFactory, crawl)  # type: ignore[assignment]  # it is only called


class BoundedFactory(_LenientHTTP11ClientFactory):
    """Makes connections that know their limits."""

    def __init__(self, crawl: CrawlSettings, *arguments: Any) -> None:
        super().__init__(*arguments)  # type: ignore[no-untyped-call]  # Twisted leaves it so
        self.crawl = crawl

    def buildProtocol(self, addr: Any) -> BoundedProtocol:  # noqa: N802 - the name is Twisted's
        return BoundedProtocol(self.crawl, self._quiescentCallback)


class BoundedProtocol(_LenientHTTP11ClientProtocol):
    """Counts what comes before a body: status lines, header lines, and answers in between such as 100 Continue."""

    def __init__(self, crawl: CrawlSettings, *arguments: Any) -> None:
        super().__init__(*arguments)  # type: ignore[no-untyped-call]  # Twisted leaves it so
        self.limit, self.seconds = crawl.max_headers, crawl.header_timeout
        self.taken = 0
        self._late: asyncio.TimerHandle | None = None

    def request(self, request: Any) -> Any:
        """Send a request, and begin to count anew."""
        self.taken = 0
        self._in_time()
        self._late = asyncio.get_running_loop().call_later(self.seconds, self._break_off, HeadersLateError())
        answer = super().request(request)
        if self._parser is not None:
            self._parser.MAX_LENGTH = self.limit + MARGIN  # of one line: the limit of them all is to speak first
        return answer

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - the name is Twisted's
        super().dataReceived(data)  # type: ignore[no-untyped-call]  # Twisted leaves it so
        if self._parser is None or self._parser.state not in (STATUS, HEADER):
            self._in_time()
            return
        self.taken += len(data)
        if self.taken > self.limit:
            self._break_off(HeadersTooLargeError())

    def connectionLost(self, reason: Any) -> None:  # type: ignore[override]  # noqa: N802 - the name is Twisted's
        self._in_time()
        super().connectionLost(reason)  # type: ignore[no-untyped-call]  # Twisted leaves it so

    def _in_time(self) -> None:
        if self._late is not None:
            self._late.cancel()

    def _break_off(self, error: Exception) -> None:
        reason = Failure(error)  # type: ignore[no-untyped-call]  # Twisted leaves it so
        self._giveUp(reason)  # type: ignore[no-untyped-call]  # and this
