"""Stores notes on policies, and assignments: who should review a change, and until when. Notes and assignments are not
evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from archive.errors import NoVersionError
from archive.storage.database import Archive
from archive.storage.tables import AssignmentRow, ChangeRow, PolicyNoteRow
from archive.storage.version_reader import policy_row


@dataclass(frozen=True, slots=True)
class Note:
    """A note on a policy."""

    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """The person who should review the findings of a change, and the due date."""

    change: int
    """Number of the change."""
    person: str
    """The person's name, or "" if the change is assigned to nobody."""
    due_at: datetime | None = None
    """Due date that somebody set. None if the calculated due date applies."""
    by: str
    at: datetime
    text: str = ""
    """A note for the person, or ""."""


def policy_note(archive: Archive, policy: str) -> Note | None:
    """Return the note on a policy, or None. Raises UnknownPolicyError."""
    with archive.reading() as session:
        row = session.get(PolicyNoteRow, policy_row(session, policy).id)
        return None if row is None else Note(row.text, row.by, row.at)


def set_policy_note(archive: Archive, policy: str, note: Note) -> None:
    """Replace the note on a policy. If the new note has no text, the old note is removed. Raises UnknownPolicyError."""
    with archive.writing() as session:
        policy_id = policy_row(session, policy).id
        row = session.get(PolicyNoteRow, policy_id)
        if row is not None:
            session.delete(row)
            session.flush()
        if note.text:
            session.add(PolicyNoteRow(policy_id=policy_id, text=note.text, by=note.by, at=note.at))


def assign(archive: Archive, assignment: Assignment) -> None:
    """Replace the assignment of a change. If the new assignment has no person, no due date and no note, the old one is
    removed. Raises NoVersionError if there is no such change.
    """
    with archive.writing() as session:
        if session.get(ChangeRow, assignment.change) is None:
            raise NoVersionError("archive", f"there is no change {assignment.change}")
        row = session.get(AssignmentRow, assignment.change)
        if row is not None:
            session.delete(row)
            session.flush()
        if assignment.person or assignment.text or assignment.due_at is not None:
            session.add(
                AssignmentRow(
                    change_id=assignment.change,
                    person=assignment.person,
                    due_at=assignment.due_at,
                    by=assignment.by,
                    at=assignment.at,
                    text=assignment.text,
                )
            )


def assignment(archive: Archive, change: int) -> Assignment | None:
    """Return the assignment of a change, or None."""
    with archive.reading() as session:
        row = session.get(AssignmentRow, change)
        if row is None:
            return None
        return Assignment(change=change, person=row.person, due_at=row.due_at, by=row.by, at=row.at, text=row.text)
