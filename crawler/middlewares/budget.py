"""Limits the requests and the bytes that are spent to find the legal pages of one domain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrapy.exceptions import DownloadCancelledError

from crawler.network.failures import Failure, KnownError, never_connected

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response

    from crawler.crawl_settings import CrawlSettings


@dataclass(slots=True)
class Budget:
    """The limits of a search of one domain, and how much of them is used."""

    requests: int
    """Maximum number of requests."""
    size: int
    """Maximum number of bytes of all responses together, as sent."""
    tried: int = 0
    """Number of requests that count towards the limit. Requests for which no connection could be made are included."""
    unsent: int = 0
    """Number of requests that count towards the limit but were not sent, because no connection could be made."""
    received: int = 0
    """Number of bytes that were received. If a response was aborted because it exceeded a limit, this limit is
    added.
    """
    spent: str = ""
    """The limit that was reached, with its value; "" if none was reached."""

    @property
    def sent(self) -> int:
        """Number of requests that were sent."""
        return self.tried - self.unsent


class BudgetSpentError(KnownError):
    """A limit of the budget is reached, so no further request is sent."""


class BudgetMiddleware:
    """Counts requests, and refuses requests above the limits.

    The budget is in the request's meta under "budget". Redirects and retries keep the meta, so each of them counts. A
    request without a budget is not limited. This middleware is the last one before the downloader. So a request that
    robots.txt forbids never reaches it, and does not count.
    """

    def __init__(self, settings: CrawlSettings) -> None:
        self.settings = settings

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> BudgetMiddleware:
        return cls(crawler.settings["CLAUSEWATCH_CRAWL"])

    def process_request(self, request: Request) -> None:
        """Count a request. Raises BudgetSpentError."""
        budget = budget_of(request)
        if budget is None:
            return
        if budget.tried >= budget.requests:
            raise _spent(budget, f"find_requests, {budget.requests} requests")
        if budget.received >= budget.size:
            raise _spent(budget, f"find_size, {budget.size / 1e6:g} MB")
        budget.tried += 1
        request.meta["download_maxsize"] = min(self.settings.max_body, budget.size - budget.received)

    def process_response(self, request: Request, response: Response) -> Response:
        """Count the bytes of a response."""
        budget = budget_of(request)
        if budget is not None:
            budget.received += len(response.body)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Note that a request was not sent. Raise BudgetSpentError if the response was larger than the rest of the
        budget.
        """
        budget = budget_of(request)
        if budget is None:
            return
        if never_connected(exception):
            budget.unsent += 1
        if not isinstance(exception, DownloadCancelledError):
            return
        most = int(request.meta["download_maxsize"])
        budget.received += most
        if most < self.settings.max_body:
            raise _spent(budget, f"find_size, {budget.size / 1e6:g} MB") from exception


def budget_of(request: Request) -> Budget | None:
    """Return the budget of a request, or None."""
    budget = request.meta.get("budget")
    return budget if isinstance(budget, Budget) else None


def _spent(budget: Budget, limit: str) -> BudgetSpentError:
    budget.spent = limit
    return BudgetSpentError(Failure("other", f"The limit for this domain is reached: {limit}."))
