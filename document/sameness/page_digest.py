"""Computes a digest of a page that shows quickly whether another response has the same text.

A page's volatile tags are known after two responses of the page were compared. The digest is a hash over everything
else in the page, character for character, and over the part of each volatile tag that is read. So a third response
needs neither the earlier page nor a comparison. If two digests for the same places differ, the texts may still be the
same.
"""

from __future__ import annotations

import hashlib
import json
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, compress, count, repeat
from operator import ne

from document.formats.content_type import is_file, kind_of
from document.formats.decoding import decode
from document.formats.mhtml import unwrapped
from document.model import ExtractionOptions, Page
from document.reading import identity_of
from document.sameness.selector_needs import Needs, needs_of
from document.sameness.tag_facts import pieces_for
from document.sameness.tokenizer import OddMarkupError, plain_token_at, plain_tokens, with_line_feeds
from document.sameness.volatile_parts import read_values

DIGEST = 1
"""Version number of the digest. It must be increased if a change of the code changes what a digest covers."""
MOST_PLACES = 2_000
"""Maximum number of volatile tags. A page with more volatile tags has no digest."""

_OFTEN_VOLATILE = re.compile(r"<(?:script|link|meta)(?=[ \t\n\f])", re.IGNORECASE)
"""Matches tags that often contain names of builds, tokens or nonces."""
_NO_OPTIONS = ExtractionOptions()


@dataclass(frozen=True, slots=True)
class PageDigest:
    """A digest of a page, and the places of the page's volatile tags."""

    digest: str
    """SHA-256, in hex."""
    gaps: tuple[int, ...]
    """The number of characters before each volatile tag, from the end of the volatile tag before it."""


def has_digest(page: Page, known: PageDigest, options: ExtractionOptions = _NO_OPTIONS) -> bool:
    """Return whether a page has this digest. Then it certainly gives the same document, the same left-out prose and the
    same `screen` result as the pages from which the digest was made.

    The extraction identity is part of the digest. The running time is proportional to the length of the page.
    """
    text = _markup(page)
    needs = needs_of(options)
    if text is None or needs is None:
        return False
    return _digest(page, text, known.gaps, needs, options) == known.digest


def digest_of(
    before: Page, after: Page, options: ExtractionOptions = _NO_OPTIONS, known: Sequence[int] = ()
) -> PageDigest | None:
    """Return the digest that both pages have, or None if they have none in common.

    The volatile tags are the tags that differ, the tags that differ often in general, and the tags of the first page at
    the places in `known`. `known` has the form of `PageDigest.gaps`.
    """
    needs = needs_of(options)
    one, other = _markup(before), _markup(after)
    if needs is None or one is None or other is None:
        return None
    try:
        gaps = _gaps(one, other, known)
    except OddMarkupError:
        return None
    if len(gaps) > MOST_PLACES:
        return None
    digest = _digest(before, one, gaps, needs, options)
    if digest is None or _digest(after, other, gaps, needs, options) != digest:
        return None
    return PageDigest(digest, gaps)


def _markup(page: Page) -> str | None:
    """Return the decoded text of an HTML page. Return None for any other page."""
    if unwrapped(page) is not page or is_file(page):
        return None
    text = with_line_feeds(decode(page.body, page.content_type))
    return text if kind_of(page, text) == "html" else None


def _gaps(before: str, after: str, known: Sequence[int]) -> tuple[int, ...]:
    """Return the gaps before the volatile tags of the first page.

    Raises OddMarkupError if the pages have different numbers of "<", or if the markup of the first page is ambiguous.
    """
    one, other = before.split("<"), after.split("<")
    if len(one) != len(other) or one[0] != other[0]:
        raise OddMarkupError("pages with different numbers of tags")
    split = plain_tokens(before)
    ends = list(accumulate(map(str.count, split[1::2], repeat("<"))))
    numbers = {bisect_left(ends, sign) for sign in compress(count(), map(ne, one, other))}
    starts = [start + len(text) for start, text in zip(accumulate(map(len, split), initial=0), split, strict=False)]
    starts = starts[::2][: len(ends)]
    places = _places(before, known)
    numbers.update(number for number, start in enumerate(starts) if start in places)
    numbers.update(number for number, tag in enumerate(split[1::2]) if _OFTEN_VOLATILE.match(tag))
    gaps, done = [], 0
    for number in sorted(numbers):
        gaps.append(starts[number] - done)
        done = starts[number] + len(split[2 * number + 1])
    return tuple(gaps)


def _places(text: str, gaps: Sequence[int]) -> frozenset[int]:
    """Return the places at which the volatile tags of a page begin. Return no places if the page has other tags."""
    places, done = [], 0
    try:
        for gap in gaps:
            places.append(done + gap)
            done = places[-1] + len(plain_token_at(text, places[-1]))
    except OddMarkupError:
        return frozenset()
    return frozenset(places)


def _digest(page: Page, text: str, gaps: Sequence[int], needs: Needs, options: ExtractionOptions) -> str | None:
    """Return the digest of a page. Return None if the page has no well-formed tag at one of the places.

    The hashed parts can be told apart, because their lengths are hashed too. In the page from which the digest was
    made, each place is the start of a tag. So in every page with this digest, the text before a place consists of the
    same tags, and the tag at the place has the same meaning.
    """
    fixed: list[str] = []
    volatile: list[str] = []
    done = 0
    try:
        for gap in gaps:
            place = done + gap
            fixed.append(text[done:place])
            tag = plain_token_at(text, place)
            volatile.append(_read(tag, needs))
            done = place + len(tag)
    except OddMarkupError:
        return None
    fixed.append(text[done:])
    head = [DIGEST, identity_of(options, "generic"), page.content_type, page.final_url, len(fixed[-1]), gaps, volatile]
    hashed = hashlib.sha256(json.dumps(head).encode())
    hashed.update("".join(fixed).encode("utf-8", "surrogatepass"))
    return hashed.hexdigest()


def _read(tag: str, needs: Needs) -> str:
    """Return the part of a tag that is read. Raises OddMarkupError for ambiguous markup."""
    values = None if "'" in tag else read_values(tag, needs)
    if values is not None:
        return repr(values)
    [piece] = pieces_for(needs).of([tag]).values()
    return repr((piece.fixed, sorted(piece.classes), piece.identifier, piece.opens, piece.sheet))
