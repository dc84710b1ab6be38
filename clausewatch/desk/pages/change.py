"""The page of one change: the text with marks, the findings beside their clauses, and the quiet edits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response

from archive.access.log import note_access
from archive.access.people import people
from archive.model import Change, RecordedFinding, Version
from archive.questions.history import ChangeEnds, change_ends, document, neighbours, net_changes, span
from archive.questions.lists.inbox import inbox_neighbours
from archive.recording.reviews import find_reviewable
from archive.reviewing.notes import assignment
from archive.storage.database import Archive
from clausewatch.desk.decisions import decided
from clausewatch.desk.doors import Reader
from clausewatch.desk.entry import desk_of
from clausewatch.desk.inbox_filter import Chosen
from clausewatch.desk.rendering import download, page, redirect
from clausewatch.output.redline_page import as_page, compare_versions
from differ.matching.redline import RedlineSection, redline
from differ.model import SEVERITIES

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
def show(
    request: Request,
    visitor: Reader,
    chosen: Chosen,
    number: int,
    view: View = "changed",
    rank: Annotated[int | None, Query(ge=0, lt=len(SEVERITIES))] = None,
) -> Response:
    """Show one change. The address has the filter of the inbox from which the person came, and the change's place in
    the inbox at that time. So the way to the next change stays the same while the person decides.
    """
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
        chosen=chosen,
        assigned=assignment(reader, number),
        names=[person.name for person in people(reader)],
        inbox=inbox_neighbours(
            reader, chosen.wanted, (_rank(ends.change) if rank is None else rank, number), datetime.now(UTC)
        ),
        nets=() if ends.is_net else net_changes(reader, [ends.after]).get((ends.after.policy, ends.after.number), ()),
        steps=span(reader, ends.after.policy, ends.before.number + 1, ends.after.number) if ends.is_net else (),
        decided=decided(request, visitor),
    )


@router.get("/alerts/{number}")
def lead(request: Request, visitor: Reader, number: str) -> Response:
    """Redirect to a finding on the page of its change. `number` is the finding's number or its alert's ID."""
    located = find_reviewable(desk_of(request).archive.reader, number[:64])
    return redirect(f"/changes/{located.change}#finding-{located.recorded.id}")


@router.post("/changes/{number}/file")
def write_file(
    request: Request, visitor: Reader, number: int, form: Annotated[Literal["inline", "sides"], Form()] = "inline"
) -> Response:
    """Return the change as a standalone page, as `clausewatch diff` writes it. The access log notes who took it."""
    desk = desk_of(request)
    ends = change_ends(desk.archive.reader, number)
    compared = compare_versions(desk.archive.reader, ends.before, ends.after)
    name = f"{ends.after.policy} {ends.before.number}-{ends.after.number}.html"
    note_access(desk.archive.writer, datetime.now(UTC), visitor.name, "export", about=name)
    written = as_page(compared, side_by_side=form == "sides")
    return download(written.encode(), name, "text/html; charset=utf-8")


def _rank(change: Change) -> int:
    """Return the place in `SEVERITIES` of the change's highest severity."""
    ranks = [SEVERITIES.index(recorded.finding.severity) for recorded in change.findings]
    return min(ranks, default=len(SEVERITIES) - 1)


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
