"""Computes a fingerprint of a page. If two pages have equal fingerprints, they have the same text, so the second page
need not be read.

A fingerprint is a hash over all parts of the markup that `read` uses, in page order. It leaves out scripts, comments,
nonces, tokens and generated names. If two fingerprints differ, the texts may still be the same. A page with ambiguous
markup is hashed as a whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from document.formats.content_type import is_file, kind_of
from document.formats.decoding import decode
from document.formats.mhtml import unwrapped
from document.model import ExtractionOptions, Page
from document.reading import identity_of
from document.sameness.link_targets import stable_link_target
from document.sameness.selector_needs import Needs, needs_of
from document.sameness.style_names import names_of, sheet_of
from document.sameness.tag_facts import END, pieces_for
from document.sameness.tokenizer import OddMarkupError, tokens, with_line_feeds

FINGERPRINT = 3
"""Version number of the fingerprint. It must be increased if a change of the code changes the fingerprint of a page.
"""
_MOST_TAGS = 200_000
"""Maximum number of tags in a page. A page with more tags is hashed as a whole."""
_PASSING = frozenset(
    {f"<meta{END}", f"<link{END}", f"<script{END}{END}", f"<script{END}x{END}", f"<!--{END}x{END}", f"<!--{END}{END}"}
)
"""Parts of a page's head that are ignored: comments, and elements that are not read. Such parts often appear or
disappear.
"""
_STAYING = ("<meta", "<link", "<script", "<title", "<style", "<base")
_BEFORE_HEAD = ("<html", "<!", "<?")
_BLANK = " \t\n\f"
_NO_OPTIONS = ExtractionOptions()


def fingerprint(page: Page, options: ExtractionOptions = _NO_OPTIONS) -> str | None:
    """Return a SHA-256 hex digest, or None if a selector may depend on anything in the page.

    Pages with equal fingerprints give documents with equal `identity_words`. These documents differ at most in the
    queries and fragments of links. If the status and the headers of the pages are equal too, `screen` gives equal
    results. The running time is proportional to the length of the page.
    """
    needs = needs_of(options)
    if needs is None:
        return None
    hashed = hashlib.sha256(f"{FINGERPRINT} {identity_of(options, 'generic')}{END}".encode())
    page = unwrapped(page)
    if is_file(page):
        hashed.update(page.body)
        return hashed.hexdigest()
    text = decode(page.body, page.content_type)
    kind = kind_of(page, text)
    read = _said(text, needs) if kind == "html" else text
    hashed.update(f"{kind}{END}{stable_link_target(page.final_url)}{END}{read}".encode("utf-8", "surrogatepass"))
    return hashed.hexdigest()


def fingerprint_all(pages: Sequence[Page], options: ExtractionOptions = _NO_OPTIONS) -> str | None:
    """Return one fingerprint for all pages of a policy. If there is only one page, the result is its `fingerprint`."""
    fingerprints = [fingerprint(page, options) for page in pages]
    if len(fingerprints) == 1 or None in fingerprints:
        return None if None in fingerprints else fingerprints[0]
    return hashlib.sha256(" ".join(map(str, fingerprints)).encode()).hexdigest()


def _said(text: str, needs: Needs) -> str:
    """Return the parts of an HTML page that are read, or the whole page if its markup is ambiguous."""
    text = with_line_feeds(text)
    if text.count("<") > _MOST_TAGS:
        return text
    try:
        split = tokens(text)
        markup = split[1::2]
        # Most tags occur many times in a page, so each different tag is examined once.
        pieces = pieces_for(needs).of(dict.fromkeys(markup))
        sheets = {token for token, piece in pieces.items() if piece.sheet}
        sheet = sheet_of(tuple(pieces[token].sheet for token in markup if token in sheets) if sheets else ())
    except OddMarkupError:
        return text
    names = names_of(pieces.values(), sheet)
    facts = {token: piece.fixed + names.of(piece) for token, piece in pieces.items()}
    head, rest = ("", 0) if needs.places else _head(split, facts)
    if not rest:
        head = f"t{split[0].lstrip(_BLANK)}{END}"
    texts = split[2 * rest + 2 :: 2]
    body = [f"{facts[token]}t{after}{END}" for token, after in zip(markup[rest:], texts, strict=True)]
    return f"{sheet.said}{END}{head}{''.join(body)}"


def _head(split: list[str], facts: dict[str, str]) -> tuple[str, int]:
    """Return the parts of the head that are read, and the number of tokens in the head.

    Parts in `_PASSING` are left out. Only tokens that certainly belong to the head are counted, so the number may be 0.
    """
    kept: list[str] = []
    inside = False
    count = 0
    for before, token in zip(split[::2], split[1::2], strict=False):
        fields = facts[token]
        opens = not inside and fields.startswith("<head" + END)
        goes_on = fields.startswith((*_STAYING, "<!--") if inside else _BEFORE_HEAD)
        if before.strip(_BLANK) or not (opens or goes_on):
            break
        inside = inside or opens
        count += 1
        if not inside or fields not in _PASSING:
            kept.append(fields)
    if not inside:
        return "", 0
    # The text after the last token of the head is kept, because it may be more than spaces.
    return "".join((*kept, f"t{split[2 * count].lstrip(_BLANK)}{END}")), count
