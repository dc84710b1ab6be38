"""Distinguishes sentences from labels, menus and single words, in any language."""

from __future__ import annotations

import re

_STOPS = r".!?。！？؟।…"
_SENTENCE = re.compile(rf"([^{_STOPS}]{{8,}})[{_STOPS}]")
_FEWEST_WORDS = 4
_LETTERS = 12
"""Minimum number of letters of a sentence in a script that has no spaces between words."""


def reads_like_prose(text: str) -> bool:
    """Return whether a text contains a sentence: at least four words, and then a full stop or another mark that ends a
    sentence.
    """
    return any(_is_sentence(match[1]) for match in _SENTENCE.finditer(text))


def _is_sentence(words: str) -> bool:
    if sum(word[0].isalpha() for word in words.split()) >= _FEWEST_WORDS:
        return True
    return sum(character > "\u0e00" and character.isalpha() for character in words) >= _LETTERS
