"""Rejoins words that were hyphenated at the end of a printed line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from document.text.normalise import normalise

_LINE_END = "\x02"
"""The character that the PDF library returns for a hyphen at the end of a line."""
_DISCRETIONARY = ("\u00ad", "\u2010")
"""Hyphens that a typesetting program inserts only to break a word."""
_HYPHENS = (_LINE_END, "-", *_DISCRETIONARY)
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_HEAD = re.compile(r"[^\W\d_]+$")
_TAIL = re.compile(r"^[^\W\d_]+")
_ADDRESS = re.compile(r"@|://|^www\.|\w\.[a-z]{2}")
_FIRST_HALVES = frozenset(
    ("anti", "cross", "e", "non", "opt", "pseudo", "self", "sous", "third", "user", "well")
)  # fmt: skip
"""First halves of compounds with a hyphen, such as "opt" in "opt-out". After such a half, the hyphen always belongs to
the word.
"""
_WHOLE = 4
"""Minimum number of letters in each half of a word with a hyphen. If both halves have this number of letters, and each
half also occurs alone in the text, the hyphen stays.
"""
_DOUBLED = 3
"""Minimum number of letters of a word that is repeated after a hyphen, such as an Indonesian plural ("data-data")."""


def known_words(lines: Sequence[str]) -> frozenset[str]:
    """Return the words of a text in lower case. If a line ends with a hyphen, its last word is left out, because the
    word may be broken.
    """
    words = {f"{first}-{second}" for first, second in map(_in_broken_address, lines, lines[1:])}
    broken = False
    for line in lines:
        whole = _TAIL.sub("", line.lstrip(), count=1) if broken else line
        broken = line.rstrip().endswith(_HYPHENS)
        whole = _HEAD.sub("", whole.rstrip()[:-1]) if broken else whole
        words.update(word.lower() for word in _WORD.findall(normalise(whole)))
    return frozenset(words)


def _in_broken_address(ended: str, begun: str) -> tuple[str, str]:
    """Return the letters before and after a hyphen that is within a web address or mail address. Return ("", "") for
    any other hyphen.
    """
    start, rest = ended.rstrip()[:-1].split()[-1:], begun.split()[:1]
    if not ended.rstrip().endswith(_HYPHENS) or not start or not rest or not _ADDRESS.search(start[0] + rest[0]):
        return "", ""
    head, tail = _HEAD.search(start[0]), _TAIL.match(rest[0])
    return (head[0].lower(), tail[0].lower()) if head and tail else ("", "")


def joined(lines: Sequence[str], known: frozenset[str]) -> str:
    """Join lines. A hyphen that only breaks a word is removed. A hyphen that belongs to the word stays."""
    text = ""
    for line in lines:
        begun, ended = line.strip(), text.rstrip()
        if ended.endswith(_HYPHENS) and ended[-2:-1].isalnum() and begun[:1].isalnum():
            kept = "-" if _keeps_hyphen(ended, begun, known) else ""
            text = f"{ended[:-1]}{kept}{begun}"
        else:
            text = f"{ended} {begun}"
    return text.replace(_LINE_END, "-")


def _keeps_hyphen(ended: str, begun: str, known: frozenset[str]) -> bool:
    """Whether the hyphen at the end of a line belongs to the word that continues on the next line."""
    if ended.endswith(_DISCRETIONARY):
        return False
    start, rest = ended[:-1].rsplit(maxsplit=1)[-1], begun.split(maxsplit=1)[0]
    head, tail = _HEAD.search(start), _TAIL.match(rest)
    if head is None or tail is None or _ADDRESS.search(start) or _ADDRESS.search(rest):
        return True
    if tail[0][0].isupper() and not (head[0].isupper() and tail[0].isupper() and len(tail[0]) >= _WHOLE):
        return True
    first, second = head[0].lower(), tail[0].lower()
    if f"{first}-{second}" in known:
        return True
    return f"{first}{second}" not in known and _are_two_words(first, second, known)


def _are_two_words(first: str, second: str, known: frozenset[str]) -> bool:
    if first in _FIRST_HALVES or (len(first) >= _DOUBLED and second.startswith(first)):
        return True
    doubled = any(second.startswith(first[place:]) for place in range(len(first) - _WHOLE + 1))
    alone = min(len(first), len(second)) >= _WHOLE and first in known and second in known
    return doubled or alone
