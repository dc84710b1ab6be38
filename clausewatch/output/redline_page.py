"""Compares two versions, and formats them as one text with marked changes, for a browser or for paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass

from archive.model import Change, Version
from archive.questions.history import document, net_change, span
from archive.storage.database import Archive
from clausewatch.output.html import page
from differ.matching.redline import RedlineSection
from differ.matching.redline import redline as mark


@dataclass(frozen=True, slots=True)
class Redline:
    """The comparison of two versions of a policy: the judged changes between them, and the text with marks."""

    before: Version
    after: Version
    judged: tuple[Version, ...]
    """The versions after `before` up to and including `after`, with their changes. Empty if `after` is older than
    `before`.
    """
    _: KW_ONLY
    sections: tuple[RedlineSection, ...]
    net: Change | None = None
    """The net change between the two versions, if a message reported it."""

    @property
    def changed(self) -> tuple[RedlineSection, ...]:
        """The sections that were moved, added or removed, or in which a word changed."""
        return tuple(section for section in self.sections if section.status != "same")

    @property
    def caution(self) -> str:
        """A warning if the two versions were extracted differently; "" otherwise.

        Some marks may then come from the extraction.
        """
        if self.before.identity == self.after.identity:
            return ""
        return (
            "Between these versions the extraction by Clausewatch changed: "
            "some marks may come from that, not from the policy."
        )


def compare_versions(archive: Archive, before: Version, after: Version) -> Redline:
    """Compare two versions of one policy. Raises DamagedArchiveError."""
    judged = span(archive, after.policy, before.number + 1, after.number)
    net = net_change(archive, after.policy, before.number, after.number)
    return Redline(before, after, judged, sections=mark(document(archive, before), document(archive, after)), net=net)


def as_page(compared: Redline, *, side_by_side: bool = False, known: Sequence[str] = ()) -> str:
    """Return the comparison as a standalone HTML page.

    The page loads nothing, runs nothing and prints well. Save it as UTF-8. `known` are sentences about the days for
    which the user asked.
    """
    return page("redline.html", redline=compared, side_by_side=side_by_side, known=known)
