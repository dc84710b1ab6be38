"""Scrapy's own way to download, with a limit for the header section of an answer, of which it reads any amount."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


IDLE = 5
"""Seconds that a connection is kept for another request to its host; a run over thousands of hosts has no end of them
open otherwise, and may have a thousand files."""
MARGIN = 1_000_000
"""Bytes; more than come at once."""


class HeadersTooLargeError(Exception):
    """The header section of an answer has more bytes than are taken."""


class BoundedDownloadHandler(HTTP11DownloadHandler):
    """Breaks off where a header section grows beyond `max_headers`."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        limit: int = crawler.settings["CLAUSEWATCH_CRAWL"].max_headers
        self._pool.cachedConnectionTimeout = IDLE
        self._pool._factory = partial(BoundedFactory, limit)  # type: ignore[assignment]  # it is only called


class BoundedFactory(_LenientHTTP11ClientFactory):
    """Makes connections that know their limit."""

    def __init__(self, limit: int, *arguments: Any) -> None:
        super().__init__(*arguments)  # type: ignore[no-untyped-call]  # Twisted leaves it so
        self.limit = limit

    def buildProtocol(self, addr: Any) -> BoundedProtocol:  # noqa: N802 - the name is Twisted's
        return BoundedProtocol(self.limit, self._quiescentCallback)


class BoundedProtocol(_LenientHTTP11ClientProtocol):
    """Counts what comes before a body: status lines, header lines, and answers in between such as 100 Continue."""

    def __init__(self, limit: int, *arguments: Any) -> None:
        super().__init__(*arguments)  # type: ignore[no-untyped-call]  # Twisted leaves it so
        self.limit = limit
        self.taken = 0

    def request(self, request: Any) -> Any:
        """Send a request, and begin to count anew."""
        self.taken = 0
        answer = super().request(request)
        if self._parser is not None:
            self._parser.MAX_LENGTH = self.limit + MARGIN  # of one line: the limit of them all is to speak first
        return answer

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - the name is Twisted's
        super().dataReceived(data)  # type: ignore[no-untyped-call]  # Twisted leaves it so
        if self._parser is not None and self._parser.state in (STATUS, HEADER):
            self.taken += len(data)
            if self.taken > self.limit:
                reason = Failure(HeadersTooLargeError())  # type: ignore[no-untyped-call]  # Twisted leaves it so
                self._giveUp(reason)  # type: ignore[no-untyped-call]  # and this
