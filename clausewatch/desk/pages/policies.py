"""The page that lists all policies, and the page of one policy: its versions, its rights and recipients, its checks,
and its health.
"""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from tempfile import TemporaryFile
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi import Query as QueryField

from archive.access.log import note_access
from archive.model import Query
from archive.questions.history import history
from archive.questions.inventories import Scope, listed_recipients, listed_rights
from archive.questions.lists.policy_list import SORTS, WORST_FIRST, PolicyFilter, Sort, list_policies
from archive.questions.lists.visits import checks, expected_run, timeline
from archive.questions.status import Health, status_of
from archive.recording.policies import ask_for_visit, asked_visit
from archive.reviewing.notes import Note, policy_note, set_policy_note
from clausewatch.desk.doors import Auditor, Reader, Reviewer
from clausewatch.desk.entry import desk_of
from clausewatch.desk.rendering import download_file, local_address, page, redirect, with_query
from clausewatch.exports.evidence_bundle import write_bundle
from clausewatch.output.terminal import one_line

router = APIRouter(include_in_schema=False)

ROWS = 100
"""Maximum number of rows on a page of a list."""
LATEST_CHECKS = 10
"""Number of visits that the page of a policy shows."""
LONGEST_NOTE = 2000
"""Maximum length of a note, in characters."""

Word = Annotated[str, QueryField(max_length=500)]


@router.get("/policies")
def show_all(
    request: Request,
    visitor: Reader,
    words: Word = "",
    tag: Word = "",
    owner: Word = "",
    health: Word = "",
    retired: bool = False,
    sort: Sort = "name",
    descending: bool = False,
    after: Word = "",
) -> Response:
    """Show the policies with their status. The filter and the order are parameters of the address."""
    wanted = PolicyFilter(
        words=words or None, tag=tag or None, owner=owner or None, health=_health(health), retired=retired
    )
    reader, now = desk_of(request).archive.reader, datetime.now(UTC)
    listed = list_policies(reader, wanted, now, sort, descending=descending, after=after or None, limit=ROWS)
    chosen = {"words": words, "tag": tag, "owner": owner, "health": health, "retired": retired}
    return page(
        request,
        visitor,
        "policies.html",
        listed=listed,
        chosen=chosen,
        healths=WORST_FIRST,
        sorts=SORTS,
        sort=sort,
        descending=descending,
    )


@router.get("/policy")
def show_one(request: Request, visitor: Reader, name: Word, after: Word = "") -> Response:
    """Show one policy."""
    desk = desk_of(request)
    reader, scope = desk.archive.reader, Scope(policy=name)
    return page(
        request,
        visitor,
        "policy.html",
        standing=status_of(reader, name, datetime.now(UTC)),
        versions=timeline(reader, name, after=after or None, limit=ROWS),
        checks=checks(reader, name, limit=LATEST_CHECKS),
        rights=listed_rights(reader, scope),
        recipients=listed_recipients(reader, scope),
        note=policy_note(reader, name),
        asked=asked_visit(reader, name),
        expected=expected_run(reader),
        now=datetime.now(UTC),
        redacted=desk.configuration.redacted,
    )


@router.get("/policy/checks")
def show_checks(request: Request, visitor: Reader, name: Word, after: Word = "") -> Response:
    """Show every visit of a policy, the latest first."""
    desk = desk_of(request)
    listed = checks(desk.archive.reader, name, after=after or None, limit=ROWS)
    return page(request, visitor, "checks.html", name=name, checks=listed, redacted=desk.configuration.redacted)


@router.post("/policy/evidence")
def write_evidence(request: Request, visitor: Auditor, name: Annotated[str, Form(max_length=500)]) -> Response:
    """Return the evidence of all versions of a policy as a zip file, as `clausewatch export evidence` writes it. The
    access log notes who took it.
    """
    archive, now = desk_of(request).archive, datetime.now(UTC)
    with ExitStack() as files:
        target = files.enter_context(TemporaryFile())
        write_bundle(archive.reader, history(archive.reader, Query(policy=name)), target, now)
        note_access(archive.writer, now, visitor.name, "evidence", about=name)
        target.seek(0)
        return download_file(target, f"{name} evidence.zip", "application/zip", then=files.pop_all().close)


@router.post("/policy/visit")
def visit(request: Request, visitor: Reviewer, name: Annotated[str, Form(max_length=500)]) -> Response:
    """Ask for a visit of a policy. The next run makes it."""
    writer, now = desk_of(request).archive.writer, datetime.now(UTC)
    if asked_visit(writer, name) is None:
        ask_for_visit(writer, name, now)
        note_access(writer, now, visitor.name, "visit", about=name)
    return redirect(with_query("/policy", "visit", name=name))


@router.post("/policy/note")
def write_note(
    request: Request,
    visitor: Reviewer,
    name: Annotated[str, Form(max_length=500)],
    text: Annotated[str, Form(max_length=LONGEST_NOTE)] = "",
) -> Response:
    """Replace the note on a policy. A note is not evidence."""
    writer, now = desk_of(request).archive.writer, datetime.now(UTC)
    words = one_line(text)
    set_policy_note(writer, name, Note(words, visitor.name, now))
    note_access(writer, now, visitor.name, "note", about=name)
    return redirect(with_query(local_address("/policy"), "note", name=name))


def _health(text: str) -> Health | None:
    return next((health for health in WORST_FIRST if health == text), None)
