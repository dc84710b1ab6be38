"""Rows for the result of a search for legal pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clausewatch.output.json_rows.row import Row

if TYPE_CHECKING:
    from crawler.discovery.model import SearchResult
    from document.discovery.ranking import Candidate


def found_pages_row(result: SearchResult) -> Row:
    """Return the legal pages of one domain, and the requests and bytes that the search used. All keys are always
    present.
    """
    spent = result.spent
    return {
        "domain": result.request.domain,
        "start": result.start or None,
        "name": result.site_name,
        "error": result.error or None,
        "certain": None if result.certain is None else result.certain.url,
        "pages": [_page_row(candidate) for candidate in result.candidates],
        "unread": [{"url": page.url, "why": page.why} for page in result.unread],
        "used": {"requests": spent.requests, "sitemaps": spent.sitemaps, "bytes": spent.received},
        "limits": {
            "find_requests": spent.most_requests,
            "find_sitemaps": spent.most_sitemaps,
            "find_size": spent.most_received,
        },
        "ended_by": spent.limit or None,
    }


def _page_row(candidate: Candidate) -> Row:
    return {
        "url": candidate.url,
        "kind": candidate.kind,
        "points": candidate.points,
        "title": candidate.title,
        "languages": list(candidate.languages),
        "stated": None if candidate.stated is None else candidate.stated.isoformat(),
        "words": candidate.words,
        "reasons": list(candidate.reasons),
        "doubts": list(candidate.doubts),
        "same_text": list(candidate.same_text),
        "rendered": candidate.rendered,
    }
