"""One crawl in this process, from its start to what ended it."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from scrapy import signals as scrapy_signals
from scrapy.crawler import AsyncCrawlerProcess

from archive.errors import StorageError
from archive.model import AssessedFetch, Policy
from archive.recording.recorder import RecordedVisit
from crawler import signals
from crawler.network.browser import with_browser

UNTOLD = {
    # Scrapy warns of what stands in the results anyway, such as an answer that is too large.
    "scrapy.core.downloader": logging.ERROR,
    "scrapy.downloadermiddlewares": logging.ERROR,
}
TOLD = {
    "asyncio": logging.WARNING,
    "scrapy.core.scraper": logging.INFO,
    "scrapy.addons": logging.WARNING,
    "scrapy.crawler": logging.WARNING,
    "scrapy.middleware": logging.WARNING,
    "scrapy.utils.log": logging.WARNING,
}
"""With `verbose` every request is told, but not how Scrapy is built."""


class CrawlDefectError(RuntimeError):
    """Our own code failed inside the crawl; the cause is attached."""


def run_crawl(
    settings: Mapping[str, Any],
    policies: Sequence[Policy],
    recorded: Callable[[AssessedFetch, RecordedVisit], None],
    *,
    verbose: bool = False,
) -> None:
    """Crawl these policies; return when the last of them is recorded, or the crawl was stopped.

    `settings` are those of `crawler.settings.scrapy_settings`; `recorded` hears of each result that is in the archive.
    A reactor starts once, so this runs once per process. Raises StorageError, after what was recorded before it;
    CrawlDefectError where the program itself failed.
    """
    prepared = PreparedCrawl(with_browser(settings, policies), verbose=verbose)
    prepared.crawler.signals.connect(recorded, signal=signals.recorded)
    prepared.run(policies)


class PreparedCrawl:
    """A crawl whose signals can be listened to before it runs."""

    def __init__(self, settings: Mapping[str, Any], *, verbose: bool = False) -> None:
        self._process = AsyncCrawlerProcess(dict(settings))
        # Only now: the process sets every logger of Scrapy back, and tells how Scrapy is built.
        self._process.settings.set("LOG_LEVEL", "DEBUG" if verbose else "WARNING")
        for logger, level in (TOLD if verbose else UNTOLD).items():
            logging.getLogger(logger).setLevel(level)
        self.crawler = self._process.create_crawler("policies")

    def run(self, policies: Sequence[Policy]) -> None:
        """Crawl these policies to the end. Raises StorageError and CrawlDefectError."""
        faults = _Faults()
        self.crawler.signals.connect(faults.note_storage, signal=signals.storage_failed)
        self.crawler.signals.connect(faults.note, signal=scrapy_signals.item_error)
        self.crawler.signals.connect(faults.note, signal=scrapy_signals.spider_error)
        gc.collect()
        gc.freeze()  # what is loaded by now stays to the end: the collector need not look at it again and again
        task = self._process.crawl(self.crawler, policies=policies)
        self._process.start()
        faults.raise_first(task.exception() if task.done() and not task.cancelled() else None)


class _Faults:
    """What went wrong beyond single policies. A failing archive counts before everything else."""

    def __init__(self) -> None:
        self._storage: StorageError | None = None
        self._defect: BaseException | None = None

    def note_storage(self, error: StorageError) -> None:
        self._storage = error

    def note(self, failure: Any) -> None:
        self._defect = self._defect or failure.value

    def raise_first(self, end: BaseException | None) -> None:
        """Raise what ended the crawl before its time, if anything did; `end` is how the whole of it ended."""
        fault = self._storage or self._defect or end
        if isinstance(fault, StorageError):
            raise fault
        if fault is not None:
            raise CrawlDefectError(f"the crawl failed by a defect of the program: {fault}") from fault
