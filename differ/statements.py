"""A document as statements: the sentences, headings, list items and table rows that are compared and judged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from differ.words import sentences, words
from document.model import Block, Document, Section

StatementKind = Literal["heading", "paragraph", "item", "row", "contents"]


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence in its place."""

    position: int
    """Its number in the document, from 0."""
    kind: StatementKind
    text: str
    words: tuple[str, ...]
    path: tuple[str, ...]
    """Headings above it, with their markers."""
    language: str
    lead: str
    """The sentence that introduces its list ("We share your data with:"), or ""."""
    block: int
    """The number of its block in the document: sentences of one block share it."""
    marker: str = ""

    @property
    def section(self) -> str:
        """The heading path joined by " > "."""
        return " > ".join(self.path)


def statements(document: Document, *, whole: bool = False) -> tuple[Statement, ...]:
    """Return the statements of a document in reading order; with `whole`, each block as one."""
    found: list[Statement] = []
    block = 0
    for section in document.sections:
        for kind, text, lead, marker in parts(section):
            for sentence in [text] if whole else split(kind, text):
                plain = tuple(words(sentence))
                if plain:
                    found.append(
                        Statement(
                            len(found), kind, sentence, plain, section.path, section.language, lead, block, marker
                        )
                    )
            block += 1
    return tuple(found)


def split(kind: StatementKind, text: str) -> list[str]:
    """Return the sentences of a text; headings, rows and entries of a table of contents stay whole."""
    return sentences(text) if kind in ("paragraph", "item") else [text]


def parts(section: Section) -> Iterator[tuple[StatementKind, str, str, str]]:
    """Yield kind, text, lead and marker of the heading and each block of a section."""
    if section.heading:
        yield "heading", section.heading, "", section.marker
    lead = ""
    for block in section.blocks:
        yield block.kind, block.text, lead if follows(block, lead) else "", block.marker
        lead = next_lead(block, lead)


def follows(block: Block, lead: str) -> bool:
    """Whether a block belongs to the list that a lead introduces."""
    return bool(lead) and (block.kind in ("item", "row") or bool(block.marker))


def next_lead(block: Block, lead: str) -> str:
    """Return the lead for the block after this one."""
    if block.text.rstrip().endswith(":") and block.kind == "paragraph":
        return sentences(block.text)[-1]
    return lead if follows(block, lead) else ""
