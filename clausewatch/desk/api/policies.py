"""The operations about policies: their status, visits and notes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Query, Request, Response
from pydantic import StringConstraints

from archive.access.log import note_access
from archive.questions.last_changes import changed_versions
from archive.questions.lists.policy_list import PolicyFilter, Sort, list_policies
from archive.questions.lists.visits import checks, unread_checks
from archive.questions.status import Health, status_of
from archive.recording.policies import ask_for_visit
from archive.recording.reviews import unreviewed_counts
from archive.reviewing.notes import Note, policy_note, set_policy_note
from clausewatch.desk.api.answers import answer, api_router, documented, page_of
from clausewatch.desk.api.parameters import Body, Flag, Name, OfPolicy, Paged, PagedOfPolicy, Word
from clausewatch.desk.api.schemas import operation as schema
from clausewatch.desk.doors import ReadingProgram, ReviewingProgram
from clausewatch.desk.entry import desk_of
from clausewatch.output.json_rows import Row, listed_check_row, note_row, status_row
from clausewatch.output.terminal import one_line
from clausewatch.output.times import stamp

router = api_router("policies")


class PoliciesQuery(Paged):
    """The policies that are wanted, and their order."""

    words: Word | None = None
    tag: Word | None = None
    owner: Word | None = None
    health: Health | None = None
    retired: Flag = False
    sort: Sort = "name"
    descending: Flag = False


class NoteBody(Body):
    """A note. An empty text removes the note."""

    policy: Name
    text: Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")]


class VisitBody(Body):
    """A policy that is to be visited."""

    policy: Name


@router.get("/policies", responses=documented(schema.Policies))
def list_all(request: Request, visitor: ReadingProgram, asked: Annotated[PoliciesQuery, Query()]) -> Response:
    """List the policies with their status."""
    wanted = PolicyFilter(
        words=asked.words, tag=asked.tag, owner=asked.owner, health=asked.health, retired=asked.retired
    )
    reader, now = desk_of(request).archive.reader, datetime.now(UTC)
    page = list_policies(
        reader, wanted, now, asked.sort, descending=asked.descending, after=asked.after, limit=asked.limit
    )
    changed = changed_versions(reader, [entry.status.name for entry in page.entries])
    rows = [status_row(entry.status, entry.to_review, changed.get(entry.status.name)) for entry in page.entries]
    return answer(request, page_of(page, "policies", rows) | {"count": page.count})


@router.get("/policy", responses=documented(schema.PolicyStatus))
def show(request: Request, visitor: ReadingProgram, asked: Annotated[OfPolicy, Query()]) -> Response:
    """Show the status of a policy."""
    reader = desk_of(request).archive.reader
    status = status_of(reader, asked.policy, datetime.now(UTC))
    to_review = unreviewed_counts(reader, asked.policy).get(asked.policy, 0)
    return answer(request, status_row(status, to_review, changed_versions(reader, [asked.policy]).get(asked.policy)))


@router.get("/policy/checks", responses=documented(schema.Checks))
def list_checks(request: Request, visitor: ReadingProgram, asked: Annotated[PagedOfPolicy, Query()]) -> Response:
    """List the visits of a policy, the newest first."""
    page = checks(desk_of(request).archive.reader, asked.policy, after=asked.after, limit=asked.limit)
    return answer(request, page_of(page, "checks", list(map(listed_check_row, page.entries))))


@router.get("/checks/unread", responses=documented(schema.Checks))
def list_unread(request: Request, visitor: ReadingProgram, asked: Annotated[Paged, Query()]) -> Response:
    """List the visits that did not find their policy, the newest first."""
    page = unread_checks(desk_of(request).archive.reader, after=asked.after, limit=asked.limit)
    return answer(request, page_of(page, "checks", list(map(listed_check_row, page.entries))))


@router.get("/policy/note", responses=documented(schema.Note))
def show_note(request: Request, visitor: ReadingProgram, asked: Annotated[OfPolicy, Query()]) -> Response:
    """Show the note on a policy."""
    return answer(request, _note(request, asked.policy))


@router.post("/policy/note", responses=documented(schema.Note))
def write_note(request: Request, visitor: ReviewingProgram, body: NoteBody) -> Response:
    """Replace the note on a policy. A note is not evidence."""
    writer, now = desk_of(request).archive.writer, datetime.now(UTC)
    set_policy_note(writer, body.policy, Note(one_line(body.text), visitor.name, now))
    note_access(writer, now, visitor.name, "note", about=body.policy)
    return answer(request, _note(request, body.policy))


@router.post("/policy/visit", status_code=202, responses=documented(schema.Visit, 202))
def visit(request: Request, visitor: ReviewingProgram, body: VisitBody) -> Response:
    """Make a policy due, so that the next run visits it."""
    writer, now = desk_of(request).archive.writer, datetime.now(UTC)
    ask_for_visit(writer, body.policy, now)
    note_access(writer, now, visitor.name, "visit", about=body.policy)
    return answer(request, {"policy": body.policy, "asked_at": stamp(now)}, status=202)


def _note(request: Request, policy: str) -> Row:
    return note_row(policy, policy_note(desk_of(request).archive.reader, policy))
