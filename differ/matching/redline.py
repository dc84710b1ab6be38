"""Merges two documents into one text with marks, for people who read the change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass
from itertools import groupby
from typing import Literal

from differ.language.statements import Statement, whole_blocks
from differ.matching.alignment import Pair, align
from differ.matching.wording import word_edits
from differ.model import Edit
from document.model import Document

SectionStatus = Literal["same", "changed", "new", "gone", "moved"]
Place = tuple[int, int]
"""Place of a section in a redline. Places are sorted."""


@dataclass(frozen=True, slots=True)
class RedlineSection:
    """A section of the new document, or a removed section of the old one."""

    section: str
    """The heading path, joined by " > "."""
    status: SectionStatus
    blocks: tuple[tuple[Edit, ...], ...]
    """The edits of each heading, paragraph, item and row, in order."""
    _: KW_ONLY
    former: frozenset[str] = frozenset()
    """Earlier heading paths of the section. Blocks under these headings were removed."""


def redline(before: Document, after: Document) -> tuple[RedlineSection, ...]:
    """Return the sections of the new document in order, with the edits of each block. Removed sections keep their
    place.

    A removed block is shown in its section if that section is still in the new document.
    """
    old, new = whole_blocks(before), whole_blocks(after)
    pairs = align(old, new, join=False).pairs
    placed = zip(_places(pairs, _runs(old), _runs(new)), pairs, strict=True)
    # The heading comes first, even if a block was removed from a section that moved down.
    ordered = sorted(placed, key=lambda item: (item[0], present(item[1]).kind != "heading"))
    grouped = groupby(ordered, key=lambda item: item[0])
    return tuple(redline_section([pair for _, pair in members]) for _, members in grouped)


def present(pair: Pair) -> Statement:
    """Return the new statement of a pair, or the removed statement."""
    statement = pair.after or pair.before
    assert statement is not None  # noqa: S101  # a pair has at least one statement
    return statement


def _runs(statements: Sequence[Statement]) -> list[int]:
    """Return the number of the section of each statement."""
    grouped = groupby(statements, key=lambda statement: statement.section)
    return [number for number, (_, members) in enumerate(grouped) for _ in members]


def _places(pairs: Sequence[Pair], old: Sequence[int], new: Sequence[int]) -> Iterator[Place]:
    """Yield the place of each pair. For a section of the new document, the place is its number and 0. For a removed
    section, it is the number of the section before it, and a number from 1.
    """
    homes = _homes(pairs, old, new)
    removed: dict[int, Place] = {}
    last = -1
    for pair in pairs:
        if pair.after is not None:
            last = new[pair.after.position]
            yield last, 0
            continue
        section = old[present(pair).position]
        if section in homes:
            yield homes[section], 0
        else:
            yield removed.setdefault(section, (last, 1 + section))


def _homes(pairs: Sequence[Pair], old: Sequence[int], new: Sequence[int]) -> dict[int, int]:
    """Return the section of the new document that each remaining section of the old document became.

    This is the section with the same heading or with the edited heading. If the heading was removed, it is the section
    with more than half of the old section's blocks.
    """
    sizes = Counter(old)
    shared: Counter[Place] = Counter()
    for pair in pairs:
        if pair.before is not None and pair.after is not None:
            section = old[pair.before.position]
            weight = sizes[section] if pair.before.kind == "heading" else 1
            shared[section, new[pair.after.position]] += weight
    likely = sorted(shared.items(), key=lambda item: item[1])
    return {section: home for (section, home), weight in likely if 2 * weight > sizes[section]}


def redline_section(pairs: Sequence[Pair]) -> RedlineSection:
    """Return one section from its pairs."""
    blocks = tuple(
        word_edits(pair.before.text if pair.before else "", pair.after.text if pair.after else "") for pair in pairs
    )
    section = next((pair.after.section for pair in pairs if pair.after), present(pairs[0]).section)
    former = {pair.before.section for pair in pairs if pair.before and pair.after is None}
    return RedlineSection(section, section_status(pairs), blocks, former=frozenset(former - {section}))


def section_status(pairs: Sequence[Pair]) -> SectionStatus:
    """Return the status of a section: new, gone, changed or unchanged."""
    if all(pair.before is None for pair in pairs):
        return "new"
    if all(pair.after is None for pair in pairs):
        return "gone"
    if any(not (pair.before and pair.after and pair.before.text == pair.after.text) for pair in pairs):
        return "changed"
    return "moved" if all(pair.moved for pair in pairs) else "same"
