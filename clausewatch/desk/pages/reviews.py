"""Records reviews and assignments that come from the forms of pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Annotated, Literal

from fastapi import APIRouter, Form, HTTPException, Path, Request, Response

from archive.access.log import note_access
from archive.access.people import person_named
from archive.errors import NoFindingError
from archive.model import QuietReview, Review, ReviewKind
from archive.recording.reviews import decide
from archive.reviewing.notes import Assignment, assign, assignment
from archive.reviewing.quiet_edits import add_quiet_review
from archive.row_numbers import LARGEST_ID, row_number
from clausewatch.desk.decisions import MOST, joined
from clausewatch.desk.doors import Reviewer
from clausewatch.desk.entry import desk_of
from clausewatch.desk.rendering import local_address, redirect, with_query
from clausewatch.output.terminal import one_line
from notifier.audience.timing import zone_of

router = APIRouter(include_in_schema=False)

LONGEST_NAME = 100
LONGEST_COMMENT = 2000
"""Maximum length of a comment, in characters."""

KINDS: dict[str, ReviewKind] = {
    "acknowledge": "acknowledge",
    "false-alarm": "false-alarm",
    "comment": "comment",
    "take-back": "take-back",
}


@router.post("/reviews")
def review(
    request: Request,
    visitor: Reviewer,
    kind: Annotated[str, Form(max_length=20)],
    finding: Annotated[list[str], Form(min_length=1, max_length=MOST)],
    text: Annotated[str, Form(max_length=LONGEST_COMMENT)] = "",
    back: Annotated[str, Form(max_length=3000)] = "/",
    then: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Record a review of one or more findings, and return to the page with the form. A `finding` is a text like "17:4".
    The first number identifies the finding. The second number identifies the verdict that the person saw; it is 0 if
    there was no verdict. `then` is the part of the page that the browser shows next.
    """
    writer, now = desk_of(request).archive.writer, datetime.now(UTC)
    words = one_line(text)
    seen = dict(map(_finding_and_verdict, finding))
    made = KINDS.get(kind)
    if made is None or (made == "comment" and not words):
        return redirect(with_query(local_address(back), then))
    result = decide(writer, [Review(number, made, words, by=visitor.name, at=now) for number in seen], seen)
    if result.recorded:
        about = ", ".join(str(review.finding) for review in result.recorded)
        note_access(writer, now, visitor.name, made, about=about)
    verdicts = made in ("acknowledge", "false-alarm")
    shown = {"decided": joined(result.recorded) if verdicts else "", "earlier": joined(result.refused)}
    return redirect(with_query(local_address(back), then, **shown))


@router.post("/reviews/quiet")
def review_quiet(
    request: Request,
    visitor: Reviewer,
    kind: Annotated[Literal["missed", "take-back"], Form()],
    number: Annotated[int, Form(ge=1, lt=LARGEST_ID)],
    back: Annotated[str, Form(max_length=3000)] = "/",
) -> Response:
    """Mark a quiet edit as missed, or take the mark back. A quiet edit is an edit that was not reported."""
    writer, now = desk_of(request).archive.writer, datetime.now(UTC)
    if add_quiet_review(writer, QuietReview(number, kind, "", by=visitor.name, at=now)):
        note_access(writer, now, visitor.name, "quiet edit", about=f"{kind}: {number}")
    return redirect(with_query(local_address(back), f"quiet-{number}"))


@router.post("/changes/{number}/assignment")
def assign_change(
    request: Request,
    visitor: Reviewer,
    number: Annotated[int, Path(ge=1, lt=LARGEST_ID)],
    person: Annotated[str, Form(max_length=LONGEST_NAME)] = "",
    due: Annotated[str, Form(max_length=10)] = "",
    text: Annotated[str, Form(max_length=LONGEST_COMMENT)] = "",
    keep: Annotated[str, Form(max_length=3)] = "",
    back: Annotated[str, Form(max_length=3000)] = "/",
    then: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Assign a change to a person, with a due date and a note, or remove the assignment. It is not evidence. The due
    date is the end of a day in the time zone of the person who sets it. With `keep`, the due date and the note stay as
    they are.
    """
    archive, now = desk_of(request).archive, datetime.now(UTC)
    named = person_named(archive.reader, person).name if person else ""
    zone = zone_of("UTC" if visitor.person is None else visitor.person.zone)
    due_at = datetime.combine(_day(due), time(23, 59), zone).astimezone(UTC) if due else None
    before = assignment(archive.reader, number) if keep else None
    new = Assignment(change=number, person=named, due_at=due_at, by=visitor.name, at=now, text=one_line(text))
    kept = new if before is None else replace(new, due_at=before.due_at, text=before.text)
    assign(archive.writer, kept)
    note_access(archive.writer, now, visitor.name, "assign", about=str(number))
    return redirect(with_query(local_address(back), then))


def _day(text: str) -> date:
    """Return a day that a form contains. An empty field of a form is a text, so FastAPI cannot read the day itself."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise HTTPException(422) from error
    if not 2000 <= day.year < 2200:  # the clock of a time zone could leave the years that a computer can count
        raise HTTPException(422)
    return day


def _finding_and_verdict(text: str) -> tuple[int, int]:
    first, _, second = text.partition(":")
    finding, verdict = row_number(first), row_number(second)
    if finding is None or verdict is None:
        raise NoFindingError(text[:40])
    return finding, verdict
