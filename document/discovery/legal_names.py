"""Recognises the names of legal documents in links, headings and addresses. Each language has a list of such names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal, get_args
from urllib.parse import unquote, urlsplit

from languages import records

Kind = Literal["policy", "subprocessors", "cookies", "agreement", "terms"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_REMEMBERED = 8192
"""Number of normalised texts that are cached."""
_PLACEHOLDER = re.compile(r"\[[^\W\d_][^\[\]\n]{2,60}\](?!\()")
"""Matches words in square brackets that do not belong to a link, such as "[Your company]"."""
_PLACEHOLDERS = 4
"""Minimum number of different placeholders in a template."""
_UNFILLED = re.compile(r"\{\{[^{}\n]{1,60}\}\}|<<[^<>\n]{1,60}>>")
"""A placeholder that a program should have filled in, such as "{{company}}". One of them is enough, because no text of
a policy has such signs.
"""
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_MONTH_FOLDER = re.compile(r"/(?:19|20)\d\d(?=/\d\d?/)")
"""A folder for the uploads of one month, such as "/2024/05/". Its year says nothing about the file."""
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_EXTENSION = re.compile(r"\.(?:html?|php|aspx?|jsp|pdf|docx|md|txt)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveryWords:
    """The names of legal documents in one language, from its `discovery.toml`."""

    policy: Sequence[str]
    subprocessors: Sequence[str]
    cookies: Sequence[str]
    agreement: Sequence[str]
    terms: Sequence[str]
    privacy: Sequence[str]
    """Short words that name a policy in a menu."""
    hubs: Sequence[str]
    """Names of pages that lead to legal documents."""
    others: Sequence[str]
    """Words that show that a page is about a different matter."""
    filler: Sequence[str]
    """Words that mean nothing by themselves in a link or a heading."""
    this: Sequence[str]
    """Words for "this", with which a document names itself, as in "this policy"."""
    void: Sequence[str]
    """Phrases at the beginning of a text that show that the document is not valid."""


@dataclass(frozen=True, slots=True)
class LegalName:
    """The name of a legal document in a text."""

    kind: Kind
    share: float
    """Share of the text's meaningful words that belong to the name. It is 1 if the text is only the name."""
    short: bool
    """Whether the name is only a short word, such as "Privacy"."""


@lru_cache(maxsize=_REMEMBERED)
def plain_words(text: str) -> str:
    """Return the words of a text in lower case, without accents, punctuation and hyphens."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(letter if letter.isalnum() else " " for letter in letters if not unicodedata.combining(letter))
    return " ".join(kept.split())


def legal_name(text: str, ignored: frozenset[str] = frozenset()) -> LegalName | None:
    """Return the name of a legal document in a text, or None. `ignored` are words that do not count, such as the
    company's name.
    """
    words = plain_words(text)
    if not _names().search(words) or (name := _longest(words)) is None:
        return None
    kind, short = name
    rest = _names().sub(" ", words)
    extra = [word for word in _filler().sub(" ", rest).split() if word not in ignored]
    named = len(words.split()) - len(rest.split())
    return LegalName(kind, named / (named + len(extra)), short)


def is_hub(text: str, ignored: frozenset[str] = frozenset()) -> bool:
    """Whether a text is hardly more than the name of a page that leads to legal documents."""
    words = plain_words(text)
    rest = _hubs().sub(" ", words)
    return rest != words and not [word for word in _filler().sub(" ", rest).split() if word not in ignored]


def other_matters(text: str, ignored: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Return the words of a text that do not belong to a legal document, such as "careers"."""
    rest = _names().sub(" ", plain_words(text))
    kept = " ".join(word for word in rest.split() if word not in ignored)
    return tuple(dict.fromkeys(match[0] for match in _others().finditer(kept)))


def names_itself(text: str) -> frozenset[Kind]:
    """Return the kinds of documents that a text claims to be, by phrases such as "this privacy policy"."""
    words = plain_words(text)
    return frozenset(kind for kind in KINDS if _self_references(kind).search(words))


def void_phrase(text: str) -> str:
    """Return the first phrase in a text that shows that the document is not valid, or ""."""
    match = _void().search(plain_words(text))
    return match[0] if match else ""


def placeholder(text: str) -> str:
    """Return the first placeholder of a template, such as "[Your company]" or "{{company}}". Return "" if the text is
    not a template.
    """
    unfilled = _UNFILLED.search(text)
    if unfilled:
        return unfilled[0]
    found = dict.fromkeys(match[0] for match in _PLACEHOLDER.finditer(text))
    return next(iter(found)) if len(found) >= _PLACEHOLDERS else ""


