"""Reads the parts of documents that verification needs. Documents are read block by block. Most blocks are also in the
previous version. These blocks are not read again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from archive.search.index import Line, SectionPart, block_lines, parts_of_lines
from document import from_json
from document.identity import BlockIdentity, SectionIdentity, block_identity, combined_identity, joined_identity
from document.serialization import block_from_json, section_from_json, split_blocks, split_sections


class BlockFacts(NamedTuple):
    """The facts of a block that verification needs."""

    identity: BlockIdentity
    lines: list[Line]
    """The lines of the block in the form that the search index stores."""


class SectionFacts(NamedTuple):
    """The facts that verification needs about a section."""

    identity: SectionIdentity
    parts: Mapping[str, SectionPart]
    """The content that the search index should have for the section, by address."""
    blocks: Mapping[bytes, BlockFacts]
    """The blocks of the section, by their JSON."""


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """The facts that verification needs about a document."""

    text_sha256: str
    """The `document.text_identity` of the document."""
    parts: Mapping[str, SectionPart]
    """The content that the search index should have for the document's sections, by address."""


@dataclass(slots=True)
class SectionReader:
    """Reads documents one after another, and remembers the sections of the last document."""

    _known: dict[bytes, SectionFacts] = field(default_factory=dict)

    def read(self, content: bytes) -> DocumentFacts:
        """Return the facts of a document. For bytes that are not a document, it raises the same errors as
        `document.from_json`."""
        rest, written = split_sections(content)
        from_json(rest)
        same = {section: self._known[section] for section in written if section in self._known}
        # A changed section has nearly all its blocks from a section of the previous version.
        blocks: dict[bytes, BlockFacts] = {}
        for section in self._known.keys() - same.keys():
            blocks |= self._known[section].blocks
        self._known = {section: same.get(section) or _facts(section, blocks) for section in written}
        sections = [self._known[section] for section in written]
        parts: dict[str, SectionPart] = {}
        for facts in sections:
            parts |= facts.parts
        return DocumentFacts(joined_identity([section.identity for section in sections]), parts)


def _facts(written: bytes, known: Mapping[bytes, BlockFacts]) -> SectionFacts:
    """Return the facts of a section. `known` are the facts of blocks that were read before."""
    rest, cut = split_blocks(written)
    section = section_from_json(rest)
    listed = [known.get(block) or _block_facts(block) for block in cut]
    identity = combined_identity(section.heading, [block.identity for block in listed])
    parts = parts_of_lines(section, [line for block in listed for line in block.lines])
    return SectionFacts(identity, {part["sha256"]: part for part in parts}, dict(zip(cut, listed, strict=True)))


def _block_facts(written: bytes) -> BlockFacts:
    block = block_from_json(written)
    return BlockFacts(block_identity(block), list(block_lines(block.text)))
