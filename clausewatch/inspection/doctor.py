"""Fetches one policy twice, and examines the responses. The limits of a run apply. Nothing is recorded."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, replace

from archive.errors import UnknownPolicyError
from archive.model import Policy, VisitResult
from archive.recording.recorder import Latest, latest
from archive.storage.database import Archive
from clausewatch.config import Configuration
from clausewatch.inspection.page_examination import Examined, examine
from crawler.crawl_settings import CrawlSettings
from crawler.model import RobotsResult
from crawler.settings import scrapy_settings
from crawler.visits.pipelines import profile_of, visit_of
from crawler.visits.preview import preview
from crawler.visits.workers import Done, LimitHit, WorkerLimits, Workers
from differ.judgement.profiles import Profile

TWICE = 2


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The result for one policy."""

    policy: Policy
    visits: tuple[VisitResult, ...]
    robots: tuple[RobotsResult, ...]
    _: KW_ONLY
    examined: Examined | None
    """The result of examining the responses. None if no response was complete, or if reading a response exceeded a
    limit.
    """
    limit: str
    """The limit that was exceeded, with its unit, or ""."""
    latest: int | None
    """Number of the version with which a run would compare the page, or None."""

    @property
    def well(self) -> bool:
        """Whether the page has no problem.

        This means: a run would recognise the policy, `select` matches, both fetches give the same text, and little
        prose is left out.
        """
        page = self.examined
        if page is None or page.refused is not None or page.fallback:
            return False
        return page.steady is True and not page.left_out.is_much


def diagnose(archive: Archive, configuration: Configuration, policy: Policy) -> Diagnosis:
    """Fetch a policy twice, and return how a run would judge the responses.

    Call this function only once in a process. Raises CrawlDefectError.
    """
    whole = replace(configuration.crawl, full_fetch=0.0)
    settings = scrapy_settings(whole, configuration.database, profiles=configuration.profiles)
    unrecorded = preview(settings, [policy] * TWICE)
    current = _latest(archive, policy.name)
    examined = asyncio.run(
        _examined(policy, unrecorded.visits, current, profiles=configuration.profiles, crawl=configuration.crawl)
    )
    return Diagnosis(
        policy=policy,
        visits=unrecorded.visits,
        robots=unrecorded.robots,
        examined=examined if isinstance(examined, Examined) else None,
        limit=examined if isinstance(examined, str) else "",
        latest=None if current is None else current.number,
    )


def _latest(archive: Archive, policy: str) -> Latest | None:
    try:
        return latest(archive, policy)
    except UnknownPolicyError:  # it is configured, but no run has recorded it yet
        return None


async def _examined(
    policy: Policy,
    visits: tuple[VisitResult, ...],
    current: Latest | None,
    *,
    profiles: Mapping[str, Profile],
    crawl: CrawlSettings,
) -> Examined | str | None:
    """Return the examined responses. If reading them exceeded a limit, return the limit. If no response was complete,
    return None.
    """
    profile = profile_of(policy, profiles)
    complete = [visit.fetch for visit in visits if not visit.fetch.error]
    asked = tuple(visit_of(policy, fetch, current, profile=profile, crawl=crawl) for fetch in complete)
    if not asked:
        return None
    workers = Workers(WorkerLimits.of(crawl, 1))
    try:
        outcome = await workers.call(examine, asked)
    finally:
        await workers.close()
    if isinstance(outcome, Done):
        return outcome.value
    if isinstance(outcome, LimitHit):
        return outcome.limit
    raise outcome.error
