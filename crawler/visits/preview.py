"""Fetches policies as a crawl does, but records nothing. It is for a person who wants to see the responses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scrapy import signals as scrapy_signals

from archive.model import Policy, VisitResult
from crawler import signals
from crawler.model import RobotsResult
from crawler.network.browser import with_browser
from crawler.visits.process import PreparedCrawl


@dataclass(frozen=True, slots=True)
class Preview:
    """The responses for policies and for the robots.txt of their sites. They are not recorded."""

    visits: tuple[VisitResult, ...]
    """The pages, in the order in which their responses came."""
    robots: tuple[RobotsResult, ...]
    """A result for each request of a robots.txt. Results for targets of redirects are included."""


def preview(settings: Mapping[str, Any], policies: Sequence[Policy]) -> Preview:
    """Fetch these policies unconditionally and politely. A policy that is listed twice is fetched twice.

    `settings` come from `crawler.settings.scrapy_settings`. The function can be called only once in a process, because
    a reactor cannot be restarted. Raises CrawlDefectError if the program itself failed.
    """
    visits: list[VisitResult] = []
    robots: list[RobotsResult] = []

    def note_visit(item: VisitResult) -> None:
        visits.append(item)

    def note_robots(result: RobotsResult) -> None:
        robots.append(result)

    crawl = PreparedCrawl({**with_browser(settings, policies), "ITEM_PIPELINES": {}})
    crawl.crawler.signals.connect(note_visit, signal=scrapy_signals.item_scraped)
    crawl.crawler.signals.connect(note_robots, signal=signals.robots_read)
    crawl.run(policies=policies)
    visits.sort(key=lambda visit: visit.answered_at or visit.fetch.started_at)
    return Preview(tuple(visits), tuple(robots))
