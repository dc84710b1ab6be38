"""The spider that searches sites for their legal pages, all sites at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from random import SystemRandom
from typing import TYPE_CHECKING, Any

from scrapy import Spider

from archive.recording.resting_hosts import RestingHost
from crawler import signals
from crawler.discovery.fetching import Fetcher
from crawler.discovery.model import SearchRequest, SearchResult
from crawler.discovery.search import SiteSearch
from crawler.middlewares.budget import Budget
from crawler.model import RobotsResult
from crawler.spiders.policies import accepted
from crawler.visits.workers import WorkerLimits, Workers, WorkersDeadError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.crawl_settings import CrawlSettings


class LegalPagesSpider(Spider):
    """Searches the sites of the given requests. It passes on a result for each request, and records nothing."""

    name = "legal-pages"

    def __init__(
        self, requests: Sequence[SearchRequest] = (), resting: Mapping[str, RestingHost] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.requests = requests
        self.resting = dict(resting or {})
        """Hosts that asked for a pause in an earlier run. The key is the name and port of a host."""
        self.sitemaps: dict[str, tuple[str, ...]] = {}
        """The sitemaps that each robots.txt names. The key is the origin."""

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> LegalPagesSpider:
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.note_robots, signal=signals.robots_read)
        return spider

    def note_robots(self, result: RobotsResult) -> None:
        """Note the sitemaps that a robots.txt names."""
        self.sitemaps[result.origin] = result.sitemaps

    async def start(self) -> AsyncIterator[SearchResult]:
        crawl: CrawlSettings = self.settings["CLAUSEWATCH_CRAWL"]
        await asyncio.sleep(SystemRandom().uniform(0, crawl.delay))
        workers = Workers(WorkerLimits.of(crawl, crawl.workers))
        searches = [asyncio.ensure_future(self._search(request, workers, crawl)) for request in self.requests]
        try:
            for search in asyncio.as_completed(searches):
                yield await search
        except WorkersDeadError as error:
            self.crawler.signals.send_catch_log(signals.workers_failed, error=error)
        finally:
            for task in searches:
                task.cancel()
            await workers.close()

    async def _search(self, request: SearchRequest, workers: Workers, crawl: CrawlSettings) -> SearchResult:
        budget = Budget(crawl.find_requests, crawl.find_size)
        languages = accepted(request.languages) if request.languages else ""
        fetcher = Fetcher(self.crawler, workers, budget, accepted=languages)
        return await SiteSearch(request, fetcher, crawl, self.sitemaps).run()
