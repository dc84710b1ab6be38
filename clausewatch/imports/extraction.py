"""Extracts imported texts in worker processes with the limits of a crawl. So a hostile text cannot end the import."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
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
"""Number of texts that the workers get at once. No more texts are in memory at the same time."""


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


@dataclass(frozen=True, slots=True)
class Extractor:
    """Extracts texts in worker processes. All texts of an import use the same processes, because starting a process
    takes longer than extracting a short text.
    """

    _runner: asyncio.Runner
    _workers: Workers

    def copies(
        self, recorded: Iterator[tuple[Recorded, bytes]], options: ExtractionOptions
    ) -> Iterator[Copy | LimitedVersion]:
        """Extract the texts of versions, and yield the results in the order of the versions."""
        while batch := list(islice(recorded, AT_ONCE)):
            answers = self._runner.run(_all(self._workers, partial(_copy, options), batch))
            for (version, _), answer in zip(batch, answers, strict=True):
                yield LimitedVersion(version, answer.limit) if isinstance(answer, LimitHit) else answer.value

    def screened(self, pages: Sequence[Page], options: ExtractionOptions) -> ScreenedCopy | LimitHit:
        """Extract saved pages as one text, and check whether the text is a policy."""
        (answer,) = self._runner.run(_all(self._workers, partial(_screened, options), [tuple(pages)]))
        return answer if isinstance(answer, LimitHit) else answer.value


@contextmanager
def extractor(crawl: CrawlSettings, processes: int) -> Iterator[Extractor]:
    """Provide an extractor with this number of worker processes. The processes end at the end of the `with` block."""
    with asyncio.Runner() as runner:
        workers = Workers(WorkerLimits.of(crawl, processes))
        try:
            yield Extractor(runner, workers)
        finally:
            runner.run(workers.close())


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
