"""Data that parts of the crawler pass to each other, and to the program that runs a crawl."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass


@dataclass(frozen=True, slots=True)
class RobotsResult:
    """The result of requesting a site's robots.txt."""

    origin: str
    """Scheme, host and port."""
    status: int | None
    """HTTP status; None if there was no complete response."""
    crawl_delay: float | None = None
    """Crawl-delay for this crawler, in seconds; None if the robots.txt states no Crawl-delay."""
    _: KW_ONLY
    delay: float | None = None
    """Seconds that the crawler keeps between two requests to the site; None if nothing may be fetched from the site."""
    sitemaps: tuple[str, ...] = ()
    """Addresses of sitemaps that the robots.txt names."""
