"""Reads the facts for verification from documents. Each section is read once, because most sections equal those of the
version before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from archive.search.index import SectionPart, parts_of_section
from document import from_json
from document.identity import SectionIdentity, joined_identity, section_identity
from document.serialization import section_from_json, split_sections


@dataclass(frozen=True, slots=True)
class SectionFacts:
    """The facts that verification needs about a section."""

    identity: SectionIdentity
    parts: Mapping[str, SectionPart]
    """The values in the search index for this section, by address."""


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """The facts that verification needs about a document."""

    text_sha256: str
    """The document's `document.text_identity`."""
    parts: Mapping[str, SectionPart]
    """The values in the search index for its sections, by address."""


@dataclass(slots=True)
class SectionReader:
    """Reads documents one after another, and remembers the sections of the last one."""

    _known: dict[bytes, SectionFacts] = field(default_factory=dict)

    def read(self, content: bytes) -> DocumentFacts:
        """Return the facts of a document. Raises the same errors as `document.from_json` for other bytes."""
        rest, written = split_sections(content)
        from_json(rest)
        self._known = {section: self._known.get(section) or _facts(section) for section in written}
        sections = [self._known[section] for section in written]
        parts = {address: part for section in sections for address, part in section.parts.items()}
        return DocumentFacts(joined_identity([section.identity for section in sections]), parts)


def _facts(written: bytes) -> SectionFacts:
    section = section_from_json(written)
    return SectionFacts(section_identity(section), {part["sha256"]: part for part in parts_of_section(section)})