def years(text: str) -> frozenset[int]:
    """Return the years that a text names."""
    return frozenset(int(match[0]) for match in _YEAR.finditer(text))


def years_in_address(url: str) -> frozenset[int]:
    """Return the years in the path of an address. A folder for the uploads of one month does not count."""
    return years(_MONTH_FOLDER.sub("", unquote(urlsplit(url).path)))


def further_names(text: str, ignored: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return the words of a text that may name a product. The result leaves out numbers, filler words, the `ignored`
    words, and the names of documents and of pages that lead to documents.
    """
    rest = _filler().sub(" ", _names().sub(" ", _hubs().sub(" ", plain_words(text))))
    return frozenset(word for word in rest.split() if word.isalpha() and len(word) > 2) - ignored


def further_names_in_address(url: str, ignored: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return the words of an address's folders that may name a product."""
    return further_names(" ".join(_folders(url)), ignored)


def name_in_address(url: str, ignored: frozenset[str] = frozenset()) -> LegalName | None:
    """Return the name of a legal document if it is in the last folder of an address, or in the last two folders. Return
    None if it is in neither.
    """
    parts = _folders(url)
    names = [legal_name(" ".join(parts[-count:]), ignored) for count in (1, 2)]
    return max(filter(None, names), key=lambda name: (not name.short, name.share), default=None)


def address_words(url: str) -> str:
    """Return the words of the last two folders of an address, without the file extension."""
    return " ".join(_folders(url)[-2:])


def folder_words(url: str) -> str:
    """Return the words of all folders of an address except the last two."""
    return " ".join(_folders(url)[:-2])


@lru_cache(maxsize=_REMEMBERED)
def _folders(url: str) -> tuple[str, ...]:
    try:
        path = unquote(urlsplit(url).path)
    except ValueError:
        return ()
    return tuple(_CAMEL.sub(" ", _EXTENSION.sub("", folder)) for folder in path.split("/") if folder)


def _longest(words: str) -> tuple[Kind, bool] | None:
    """Return the kind of document that the longest name in a text means, and whether this name is only a short word."""
    lengths = {kind: max((len(match[0]) for match in _kind(kind).finditer(words)), default=0) for kind in KINDS}
    longest = max(KINDS, key=lengths.__getitem__)
    if lengths[longest]:
        return longest, False
    return ("policy", True) if _short().search(words) else None


@cache
def _words() -> tuple[DiscoveryWords, ...]:
    return tuple(words for _, words in records("discovery", DiscoveryWords))


def _pattern(phrases: Iterable[str], *, joined: bool = False) -> re.Pattern[str]:
    """Return a pattern for whole phrases. With `joined`, phrases without spaces match too, as in addresses."""
    plain = {form for phrase in phrases for form in _forms(plain_words(phrase), joined) if form}
    longest_first = sorted(plain, key=lambda phrase: (-len(phrase), phrase))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first)) or '(?!)'})(?!\w)")


def _forms(phrase: str, joined: bool) -> tuple[str, ...]:
    return (phrase, phrase.replace(" ", "")) if joined else (phrase,)


@cache
def _kind(kind: Kind) -> re.Pattern[str]:
    return _pattern((phrase for words in _words() for phrase in getattr(words, kind)), joined=True)


@cache
def _short() -> re.Pattern[str]:
    return _pattern((phrase for words in _words() for phrase in words.privacy), joined=True)


@cache
def _names() -> re.Pattern[str]:
    full = [phrase for words in _words() for kind in KINDS for phrase in getattr(words, kind)]
    return _pattern([*full, *(phrase for words in _words() for phrase in words.privacy)], joined=True)


@cache
def _hubs() -> re.Pattern[str]:
    return _pattern((phrase for words in _words() for phrase in words.hubs), joined=True)


@cache
def _others() -> re.Pattern[str]:
    return _pattern(phrase for words in _words() for phrase in words.others)


@cache
def _void() -> re.Pattern[str]:
    return _pattern(phrase for words in _words() for phrase in words.void)


@cache
def _filler() -> re.Pattern[str]:
    return _pattern(phrase for words in _words() for phrase in words.filler)


@cache
def _self_references(kind: Kind) -> re.Pattern[str]:
    """Return a pattern for the word "this" and a name of the kind, in the same language. The two may be in either
    order.
    """
    parts = []
    for words in _words():
        this, names = _pattern(words.this).pattern, _pattern(getattr(words, kind)).pattern
        parts += [f"{this} {names}", f"{names} {this}"]
    return re.compile("|".join(parts) or "(?!)")
