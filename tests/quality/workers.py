"""Visits real texts in the worker pool of a crawl with the default limits, and measures the peak memory of each
visit.

The functions are in a separate module. So a worker imports only what a worker in a crawl imports.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from crawler.crawl_settings import CrawlSettings
from crawler.visits.workers import Done, LimitHit, WorkerLimits, Workers, peak
from differ.visits.assessment import Assessment, LatestVersion, Visit
from differ.visits.recognition import recognise_or_assess
from document.model import ExtractionOptions, Page

OPTIONS = ExtractionOptions()
AT_ONCE = 20
"""Number of histories that the workers get at the same time."""


@dataclass(frozen=True, slots=True)
class VisitOutcome:
    """The result of one visit in a worker."""

    size: int
    """Size of the text in bytes."""
    limit: str | None = None
    """The limit that ended the visit, or None."""
    memory: int = 0
    """Peak memory of the worker in bytes, including its libraries. It is 0 if a limit ended the visit."""


def visited(histories: Iterable[tuple[bytes, ...]]) -> Iterator[VisitOutcome]:
    """Visit the texts of each history one after another, and yield the outcomes. Each text is compared with the
    previous version."""
    with asyncio.Runner() as runner:
        crawl = CrawlSettings()
        workers = Workers(WorkerLimits.of(crawl, crawl.workers))
        try:
            remaining = iter(histories)
            while some := list(islice(remaining, AT_ONCE)):
                for outcomes in runner.run(_together(workers, some)):
                    yield from outcomes
        finally:
            runner.run(workers.close())


async def _together(workers: Workers, histories: Iterable[tuple[bytes, ...]]) -> list[list[VisitOutcome]]:
    return await asyncio.gather(*(_history(workers, texts) for texts in histories))


async def _history(workers: Workers, texts: tuple[bytes, ...]) -> list[VisitOutcome]:
    outcomes, latest = [], None
    for text in texts:
        page = Page(text, "text/markdown; charset=utf-8")
        answer = await workers.call(measured, Visit(page, OPTIONS, latest=latest, patience="left"))
        if isinstance(answer, Done):
            assessment, memory = answer.value
            outcomes.append(VisitOutcome(len(text), memory=memory))
            if assessment.document is not None:
                latest = LatestVersion(assessment.document, assessment.identity, page, left_out=assessment.left_out)
        elif isinstance(answer, LimitHit):
            outcomes.append(VisitOutcome(len(text), answer.limit))
        else:
            raise answer.error
    return outcomes


def measured(visit: Visit) -> tuple[Assessment, int]:
    """Do the work of a worker in a crawl. Return the assessment and the peak memory."""
    assessment = recognise_or_assess(visit)
    return assessment, peak()
