"""What goes from the spider to the pipeline."""

from __future__ import annotations

from dataclasses import dataclass

from archive.model import Fetch, Policy


@dataclass(frozen=True, slots=True)
class Visited:
    """A policy and what came of asking for it."""

    policy: Policy
    fetch: Fetch

    def __str__(self) -> str:
        """Name the policy alone: Scrapy writes items into its log, and a body does not belong there."""
        return f"the visit of {self.policy.name}"
