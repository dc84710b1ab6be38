"""The request to search a site, and the result of a search."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from urllib.parse import urlsplit

from crawler.crawl_settings import CrawlSettings
from document.discovery.ranking import Candidate


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A domain to search."""

    domain: str
    """The domain or address, as the user wrote it."""
    languages: tuple[str, ...] = ()
    """The languages in which pages are requested; empty if the user chose none."""
    _: KW_ONLY
    render: bool = False
    """Whether a browser runs the scripts of the start page and of pages that lead to legal documents."""

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses of the start page, in the order in which they are tried."""
        if "://" in self.domain:
            return (self.domain if urlsplit(self.domain).path else f"{self.domain}/",)
        return (f"https://{self.domain}/", f"http://{self.domain}/")


@dataclass(frozen=True, slots=True)
class UnreadPage:
    """A page that is not among the results, although the links to it look like links to a legal document. The page
    could not be fetched, or its text is not a legal document.
    """

    url: str
    why: str
    """A sentence with the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """The requests and bytes that a search has used so far, and its limits."""

    requests: int
    most_requests: int
    sitemaps: int
    most_sitemaps: int
    received: int
    """Bytes of all responses, as sent."""
    most_received: int
    limit: str = ""
    """The limit that ended the search early, with its value; "" if no limit ended the search."""

    @classmethod
    def of(cls, crawl: CrawlSettings) -> Spent:
        """Return the limits of a search that has not begun."""
        return cls(
            requests=0,
            most_requests=crawl.find_requests,
            sitemaps=0,
            most_sitemaps=crawl.find_sitemaps,
            received=0,
            most_received=crawl.find_size,
        )


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The legal pages of a domain."""

    request: SearchRequest
    start: str
    """The address of the start page after redirects; "" if the start page could not be fetched."""
    candidates: tuple[Candidate, ...]
    _: KW_ONLY
    unread: tuple[UnreadPage, ...]
    error: str
    """The reason why the start page could not be searched; "" if the start page was searched."""
    may_need_render: bool
    """Whether no policy was found, but a search with a browser might find a policy."""
    spent: Spent
    site_name: str
    """The name of the site, if its start page shows the name; otherwise its host without "www."."""
    certain: Candidate | None
    """The candidate that is certainly the site's privacy policy; None if a person must choose."""

    def __str__(self) -> str:
        """Return only the domain, because Scrapy writes each item to the log."""
        return f"the search of {self.request.domain}"
