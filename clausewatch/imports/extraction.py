"""Extracts imported texts in worker processes with the limits of a crawl. So a hostile text cannot end the import."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TypeVar

from archive.recording.imports import Copy
from clausewatch.imports.open_terms import Recorded
from crawler.crawl_settings import CrawlSettings
from crawler.visits.workers import Defect, Done, LimitHit, WorkerLimits, Workers
from differ.visits.assessment import screen_all
from document import joined, read
from document.model import Extracted, ExtractionOptions, Page
from document.screening import Screening

Argument = TypeVar("Argument")
Value = TypeVar("Value")

AT_ONCE = 64
"""Number of texts that the workers get at once. Only this number of texts is in memory."""


@dataclass(frozen=True, slots=True)
class LimitedVersion:
    """A version whose extraction exceeded a limit and was ended."""

    version: Recorded
    limit: str
    """The limit as text, with its unit."""


@dataclass(frozen=True, slots=True)
class ScreenedCopy:
    """The text of saved pages. If the text is not a policy, `screening` says why."""

    extraction: Extracted
    screening: Screening | None


def extracted_copies(
    recorded: Iterator[tuple[Recorded, bytes]], options: ExtractionOptions, crawl: CrawlSettings
) -> Iterator[Copy | LimitedVersion]:
    """Extract the texts of versions, and yield the results in the order of the versions."""
    with asyncio.Runner() as runner:
        workers = Workers(WorkerLimits.of(crawl, crawl.workers))
        try:
            while batch := list(islice(recorded, AT_ONCE)):
                answers = runner.run(_all(workers, partial(_copy, options), batch))
                for (version, _), answer in zip(batch, answers, strict=True):
                    yield LimitedVersion(version, answer.limit) if isinstance(answer, LimitHit) else answer.value
        finally:
            runner.run(workers.close())


def screened(pages: Sequence[Page], options: ExtractionOptions, crawl: CrawlSettings) -> ScreenedCopy | LimitHit:
    """Extract saved pages as one text, and check whether the text is a policy."""
    with asyncio.Runner() as runner:
        workers = Workers(WorkerLimits.of(crawl, 1))
        try:
            (answer,) = runner.run(_all(workers, partial(_screened, options), [tuple(pages)]))
        finally:
            runner.run(workers.close())
    return answer if isinstance(answer, LimitHit) else answer.value


async def _all(
    workers: Workers, function: Callable[[Argument], Value], arguments: Iterable[Argument]
) -> list[Done[Value] | LimitHit]:
    answers = await asyncio.gather(*(workers.call(function, argument) for argument in arguments))
    return [_answer(answer) for answer in answers]


def _answer(answer: Done[Value] | LimitHit | Defect) -> Done[Value] | LimitHit:
    if isinstance(answer, Defect):
        raise answer.error
    return answer


def _copy(options: ExtractionOptions, recorded: tuple[Recorded, bytes]) -> Copy:
    version, text = recorded
    page = Page(text, "text/markdown; charset=utf-8")
    extraction = read(page, options)
    return Copy(
        version.at,
        (page,),
        extraction.document,
        identity=extraction.identity,
        origin=version.origin,
        technical=version.technical,
        screening=screen_all([page], [extraction], options),
    )


def _screened(options: ExtractionOptions, pages: tuple[Page, ...]) -> ScreenedCopy:
    extractions = [read(page, options) for page in pages]
    return ScreenedCopy(joined(extractions), screen_all(pages, extractions, options))
