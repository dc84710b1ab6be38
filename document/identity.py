"""Decides whether two documents are the same version."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from json.encoder import encode_basestring as quoted
from operator import itemgetter
from typing import NamedTuple
from urllib.parse import urlsplit

from document.model import Block, Document, Link, Section
from document.text.prose import reads_like_prose
from document.text.rights_links import names_rights

Identity = tuple[tuple[str, ...], frozenset[str], frozenset[tuple[str, str]]]
_WORD = re.compile(r"\w+")

REMEMBERED = 4096
"""Number of texts whose words are cached. Most texts of a version also occur in the previous version."""


class BlockIdentity(NamedTuple):
    """The part of a document's identity that comes from one block."""

    words: tuple[tuple[str | None, str], ...]
    """The words of the block, in the form of `SectionIdentity`. They are empty if the block is only a link to a place
    in the page.
    """
    addresses: frozenset[str]
    sites: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class SectionIdentity:
    """The part of a document's identity that comes from one section."""

    heading: str
    """The heading's words in lower case. These words are compared with the entries of a table of contents."""
    words: tuple[tuple[str | None, bytes], ...]
    """The words of the heading and of the blocks, in order. They are grouped into pairs.

    The second item of a pair contains words, as the items of a JSON list in UTF-8. It is never empty. The first item is
    the text in lower case if the words are an entry of a table of contents. Otherwise it is None.
    """
    addresses: frozenset[str]
    """Linked e-mail addresses."""
    sites: frozenset[tuple[str, str]]
    """Text and host of each link about rights."""


def identity_words(document: Document) -> Identity:
    """Return the parts of a document that make a new version if one of them changes. They are the words, the linked
    e-mail addresses, and the links about rights.

    The words are the words of headings and blocks, in order and without list markers. So there is no new version if
    only a list number moves between markup and text, or if only a paragraph is split. The mark "|" between cells of a
    row is not a word. In a table of contents, an entry is left out if it repeats a heading, or if it is only a link to
    its place in the page. Sentences in a table of contents stay. A link about a right or an opt-out counts with its
    words and its host. All other link targets may change.
    """
    words, addresses, sites = _joined([section_identity(section) for section in document.sections])
    return tuple(json.loads(f"[{words.decode('utf-8', 'surrogatepass')}]")), addresses, sites


def text_identity(document: Document) -> str:
    """Return the SHA-256 (hexadecimal) of a document's `identity_words`. All documents of the same version have the
    same hash.
    """
    return joined_identity([section_identity(section) for section in document.sections])


def joined_identity(sections: Sequence[SectionIdentity]) -> str:
    """Return the `text_identity` of the document with these sections."""
    words, addresses, sites = _joined(sections)
    links = json.dumps([sorted(addresses), sorted(sites)], ensure_ascii=False)
    return hashlib.sha256(b"[[%b], %b" % (words, links[1:].encode())).hexdigest()


def section_identity(section: Section) -> SectionIdentity:
    """Return a section's part of the identity of its document."""
    return combined_identity(section.heading, [block_identity(block) for block in section.blocks])


def block_identity(block: Block) -> BlockIdentity:
    """Return a block's part of the identity of its document."""
    words: list[tuple[str | None, str]] = []
    addresses: set[str] = set()
    sites: set[tuple[str, str]] = set()
    if block.kind != "jump" or reads_like_prose(block.text):
        entry = _key(block.text) if block.kind in ("contents", "jump") else None
        words.append((entry, _items(block.text, "|")))
    for link in block.links:
        _note(link, addresses, sites)
    return BlockIdentity(tuple(words), frozenset(addresses), frozenset(sites))


def combined_identity(heading: str, blocks: Sequence[BlockIdentity]) -> SectionIdentity:
    """Return the identity of a section with this heading and these blocks.

    Successive pairs of plain words are joined into one pair.
    """
    pairs: list[tuple[str | None, str]] = [(None, _items(heading))]
    for block in blocks:
        pairs += block.words
    addresses = frozenset[str]().union(*[block.addresses for block in blocks])
    sites = frozenset[tuple[str, str]]().union(*[block.sites for block in blocks])
    return SectionIdentity(_key(heading), tuple(_grouped(pairs)), addresses, sites)


def _grouped(pairs: Sequence[tuple[str | None, str]]) -> Iterator[tuple[str | None, bytes]]:
    for entry, some in groupby(pairs, itemgetter(0)):
        texts = [text for _, text in some if text]
        if texts:
            yield entry, ", ".join(texts).encode("utf-8", "surrogatepass")


@lru_cache(maxsize=REMEMBERED)
def _items(text: str, left_out: str = "") -> str:
    words = text.split()
    if left_out in words:
        words = [word for word in words if word != left_out]
    return quoted(" ".join(words)).replace(" ", '", "') if words else ""


def _joined(sections: Sequence[SectionIdentity]) -> tuple[bytes, frozenset[str], frozenset[tuple[str, str]]]:
    headings = {section.heading for section in sections}
    words = [text for section in sections for entry, text in section.words if entry not in headings]
    addresses = frozenset[str]().union(*[section.addresses for section in sections])
    sites = frozenset[tuple[str, str]]().union(*[section.sites for section in sections])
    return b", ".join(words), addresses, sites


def rights_sites(document: Document) -> frozenset[tuple[str, str]]:
    """Return the words and the host of each link about a right. They are the same pairs as in the document's
    identity.
    """
    addresses: set[str] = set()
    sites: set[tuple[str, str]] = set()
    for section in document.sections:
        for block in section.blocks:
            for link in block.links:
                _note(link, addresses, sites)
    return frozenset(sites)


def _note(link: Link, addresses: set[str], sites: set[tuple[str, str]]) -> None:
    scheme, _, rest = link.target.partition(":")
    if scheme.lower() == "mailto":
        addresses.add(rest.partition("?")[0].strip().lower())
    elif stands_for_rights(link):
        sites.add((link.text, host_of(link.target)))


def stands_for_rights(link: Link) -> bool:
    """Return whether the text or target of a link names a right, a choice or a complaint."""
    return names_rights(f"{link.text} {link.target}")


def host_of(target: str) -> str:
    """Return the host of a link's target, without "www."."""
    try:
        host = urlsplit(target).hostname or ""
    except ValueError:
        # A target that is not a valid address is compared as text.
        return target
    return host.removeprefix("www.")


def _key(words: str) -> str:
    return " ".join(_WORD.findall(words.casefold()))
