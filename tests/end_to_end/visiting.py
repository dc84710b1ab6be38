"""Runs the real crawler repeatedly in one process, with a clock that the test sets.

Twisted's reactor can be started only once in a process, so each test needs a separate process: see `replaying`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess

from archive.model import AssessedFetch, Policy
from archive.recording.policies import due_policies, synchronise
from archive.recording.recorder import RecordedVisit
from archive.storage.database import open_archive
from crawler import signals
from crawler.crawl_settings import CrawlSettings
from crawler.settings import scrapy_settings
from notifier import outbox
from notifier.audience.subscriptions import Subscriber, Target

QUICK = CrawlSettings(delay=0, retries=0, timeout=20, workers=1, allow_private=("127.0.0.1",))
SUBSCRIBER = Subscriber("Desk", (Target("post", "desk@example.org"),))


@dataclass(frozen=True, slots=True)
class Visited:
    """The result and the record of a visit to one policy, and the number of new alerts after the run."""

    result: AssessedFetch
    recorded: RecordedVisit
    alerts: int


class Watch:
    """An archive, and the runs that visit its policies."""

    def __init__(self, database: str, now: datetime) -> None:
        self.database = database
        self.now = now
        settings = scrapy_settings(QUICK, database, now=lambda: self.now)
        self._process = AsyncCrawlerProcess({**settings, "LOG_LEVEL": "ERROR"})
        logging.getLogger("scrapy").setLevel(logging.ERROR)

    def follow(self, story: Callable[[], Awaitable[None]]) -> None:
        """Run a function that makes visits, and wait until it ends. This method can be called only once in a
        process."""
        loop = asyncio.get_event_loop()
        task = loop.create_task(self._ended(story))
        self._process.start(stop_after_crawl=False, install_signal_handlers=False)
        task.result()

    async def _ended(self, story: Callable[[], Awaitable[None]]) -> None:
        from twisted.internet import reactor

        try:
            await story()
        finally:
            running: Any = reactor  # Twisted's own type for the reactor is wrong
            running.stop()

    async def run(self, policies: Sequence[Policy], *, everything: bool = True) -> list[Visited]:
        """Visit these policies as `clausewatch run` does. If `everything` is false, visit only the policies that are
        due."""
        found: list[tuple[AssessedFetch, RecordedVisit]] = []

        def note(result: AssessedFetch, recorded: RecordedVisit) -> None:
            found.append((result, recorded))

        def give_up(error: Exception) -> None:
            raise error

        with open_archive(self.database) as archive:
            synchronise(archive, policies, self.now)
            outbox.register(archive, [SUBSCRIBER], self.now)
            wanted = policies if everything else due_policies(archive, self.now)
            crawler = self._process.create_crawler("policies")
            crawler.signals.connect(note, signal=signals.recorded)
            crawler.signals.connect(give_up, signal=signals.storage_failed)
            await self._process.crawl(crawler, policies=wanted)
            alerts = outbox.plan_alerts(archive, [SUBSCRIBER], self.now)
            return [Visited(result, recorded, alerts) for result, recorded in found]
