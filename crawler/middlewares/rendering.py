"""Runs the scripts of a page in a browser that has no network access of its own.

The crawler fetches the page as it fetches every other page, and then opens it in the browser. It also fetches every
file that the page requests: it honours robots.txt, the address guard and the same limits. This module is imported only
if the extra `render` is installed and a policy needs it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, Page, Route, WebSocketRoute
from playwright.async_api import Error as BrowserError
from playwright.async_api import Request as Asked
from scrapy import signals
from scrapy.http import HtmlResponse, Request, Response, TextResponse
from scrapy.http.request import NO_CALLBACK
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler  # type: ignore[import-untyped]  # it has none
from scrapy_playwright.page import PageMethod  # type: ignore[import-untyped]  # it has none

from crawler.middlewares.cookies import cookies_of
from crawler.network.failures import NETWORK_ERRORS, Failure, KnownError
from document.model import RENDERED

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.crawl_settings import CrawlSettings

PAGES = 1
"""Pages open at a time: each takes 100 MB or more, and ending a stuck browser must not affect another page."""
FILES = 2
"""Files of pages that are fetched from one host at a time."""
FILE_DELAY = 0.02
"""Seconds between two files: they belong to one visit, like the requests of a reader's browser."""
QUIET = 1.0
"""Seconds without a request and without a change of the text until a page counts as finished."""
LOOK = 0.2
"""Seconds between two checks whether a page is finished."""
CLOSING = 15.0
"""Seconds that a page has to close; after that the browser is ended, and a new browser opens the next page."""

WANTED = ("document", "script", "stylesheet", "xhr", "fetch")
"""Kinds of files that can contribute text."""
METHODS = ("GET", "POST")
DROPPED_OF_REQUESTS = (
    "accept-encoding",
    "connection",
    "content-length",
    "cookie",
    "host",
    "proxy-authorization",
    "referer",
    "upgrade-insecure-requests",
    "user-agent",
)
DROPPED_OF_ANSWERS = ("connection", "content-encoding", "content-length", "set-cookie", "transfer-encoding")
NOT_OF_THE_TEXT = (b"Content-Type", b"Content-Length", b"ETag", b"Last-Modified")
"""Headers that describe the page as it was sent, not the page that its scripts built."""

NO_PEERS = (
    """for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection", "WebTransport"]) delete window[name];"""
)
TEXT = "document.body ? document.body.innerText : ''"

logger = logging.getLogger(__name__)


async def refuse(_: Asked) -> bool:
    """Abort every request that the library would let the browser make itself."""
    return True


