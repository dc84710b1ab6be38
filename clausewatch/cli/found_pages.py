"""Writes the result of a search for legal pages as text."""

from __future__ import annotations

from collections.abc import Iterator

from clausewatch.config.quantities import size_text
from clausewatch.output.terminal import wrapped
from crawler.discovery.model import SearchResult, Spent
from document.discovery.legal_names import Kind
from document.discovery.ranking import Candidate

KIND_NAMES: dict[Kind, str] = {
    "policy": "privacy policy",
    "subprocessors": "list of sub-processors",
    "cookies": "cookie policy",
    "agreement": "data processing agreement",
    "terms": "terms",
}
INDENT = " " * 5


def found_lines(result: SearchResult) -> Iterator[str]:
    """Yield the lines about one domain: its candidates in order, then the requests and bytes that the search used."""
    yield from wrapped(f"{result.request.domain}: {_amount(result)}")
    for number, candidate in enumerate(result.candidates, 1):
        yield from _candidate_lines(number, candidate)
    if result.unread:
        yield "Not listed:"
        for page in result.unread:
            yield from wrapped(f"{page.url}: {page.why}", indent="  ", hanging=INDENT)
    if result.may_need_render:
        yield from wrapped("If scripts build the pages of this site, try --render.")
    yield from wrapped(spent_text(result.spent))


def _amount(result: SearchResult) -> str:
    if result.error:
        return f"not searched. {result.error}"
    count = len(result.candidates)
    return "no legal page was found" if not count else f"{count} legal {'page' if count == 1 else 'pages'}"


def _candidate_lines(number: int, candidate: Candidate) -> Iterator[str]:
    facts = [KIND_NAMES[candidate.kind], ", ".join(candidate.languages) or "language unknown"]
    facts.append(f"dated {candidate.stated.isoformat()}" if candidate.stated else "no stated date")
    yield from wrapped(f"{number:>3}. {candidate.url}", hanging=INDENT)
    yield from wrapped("; ".join([*facts, f"{candidate.words} words", f"{candidate.points} points"]), indent=INDENT)
    yield from wrapped(f"for it: {'; '.join(candidate.reasons)}", indent=INDENT)
    if candidate.doubts:
        yield from wrapped(f"against it: {'; '.join(candidate.doubts)}", indent=INDENT)
    if candidate.same_text:
        yield from wrapped(f"same text: {' '.join(candidate.same_text)}", indent=INDENT)


def spent_text(spent: Spent) -> str:
    """Return a line with the requests and bytes that a search used, and with their limits."""
    used = (
        f"Used: {spent.requests} of {spent.most_requests} requests, {spent.sitemaps} of {spent.most_sitemaps} "
        f"sitemaps, {size_text(round(spent.received, -3))} of {size_text(spent.most_received)}."
    )
    return f"{used} The search ended early at {spent.limit}: pages may be missing." if spent.limit else used
