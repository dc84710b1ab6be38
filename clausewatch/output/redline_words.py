"""Phrases about versions and about the sections of a redline. Terminals and pages show the same phrases."""

from __future__ import annotations

from archive.model import TECHNICAL_IMPORT, Version, is_imported
from differ.matching.redline import RedlineSection
from differ.model import Edit

STATUS_WORDS = {
    "same": "unchanged",
    "changed": "changed",
    "new": "new section",
    "gone": "section removed",
    "moved": "moved, wording unchanged",
}


def is_kept(block: tuple[Edit, ...]) -> bool:
    """Whether all words of a block are unchanged."""
    return all(edit.operation == "keep" for edit in block)


def heading(section: RedlineSection) -> str:
    """Return the heading path of a section, or a phrase for the text before the first heading."""
    return section.section or "Before the first heading"


def body(section: RedlineSection) -> tuple[tuple[Edit, ...], ...]:
    """Return the blocks of a section. If the first block only repeats the heading, it is left out."""
    first = "".join(edit.text for edit in section.blocks[0]) if section.blocks else ""
    repeats = bool(first) and is_kept(section.blocks[0]) and heading(section).endswith(first)
    return section.blocks[1:] if repeats else section.blocks


def verdict_phrase(version: Version) -> str:
    """Return a phrase for the judgement of the change to a version."""
    change = version.change
    imported = "imported, " if is_imported(version.identity) else ""
    if version.number == 1:
        return f"{imported}first version"
    if version.identity.startswith(TECHNICAL_IMPORT):
        return "imported, not judged: its source says that only its extraction changed"
    if change is None:
        return f"{imported}not judged: it is not comparable with the previous version"
    if change.material:
        return f"{imported}material to {' and '.join(change.topics) or 'the profile'}, severity {change.severity}"
    return f"{imported}changed, but nothing material to sharing or rights"
