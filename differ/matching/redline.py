"""Merges two documents into one text with marks, for people who read the change."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from differ.language.statements import whole_blocks
from differ.matching.alignment import Pair, align
from differ.matching.wording import word_edits
from differ.model import Edit
from document.model import Document

SectionStatus = Literal["same", "changed", "new", "gone", "moved"]


@dataclass(frozen=True, slots=True)
class RedlineSection:
    """A section of the new document, or a removed section of the old one."""

    section: str
    """The heading path, joined by " > "."""
    status: SectionStatus
    blocks: tuple[tuple[Edit, ...], ...]
    """The edits of each heading, paragraph, item and row, in order."""


def redline(before: Document, after: Document) -> tuple[RedlineSection, ...]:
    """Return the sections of both documents with the edits of each block."""
    pairs = align(whole_blocks(before), whole_blocks(after), join=False).pairs
    grouped = groupby(pairs, key=place)
    return tuple(redline_section(section, list(members)) for (section, _), members in grouped)


def place(pair: Pair) -> tuple[str, bool]:
    """Return the section in which a pair is shown, and whether that section is in the new document."""
    present = pair.after or pair.before
    return (present.section if present else "", pair.after is not None)


def redline_section(section: str, pairs: list[Pair]) -> RedlineSection:
    """Return one section from its pairs."""
    blocks = tuple(
        word_edits(pair.before.text if pair.before else "", pair.after.text if pair.after else "") for pair in pairs
    )
    return RedlineSection(section, section_status(pairs), blocks)


def section_status(pairs: list[Pair]) -> SectionStatus:
    """Return the status of a section: new, gone, changed or unchanged."""
    if all(pair.before is None for pair in pairs):
        return "new"
    if all(pair.after is None for pair in pairs):
        return "gone"
    if any(not (pair.before and pair.after and pair.before.text == pair.after.text) for pair in pairs):
        return "changed"
    return "moved" if all(pair.moved for pair in pairs) else "same"
