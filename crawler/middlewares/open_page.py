"""Controls a page that is open in the browser. The crawler fetches every file that the page requests, within the
crawler's limits.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, Page, Route, WebSocketRoute
from playwright.async_api import Error as BrowserError
from playwright.async_api import Request as Asked
from scrapy.http import HtmlResponse, Request, Response
from scrapy.http.request import NO_CALLBACK
from scrapy_playwright.page import PageMethod  # type: ignore[import-untyped]  # it has none

from crawler.middlewares.cookies import cookies_of
from crawler.middlewares.settling import OPEN_ROOTS, settle, stored_markup, with_open_roots
from crawler.network.failures import NETWORK_ERRORS, Failure

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.crawl_settings import CrawlSettings

FILES = 2
"""Maximum number of files that are fetched from one host at the same time."""
FILE_DELAY = 0.02
"""Seconds between two requests for files. The pause is short because the files belong to one visit. An ordinary browser
would request all of them at once.
"""
WANTED = ("document", "script", "stylesheet", "xhr", "fetch")
"""Types of files that can contribute text."""
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

NO_PEERS = (
    """for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection", "WebTransport"]) delete window[name];"""
)

logger = logging.getLogger(__name__)


class OpenPage:
    """A page that is open in the browser. This object fetches the files that the page requests, and finds out when the
    page is finished.
    """

    def __init__(self, crawler: Crawler, settings: CrawlSettings, request: Request, response: HtmlResponse) -> None:
        self.crawler = crawler
        self.settings = settings
        self.failure: Failure | None = None
        """The limit that the page exceeded, or None."""
        self.over = False
        self.settled = True
        """Whether the page's text no longer changed when the page was captured."""
        self.markup: str | None = None
        """The markup that will be stored; None until the page is finished."""
        self.patience = settings.render_time / 2
        """Seconds after which the page is captured even if its text still changes."""
        self._ready: dict[str, Response] = {response.url: response}
        """Documents that were already fetched. The key is their address."""
        self._first: Response | None = response
        self._languages = (request.headers.get("Accept-Language") or b"").decode("latin-1")
        self._cookies = cookies_of(request)
        self._files = 0
        self._size = 0
        self._under_way = 0
        self._last = time.monotonic()

    def meta(self, name: str) -> dict[str, Any]:
        """Return the request meta with instructions for the library: how to open the page, and in which browser
        context. Each page has its own context, called `name`.
        """
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
        """Intercept every request of the page, and every request of the windows that the page opens."""
        page.set_default_timeout(self.settings.render_time * 1000)
        context: BrowserContext = page.context
        await context.add_init_script(NO_PEERS + OPEN_ROOTS)
        await context.route("**/*", self.answer)
        await page.route("**/*", self.answer)  # takes precedence over the library's own route
        await context.route_web_socket("**/*", self.hang_up)
        page.on("popup", self.shut)
        page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.dismiss()))

    async def hang_up(self, socket: WebSocketRoute) -> None:
        """Close a WebSocket of the page at once, because policies are not delivered over WebSockets."""
        await socket.close()

    def shut(self, page: Page) -> None:
        """Close a window that a page opens."""
        asyncio.ensure_future(page.close())  # noqa: RUF006 - the library keeps a reference

    async def answer(self, route: Route, asked: Asked) -> None:
        """Answer a request of the browser with the response that the crawler got, or abort the request."""
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
            # The browser must navigate to the target of a redirect: only a navigation changes the page's address.
            self._ready[response.url] = response
            await route.fulfill(status=200, content_type="text/html", body=sent_on(response.url))
        else:
            body = with_open_roots(response.body) if asked.resource_type == "document" else response.body
            await route.fulfill(status=response.status, headers=unpacked_headers(response), body=body)

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
        """Count `further` files, and return whether more files are allowed. If a limit is exceeded, `failure` names the
        limit.
        """
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
            # The crawler does not retry, because the page requests a file again if the file is needed.
            meta={"download_slot": slot, "retry_times": self.settings.retries, "cookies": self._cookies},
            dont_filter=True,
        )

    async def finished(self, page: Page) -> None:
        """Wait until a page makes no requests and its text stops changing. Then capture the page.

        If the text still changes after `patience` seconds, the page is captured as it is.
        """
        self.settled = await settle(page, self.patience, self._busy_until)
        self.markup = await stored_markup(page)

    def _busy_until(self) -> float | None:
        if self.failure is not None:
            return None
        return time.monotonic() if self._under_way else self._last


def unpacked_headers(response: Response) -> dict[str, str]:
    """Return the headers of a response without the headers that describe the compressed body."""
    return {
        name.decode("latin-1").lower(): b", ".join(values).decode("latin-1")
        for name, values in response.headers.items()
        if name.decode("latin-1").lower() not in DROPPED_OF_ANSWERS
    }


def sent_on(url: str) -> str:
    """Return an HTML page that immediately redirects to an address."""
    quoted = url.replace("&", "&amp;").replace('"', "%22").replace("<", "%3C")
    return f'<meta http-equiv="refresh" content="0; url={quoted}">'
