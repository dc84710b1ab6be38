"""Compares two versions as one marked text, and formats it for a browser or paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass

from archive.model import Version
from archive.questions.history import document, span
from archive.storage.database import Archive
from clausewatch.output.html import page
from differ.matching.redline import RedlineSection
from differ.matching.redline import redline as mark


@dataclass(frozen=True, slots=True)
class Redline:
    """Two versions of a policy, the judged versions between them, and the text with marks."""

    before: Version
    after: Version
    judged: tuple[Version, ...]
    """The versions after `before` up to `after`, each with its change; empty if `after` is older."""
    _: KW_ONLY
    sections: tuple[RedlineSection, ...]

    @property
    def changed(self) -> tuple[RedlineSection, ...]:
        """The sections that were moved or in which a word changed."""
        return tuple(section for section in self.sections if section.status != "same")

    @property
    def caution(self) -> str:
        """A sentence if marks may come from the extraction and not from the policy; "" otherwise."""
        if self.before.identity == self.after.identity:
            return ""
        return (
            "Between these versions the extraction by Clausewatch changed: "
            "some marks may come from that, not from the policy."
        )


def compare_versions(archive: Archive, before: Version, after: Version) -> Redline:
    """Compare two versions of one policy. Raises DamagedArchiveError."""
    judged = span(archive, after.policy, before.number + 1, after.number)
    return Redline(before, after, judged, sections=mark(document(archive, before), document(archive, after)))


def as_page(compared: Redline, *, side_by_side: bool = False, known: Sequence[str] = ()) -> str:
    """Return a standalone HTML page, which loads nothing, runs nothing and prints well. Write it as UTF-8.

    `known` are sentences about the days that were asked for.
    """
    return page("redline.html", redline=compared, side_by_side=side_by_side, known=known)
