"""Reads what verification needs of documents, section by section: most sections of a version are its predecessor's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from archive.search.index import SectionPart, parts_of_section
from document import from_json
from document.identity import SectionIdentity, joined_identity, section_identity
from document.serialization import section_from_json, split_sections


@dataclass(frozen=True, slots=True)
class SectionFacts:
    """The facts of a section that verification needs."""

    identity: SectionIdentity
    parts: Mapping[str, SectionPart]
    """Values that the search keeps of it, by address."""


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """The facts of a document that verification needs."""

    text_sha256: str
    """Its `document.text_identity`."""
    parts: Mapping[str, SectionPart]
    """Values that the search keeps of its sections, by address."""


@dataclass(slots=True)
class SectionReader:
    """Reads documents one after another, and remembers the sections of the last one."""

    _known: dict[bytes, SectionFacts] = field(default_factory=dict)

    def read(self, content: bytes) -> DocumentFacts:
        """Return the facts of a document. Raises what `document.from_json` does for other bytes."""
        rest, written = split_sections(content)
        from_json(rest)
        self._known = {section: self._known.get(section) or _facts(section) for section in written}
        sections = [self._known[section] for section in written]
        parts = {address: part for section in sections for address, part in section.parts.items()}
        return DocumentFacts(joined_identity([section.identity for section in sections]), parts)


def _facts(written: bytes) -> SectionFacts:
    section = section_from_json(written)
    return SectionFacts(section_identity(section), {part["sha256"]: part for part in parts_of_section(section)})
