"""What goes from the crawler's components to each other, and to whoever runs a crawl."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from archive.model import Fetch, Policy
from archive.recording.validators import Validators


@dataclass(frozen=True, slots=True)
class Visited:
    """A policy and what came of asking for it."""

    policy: Policy
    fetch: Fetch
    unmodified: Validators | None = None
    """What the server says still holds, where it answered 304 to that; None where the answer has a body, or failed."""
    seconds: float | None = None
    """From the last request of this visit to its answer; None where none came."""
    answered_at: datetime | None = None
    """When that answer was complete."""

    def __str__(self) -> str:
        """Name the policy alone: Scrapy writes items into its log, and a body does not belong there."""
        return f"the visit of {self.policy.name}"


@dataclass(frozen=True, slots=True)
class RobotsSaid:
    """What came of asking a site for its robots.txt."""

    origin: str
    """Scheme, host and port."""
    status: int | None
    """HTTP status; None where no complete answer came."""
    crawl_delay: float | None = None
    """Seconds that it states for us; None where it states none."""
    delay: float | None = None
    """Seconds that are kept between two requests; None where nothing may be fetched."""
