"""Data that the crawler's components pass to each other and to the program that runs a crawl."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass


@dataclass(frozen=True, slots=True)
class RobotsResult:
    """The result of requesting a site's robots.txt."""

    origin: str
    """Scheme, host and port."""
    status: int | None
    """HTTP status; None if no complete response came."""
    crawl_delay: float | None = None
    """Seconds that it states for us; None if it states no Crawl-delay."""
    _: KW_ONLY
    delay: float | None = None
    """Seconds that the crawler keeps between two requests; None if nothing may be fetched."""