class RenderingMiddleware:
    """Replaces the response to a request with "rendered" in its meta by the page that its scripts build.

    It is the first middleware, so it sees responses after redirects and all other middlewares. A response that is not
    an HTML page, or that is an error, is left unchanged.
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
        """Return the page as its scripts build it. Raises KnownError if they exceed a limit."""
        if not request.meta.get("rendered") or not isinstance(response, HtmlResponse) or response.status != 200:
            return response
        async with self._free:
            return await self._rendered(request, response)

    async def _rendered(self, request: Request, response: HtmlResponse) -> Response:
        opened = Opened(self.crawler, self.settings, request, response)
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
                "The page led the browser to an address that did not load, and what it shows is its own error page."
            )
            raise KnownError(Failure("connection", sentence))
        return self._answer(response, built, version)

    async def _closed(self, asked: Request) -> None:
        """Close a page and its context; end the browser if they do not close."""
        page = asked.meta.get("playwright_page")
        with contextlib.suppress(TimeoutError, BrowserError):
            async with asyncio.timeout(CLOSING):
                if isinstance(page, Page):
                    await page.context.close()
                    return
        # No page came, or it does not close.
        with contextlib.suppress(TimeoutError, BrowserError):
            await self._ended()

    async def _ended(self) -> None:
        """End the browser, and wait until the library notices; it starts another for the next page."""
        async with asyncio.timeout(CLOSING):
            if hasattr(self.browser, "browser"):
                await self.browser.browser.close()
            while hasattr(self.browser, "browser"):
                await asyncio.sleep(LOOK)

    def _answer(self, response: HtmlResponse, built: Response, version: str) -> Response:
        text = built.text if isinstance(built, TextResponse) else ""
        # The page may declare the encoding of the original bytes: a byte order mark takes precedence over that.
        body = text.encode("utf-8-sig")
        if len(body) > self.settings.max_body:
            sentence = f"The page as its scripts build it is larger than max_body, {self.settings.max_body / 1e6:g} MB."
            raise KnownError(Failure("too-large", sentence))
        headers = response.headers.copy()
        for name in NOT_OF_THE_TEXT:
            headers.pop(name, None)
        headers["Content-Type"] = "text/html; charset=utf-8"
        headers[RENDERED] = f"Chromium {version}"
        return HtmlResponse(built.url, response.status, headers, body, flags=[*response.flags, "rendered"])

    async def close(self) -> None:
        """End the browser."""
        with contextlib.suppress(BrowserError):
            await self.browser.close()


class Opened:
    """A page open in the browser: fetches the files that it requests, and detects when it is finished."""

    def __init__(self, crawler: Crawler, settings: CrawlSettings, request: Request, response: HtmlResponse) -> None:
        self.crawler = crawler
        self.settings = settings
        self.failure: Failure | None = None
        """The limit that the page exceeded, or None."""
        self.over = False
        self._ready: dict[str, Response] = {response.url: response}
        """Documents that are already fetched, by their address."""
        self._first: Response | None = response
        self._languages = (request.headers.get("Accept-Language") or b"").decode("latin-1")
        self._cookies = cookies_of(request)
        self._files = 0
        self._size = 0
        self._under_way = 0
        self._last = time.monotonic()

    def meta(self, name: str) -> dict[str, Any]:
        """Return the request meta by which the library opens the page; `name` names a browser context of its own."""
        agent: str = self.crawler.settings["USER_AGENT"]
        return {
            "playwright": True,
            "playwright_include_page": True,
            "playwright_context": name,
            "playwright_context_kwargs": {
                "user_agent": agent,
                "locale": self._languages.partition(",")[0] or "en",
                "timezone_id": "UTC",
                "service_workers": "block",
                "accept_downloads": False,
            },
            "playwright_page_goto_kwargs": {"timeout": 0, "wait_until": "load"},
            "playwright_page_init_callback": self.prepare,
            "playwright_page_methods": [PageMethod(self.finished)],
        }

    async def prepare(self, page: Page, _: Request) -> None:
        """Intercept every request of the page and of the windows that it opens."""
        page.set_default_timeout(self.settings.render_time * 1000)
        context: BrowserContext = page.context
        await context.add_init_script(NO_PEERS)
        await context.route("**/*", self.answer)
        await page.route("**/*", self.answer)  # takes precedence over the library's own route
        await context.route_web_socket("**/*", self.hang_up)
        page.on("popup", self.shut)
        page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.dismiss()))

    async def hang_up(self, socket: WebSocketRoute) -> None:
        """Close the page's WebSocket at once: policies are not delivered over one."""
        await socket.close()

    def shut(self, page: Page) -> None:
        """Close a window that a page opens."""
        asyncio.ensure_future(page.close())  # noqa: RUF006 - the library keeps a reference

    async def answer(self, route: Route, asked: Asked) -> None:
        """Answer a request of the browser with what the crawler fetches, or abort it."""
        self._under_way += 1
        try:
            await self._answer(route, asked)
        except BrowserError:
            logger.debug("The page was closed before %s came", asked.url)
        finally:
            self._under_way -= 1
            self._last = time.monotonic()

    async def _answer(self, route: Route, asked: Asked) -> None:
        response = None if self.over or self.failure else await self._fetched(asked)
        if response is None or self.over:
            await route.abort()
        elif asked.resource_type == "document" and response.url != asked.url.partition("#")[0]:
            # Only a navigation gives the page its own address after a redirect.
            self._ready[response.url] = response
            await route.fulfill(status=200, content_type="text/html", body=sent_on(response.url))
        else:
            await route.fulfill(status=response.status, headers=unpacked_headers(response), body=response.body)

    async def _fetched(self, asked: Asked) -> Response | None:
        if self._first is not None and asked.is_navigation_request():
            first, self._first = self._first, None
            return first.replace(url=asked.url.partition("#")[0])
        ready = self._ready.pop(asked.url, None) if asked.is_navigation_request() else None
        if ready is not None:
            return ready
        if asked.resource_type not in WANTED or asked.method not in METHODS or not self._allowed():
            return None
        try:
            response = await self.crawler.engine.download_async(self._request(asked))
        except NETWORK_ERRORS as error:
            logger.debug("%s is not loaded: %s", asked.url, error)
            return None
        self._size += len(response.body)
        return response if self._allowed(0) else None

    def _allowed(self, further: int = 1) -> bool:
        """Count another file; note the limit if there are too many files, or if together they are too large."""
        self._files += further
        if self._files > self.settings.render_requests:
            sentence = f"The page asks for more files than render_requests, {self.settings.render_requests}."
            self.failure = Failure("too-large", sentence)
        elif self._size > self.settings.render_size:
            size = f"{self.settings.render_size / 1e6:g} MB"
            self.failure = Failure(
                "too-large", f"The files that the page asks for are larger than render_size, {size}."
            )
        return self.failure is None

    def _request(self, asked: Asked) -> Request:
        host = urlsplit(asked.url).hostname or ""
        slot = f"files of {host}"
        self.crawler.engine.downloader.per_slot_settings.setdefault(slot, {"concurrency": FILES, "delay": FILE_DELAY})
        kept = {
            name: value
            for name, value in asked.headers.items()
            if name not in DROPPED_OF_REQUESTS and not name.startswith(("sec-", "access-control-"))
        }
        return Request(
            asked.url,
            NO_CALLBACK,
            asked.method,
            headers=kept,
            body=asked.post_data_buffer or b"",
            # No retries: a page that needs a file again requests it again.
            meta={"download_slot": slot, "retry_times": self.settings.retries, "cookies": self._cookies},
            dont_filter=True,
        )

    async def finished(self, page: Page) -> None:
        """Wait until a page makes no requests and its text stays the same. If time runs out, it is taken as it is."""
        until = time.monotonic() + self.settings.render_time / 2
        text, since = "", time.monotonic()
        while time.monotonic() < until and self.failure is None:
            await asyncio.sleep(LOOK)
            seen = await shown_text(page)
            if seen is None or seen != text or self._under_way:
                text, since = seen or "", time.monotonic()
            elif time.monotonic() - max(since, self._last) >= QUIET:
                return


async def shown_text(page: Page) -> str | None:
    """Return the text that a page shows; None while it navigates to another page."""
    try:
        return str(await page.evaluate(TEXT))
    except BrowserError:
        if page.is_closed():
            raise
        return None


def unpacked_headers(response: Response) -> dict[str, str]:
    """Return the headers of a decompressed response."""
    return {
        name.decode("latin-1").lower(): b", ".join(values).decode("latin-1")
        for name, values in response.headers.items()
        if name.decode("latin-1").lower() not in DROPPED_OF_ANSWERS
    }


def sent_on(url: str) -> str:
    """Return an HTML page that redirects to an address at once."""
    quoted = url.replace("&", "&amp;").replace('"', "%22").replace("<", "%3C")
    return f'<meta http-equiv="refresh" content="0; url={quoted}">'
