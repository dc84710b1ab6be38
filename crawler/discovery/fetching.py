"""Fetches single pages for a search, under the same rules as the pages of a visit."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from scrapy.http import Request
from scrapy.http.request import NO_CALLBACK

from crawler.middlewares.budget import Budget
from crawler.middlewares.cookies import VisitCookies
from crawler.middlewares.politeness import PostponedError
from crawler.network.failures import NETWORK_ERRORS, Failure, explain
from crawler.network.journey import header_lines, started_at
from crawler.visits.pipelines import defect, refusal
from crawler.visits.workers import Done, LimitHit, Workers
from document.model import Page

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.crawl_settings import CrawlSettings

Argument = TypeVar("Argument")
Value = TypeVar("Value")


class Fetcher:
    """Fetches pages within the budget of one domain, and reads them in worker processes."""

    def __init__(self, crawler: Crawler, workers: Workers, budget: Budget, *, accepted: str) -> None:
        self.crawler = crawler
        self.workers = workers
        self.budget = budget
        self._settings: CrawlSettings = crawler.settings["CLAUSEWATCH_CRAWL"]
        self._headers = {"Accept-Language": accepted} if accepted else None

    async def fetch(self, url: str, *, rendered: bool = False, patient: bool = True) -> Page | Failure:
        """Return the page at an address, after redirects and retries. Return a failure if the page was not received
        completely.

        If a host's name cannot be resolved, there is no retry. If `patient` is false, a host that
        does not respond is not tried again either.
        """
        meta = {"budget": self.budget, "cookies": VisitCookies(), "rendered": rendered}
        request = Request(url, NO_CALLBACK, headers=self._headers, meta=meta, dont_filter=True)
        while True:
            try:
                return self._page(await self.crawler.engine.download_async(request))
            except PostponedError as error:
                if error.failure is not None and (not patient or error.failure.kind == "dns"):
                    return error.failure
                await asyncio.sleep(error.seconds)
                request = error.request
            except NETWORK_ERRORS as error:
                return explain(error, request, self._settings)

    def _page(self, response: Response) -> Page:
        now = self.crawler.settings["CLAUSEWATCH_NOW"]()
        headers = header_lines(response, started_at(response.request, now))
        content_type = next((value for name, value in headers if name == "content-type"), "")
        return Page(response.body, content_type, response.status, response.url, headers)

    async def read(self, function: Callable[[Argument], Value], argument: Argument) -> Value | str:
        """Run a pure function in a worker process. Return the function's value, or a sentence about the limit that
        ended the call.

        Raises WorkersDeadError.
        """
        outcome = await self.workers.call(function, argument)
        if isinstance(outcome, Done):
            return outcome.value
        return refusal(outcome).detail if isinstance(outcome, LimitHit) else defect(outcome)
