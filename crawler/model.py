"""What goes from the crawler's components to each other, and to whoever runs a crawl."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass


@dataclass(frozen=True, slots=True)
class RobotsSaid:
    """What came of asking a site for its robots.txt."""

    origin: str
    """Scheme, host and port."""
    status: int | None
    """HTTP status; None where no complete answer came."""
    crawl_delay: float | None = None
    """Seconds that it states for us; None where it states none."""
    _: KW_ONLY
    delay: float | None = None
    """Seconds that are kept between two requests; None where nothing may be fetched."""
