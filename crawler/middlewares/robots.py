"""Obeys robots.txt by RFC 9309. A 4xx for the robots.txt allows everything. An unavailable robots.txt forbids
everything.

Status 429 counts as unavailable, because it asks the crawler to stay away for now. Scrapy's own middleware would fetch
the page although robots.txt is unavailable.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.http import Request
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import ProtegoRobotParser, RobotParser

from crawler import signals
from crawler.middlewares.politeness import (
    LeftAloneError,
    PostponedError,
    SilentHostError,
    is_last_try,
    later,
    slow_down,
    tries,
)
from crawler.middlewares.refusals import RefusedError
from crawler.model import RobotsResult
from crawler.network.failures import NETWORK_ERRORS, Failure, RobotsError, explain
from crawler.pace import kept_delay

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.crawl_settings import CrawlSettings

PRODUCT = "Clausewatch"
"""The name of this crawler in a robots.txt (product token)."""
PARSED_BYTES = 500 * 1024
"""Number of bytes of a robots.txt that are parsed. RFC 9309 section 2.5 requires at least this number."""
TOO_MANY_REQUESTS = 429


Rules = RobotParser | Failure | PostponedError | SilentHostError
"""The result of a request for a robots.txt."""


class RobotsMiddleware:
    """Fetches the robots.txt of each origin once, and lets only allowed requests through."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.settings: CrawlSettings = crawler.settings["CLAUSEWATCH_CRAWL"]
        self._rules: dict[str, asyncio.Task[Rules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raise RobotsError if robots.txt forbids the page. Raise PostponedError if the robots.txt must be requested
        again later.
        """
        if request.meta.get("is_robots_txt"):
            return
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._rules:
            self._rules[origin] = asyncio.ensure_future(self._ask(origin, request))
        asking = self._rules[origin]
        rules = await asyncio.shield(asking)
        if isinstance(rules, PostponedError | SilentHostError):
            if self._rules.get(origin) is asking:  # the first of the requests that waited for robots.txt
                del self._rules[origin]
            if isinstance(rules, SilentHostError):
                raise SilentHostError(rules.failure)
            self._postpone(request, rules, origin)
        elif isinstance(rules, Failure):
            raise RobotsError(rules)
        elif not rules.allowed(request.url, PRODUCT):
            raise RobotsError(
                Failure("robots", f"robots.txt of {parts.netloc} does not allow {PRODUCT} to fetch this page.")
            )

    def _postpone(self, request: Request, answer: PostponedError, origin: str) -> None:
        if tries(request) < self.settings.retries:
            raise PostponedError(answer.seconds, later(request), answer.why, answer.failure)
        raise RobotsError(_unavailable(answer.failure or Failure("other", answer.why), origin))

    async def _ask(self, origin: str, page: Request) -> Rules:
        """Request a robots.txt. The request counts in the budget of the page that needs the robots.txt."""
        meta = {"is_robots_txt": True, "budget": page.meta.get("budget"), "is_last_try": is_last_try(page)}
        request = Request(f"{origin}/robots.txt", priority=1000, meta=meta, callback=NO_CALLBACK, dont_filter=True)
        try:
            response = await self.crawler.engine.download_async(request)
        except (PostponedError, SilentHostError) as error:
            return error
        except LeftAloneError as error:
            return error.failure
        except RefusedError as error:
            self._signal(RobotsResult(origin, None))
            return _refused(error, request.url)
        except NETWORK_ERRORS as error:
            self._signal(RobotsResult(origin, None))
            return _unavailable(explain(error, request, self.settings), origin)
        return self._read(request, response, origin)

    def _read(self, request: Request, response: Response, origin: str) -> RobotParser | Failure:
        if response.status >= 500 or response.status == TOO_MANY_REQUESTS:
            self._signal(RobotsResult(origin, response.status))
            return _refusing(response, urlsplit(origin).netloc)
        body = response.body[:PARSED_BYTES] if response.status < 300 else b""
        rules = ProtegoRobotParser.from_crawler(self.crawler, body)
        stated = rules.crawl_delay(PRODUCT)
        delay = kept_delay(stated, self.settings.delay, self.settings.max_wait)
        if delay > self.settings.delay:
            slow_down(self.crawler, request, delay)
        sitemaps = tuple(rules.rp.sitemaps)
        self._signal(RobotsResult(origin, response.status, stated, delay=delay, sitemaps=sitemaps))
        return rules

    def _signal(self, result: RobotsResult) -> None:
        self.crawler.signals.send_catch_log(signals.robots_read, result=result)


def _refusing(response: Response, host: str) -> Failure:
    stated = response.headers.get("Retry-After")
    retry_after = "" if stated is None else f" (Retry-After: {stated.decode('latin-1')[:60]})"
    return Failure("robots", f"robots.txt of {host} answers {response.status}{retry_after}, so nothing may be fetched.")


def _refused(error: RefusedError, url: str) -> Failure:
    """Explain why the robots.txt must not be requested. If a redirect led to the refused address, the explanation names
    the redirect.
    """
    if error.url == url:
        return error.failure
    return replace(error.failure, sentence=f"{url} redirects to a refused address: {error.failure.sentence}")


def _unavailable(failure: Failure, origin: str) -> Failure:
    """Explain why the robots.txt is unavailable. If the host cannot be reached at all, explain why it cannot be
    reached.
    """
    if failure.kind in ("dns", "tls", "connection"):
        return failure
    host = urlsplit(origin).netloc
    return Failure("robots", f"robots.txt of {host} is unavailable, so nothing may be fetched: {failure.sentence}")
