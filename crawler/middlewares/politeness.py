"""Retries temporary failures politely. Obeys Retry-After, waits longer after each failure of a host, and respects a
Crawl-delay.
"""

from __future__ import annotations

import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.exceptions import IgnoreRequest
from scrapy.utils.misc import load_object

from archive.recording.resting_hosts import LONGEST_REST, RestingHost
from crawler import signals
from crawler.network.failures import Failure, KnownError, explain
from crawler.pace import ASKING_TO_WAIT, CRAWL_DELAY_JITTER, HostPace, back_off, least, retry_after

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response

    from crawler.crawl_settings import CrawlSettings


class PostponedError(IgnoreRequest):
    """The request must be retried later. The handler of this error waits, and then repeats the request. During this
    wait, the request does not count as a concurrent request.
    """

    def __init__(self, seconds: float, request: Request, why: str, failure: Failure | None = None) -> None:
        super().__init__(why)
        self.seconds = seconds
        self.request = request
        """The request to send later."""
        self.why = why
        self.failure = failure
        """The reason why there was no response; None if the host answered that the request should come later."""


class LeftAloneError(KnownError):
    """The host asked for a longer pause than this run allows."""


class SilentHostError(LeftAloneError):
    """The host did not answer several times in a row. Its pages are requested once more at the end of the run."""


