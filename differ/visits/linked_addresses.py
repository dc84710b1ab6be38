"""Treats an address as a link and not as words, if it is the text of a link to the same address. So a changed address
does not count as a changed word. A change of the site counts only if the link is about a right or a choice. The same
rule applies to other links.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from differ.judgement.relevance import relevance
from differ.language.lexicon import load_lexicon
from differ.language.meaning import heading_topics
from differ.language.sentences import sentences
from differ.language.statements import Statement, statements
from differ.model import Suppression
from document.identity import host_of
from document.model import Block, Document, Link
from document.text.rights_links import names_rights

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|[\w-]+(?:\.[\w-]+)+/\S*", re.IGNORECASE)
_LINKED = "linkedaddress"


@dataclass(frozen=True, slots=True)
class Relinked:
    """The earlier version with the linked addresses of the new version in place of its own. The differences that
    disappeared in this way are recorded too.
    """

    before: Document
    suppressed: tuple[Suppression, ...]


@dataclass(frozen=True, slots=True)
class _Linking:
    """A sentence with linked addresses: the text of each link is the address to which it leads."""

    text: str
    sites: tuple[str, ...]


def relink(before: Document, after: Document) -> Relinked:
    """Replace each linked address in `before` by the address in `after`. This is done in sentences that are otherwise
    equal."""
    later: dict[str, dict[str, _Linking]] = defaultdict(dict)
    for block in _blocks(after):
        for key, linking in _linkings(block):
            later[key][linking.text] = linking
    if not later:
        return Relinked(before, ())
    suppressed: list[Suppression] = []

    @cache
    def rights() -> frozenset[str]:
        return frozenset(statement.text for statement in statements(before) if _is_for_rights(statement))

    def alike(block: Block, section: str) -> Block:
        text = block.text
        for key, old in _linkings(block):
            candidates = later.get(key, {})
            if old.text in candidates or len(candidates) != 1:  # the sentence is unchanged, or its new form is unclear
                continue
            (new,) = candidates.values()
            if new.sites != old.sites and old.text in rights():  # rarely needed, and takes long
                continue
            suppressed.append(Suppression(section, "link", old.text, after=new.text))
            text = text.replace(old.text, new.text)
        return block if text == block.text else replace(block, text=text)

    sections = tuple(
        replace(section, blocks=tuple(alike(block, " > ".join(section.path)) for block in section.blocks))
        for section in before.sections
    )
    return Relinked(replace(before, sections=sections), tuple(suppressed))


def _blocks(document: Document) -> Iterator[Block]:
    return (block for section in document.sections for block in section.blocks)


def _linkings(block: Block) -> Iterator[tuple[str, _Linking]]:
    """Yield each sentence of a block that has linked addresses. The key is the sentence with a token in place of each
    address.
    """
    linked = [link for link in block.links if _ADDRESS.fullmatch(link.text)]
    for sentence in sentences(block.text) if linked else ():
        within = [link for link in linked if link.text in sentence]
        if within:
            yield _keyed(sentence, within), _Linking(sentence, tuple(host_of(link.target) for link in within))


def _keyed(sentence: str, links: Sequence[Link]) -> str:
    for text in sorted({link.text for link in links}, key=len, reverse=True):
        sentence = sentence.replace(text, _LINKED)
    return sentence


def _is_for_rights(statement: Statement) -> bool:
    """Whether a link may be about a right or a choice. In a language without a lexicon, this is possible for every
    link.
    """
    if load_lexicon(statement.language) is None or names_rights(statement.text):
        return True
    return "rights" in relevance(statement) or "rights" in heading_topics(statement.path, statement.language)
