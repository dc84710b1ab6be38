"""Defines the only pipeline. A worker process assesses each visit, even a failed one, and one thread records all
results.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from archive.errors import OutdatedAssessmentError, StorageError
from archive.model import AssessedFetch, Fetch, Policy, VisitResult
from archive.recording.recorder import Latest, RecordedVisit, latest, record
from archive.recording.resting_hosts import RestingHost, note_resting
from archive.recording.unchanged_pages import record_recognised
from archive.storage.database import Archive, open_archive
from crawler import signals
from crawler.visits.workers import Defect, Done, LimitHit, WorkerLimits, Workers, WorkersDeadError
from differ.judgement.profiles import Profile, load_profile
from differ.visits.assessment import Assessment, Visit
from differ.visits.recognition import recognise_or_assess

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.crawl_settings import Clock, CrawlSettings

Parameters = ParamSpec("Parameters")
Value = TypeVar("Value")

DEFAULT = "default"
"""The name of the default profile. It is used for policies without a profile, and for policies whose profile does not
exist.
"""

MOST_TOGETHER = 16
"""Maximum number of unchanged responses that are recognised and recorded in one transaction."""

ATTEMPTS = 3
"""Number of attempts to assess a response. An attempt fails if another run records a version of the same policy in the
meantime.
"""

logger = logging.getLogger(__name__)


class RecordingPipeline:
    """Awaits the assessment of each visit and records the result.

    Neither step blocks the reactor: workers are separate processes, and all SQL runs in one separate thread. If the
    archive cannot be written, the crawl stops, and no further result is reported as recorded.
    """

    def __init__(self, crawler: Crawler) -> None:
        crawl: CrawlSettings = crawler.settings["CLAUSEWATCH_CRAWL"]
        self.crawler = crawler
        self.crawl = crawl
        self.profiles: Mapping[str, Profile] = crawler.settings["CLAUSEWATCH_PROFILES"]
        self.now: Clock = crawler.settings["CLAUSEWATCH_NOW"]
        self.run_started_at = self.now()
        self.workers = Workers(WorkerLimits.of(crawl, crawl.workers))
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="archive")
        self._archive: Archive | None = None
        self._stopping: asyncio.Task[None] | None = None
        self._resting: list[RestingHost] = []
        self._waiting: list[tuple[VisitResult, asyncio.Future[tuple[AssessedFetch, RecordedVisit] | None]]] = []
        self._recognising: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RecordingPipeline:
        pipeline = cls(crawler)
        crawler.signals.connect(pipeline.note_resting, signal=signals.host_rests)
        return pipeline

    def note_resting(self, resting: RestingHost) -> None:
        """Note a host that asked for a pause that is longer than this run."""
        self._resting.append(resting)

    async def open_spider(self) -> None:
        """Open the archive; raises StorageError."""
        loop = asyncio.get_running_loop()
        settings = self.crawler.settings
        arguments: tuple[str, timedelta] = (settings["CLAUSEWATCH_DATABASE"], settings["CLAUSEWATCH_BUSY_TIMEOUT"])
        self._archive = await loop.run_in_executor(self._writer, open_archive, *arguments)

    async def process_item(self, item: VisitResult) -> VisitResult:
        """Assess and record one visit, then send the signal `recorded`."""
        if self._stopping is not None:
            return item
        try:
            result, recorded = await self._recorded(item)
        except (StorageError, WorkersDeadError) as error:
            self._stop(error)
            return item
        self.crawler.signals.send_catch_log(signals.recorded, result=result, recorded=recorded)
        return item

    async def _recorded(self, item: VisitResult) -> tuple[AssessedFetch, RecordedVisit]:
        recognised = None if item.fetch.error else await self._recognised(item)
        if recognised is not None:
            return recognised
        attempt = 1
        while True:
            result = await self._result(item)
            try:
                return result, await self._in_archive(record, result, self.now(), self.run_started_at)
            except OutdatedAssessmentError:
                if attempt == ATTEMPTS:
                    raise
                attempt += 1

    async def _recognised(self, item: VisitResult) -> tuple[AssessedFetch, RecordedVisit] | None:
        """Try to recognise a response as unchanged without reading its text. If this succeeds, record it together with
        other responses. Otherwise return None.
        """
        answer = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        if self._recognising is None:
            self._recognising = asyncio.ensure_future(self._recognise())
        recognised: tuple[AssessedFetch, RecordedVisit] | None = await answer
        return recognised

    async def _recognise(self) -> None:
        """Recognise and record the waiting responses in batches. A batch needs only one transaction, and a transaction
        takes nearly all of the time for a response.
        """
        while self._waiting:
            some = self._waiting[:MOST_TOGETHER]
            del self._waiting[:MOST_TOGETHER]
            visits = [item for item, _ in some]
            done = asyncio.ensure_future(self._in_archive(record_recognised, visits, self.now(), self.run_started_at))
            await asyncio.wait([done])
            for position, (_, waiting) in enumerate(some):
                error = done.exception()
                if error is not None:
                    waiting.set_exception(error)
                else:
                    waiting.set_result(done.result()[position])
        self._recognising = None

    async def _result(self, item: VisitResult) -> AssessedFetch:
        if item.fetch.error:
            return AssessedFetch(item.fetch, None)
        if item.unmodified is not None:
            return superseded(item.fetch)
        current = await self._in_archive(latest, item.policy.name)
        visit = visit_of(
            item.policy, item.fetch, current, profile=profile_of(item.policy, self.profiles), crawl=self.crawl
        )
        against = None if current is None else current.number
        outcome = await self.workers.call(recognise_or_assess, visit)
        if isinstance(outcome, Done):
            return AssessedFetch(item.fetch, outcome.value, against)
        if isinstance(outcome, LimitHit):
            return AssessedFetch(item.fetch, refusal(outcome), against)
        logger.error("Reading %s failed", item.policy.name, exc_info=outcome.error)
        return AssessedFetch(replace(item.fetch, error=defect(outcome), error_kind="other"), None)

    async def _in_archive(
        self,
        function: Callable[Concatenate[Archive, Parameters], Value],
        *arguments: Parameters.args,
        **named: Parameters.kwargs,
    ) -> Value:
        """Run a function of the archive in the archive's thread."""
        archive = self._archive
        if archive is None:
            raise RuntimeError("the archive is not open")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._writer, lambda: function(archive, *arguments, **named))

    def _stop(self, error: StorageError | WorkersDeadError) -> None:
        if self._stopping is None:
            failed = signals.storage_failed if isinstance(error, StorageError) else signals.workers_failed
            if not self.crawler.signals.send_catch_log(failed, error=error):  # no receiver
                logger.error("The crawl stops: %s", error)
            # This task is not awaited here: closing the spider waits for the current item, so both would wait for each
            # other.
            self._stopping = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason="failed"))

    async def close_spider(self) -> None:
        """Stop the workers and close the archive."""
        await self.workers.close()
        if self._resting and self._stopping is None:
            try:
                await self._in_archive(note_resting, self._resting, self.now())
            except StorageError as error:
                self.crawler.signals.send_catch_log(signals.storage_failed, error=error)
        if self._archive is not None:
            await asyncio.get_running_loop().run_in_executor(self._writer, self._archive.close)
        self._writer.shutdown(wait=False)


