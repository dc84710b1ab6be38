"""The page of one change: the text with marks, the findings at their clauses, and what was kept quiet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from archive.model import RecordedFinding, Version
from archive.questions.history import ChangeEnds, change_ends, document, neighbours
from archive.recording.reviews import find_reviewable
from archive.storage.database import Archive
from clausewatch.desk.decisions import decided
from clausewatch.desk.doors import Reader
from clausewatch.desk.entry import desk_of
from clausewatch.desk.rendering import page, redirect
from differ.matching.redline import RedlineSection, redline

router = APIRouter(include_in_schema=False)

View = Literal["changed", "inline", "sides"]
VIEWS: tuple[View, ...] = ("changed", "inline", "sides")
"""Changed sections only, the whole text, or both texts side by side."""

KEPT = 32
"""Number of comparisons that are kept in memory, because people go back and forth between changes."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A section of the marked text, with the findings about it."""

    section: RedlineSection
    findings: tuple[RecordedFinding, ...]


@router.get("/changes/{number}")
def show(request: Request, visitor: Reader, number: int, view: View = "changed") -> Response:
    """Show one change."""
    reader = desk_of(request).archive.reader
    ends = change_ends(reader, number)
    marked = _marked(reader, ends)
    clauses = place_findings(marked.sections, ends.change.findings)
    shown = [clause for clause in clauses if clause.findings or view != "changed" or clause.section.status != "same"]
    at_clauses = {finding.id for clause in clauses for finding in clause.findings}
    return page(
        request,
        visitor,
        "change.html",
        ends=ends,
        view=view,
        views=VIEWS,
        clauses=shown,
        languages=marked.languages,
        hidden=len(clauses) - len(shown),
        elsewhere=[finding for finding in ends.change.findings if finding.id not in at_clauses],
        waiting=[finding for finding in ends.change.findings if finding.verdict is None],
        stored="/stored?" + urlencode({"policy": ends.after.policy, "version": ends.after.number}),
        neighbours=neighbours(reader, ends.after),
        decided=decided(request, visitor),
    )


@router.get("/alerts/{number}")
def lead(request: Request, visitor: Reader, number: str) -> Response:
    """Lead from the ID of an alert, or the number of a finding, to the finding on the page of its change."""
    located = find_reviewable(desk_of(request).archive.reader, number[:64])
    return redirect(f"/changes/{located.change}#finding-{located.recorded.id}")


def place_findings(sections: Sequence[RedlineSection], findings: Sequence[RecordedFinding]) -> tuple[Clause, ...]:
    """Return each section with the findings about it. A finding is placed at the first changed section with its
    heading, or else at the first section with its heading."""
    places: dict[str, int] = {}
    for changed in (True, False):
        for position, section in enumerate(sections):
            if (section.status != "same") == changed:
                places.setdefault(section.section, position)
    at: dict[int, list[RecordedFinding]] = {}
    for finding in findings:
        if (position := places.get(finding.finding.section, -1)) >= 0:
            at.setdefault(position, []).append(finding)
    return tuple(Clause(section, tuple(at.get(position, ()))) for position, section in enumerate(sections))


@dataclass(frozen=True, slots=True)
class _Marked:
    """The marked sections of two texts, and the language of each section by its heading path."""

    sections: tuple[RedlineSection, ...]
    languages: Mapping[str, str]


def _marked(reader: Archive, ends: ChangeEnds) -> _Marked:
    return _marks(reader, _ByText(ends.before), _ByText(ends.after))


class _ByText:
    """A version that equals every version with the same text, as a key of the cache."""

    def __init__(self, version: Version) -> None:
        self.version = version

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByText) and other.version.document_sha256 == self.version.document_sha256

    def __hash__(self) -> int:
        return hash(self.version.document_sha256)


@lru_cache(KEPT)
def _marks(reader: Archive, before: _ByText, after: _ByText) -> _Marked:
    texts = document(reader, before.version), document(reader, after.version)
    languages = {" > ".join(section.path): section.language for text in texts for section in text.sections}
    return _Marked(redline(*texts), languages)
