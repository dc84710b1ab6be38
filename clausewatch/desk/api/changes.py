"""The operations about changes, findings, and edits that were not reported."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Path, Query, Request, Response

from archive.questions.history import change_ends
from archive.questions.lists.inbox import InboxFilter, inbox
from archive.recording.reviews import find_reviewable, rule_tallies
from archive.reviewing.notes import assignment
from archive.reviewing.quiet_edits import find_suppression, missed_suppressions, suppression_tallies
from clausewatch.desk.api.answers import answer, api_router, documented, page_of
from clausewatch.desk.api.parameters import Flag, Number, Paged, Parameters, Time, Word
from clausewatch.desk.api.schemas import questions as schema
from clausewatch.desk.api.schemas import versions
from clausewatch.desk.doors import ReadingProgram
from clausewatch.desk.entry import desk_of
from clausewatch.output.json_rows import (
    assignment_row,
    change_ends_row,
    located_suppression_row,
    quiet_tally_row,
    redline_row,
    reviewable_row,
    tally_row,
    waiting_row,
    with_days,
)
from clausewatch.output.redline_page import compare_versions
from differ.model import Severity

router = api_router("changes")

Numbered = Annotated[Number, Path()]


class FindingsQuery(Paged):
    """The findings that are wanted. `limit` is the maximum number of changes; a change may have many findings."""

    topic: Word | None = None
    severity: Severity | None = None
    tag: Word | None = None
    policy: Word | None = None
    language: Word | None = None
    owner: Word | None = None
    assigned: Word | None = None
    since: Time | None = None
    overdue: Flag = False


@router.get("/changes/{number}", responses=documented(schema.JudgedChange))
def show_change(request: Request, visitor: ReadingProgram, number: Numbered) -> Response:
    """Show a change with its findings, and with the edits that were not reported."""
    return answer(request, change_ends_row(change_ends(desk_of(request).archive.reader, number)))


@router.get("/changes/{number}/redline", responses=documented(schema.Redline))
def show_marked(request: Request, visitor: ReadingProgram, number: Numbered) -> Response:
    """Show the two versions of a change as one text with marked changes."""
    reader = desk_of(request).archive.reader
    ends = change_ends(reader, number)
    return answer(request, with_days(redline_row(compare_versions(reader, ends.before, ends.after)), ()))


@router.get("/changes/{number}/assignment", responses=documented(schema.Assignment))
def show_assignment(request: Request, visitor: ReadingProgram, number: Numbered) -> Response:
    """Show who is to review a change, and until when."""
    reader = desk_of(request).archive.reader
    change_ends(reader, number)  # raises an error if there is no such change
    return answer(request, assignment_row(number, assignment(reader, number)))


@router.get("/findings", responses=documented(schema.Findings))
def list_findings(request: Request, visitor: ReadingProgram, asked: Annotated[FindingsQuery, Query()]) -> Response:
    """List the findings that wait for a review, the worst change first."""
    wanted = InboxFilter(
        topic=asked.topic,
        severity=asked.severity,
        tag=asked.tag,
        policy=asked.policy,
        language=asked.language,
        owner=asked.owner,
        since=asked.since,
        overdue=asked.overdue,
        assigned=asked.assigned,
    )
    desk, now = desk_of(request), datetime.now(UTC)
    times = desk.configuration.review_times
    page = inbox(desk.archive.reader, wanted, now, times, after=asked.after, limit=asked.limit)
    rows = [waiting_row(change, waiting) for change in page.entries for waiting in change.findings]
    return answer(request, page_of(page, "findings", rows) | {"count": page.count, "counted_all": page.counted_all})


@router.get("/findings/{number}", responses=documented(versions.ReviewableFinding))
def show_finding(request: Request, visitor: ReadingProgram, number: Numbered) -> Response:
    """Show a finding with its reviews."""
    return answer(request, reviewable_row(find_reviewable(desk_of(request).archive.reader, str(number))))


@router.get("/quiet-edits/missed", responses=documented(schema.QuietEdits))
def list_missed(request: Request, visitor: ReadingProgram, asked: Annotated[Parameters, Query()]) -> Response:
    """List the edits that were not reported although they matter, as reviewers marked them."""
    missed = missed_suppressions(desk_of(request).archive.reader)
    return answer(request, {"quiet_edits": list(map(located_suppression_row, missed))})


@router.get("/quiet-edits/{number}", responses=documented(versions.LocatedQuietEdit))
def show_quiet_edit(request: Request, visitor: ReadingProgram, number: Numbered) -> Response:
    """Show an edit that was not reported."""
    return answer(request, located_suppression_row(find_suppression(desk_of(request).archive.reader, number)))


@router.get("/rules", responses=documented(schema.Rules))
def list_rules(request: Request, visitor: ReadingProgram, asked: Annotated[Parameters, Query()]) -> Response:
    """Count for each rule the reviewers' verdicts on its findings and on the edits that it kept quiet."""
    reader = desk_of(request).archive.reader
    rows = [*map(tally_row, rule_tallies(reader)), *map(quiet_tally_row, suppression_tallies(reader))]
    return answer(request, {"rules": rows})
