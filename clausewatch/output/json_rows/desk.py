"""Rows for the desk's own records, and for lists that only the desk shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from clausewatch.output.json_rows.row import Row, stamp_or_none
from clausewatch.output.json_rows.versions import change_row, review_row
from clausewatch.output.times import stamp

if TYPE_CHECKING:
    from archive.access.log import Access
    from archive.access.tokens import TokenHolder
    from archive.evidence.chain import Head
    from archive.model import Review
    from archive.questions.history import ChangeEnds
    from archive.questions.lists.visits import ListedCheck, ListedRun
    from archive.questions.status import Check
    from archive.reviewing.notes import Assignment, Note


def check_row(check: Check) -> Row:
    """Return a visit of a policy."""
    return {
        "at": stamp(check.started_at),
        "outcome": check.outcome,
        "reason": check.reason,
        "detail": check.detail,
        "status": check.status,
    }


def listed_check_row(listed: ListedCheck) -> Row:
    """Return a visit with its policy."""
    return {"id": listed.id, "policy": listed.policy, **check_row(listed.check)}


def run_row(run: ListedRun) -> Row:
    """Return a run."""
    times: Row = {"started_at": stamp(run.started_at), "ended_at": stamp_or_none(run.ended_at)}
    return {"id": run.id, **times, "error": run.error or None}


def change_ends_row(ends: ChangeEnds) -> Row:
    """Return a change with its two versions."""
    change = ends.change
    judged: Row = {"material": change.material, "severity": change.severity, "topics": list(change.topics)}
    versions: Row = {"policy": ends.after.policy, "before": ends.before.number, "after": ends.after.number}
    return {"change": change.id, **versions, "is_net": ends.is_net, **judged, **change_row(change, suppressed=True)}


def decided_row(review: Review) -> Row:
    """Return a review with its number and its finding."""
    return {"id": review.id, "finding": review.finding, **review_row(review)}


def note_row(policy: str, note: Note | None) -> Row:
    """Return the note on a policy. All values are null if there is no note."""
    if note is None:
        return {"policy": policy, "text": None, "by": None, "at": None}
    return {"policy": policy, "text": note.text, "by": note.by, "at": stamp(note.at)}


def assignment_row(change: int, assignment: Assignment | None) -> Row:
    """Return who is to review a change, and until when. All values are null if nobody decided this."""
    if assignment is None:
        return {"change": change, "person": None, "due_at": None, "by": None, "at": None, "text": None}
    who: Row = {"person": assignment.person or None, "due_at": stamp_or_none(assignment.due_at)}
    return {"change": change, **who, "by": assignment.by, "at": stamp(assignment.at), "text": assignment.text or None}


def access_row(access: Access) -> Row:
    """Return an entry of the access log."""
    who: Row = {"person": access.person or None, "deed": access.deed, "about": access.about or None}
    return {"id": access.id, "at": stamp(access.at), **who}


def head_row(head: Head) -> Row:
    """Return an entry of the chain of evidence."""
    return {"head": str(head), "sealed_at": stamp(head.at)}


def token_row(holder: TokenHolder, permissions: Sequence[str], api_requests: int) -> Row:
    """Return a token, its person, and what a program with this token may do."""
    may: Row = {"role": holder.role, "permissions": list(permissions), "ends_at": stamp(holder.ends_at)}
    return {"token": holder.name, "person": holder.person.name, **may, "api_requests": api_requests}
