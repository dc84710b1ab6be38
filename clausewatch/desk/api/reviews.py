"""The operations that record reviews and assignments."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Annotated

from fastapi import Path, Request, Response
from pydantic import Field, StringConstraints

from archive.access.log import note_access
from archive.model import QuietReview, QuietReviewKind, Review, ReviewKind
from archive.recording.reviews import decide
from archive.reviewing.notes import Assignment, assign, assignment
from archive.reviewing.quiet_edits import add_quiet_review, find_suppression
from clausewatch.desk.api.answers import answer, api_router, documented, unanswerable
from clausewatch.desk.api.parameters import Body, Day, FindingNumber, Number, VerdictNumber, Word
from clausewatch.desk.api.schemas import questions as schema
from clausewatch.desk.decisions import MOST
from clausewatch.desk.doors import ReviewingProgram
from clausewatch.desk.entry import desk_of
from clausewatch.output.json_rows import assignment_row, decided_row, located_suppression_row
from clausewatch.output.terminal import one_line

router = api_router("reviews")

Comment = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")]


class Reviewed(Body):
    """A finding, and the number of the verdict that the author of the review saw, or 0."""

    finding: FindingNumber
    seen: VerdictNumber = 0


class ReviewBody(Body):
    """The same review of one or more findings."""

    kind: ReviewKind
    findings: Annotated[list[Reviewed], Field(min_length=1, max_length=MOST)]
    text: Comment = ""


class QuietReviewBody(Body):
    """A review of an edit that was not reported."""

    kind: QuietReviewKind
    text: Comment = ""


class AssignmentBody(Body):
    """The person who is to review a change, and the day on which the review is due, from 0:00 UTC on. Nulls remove the
    old values.
    """

    person: Word | None
    due_on: Day | None
    text: Comment = ""
    """A note for the person."""


@router.post("/reviews", responses=documented(schema.Decided))
def review(request: Request, visitor: ReviewingProgram, body: ReviewBody) -> Response:
    """Record a review of findings. If somebody decided on a finding after the author of the review had looked at it,
    that decision stays, and is returned in `refused`.
    """
    writer, now, words = desk_of(request).archive.writer, datetime.now(UTC), one_line(body.text)
    if body.kind == "comment" and not words:
        return unanswerable("A comment needs a text.")
    seen = {each.finding: each.seen for each in body.findings}
    result = decide(writer, [Review(number, body.kind, words, by=visitor.name, at=now) for number in seen], seen)
    if result.recorded:
        about = ", ".join(str(made.finding) for made in result.recorded)
        note_access(writer, now, visitor.name, body.kind, about=about)
    rows = {"recorded": list(map(decided_row, result.recorded)), "refused": list(map(decided_row, result.refused))}
    return answer(request, {**rows})


@router.post("/quiet-edits/{number}/reviews", responses=documented(schema.QuietDecided))
def review_quiet(
    request: Request, visitor: ReviewingProgram, number: Annotated[Number, Path()], body: QuietReviewBody
) -> Response:
    """Mark an edit that was not reported as missed, or take the mark back."""
    archive, now = desk_of(request).archive, datetime.now(UTC)
    made = QuietReview(number, body.kind, one_line(body.text), by=visitor.name, at=now)
    recorded = add_quiet_review(archive.writer, made)
    if recorded:
        note_access(archive.writer, now, visitor.name, "quiet edit", about=f"{body.kind}: {number}")
    located = located_suppression_row(find_suppression(archive.reader, number))
    return answer(request, {"recorded": recorded, "quiet_edit": located})


@router.post("/changes/{number}/assignment", responses=documented(schema.Assignment))
def assign_change(
    request: Request, visitor: ReviewingProgram, number: Annotated[Number, Path()], body: AssignmentBody
) -> Response:
    """Replace who is to review a change, and until when. This is not evidence."""
    archive, now = desk_of(request).archive, datetime.now(UTC)
    due = None if body.due_on is None else datetime.combine(body.due_on, time.min, UTC)
    who, words = one_line(body.person or ""), one_line(body.text)
    made = Assignment(change=number, person=who, due_at=due, by=visitor.name, at=now, text=words)
    assign(archive.writer, made)
    note_access(archive.writer, now, visitor.name, "assign", about=str(number))
    return answer(request, assignment_row(number, assignment(archive.reader, number)))