class PolitenessMiddleware:
    """Replaces Scrapy's retries, which ignore the host and retry at once.

    After a status 429 or 503, all requests to the host wait. They wait as long as the host asks. If the host gives no
    time, each wait is twice as long as the wait before. After any other temporary failure, only the failed request
    waits. If a host asks for a wait longer than `max_wait`, the host gets no further request in this run. If more than
    `retries` requests in a row to a host were not answered, the host gets no further request until the end of the run.
    Requests for the host's robots.txt count too. With `retries = 0`, each page is requested once, and no host counts as
    silent.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.settings: CrawlSettings = crawler.settings["CLAUSEWATCH_CRAWL"]
        self._statuses = {int(status) for status in crawler.settings.getlist("RETRY_HTTP_CODES")}
        self._errors = tuple(load_object(error) for error in crawler.settings.getlist("RETRY_EXCEPTIONS"))
        self._hosts: defaultdict[str, HostPace] = defaultdict(HostPace)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PolitenessMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise LeftAloneError or PostponedError if the host does not accept requests at the moment."""
        obstacle = self._obstacle(request)
        if obstacle is not None:
            raise obstacle

    def _obstacle(self, request: Request) -> IgnoreRequest | None:
        host = urlsplit(request.url).netloc
        pace = self._hosts[host]
        earlier = getattr(self.crawler.spider, "resting", {}).get(host)
        if earlier is not None:
            sentence = f"{host} is left alone until {earlier.until:%Y-%m-%d %H:%M} UTC: {earlier.why}."
            return LeftAloneError(Failure("asked-to-wait", sentence))
        if pace.left_alone:
            sentence = f"{host} is left alone for the rest of this run: {pace.left_alone}."
            return LeftAloneError(Failure("asked-to-wait", sentence))
        if pace.is_silent(self.settings.retries, is_last_try=is_last_try(request)):
            sentence = f"{host} is left alone in this run: it did not answer {pace.silences} times in a row."
            return SilentHostError(Failure("timeout", sentence))
        rest = pace.rests_until - time.monotonic()
        if rest > 0:
            return PostponedError(rest, later(request, tries=0), f"{host} asked to be left alone for now")
        return None

    def process_response(self, request: Request, response: Response) -> Response:
        """Raise PostponedError if the response calls for a retry."""
        pace = self._hosts[urlsplit(request.url).netloc]
        pace.silences = 0
        if response.status in ASKING_TO_WAIT:
            self._note_refusal(request, response, pace)
            return response
        if response.status < 500:
            pace.refusals = 0
        if response.status in self._statuses:
            self._postpone(request, self._patience(request), f"{response.url} answers {response.status}")
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Raise PostponedError if the failure may be temporary."""
        if isinstance(exception, self._errors):
            failure = explain(exception, request, self.settings)
            if failure.kind == "timeout":
                self._note_silence(request)
                if is_last_try(request):
                    return
            self._postpone(request, self._patience(request), failure.sentence, failure)

    def _note_silence(self, request: Request) -> None:
        """Count a request that was not answered in time. Raise SilentHostError if the host gets no further request."""
        pace = self._hosts[urlsplit(request.url).netloc]
        pace.silences += 1
        pace.silent_at_the_end |= is_last_try(request)
        self._turn_away(request)
        obstacle = self._obstacle(request)
        if isinstance(obstacle, SilentHostError) and not is_last_try(request):
            raise obstacle

    def _note_refusal(self, request: Request, response: Response, pace: HostPace) -> None:
        stated = response.headers.get("Retry-After")
        asked = retry_after(None if stated is None else stated.decode("latin-1"), datetime.now(UTC))
        wait = pace.refused(asked, self.settings.delay, self.settings.max_wait)
        if wait is not None:
            pace.rests_until = max(pace.rests_until, time.monotonic() + wait)
        elif asked is not None:
            self._signal_rest(request, asked, pace)
        self._turn_away(request)
        if wait is not None:
            self._postpone(request, wait, f"{response.url} answers {response.status}")

    def _signal_rest(self, request: Request, asked: float, pace: HostPace) -> None:
        """Send a signal that a host asks for a longer pause than the run allows. The next run then respects
        the pause.
        """
        until = datetime.now(UTC) + timedelta(seconds=min(asked, LONGEST_REST.total_seconds()))
        resting = RestingHost(urlsplit(request.url).netloc, until, pace.left_alone)
        self.crawler.signals.send_catch_log(signals.host_rests, resting=resting)

    def _turn_away(self, request: Request) -> None:
        """Remove from Scrapy's queue the waiting requests to this host, if they may not be sent now. Each removed
        request fails.
        """
        downloader = self.crawler.engine.downloader
        slot = downloader.slots.get(downloader.get_slot_key(request))
        waiting = [] if slot is None else list(slot.queue)
        for queued in waiting:
            obstacle = self._obstacle(queued[0])
            if slot is not None and obstacle is not None:
                slot.queue.remove(queued)
                queued[1].errback(obstacle)

    def _patience(self, request: Request) -> float:
        return back_off(self.settings.delay, tries(request) + 1, self.settings.max_wait)

    def _postpone(self, request: Request, seconds: float, why: str, failure: Failure | None = None) -> None:
        if tries(request) < self.settings.retries:
            raise PostponedError(seconds, later(request), why, failure)


def is_last_try(request: Request) -> bool:
    """Whether a request is sent at the end of the run because the host was silent before."""
    return bool(request.meta.get("is_last_try"))


def tries(request: Request) -> int:
    """Return how many times a request was retried."""
    return int(request.meta.get("retry_times", 0))


def later(request: Request, tries: int = 1) -> Request:
    """Return the same request with its number of retries increased by `tries`."""
    return request.replace(
        dont_filter=True, meta=request.meta | {"retry_times": request.meta.get("retry_times", 0) + tries}
    )


def slow_down(crawler: Crawler, request: Request, delay: float) -> None:
    """Keep at least `delay` seconds between later requests to the host of this request."""
    downloader = crawler.engine.downloader
    host = downloader.get_slot_key(request)
    middle = least(delay, CRAWL_DELAY_JITTER)
    # Scrapy drops a host's slot after a minute without requests. It creates the host's next slot from these settings.
    downloader.per_slot_settings[host] = {"delay": middle, "jitter": CRAWL_DELAY_JITTER}
    slot = downloader.slots.get(host)
    if slot is not None:
        slot.delay, slot.jitter = middle, CRAWL_DELAY_JITTER
