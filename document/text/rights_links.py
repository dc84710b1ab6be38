"""Recognises links about a right, a choice or a complaint by their words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from languages import records

_REMEMBERED = 4096
"""Number of link texts whose result is cached."""


@lru_cache(maxsize=_REMEMBERED)
def names_rights(text: str) -> bool:
    """Return whether a link's text names a right, a choice or a complaint."""
    return bool(_rights().search(text))


@dataclass(frozen=True, slots=True)
class LinkWords:
    """The words of one language, from its `links.toml`."""

    rights: Sequence[str]
    hidden_addresses: Sequence[str]
    """Regular expressions for the words that a content management system shows in place of an e-mail address."""


@cache
def _rights() -> re.Pattern[str]:
    listed = {phrase for _, words in records("links", LinkWords) for phrase in words.rights}
    phrases = sorted(listed, key=lambda phrase: (-len(phrase), phrase))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, phrases))})(?!\w)", re.IGNORECASE)
