"""Runs one crawl in this process. Raises the error if an error ended the crawl early."""

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
from crawler.visits.workers import WorkersDeadError

QUIET_LOGGERS = {
    # Scrapy warns of failures that the results report anyway, such as responses that are too large.
    "scrapy.core.downloader": logging.ERROR,
    "scrapy.downloadermiddlewares": logging.ERROR,
}
VERBOSE_LOGGERS = {
    "asyncio": logging.WARNING,
    "scrapy.core.scraper": logging.INFO,
    "scrapy.addons": logging.WARNING,
    "scrapy.crawler": logging.WARNING,
    "scrapy.middleware": logging.WARNING,
    "scrapy.utils.log": logging.WARNING,
}
"""Levels of loggers if the option `verbose` is set. Every request is logged, but not the components that
Scrapy loads.
"""


class CrawlDefectError(RuntimeError):
    """The program failed during the crawl because of a bug. `__cause__` is the original error."""


def run_crawl(
    settings: Mapping[str, Any],
    policies: Sequence[Policy],
    recorded: Callable[[AssessedFetch, RecordedVisit], None],
    *,
    verbose: bool = False,
    log_handler: logging.Handler | None = None,
) -> None:
    """Crawl these policies. Return when the last policy is recorded, or when the crawl was stopped.

    `settings` come from `crawler.settings.scrapy_settings`. `recorded` is called with each recorded result. The
    function can be called only once in a process, because a reactor cannot be restarted. `log_handler` replaces
    Scrapy's own handler of logs. Raises StorageError if the
    archive fails; results that were recorded before stay recorded. Raises WorkersDeadError if no page can be read.
    Raises CrawlDefectError if the program itself failed.
    """
    prepared = PreparedCrawl(with_browser(settings, policies), verbose=verbose, log_handler=log_handler)
    prepared.crawler.signals.connect(recorded, signal=signals.recorded)
    prepared.run(policies=policies)


class PreparedCrawl:
    """A crawl that has not started yet. The caller can connect receivers to its signals before it starts."""

    def __init__(
        self,
        settings: Mapping[str, Any],
        *,
        spider: str = "policies",
        verbose: bool = False,
        log_handler: logging.Handler | None = None,
    ) -> None:
        self._process = AsyncCrawlerProcess({**settings, "LOG_INSTALL_ROOT_HANDLER": log_handler is None})
        if log_handler is not None:
            logging.root.setLevel(logging.NOTSET)  # the handler's level decides
            logging.root.addHandler(log_handler)
        # The levels are set after the process is created, because this step resets every logger of Scrapy.
        self._process.settings.set("LOG_LEVEL", "DEBUG" if verbose else "WARNING")
        for logger, level in (VERBOSE_LOGGERS if verbose else QUIET_LOGGERS).items():
            logging.getLogger(logger).setLevel(level)
        self.crawler = self._process.create_crawler(spider)

    def run(self, **arguments: Any) -> None:
        """Crawl to the end. `arguments` are the spider's. Raises StorageError, WorkersDeadError and
        CrawlDefectError.
        """
        faults = _Faults()
        self.crawler.signals.connect(faults.note_fatal, signal=signals.storage_failed)
        self.crawler.signals.connect(faults.note_fatal, signal=signals.workers_failed)
        self.crawler.signals.connect(faults.note, signal=scrapy_signals.item_error)
        self.crawler.signals.connect(faults.note, signal=scrapy_signals.spider_error)
        gc.collect()
        gc.freeze()  # all objects that exist now stay until the end, so the garbage collector can skip them
        task = self._process.crawl(self.crawler, **arguments)
        self._process.start()
        faults.raise_first(task.exception() if task.done() and not task.cancelled() else None)


class _Faults:
    """Collects the errors that affect more than one policy. Of several errors, an error that stopped the crawl is
    raised.
    """

    def __init__(self) -> None:
        self._fatal: StorageError | WorkersDeadError | None = None
        self._defect: BaseException | None = None

    def note_fatal(self, error: StorageError | WorkersDeadError) -> None:
        self._fatal = error

    def note(self, failure: Any) -> None:
        self._defect = self._defect or failure.value

    def raise_first(self, end: BaseException | None) -> None:
        """Raise the error that ended the crawl early, if there was one. `end` is the exception of Scrapy's own task, or
        None.
        """
        fault = self._fatal or self._defect or end
        if isinstance(fault, StorageError | WorkersDeadError):
            raise fault
        if fault is not None:
            raise CrawlDefectError(f"the crawl failed because of a bug in the program: {fault}") from fault
