"""Runs the search of several sites in this process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scrapy import signals as scrapy_signals

from archive.recording.resting_hosts import RestingHost
from crawler import signals
from crawler.discovery.model import SearchRequest, SearchResult
from crawler.network.browser import rendering
from crawler.visits.process import CrawlDefectError, PreparedCrawl

MIDDLEWARE = {"crawler.middlewares.budget.BudgetMiddleware": 900}
"""The component that limits a search. It comes after all other middlewares."""


def search_sites(
    settings: Mapping[str, Any], requests: Sequence[SearchRequest], resting: Mapping[str, RestingHost]
) -> tuple[tuple[SearchResult, ...], tuple[RestingHost, ...]]:
    """Search sites. Return a result for each request, in the same order, and the hosts that asked for a long pause.

    `settings` come from `crawler.settings.scrapy_settings`. `resting` are hosts that asked for a pause before. The
    function can be called only once in a process, because a reactor cannot be restarted. Raises NoBrowserError,
    WorkersDeadError, and CrawlDefectError if the program itself failed.
    """
    results: dict[str, SearchResult] = {}
    paused: list[RestingHost] = []

    def note_result(item: SearchResult) -> None:
        results[item.request.domain] = item

    def note_resting(resting: RestingHost) -> None:
        paused.append(resting)

    base = rendering(settings) if any(request.render for request in requests) else settings
    middlewares = {**base["DOWNLOADER_MIDDLEWARES"], **MIDDLEWARE}
    crawl = PreparedCrawl({**base, "DOWNLOADER_MIDDLEWARES": middlewares, "ITEM_PIPELINES": {}}, spider="legal-pages")
    crawl.crawler.signals.connect(note_result, signal=scrapy_signals.item_scraped)
    crawl.crawler.signals.connect(note_resting, signal=signals.host_rests)
    crawl.run(requests=requests, resting=resting)
    missing = [request.domain for request in requests if request.domain not in results]
    if missing:
        raise CrawlDefectError(f"the search ended before the end: {', '.join(missing)}")
    return tuple(results[request.domain] for request in requests), tuple(paused)
