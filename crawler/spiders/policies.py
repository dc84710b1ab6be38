"""The spider that visits each due policy and passes on every result."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import timedelta
from random import SystemRandom
from typing import TYPE_CHECKING, Any

from scrapy import Spider, signals
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Request

from archive.errors import StorageError
from archive.model import FurtherResponse, Policy, Validators, VisitResult
from archive.recording.policies import due_policies, synchronise
from archive.recording.resting_hosts import RestingHost, resting_hosts
from archive.recording.validators import validators
from archive.storage.database import Archive, open_archive
from crawler import signals as own_signals
from crawler.middlewares.conditional import not_modified
from crawler.middlewares.cookies import VisitCookies, cookies_of
from crawler.middlewares.politeness import PostponedError, SilentHostError, is_last_try
from crawler.network.failures import explain
from crawler.network.journey import header_lines, started_at
from crawler.visits.visit import VisitProgress

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from crawler.crawl_settings import Clock


class PoliciesSpider(Spider):
    """Visits the given policies. If none are given, it visits the policies that are due according to the archive."""

    name = "policies"
    now: Clock

    def __init__(self, policies: Sequence[Policy] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.policies = policies
        self.resting: dict[str, RestingHost] = {}
        """Hosts that asked for a pause in an earlier run. The key is the name and port of a host."""

        self.silent: list[Request] = []
        """Requests that were not sent because their host was silent. They are sent at the end of the run."""

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> PoliciesSpider:
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.now = crawler.settings["CLAUSEWATCH_NOW"]
        crawler.signals.connect(spider.note_answer, signal=signals.response_downloaded)
        crawler.signals.connect(spider.ask_silent_hosts_again, signal=signals.spider_idle)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        # The cron jobs of many installations start in the same minute. Without a random wait, all of them would
        # send requests in the same second.
        await asyncio.sleep(SystemRandom().uniform(0, self.settings["CLAUSEWATCH_CRAWL"].delay))
        try:
            policies = await asyncio.to_thread(self._due) if self.policies is None else self.policies
            validators_by_policy = await asyncio.to_thread(self._validators, policies)
        except StorageError as error:
            self._signal(error)
            return
        for policy in policies:
            yield self.request(VisitProgress(policy, validators_by_policy.get(policy.name, ())))

    def _signal(self, error: StorageError) -> None:
        """Signal an error to the program that runs the crawl. Scrapy would report the error as a defect."""
        if not self.crawler.signals.send_catch_log(own_signals.storage_failed, error=error):
            self.logger.error("The archive cannot be read, so nothing is visited: %s", error)

    def _due(self) -> Sequence[Policy]:
        """Record the configured policies in the archive. Return the policies that are due."""
        with self._archive() as archive:
            synchronise(archive, self.settings["CLAUSEWATCH_POLICIES"], self.now())
            return due_policies(archive, self.now())

    def _archive(self) -> Archive:
        return open_archive(self.settings["CLAUSEWATCH_DATABASE"], self.settings["CLAUSEWATCH_BUSY_TIMEOUT"])

    def _validators(self, policies: Sequence[Policy]) -> dict[str, tuple[Validators, ...]]:
        """Return the validators for conditional requests. The key is the name of a policy. Also note the hosts that
        asked for a pause.
        """
        full_fetch = timedelta(seconds=self.settings["CLAUSEWATCH_CRAWL"].full_fetch)
        with self._archive() as archive:
            self.resting = {resting_host.host: resting_host for resting_host in resting_hosts(archive, self.now())}
            first_pages = validators(archive, policies, self.now(), full_fetch) if full_fetch else {}
        return {name: (first, *first.further) for name, first in first_pages.items()}

    def request(self, visit: VisitProgress, cookies: VisitCookies | None = None) -> Request:
        """Return the next request of a visit. It is conditional if validators are stored.

        `cookies` are the cookies that earlier responses of the visit set.
        """
        policy, position = visit.policy, visit.position
        if position is None:
            raise ValueError(f"the visit of {policy.name} has nothing left to ask")
        validators = visit.validators
        meta = {"rendered": policy.options.rendered, "cookies": VisitCookies() if cookies is None else cookies}
        return Request(
            policy.urls[position],
            headers={"Accept-Language": accepted(policy.options.languages)} if policy.options.languages else None,
            callback=self.parse,
            errback=self.fail,
            cb_kwargs={"visit": visit, "position": position},
            meta=meta | ({} if validators is None else {"validators": validators}),
            dont_filter=True,  # two policies may have the same URL, and both must be checked
        )

    def note_answer(self, request: Request) -> None:
        """Note the time at which a response arrived. Scrapy may pass responses on in a different order."""
        request.meta["answered_at"] = self.now()

    def ask_silent_hosts_again(self) -> None:
        """Send the requests that were held back because their host was silent. This happens after all other
        requests.
        """
        requests, self.silent = self.silent, []
        for request in requests:
            self.crawler.engine.crawl(request.replace(meta=request.meta | {"is_last_try": True}, dont_filter=True))
        if requests:
            raise DontCloseSpider

    def parse(self, response: Response, visit: VisitProgress, position: int) -> Iterator[VisitResult | Request]:
        """Yield a result for a response of any status, or a request for the policy's next page."""
        unmodified = not_modified(response)
        body = None if unmodified is not None else response.body
        now = started_at(response.request, self.now())
        headers = header_lines(response, visit.started_at or now)
        answer = FurtherResponse(visit.policy.urls[position], response.url, response.status, headers=headers, body=body)
        visit = visit.answered(position, answer, now)
        if visit.position is not None:
            yield self.request(visit, None if response.request is None else cookies_of(response.request))
            return
        yield VisitResult(
            visit.policy,
            visit.fetch(now),
            unmodified,
            seconds=response.meta.get("download_latency"),
            answered_at=response.meta.get("answered_at"),
        )

    async def fail(self, failure: Failure) -> AsyncIterator[VisitResult | Request]:
        """Yield a result that explains why there was no complete response. If the request was postponed, wait and retry
        it."""
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it
        error: BaseException = failure.value  # type: ignore[assignment]  # in an errback it is never None
        if isinstance(error, PostponedError):
            await asyncio.sleep(error.seconds)
            yield error.request
            return
        if isinstance(error, SilentHostError) and not is_last_try(request):
            self.silent.append(request)
            return
        visit: VisitProgress = request.cb_kwargs["visit"]
        position: int = request.cb_kwargs["position"]
        url, now = visit.policy.urls[position], started_at(request, self.now())
        reason = explain(error, request, self.settings["CLAUSEWATCH_CRAWL"])
        sentence = reason.sentence if len(visit.policy.urls) == 1 else f"{url}: {reason.sentence}"
        visit = visit.answered(position, FurtherResponse(url, request.url), now)
        yield VisitResult(visit.policy, visit.fetch(now, sentence, reason.kind))


def accepted(languages: Sequence[str]) -> str:
    """Return an Accept-Language header that prefers the languages in this order."""
    ranked = [
        language if rank == 0 else f"{language};q={max(1, 9 - rank) / 10}" for rank, language in enumerate(languages)
    ]
    return ", ".join(ranked)
