"""Keeps the addresses that a search may fetch, and gives the most promising address first."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from document.discovery.clues import EDITION, LEAST, Clue, host_of

DEEPEST = 3
"""Maximum number of links between the start page and a page that is fetched."""


@dataclass(slots=True)
class Lead:
    """An address that may be fetched, and the reasons to fetch it."""

    url: str
    depth: int
    """Number of links between the start page and this address."""
    clues: list[Clue] = field(default_factory=list)
    hub: int = 0
    """Points for a page that may lead to legal documents, such as a page called "Legal". The points are 0 if no link to
    the page has such a name.
    """
    edition: bool = False
    """Whether this is the start page in a different language."""

    def points(self, *, editions: bool) -> int:
        """Return the highest number of points that a reason to fetch the address gives. If `editions` is false, the
        reason `edition` does not count.
        """
        best = max((clue.points for clue in self.clues), default=0)
        return max(best, self.hub, EDITION if self.edition and editions else 0)

    @property
    def leads_on(self) -> bool:
        """Whether the links of the page are followed even if the page is not a legal document."""
        return self.hub > 0 or self.edition


class Leads:
    """All leads of a search. Each address is given only once."""

    def __init__(self) -> None:
        self._leads: dict[str, Lead] = {}
        self._visited: set[str] = set()

    def lead(self, url: str, depth: int) -> Lead:
        """Return the lead for an address. If there is no such lead yet, make it."""
        return self._leads.setdefault(address_key(url), Lead(url, depth))

    def mark_visited(self, url: str) -> None:
        """Note that an address was fetched, so that it is not fetched again."""
        self._visited.add(address_key(url))

    def next(self, *, editions: bool) -> Lead | None:
        """Return the lead with the most points among the leads that were not returned yet. Return None if no such lead
        has enough points.
        """
        open_leads = [
            lead
            for key, lead in self._leads.items()
            if key not in self._visited and lead.depth <= DEEPEST and lead.points(editions=editions) >= LEAST
        ]
        if not open_leads:
            return None
        best = max(open_leads, key=lambda lead: lead.points(editions=editions))
        self.mark_visited(best.url)
        return best


def address_key(url: str) -> str:
    """Return a key for an address. Two addresses have the same key if they differ only in the scheme, "www." or a final
    slash.
    """
    parts = urlsplit(url)
    return f"{host_of(url)}{parts.path.rstrip('/')}?{parts.query}"
