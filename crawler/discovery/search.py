"""Searches one site for its legal pages, the most promising address first, within a budget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

from crawler.crawl_settings import CrawlSettings
from crawler.discovery.fetching import Fetcher
from crawler.discovery.leads import Lead, Leads
from crawler.discovery.model import SearchRequest, SearchResult, Spent, UnreadPage
from crawler.discovery.start_page import fetch_start_page
from crawler.network.failures import Failure
from document.discovery.clues import (
    SiteNames,
    clue_of_address,
    clue_of_link,
    declared_clue,
    edition_clues,
    host_of,
    hub_points,
)
from document.discovery.page_links import PageLink
from document.discovery.page_look import LookRequest, PageLook, look, site_name_of
from document.discovery.ranking import LookedPage, certain_policy, is_good_policy, name_words, rank
from document.discovery.site_files import WELL_KNOWN, PackedFile, declared_documents, read_sitemap
from document.model import ExtractionOptions

BLOCKED = ("bot-challenge", "http-error", "gone", "encoding", "refused-limit")
"""Reasons why a start page without links counts as a page that could not be searched."""


class SiteSearch:
    """The search of one site."""

    def __init__(
        self, request: SearchRequest, fetcher: Fetcher, crawl: CrawlSettings, sitemaps: Mapping[str, tuple[str, ...]]
    ) -> None:
        self.request = request
        self._fetcher = fetcher
        self._crawl = crawl
        self._listed_sitemaps = sitemaps
        """The sitemaps that each robots.txt names, by origin. Entries are added while the search runs."""
        # Links in all languages are recognised. The languages of the request are preferred, but pages in other
        # languages are results too.
        self._options = ExtractionOptions(max_nesting=crawl.max_nesting, max_unpacked=crawl.max_body)
        self._site = SiteNames(())
        self._leads = Leads()
        self._looked: list[LookedPage] = []
        self._unread: list[UnreadPage] = []
        self._sitemaps = 0

    async def run(self) -> SearchResult:
        """Search the site. Raises WorkersDeadError."""
        start = await self._start_page()
        if isinstance(start, str):
            return self._result("", start, "")
        self._name_site(start)
        self._looked.append(LookedPage(start.url, start, ()))  # the user may name the policy itself
        self._note_links(start, Lead(start.url, 0, hub=1))
        await self._read_well_known(start.url)
        await self._follow()
        await self._read_sitemaps(start.url)
        await self._follow()
        blocked = start.refused in BLOCKED and not start.links
        return self._result(start.url, start.detail if blocked else "", site_name_of(start))

    def _result(self, start: str, error: str, site_name: str) -> SearchResult:
        budget = self._fetcher.budget
        candidates = rank(self._looked, self._site)
        has_policy = any(candidate.kind == "policy" for candidate in candidates)
        return SearchResult(
            self.request,
            start,
            candidates,
            unread=tuple(self._unread),
            error=error,
            may_need_render=not (error or has_policy or self.request.render),
            spent=replace(
                Spent.of(self._crawl),
                requests=budget.sent,
                sitemaps=self._sitemaps,
                received=budget.received,
                limit=budget.spent,
            ),
            site_name=site_name or host_of(self.request.addresses[0]),
            certain=certain_policy(candidates, self.request.languages),
        )

    async def _start_page(self) -> PageLook | str:
        """Return the facts about the start page, or sentences that say why the page could not be fetched."""
        page = await fetch_start_page(self.request, self._fetcher)
        if isinstance(page, str):
            return page
        self._leads.mark_visited(self.request.addresses[0])
        self._leads.mark_visited(page.final_url)
        return await self._fetcher.read(look, LookRequest(page, self._options))

    def _name_site(self, start: PageLook) -> None:
        asked = host_of(self.request.addresses[0])
        names = [site_name_of(start), *(urlsplit(start.url).hostname or "").split(".")]
        words = name_words(names, start.title_parts)
        self._site = SiteNames((host_of(start.url), asked), words, datetime.now(UTC).year)

    def _note_links(self, page: PageLook, origin: Lead) -> None:
        """Add the links of a page to the leads. `origin` is the lead that led to the page."""
        for link in page.links:
            if not self._may_follow(link, origin):
                continue
            lead = self._leads.lead(link.target, origin.depth + 1)
            clue = clue_of_link(link, self._site, in_hub=origin.hub > 0 and origin.depth > 0)
            if clue is not None:
                lead.clues.append(clue)
            lead.hub = max(lead.hub, hub_points(link, self._site))
            if link.language and self._site.holds(link.target):
                lead.edition = lead.edition or origin.depth == 0
                lead.clues += edition_clues(origin.clues, link.language) if not origin.leads_on else ()

    def _may_follow(self, link: PageLink, origin: Lead) -> bool:
        """Whether a link is followed. A link to a different site must be in a menu or a footer, or be declared."""
        if self._site.holds(link.target):
            return True
        return origin.leads_on and (link.declared is not None or link.place in ("footer", "navigation"))

    async def _read_well_known(self, start: str) -> None:
        for path in WELL_KNOWN:
            page = await self._fetcher.fetch(urljoin(start, path))
            if isinstance(page, Failure) or page.status != 200:
                continue
            for kind, url in declared_documents(page):
                self._leads.lead(url, 1).clues.append(declared_clue(kind, url, path, self._site))

    async def _read_sitemaps(self, start: str) -> None:
        parts = urlsplit(start)
        origin = f"{parts.scheme}://{parts.netloc}"
        waiting = list(self._listed_sitemaps.get(origin, ())) or [f"{origin}/sitemap.xml"]
        while waiting and self._sitemaps < self._crawl.find_sitemaps:
            self._sitemaps += 1
            url = waiting.pop(0)
            page = await self._fetcher.fetch(url)
            if isinstance(page, Failure) or page.status != 200:
                continue
            sitemap = await self._fetcher.read(
                read_sitemap, PackedFile(page.body, page.final_url, self._crawl.max_body)
            )
            if isinstance(sitemap, str):
                self._unread.append(UnreadPage(url, sitemap))
                continue
            waiting[:0] = sitemap.sitemaps
            for address in filter(self._site.holds, sitemap.pages):
                self._note_listed(address)

    def _note_listed(self, address: str) -> None:
        clue = clue_of_address(address, "listed in the sitemap", self._site)
        if clue is not None:
            self._leads.lead(address, 1).clues.append(clue)

    async def _follow(self) -> None:
        """Fetch the leads, the most promising lead first, until no promising lead is left or the budget is spent."""
        while not self._fetcher.budget.spent:
            lead = self._leads.next(editions=not self._has_policy())
            if lead is None:
                return
            await self._look_at(lead)

    def _has_policy(self) -> bool:
        return any(is_good_policy(one, self.request.languages) for one in rank(self._looked, self._site))

    async def _look_at(self, lead: Lead) -> None:
        rendered = self.request.render and lead.leads_on
        seen = await self._seen(lead.url, rendered=rendered)
        if seen is not None and seen.refused == "empty-shell" and self.request.render and not rendered:
            rendered = True
            seen = await self._seen(lead.url, rendered=True)
        if seen is None:
            return
        self._leads.mark_visited(seen.url)
        if lead.clues:
            self._looked.append(LookedPage(lead.url, seen, tuple(lead.clues), rendered))
            if seen.refused and seen.refused != "other-document" and not lead.edition:
                self._unread.append(UnreadPage(seen.url, f"{seen.refused}: {seen.detail}"))
        if lead.leads_on or not seen.refused:
            self._note_links(seen, lead)

    async def _seen(self, url: str, *, rendered: bool) -> PageLook | None:
        page = await self._fetcher.fetch(url, rendered=rendered)
        if isinstance(page, Failure):
            self._unread.append(UnreadPage(url, page.sentence))
            return None
        seen = await self._fetcher.read(look, LookRequest(page, self._options))
        if isinstance(seen, str):
            self._unread.append(UnreadPage(url, seen))
            return None
        return seen
