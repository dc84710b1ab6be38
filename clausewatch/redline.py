"""Two versions as one text with marks: for a terminal, for a browser or paper, for programs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from archive.database import Archive
from archive.history import document, versions
from archive.model import Version
from clausewatch.change_text import version_notes
from clausewatch.rows import Row, history_row, version_row
from clausewatch.terminal import printable
from clausewatch.times import shown
from differ.model import Edit
from differ.redline import RedlineSection
from differ.redline import redline as mark

STATUS_WORDS = {
    "same": "unchanged",
    "changed": "changed",
    "new": "new section",
    "gone": "section removed",
    "moved": "moved, wording unchanged",
}


@dataclass(frozen=True, slots=True)
class Redline:
    """Two versions of a policy, what was judged between them, and the marked text."""

    before: Version
    after: Version
    judged: tuple[Version, ...]
    """The versions after `before` up to `after`, with the change that led to each; empty where `after` is the older."""
    sections: tuple[RedlineSection, ...]

    @property
    def changed(self) -> tuple[RedlineSection, ...]:
        """The sections in which a word was changed, or which were moved."""
        return tuple(section for section in self.sections if section.status != "same")

    @property
    def caution(self) -> str:
        """One sentence where marks may come from our own reading and not from the policy; "" where not."""
        if self.before.identity == self.after.identity:
            return ""
        return (
            "Between these versions the way in which Clausewatch reads the page was changed: "
            "some marks may come from that, and not from the policy."
        )


def redline(archive: Archive, before: Version, after: Version) -> Redline:
    """Compare two versions of one policy. Raises DamagedArchiveError."""
    judged = tuple(each for each in versions(archive, after.policy) if before.number < each.number <= after.number)
    return Redline(before, after, judged, mark(document(archive, before), document(archive, after)))


def as_page(compared: Redline) -> str:
    """Return a standalone HTML page: it loads nothing, runs nothing, and prints well. To be written as UTF-8."""
    return _template().render(redline=compared)


def as_row(compared: Redline) -> Row:
    """Return the redline for programs."""
    return {
        "policy": compared.after.policy,
        "before": version_row(compared.before),
        "after": version_row(compared.after),
        "caution": compared.caution,
        "judged": [history_row(each, suppressed=True) for each in compared.judged],
        "sections": [_section_row(section) for section in compared.sections],
    }


def _section_row(section: RedlineSection) -> Row:
    blocks = [[[edit.operation, edit.text] for edit in block] for block in section.blocks]
    return {"section": section.section, "status": section.status, "blocks": blocks}


def is_kept(block: tuple[Edit, ...]) -> bool:
    """Return whether no word of a block was changed."""
    return all(edit.operation == "keep" for edit in block)


def heading(section: RedlineSection) -> str:
    """Return the section's heading path; the text before the first heading has none."""
    return section.section or "Before the first heading"


def body(section: RedlineSection) -> tuple[tuple[Edit, ...], ...]:
    """Return a section's blocks without the first where it only repeats the heading."""
    first = "".join(edit.text for edit in section.blocks[0]) if section.blocks else ""
    repeats = bool(first) and is_kept(section.blocks[0]) and heading(section).endswith(first)
    return section.blocks[1:] if repeats else section.blocks


def verdict(version: Version) -> str:
    """Return in a phrase what was judged of the change that led to a version."""
    change = version.change
    if version.number == 1:
        return "first version"
    if version.boundary or change is None:
        return "not judged: it could not be compared like with like with the version before"
    if change.material:
        return f"material to {' and '.join(change.topics) or 'the profile'}, severity {change.severity}"
    return "changed, but nothing material to sharing or rights"


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("clausewatch"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(visible=printable, moment=shown)
    environment.globals.update(
        status_words=STATUS_WORDS, heading=heading, body=body, is_kept=is_kept, verdict=verdict, notes=version_notes
    )
    return environment.get_template("redline.html")
