"""Recognises an unchanged response without parsing it. Most visits take this fast path.

There are four tests, the cheapest first. If a test succeeds, the documents are equal. If all tests fail, the documents
may still be equal, so the response must be read.

1. Are the bytes the same as the bytes of a response that was fully read?
2. Is the digest the same? It leaves out the tags that were volatile in earlier responses.
3. Does the response differ from the version's own snapshot only in volatile parts?
4. Is the fingerprint the same as the fingerprint of a response that was fully read?
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace

from differ.judgement.inventory import inventory
from differ.language.statements import forget_texts
from differ.visits.assessment import Assessment, PageFingerprint, Visit, assess
from document import PageDigest, differs_only_in_volatile_parts, digest_of, fingerprint_all, has_digest
from document.model import ExtractionOptions, Page
from document.reading import identity_of
from document.screening import challenge

READ_AT_ONCE = 1_000_000
"""Maximum size, in bytes, of a page that the crawler's own process compares with a snapshot. During these few
milliseconds, the crawler handles no other request.
"""


def recognise_or_assess(visit: Visit) -> Assessment:
    """Recognise a visit by its fingerprint, or otherwise assess the visit. For a new version, also list its rights and
    recipients.

    The crawler's worker processes call it.
    """
    try:
        return with_inventory(_recognised_or_assessed(visit))
    finally:
        forget_texts()  # frees the memory of the worker process before its next visit


def with_inventory(assessment: Assessment) -> Assessment:
    """Add the rights and recipients of the text if it is a new version."""
    if assessment.outcome != "changed" or assessment.document is None:
        return assessment
    return replace(assessment, inventory=inventory(assessment.document))


def _recognised_or_assessed(visit: Visit) -> Assessment:
    if not all(map(is_usual, visit.pages)):
        return assess(visit)
    fingerprint = fingerprint_all(visit.pages, visit.options)
    same = (
        former for former in visit.page_fingerprints if fingerprint is not None and former.fingerprint == fingerprint
    )
    recognised = next(same, None)
    if recognised is not None:
        return unchanged(recognised.identity, recognised.fallback)
    assessment = assess(visit)
    if assessment.outcome not in ("changed", "unchanged"):
        return assessment
    exact = exact_fingerprint(visit.pages, visit.options)
    return replace(
        assessment,
        page_fingerprint=PageFingerprint(exact, fingerprint, assessment.identity, fallback=assessment.fallback),
    )


def recognise_bytes(
    pages: Sequence[Page], options: ExtractionOptions, earlier: Iterable[PageFingerprint]
) -> Assessment | None:
    """Return the assessment of a response whose bytes are known. Return None if the bytes are new."""
    earlier = list(earlier)
    if not earlier or not all(map(is_usual, pages)):
        return None
    exact = exact_fingerprint(pages, options)
    same = next((former for former in earlier if former.exact == exact), None)
    return None if same is None else unchanged(same.identity, same.fallback)


def recognise_rotation(pages: Sequence[Page], options: ExtractionOptions, before: Sequence[Page]) -> bool:
    """Whether the pages of a response equal the pages in `before`, except for volatile parts. Both responses must be
    read in the same way."""
    if len(before) != len(pages):
        return False
    if not all(map(_is_read_at_once, (*before, *pages))):
        return False
    return all(differs_only_in_volatile_parts(old, new, options) for old, new in zip(before, pages, strict=True))


def recognise_digest(pages: Sequence[Page], options: ExtractionOptions, known: PageDigest) -> bool:
    """Whether a response has a known digest. A policy with several pages has no digest."""
    return len(pages) == 1 and _is_read_at_once(pages[0]) and has_digest(pages[0], known, options)


def new_digest(
    pages: Sequence[Page], options: ExtractionOptions, before: Sequence[Page], known: PageDigest | None
) -> PageDigest | None:
    """Return the digest of a response and of the equal pages in `before`. It leaves out all tags that are volatile in
    these pages, and also the tags that `known` leaves out.
    """
    if len(pages) != 1 or len(before) != 1:
        return None
    return digest_of(before[0], pages[0], options, known.gaps if known else ())


def _is_read_at_once(page: Page) -> bool:
    return is_usual(page) and len(page.body) <= READ_AT_ONCE


def is_usual(page: Page) -> bool:
    """Whether a response can be recognised by its body alone. It has the status 200 and is not a challenge. For any
    other response, the status and the headers matter too."""
    return page.status == 200 and challenge(page) is None


def exact_fingerprint(pages: Sequence[Page], options: ExtractionOptions) -> str:
    """Return a hash of the bytes of pages, and of all other facts that affect how they are read."""
    answers = [[page.content_type, page.final_url, hashlib.sha256(page.body).hexdigest()] for page in pages]
    return hashlib.sha256(json.dumps([identity_of(options, "generic"), answers]).encode()).hexdigest()


def unchanged(identity: str, fallback: bool) -> Assessment:
    """Return the assessment of a response if its text is the text of the latest version."""
    return Assessment("unchanged", identity=identity, fallback=fallback)
