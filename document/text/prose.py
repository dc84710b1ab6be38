"""Distinguishes sentences from labels, menus and single words, in any language."""

from __future__ import annotations

import re

_STOPS = r".!?。！？؟।…"
_STOP = re.compile(rf"[{_STOPS}]")
_SHORTEST = 8
"""Minimum number of characters of a sentence, without its full stop."""
_FAR = re.compile("[\u0e01-\U0010ffff]")
"""Matches the characters of scripts that may have no spaces between words."""
_FEWEST_WORDS = 4
_LETTERS = 12
"""Minimum number of letters of a sentence in a script that has no spaces between words."""


def reads_like_prose(text: str) -> bool:
    """Return whether a text contains a sentence: at least four words, and then a full stop or another mark that ends a
    sentence.
    """
    return any(len(words) >= _SHORTEST and _is_sentence(words) for words in _STOP.split(text)[:-1])


def _is_sentence(words: str) -> bool:
    count = 0
    for word in words.split():
        count += word[0].isalpha()
        if count >= _FEWEST_WORDS:
            return True
    return not words.isascii() and sum(map(str.isalpha, _FAR.findall(words))) >= _LETTERS
