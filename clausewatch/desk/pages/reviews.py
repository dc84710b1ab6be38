"""Records reviews that come from the forms of pages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request, Response

from archive.access.log import note_access
from archive.errors import NoFindingError
from archive.model import QuietReview, Review, ReviewKind
from archive.recording.reviews import decide
from archive.reviewing.quiet_edits import add_quiet_review
from archive.row_numbers import LARGEST_ID, row_number
from clausewatch.desk.decisions import MOST, joined
from clausewatch.desk.doors import Reviewer
from clausewatch.desk.entry import desk_of
from clausewatch.desk.rendering import local_address, redirect, with_query
from clausewatch.output.terminal import one_line

router = APIRouter(include_in_schema=False)

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


def _finding_and_verdict(text: str) -> tuple[int, int]:
    first, _, second = text.partition(":")
    finding, verdict = row_number(first), row_number(second)
    if finding is None or verdict is None:
        raise NoFindingError(text[:40])
    return finding, verdict
