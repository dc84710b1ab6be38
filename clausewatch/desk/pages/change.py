"""The page of one change: the text with marks, the findings beside their clauses, and the quiet edits."""

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
"""The views of a change: only the changed sections, the whole text, or both texts side by side."""

KEPT = 32
"""Number of comparisons that are kept in memory. People often return to a change that they saw before."""


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
    """Redirect to a finding on the page of its change. `number` is the finding's number or its alert's ID."""
    located = find_reviewable(desk_of(request).archive.reader, number[:64])
    return redirect(f"/changes/{located.change}#finding-{located.recorded.id}")


def place_findings(sections: Sequence[RedlineSection], findings: Sequence[RecordedFinding]) -> tuple[Clause, ...]:
    """Return each section with its findings. A finding is placed at the first changed section that has the finding's
    heading. If no changed section has this heading, the finding is placed at the first unchanged section with the
    heading. If no section has the heading any more, the finding is placed at the section that had the heading before.
    """
    places: dict[str, int] = {}
    for changed in (True, False):
        for position, section in enumerate(sections):
            if (section.status != "same") == changed:
                places.setdefault(section.section, position)
    for position, section in enumerate(sections):
        for heading in section.former:
            places.setdefault(heading, position)
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
    """A key of the cache. Two keys are equal if their versions have the same text."""

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
