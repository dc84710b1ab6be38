"""Rejects unsafe addresses. The error names the reason, instead of a DNS failure, and the request is not retried."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from scrapy.exceptions import CannotResolveHostError
from w3lib.url import safe_url_string

from crawler.network.address_guard import refused_address
from crawler.network.addresses import kind, plain_host
from crawler.network.download import HeadersTooLargeError
from crawler.network.failures import Failure, KnownError, causes

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response

    from crawler.crawl_settings import CrawlSettings

REDIRECTS = (301, 302, 303, 307, 308)
"""Statuses of redirects that Scrapy follows."""


class RefusedError(KnownError):
    """An address must not be requested, whether it comes from a user, a page or a redirect."""

    def __init__(self, url: str, sentence: str) -> None:
        super().__init__(Failure("refused", sentence))
        self.url = url


class RefusalMiddleware:
    """Rejects a request if the host in its address is ambiguous. If the address guard refused a request, this
    middleware adds the reason.

    It runs between the redirects and the downloader. So a rejected request is not retried, and no redirect to it is
    followed.
    """

    def __init__(self, settings: CrawlSettings) -> None:
        self.settings = settings

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RefusalMiddleware:
        return cls(crawler.settings["CLAUSEWATCH_CRAWL"])

    def process_request(self, request: Request) -> None:
        """Raise RefusedError if the host in an address is ambiguous."""
        try:
            plain_host(request.url)
        except ValueError as error:
            raise RefusedError(request.url, f"The address {shortened(request.url)} {error}.") from None

    def process_response(self, request: Request, response: Response) -> Response:
        """Raise RefusedError if a redirect does not lead to a web address."""
        if response.status in REDIRECTS and "Location" in response.headers:
            stated = response.headers["Location"] or b""
            try:
                plain_host(urljoin(request.url, safe_url_string(stated)))
            except ValueError as error:
                target = shortened(stated.decode("utf-8", "replace"))
                raise RefusedError(request.url, f"{request.url} redirects to {target}, which {error}.") from None
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Raise KnownError for a permanent failure: the guard refused the address, or the headers exceed the limit."""
        if any(isinstance(cause, HeadersTooLargeError) for cause in causes(exception)):
            limit = f"{self.settings.max_headers / 1e3:g} kB"
            raise KnownError(Failure("too-large", f"The headers of the response are larger than max_headers, {limit}."))
        if not isinstance(exception, CannotResolveHostError):
            return
        host = urlsplit(request.url).hostname or request.url
        address = refused_address(host)
        if address is not None:
            reason = f"{host} leads to {address}, which is not a public address ({kind(address)})."
            raise RefusedError(request.url, f"{reason} {self._permission(host)}") from exception

    def _permission(self, host: str) -> str:
        """Return a sentence that says how to allow a host."""
        example = "" if self.settings.allow_private else f': allow_private = ["{host}"]'
        return f'To fetch it, add "{host}" to the list allow_private under [crawl]{example or "."}'


def shortened(text: str) -> str:
    """Return an address from outside in a short form that is safe to quote in a message."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text[:200])
