"""What decides whether two documents are one version."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from document.model import Document, Link
from languages import records

Identity = tuple[tuple[str, ...], frozenset[str], frozenset[tuple[str, str]]]
_WORD = re.compile(r"\w+")


def identity_words(document: Document) -> Identity:
    """Return what a new version differs in: the words, the e-mail addresses linked, the sites of rights links.

    The words are those of headings and blocks in order, without list markers, so that a number may move between
    markup and text, and a paragraph be split. The sign between the cells of a row is no word. An entry of a table of
    contents that repeats a heading says nothing of its own and is left out. Of a link that stands for a right or an
    opt-out the words and the host count; all other targets may change.
    """
    headings = {_key(section.heading) for section in document.sections}
    words: list[str] = []
    addresses: set[str] = set()
    sites: set[tuple[str, str]] = set()
    for section in document.sections:
        words.extend(section.heading.split())
        for block in section.blocks:
            if block.kind != "contents" or _key(block.text) not in headings:
                words.extend(word for word in block.text.split() if word != "|")
            for link in block.links:
                _note(link, addresses, sites)
    return tuple(words), frozenset(addresses), frozenset(sites)


def text_identity(document: Document) -> str:
    """Return the SHA-256 (hexadecimal) of a document's `identity_words`: equal if two are one version."""
    words, addresses, sites = identity_words(document)
    facts = json.dumps([words, sorted(addresses), sorted(sites)], ensure_ascii=False)
    return hashlib.sha256(facts.encode()).hexdigest()


def _note(link: Link, addresses: set[str], sites: set[tuple[str, str]]) -> None:
    scheme, _, rest = link.target.partition(":")
    if scheme.lower() == "mailto":
        addresses.add(rest.partition("?")[0].strip().lower())
    elif stands_for_rights(link):
        sites.add((link.text, _host(link.target)))


def stands_for_rights(link: Link) -> bool:
    """Return whether a link's words or target name a right, a choice or a complaint."""
    return names_rights(f"{link.text} {link.target}")


def names_rights(text: str) -> bool:
    """Return whether a text names a right, a choice or a complaint as links do."""
    return bool(_rights().search(text))


@dataclass(frozen=True, slots=True)
class _LinkWords:
    """The words of one language, from its `links.toml`."""

    rights: Sequence[str]


@cache
def _rights() -> re.Pattern[str]:
    listed = {phrase for _, words in records("links", _LinkWords) for phrase in words.rights}
    phrases = sorted(listed, key=lambda phrase: (-len(phrase), phrase))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, phrases))})(?!\w)", re.IGNORECASE)


def _host(target: str) -> str:
    try:
        host = urlsplit(target).hostname or ""
    except ValueError:
        # A target that is no address is compared as it is.
        return target
    return host.removeprefix("www.")


def _key(words: str) -> str:
    return " ".join(_WORD.findall(words.casefold()))
