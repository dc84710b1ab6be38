"""What goes from the spider to the pipeline."""

from __future__ import annotations

from dataclasses import dataclass

from archive.model import Fetch, Policy


@dataclass(frozen=True, slots=True)
class Visited:
    """A policy and what came of asking for it."""

    policy: Policy
    fetch: Fetch
