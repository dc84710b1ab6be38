"""Runs the scripts of a page in a browser that has no network access.

The crawler fetches the page like every other page, and then opens it in the browser. The crawler also fetches every
file that the page requests. The same robots.txt rules, address guard and limits apply. This module is imported only if
a policy is rendered and the extra `render` is installed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from itertools import count
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.async_api import Error as BrowserError
from playwright.async_api import Page
from playwright.async_api import Request as Asked
from scrapy import signals
from scrapy.http import HtmlResponse, Request, Response, TextResponse
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler  # type: ignore[import-untyped]  # it has none

from crawler.middlewares.open_page import OpenPage
from crawler.middlewares.settling import LOOK
from crawler.network.failures import Failure, KnownError
from document.model import RENDERED, UNSETTLED

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.crawl_settings import CrawlSettings

PAGES = 1
"""Number of pages that are open at the same time.

It is 1 for two reasons. Each page takes 100 MB or more. And if a browser hangs, it must be ended, and all its open
pages are lost.
"""
CLOSING = 15.0
"""Maximum seconds for closing a page. After this time the browser is ended, and the next page gets a new browser."""

NOT_OF_THE_TEXT = (b"Content-Type", b"Content-Length", b"ETag", b"Last-Modified")
"""Headers that describe the page as the server sent it. They do not apply to the page that the scripts built."""

logger = logging.getLogger(__name__)


async def refuse(_: Asked) -> bool:
    """Tell the library to abort every request. Otherwise, the library would let the browser send requests itself."""
    return True


class RenderingMiddleware:
    """Replaces a response by the page that its scripts build, if the request has "rendered" in its meta.

    Scrapy passes a response through the middlewares from the last to the first. This middleware is the first, so all
    other middlewares handle a response before it, including redirects. An error response is left unchanged. A response
    that is not an HTML page is left unchanged too.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.settings: CrawlSettings = crawler.settings["CLAUSEWATCH_CRAWL"]
        self.browser = ScrapyPlaywrightDownloadHandler.from_crawler(crawler)
        self._free = asyncio.Semaphore(PAGES)
        self._numbers = count(1)
        crawler.signals.connect(self.close, signal=signals.engine_stopped)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RenderingMiddleware:
        for name in ("scrapy-playwright", "playwright"):
            logging.getLogger(name).setLevel(logging.ERROR)
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Response:
        """Return the page that the scripts build. Raises KnownError if the page exceeds a limit."""
        if not request.meta.get("rendered") or not isinstance(response, HtmlResponse) or response.status != 200:
            return response
        async with self._free:
            return await self._rendered(request, response)

    async def _rendered(self, request: Request, response: HtmlResponse) -> Response:
        opened = OpenPage(self.crawler, self.settings, request, response)
        asked = Request(response.url, meta=opened.meta(f"visit {next(self._numbers)}"), dont_filter=True)
        try:
            async with asyncio.timeout(self.settings.render_time):
                built = await self.browser.download_request(asked)
                version = self.browser.browser.version
        except TimeoutError as error:
            sentence = f"The page was not built within render_time, {self.settings.render_time:g} seconds."
            raise KnownError(opened.failure or Failure("timeout", sentence)) from error
        except BrowserError as error:
            sentence = f"The browser failed to build the page: {error.message.splitlines()[0]}"
            raise KnownError(opened.failure or Failure("other", sentence)) from error
        finally:
            opened.over = True
            await self._closed(asked)
        if opened.failure is not None:
            raise KnownError(opened.failure)
        if urlsplit(built.url).scheme not in ("http", "https"):
            sentence = (
                "The page led the browser to an address that did not load, so the browser shows its own error page."
            )
            raise KnownError(Failure("connection", sentence))
        return self._answer(response, built, opened, version)

    async def _closed(self, asked: Request) -> None:
        """Close a page and its browser context. End the browser if closing fails."""
        page = asked.meta.get("playwright_page")
        with contextlib.suppress(TimeoutError, BrowserError):
            async with asyncio.timeout(CLOSING):
                if isinstance(page, Page):
                    await page.context.close()
                    return
        # Either no page was opened, or closing the page failed.
        with contextlib.suppress(TimeoutError, BrowserError):
            await self._ended()

    async def _ended(self) -> None:
        """End the browser, and wait until the library notices. The library starts a new browser for the next page."""
        async with asyncio.timeout(CLOSING):
            if hasattr(self.browser, "browser"):
                await self.browser.browser.close()
            while hasattr(self.browser, "browser"):
                await asyncio.sleep(LOOK)

    def _answer(self, response: HtmlResponse, built: Response, opened: OpenPage, version: str) -> Response:
        text = opened.markup or (built.text if isinstance(built, TextResponse) else "")
        # The page may still declare its original encoding. A byte order mark takes precedence over this declaration.
        body = text.encode("utf-8-sig")
        if len(body) > self.settings.max_body:
            sentence = f"The rendered page is larger than max_body, {self.settings.max_body / 1e6:g} MB."
            raise KnownError(Failure("too-large", sentence))
        headers = response.headers.copy()
        for name in NOT_OF_THE_TEXT:
            headers.pop(name, None)
        headers["Content-Type"] = "text/html; charset=utf-8"
        headers[RENDERED] = f"Chromium {version}"
        if not opened.settled:
            headers[UNSETTLED] = f"{opened.patience:g} s"
        return HtmlResponse(built.url, response.status, headers, body, flags=[*response.flags, "rendered"])

    async def close(self) -> None:
        """End the browser."""
        with contextlib.suppress(BrowserError):
            await self.browser.close()