def profile_of(policy: Policy, profiles: Mapping[str, Profile]) -> Profile:
    """Return the profile that a policy names. If this profile no longer exists, log a warning and return the default
    profile.
    """
    named = profiles.get(policy.profile)
    if named is None and policy.profile != DEFAULT:
        logger.warning("%s: the profile %r no longer exists, so the default is used", policy.name, policy.profile)
    return named or load_profile(DEFAULT)


def visit_of(policy: Policy, fetch: Fetch, current: Latest | None, profile: Profile, crawl: CrawlSettings) -> Visit:
    """Return the input for the assessment of one response."""
    page, *further = fetch.pages
    options = replace(policy.options, max_nesting=crawl.max_nesting, max_unpacked=crawl.max_body)
    if current is None:
        return Visit(page, options, profile, further=tuple(further))
    pending, patience = current.pending, policy.looks.confirm_max
    left = bool(patience) and (pending is None or fetch.started_at - pending.since < patience)
    text = pending.text if pending else None
    return Visit(
        page,
        options,
        profile,
        latest=current.version,
        pending=text,
        patience="left" if left else "over",
        further=tuple(further),
        page_fingerprints=current.page_fingerprints,
    )


def superseded(fetch: Fetch) -> AssessedFetch:
    """Return the record of a 304 for a version that is no longer the latest."""
    sentence = "The server answered 304, but another run recorded a version meanwhile; the next visit asks again."
    return AssessedFetch(replace(fetch, error=sentence, error_kind="other"), None)


def refusal(hit: LimitHit) -> Assessment:
    """Return the assessment of a response that exceeded a limit in the worker."""
    detail = f"Reading this response was ended by {hit.limit}."
    return Assessment("not comparable", reason="refused-limit", detail=detail)


def defect(raised: Defect) -> str:
    """Return the message that is recorded if our own code failed on a response."""
    kind = type(raised.error).__name__
    return f"Clausewatch failed to read the response ({kind}: {raised.error}). This is a bug: please report it."
