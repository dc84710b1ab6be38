"""Whether a page can say anything else than the one before, found without reading it.

The fingerprint is a hash over everything in the page's markup that `read` looks at, in the order of the page. What it
does not look at (scripts, comments, nonces, tokens, names made by build tools) is left out. So equal fingerprints mean
equal documents, and unequal ones mean nothing: a page with markup that can be read in two ways is hashed whole.
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
"""Raised whenever the same page would give another fingerprint."""
_MOST_TAGS = 200_000
"""Tags beyond which a page is hashed whole."""
_PASSING = frozenset(
    {f"<meta{END}", f"<link{END}", f"<script{END}{END}", f"<script{END}x{END}", f"<!--{END}x{END}", f"<!--{END}{END}"}
)
"""Parts of a page's head that may come and go: elements without anything that is read, and comments."""
_STAYING = ("<meta", "<link", "<script", "<title", "<style", "<base")
_BEFORE_HEAD = ("<html", "<!", "<?")
_BLANK = " \t\n\f"
_NO_OPTIONS = ExtractionOptions()


def fingerprint(page: Page, options: ExtractionOptions = _NO_OPTIONS) -> str | None:
    """Return a SHA-256 hex digest, or None if a selector of the options may look at anything.

    Two pages with equal fingerprints give documents with equal `identity_words`, which are equal in all else but the
    queries and fragments of links; with equal status and headers `screen` says the same of both, too. The time it takes
    grows with the page's length only.
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
    """Return one fingerprint for pages that are read as one policy; of one page what `fingerprint` returns."""
    fingerprints = [fingerprint(page, options) for page in pages]
    if len(fingerprints) == 1 or None in fingerprints:
        return None if None in fingerprints else fingerprints[0]
    return hashlib.sha256(" ".join(map(str, fingerprints)).encode()).hexdigest()


def _said(text: str, needs: Needs) -> str:
    """Return what is read of a page of HTML, or the whole page if its markup is odd."""
    text = with_line_feeds(text)
    if text.count("<") > _MOST_TAGS:
        return text
    try:
        split = tokens(text)
        markup = split[1::2]
        # Most tags are in a page many times, and are looked at once.
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
    """Return what is read of the head, without what may come and go in it, and how many tokens it has.

    They are counted as far as this is certain to be the head; none if nothing is.
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
    # What follows the last of them is no longer sure to be blank.
    return "".join((*kept, f"t{split[2 * count].lstrip(_BLANK)}{END}")), count
