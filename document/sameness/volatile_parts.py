"""Decides whether two responses differ only in parts that often change: tokens, nonces, and contents of scripts.

If the tokens of the two pages correspond to each other, the result is the same as from a comparison of fingerprints.
But this comparison is much faster, because it examines only the differences.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache
from itertools import accumulate, compress, count, repeat
from operator import ne

from document.formats.content_type import is_file, kind_of
from document.formats.decoding import decode
from document.formats.mhtml import unwrapped
from document.model import ExtractionOptions, Page
from document.sameness.selector_needs import Needs, needs_of
from document.sameness.tag_facts import WITH_CONTENT, pieces_for, read_value
from document.sameness.tokenizer import OddMarkupError, plain_token, plain_tokens, with_line_feeds

_NO_OPTIONS = ExtractionOptions()
_START = re.compile(r"<([a-z][a-z0-9:_-]*+)(?=[ \t\n\f])", re.IGNORECASE | re.ASCII)
_NAME = r"[^ \t\n\f\r\"'<>/=`]++"
_UP_TO_VALUE = re.compile(
    rf"(?:<[a-z][a-z0-9:_-]*+)?(?:[ \t\n\f]++{_NAME}(?:=[^ \t\n\f\r\"'<>=`]++)?+(?!=))*+[ \t\n\f]++({_NAME})=",
    re.IGNORECASE | re.ASCII,
)
"""Matches the markup before a quoted value: an optional tag, attributes without quotes, and the attribute's name."""


def differs_only_in_volatile_parts(before: Page, after: Page, options: ExtractionOptions = _NO_OPTIONS) -> bool:
    """Return whether two pages certainly give the same document and the same `screen` result. The page `before` was
    read earlier.

    If the result is True, the fingerprints are equal. If the result is False, the pages may still have the same text.
    Both responses must have the same type and address. The running time is proportional to the length of the pages.
    """
    needs = needs_of(options)
    before, after = unwrapped(before), unwrapped(after)
    if needs is None or (before.content_type, before.final_url) != (after.content_type, after.final_url):
        return False
    if before.body == after.body:
        return True
    if is_file(before) or is_file(after):
        return False
    texts = [with_line_feeds(decode(page.body, page.content_type)) for page in (before, after)]
    if any(kind_of(page, text) != "html" for page, text in zip((before, after), texts, strict=True)):
        return False
    try:
        return _alike(texts[0], texts[1], needs)
    except OddMarkupError:
        return False


def _alike(before: str, after: str, needs: Needs) -> bool:
    """Return whether two pages are equal in everything that is read.

    The pages are compared piece by piece. Each piece goes from one "<" to the next "<". Only the first page is split
    into tokens.
    """
    one, other = before.split("<"), after.split("<")
    if len(one) != len(other) or one[0] != other[0]:
        return False
    places = list(compress(count(), map(ne, one, other)))
    pairs = _differing(plain_tokens(before), other, places)
    unclear = [pair for pair in pairs if not _same_but_values(*pair, needs)]
    pieces = pieces_for(needs).of({token for pair in unclear for token in pair})
    return all(pieces[old] == pieces[new] for old, new in unclear)


def _differing(split: list[str], other: list[str], places: list[int]) -> list[tuple[str, str]]:
    """Return each differing token together with its counterpart in the other page. Raises OddMarkupError for any other
    difference.

    If all earlier tokens match, a token and its counterpart start at the "<" with the same number in their pages,
    because matching tokens contain the same number of "<".
    """
    ends = list(accumulate(map(str.count, split[1::2], repeat("<"))))
    pairs = []
    for number in dict.fromkeys(bisect_left(ends, sign) for sign in places):
        old, text = split[2 * number + 1 : 2 * number + 3]
        first = ends[number - 1] + 1 if number else 1
        part = f"<{'<'.join(other[first : ends[number] + 1])}"
        if not part.endswith(text):
            raise OddMarkupError(part[:80])
        pairs.append((old, plain_token(part[: len(part) - len(text)])))
    return pairs


def _same_but_values(old: str, new: str, needs: Needs) -> bool:
    """Return whether two tags differ only in quoted values, and only in ways that do not affect reading."""
    read = read_values(old, needs)
    return read is not None and read == read_values(new, needs)


def read_values(token: str, needs: Needs) -> list[str | None] | None:
    """Return the parts of a tag that may matter: all text outside quoted values, and then the part of each value that
    is read. Return None if the token is not such a tag.

    In plain markup the first quotation mark of each value follows "=", so quotation marks come in pairs.
    """
    match = _START.match(token)
    tag = match[1].lower() if match else ""
    if not tag or tag in WITH_CONTENT:
        return None
    parts = token.split('"')
    read: list[str | None] = [*parts[::2]]
    for outside, value in zip(parts[:-1:2], parts[1::2], strict=True):
        name = _named(outside)
        if not name:
            return None
        read.append(read_value(tag, name, value, needs))
    return read


@lru_cache(maxsize=4096)
def _named(outside: str) -> str:
    """Return the name of the attribute before a quoted value; "" if the text before it is not plain markup."""
    match = _UP_TO_VALUE.fullmatch(outside)
    return match[1].lower() if match and match[1].isascii() else ""
