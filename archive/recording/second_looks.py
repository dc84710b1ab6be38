"""Stores odd texts that are waiting for a second look."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from archive.model import Pending
from archive.storage.tables import Columns, FetchRow, PendingRow, PolicyRow
from document import text_identity
from document.model import Document


def pending_of(row: PendingRow | None) -> Pending | None:
    """Convert a row about a waiting text into an object."""
    return (
        None
        if row is None
        else Pending(row.since, row.seen_at, row.tried_at, text=row.text_sha256, reason=row.reason, visits=row.visits)
    )


def note_odd(session: Session, fetch: FetchRow, document: Document, reason: str) -> None:
    """Record that a visit found an odd text. If this text differs from the waiting text, the wait for a second look
    starts again with this text. The maximum waiting time is still counted from the first odd text.
    """
    text, row = text_identity(document), session.get(PendingRow, fetch.policy_id)
    if row is None:
        row = PendingRow(policy_id=fetch.policy_id, since=fetch.started_at, text_sha256="", visits=0)
        session.add(row)
    if row.text_sha256 != text:
        row.fetch_id, row.seen_at, row.text_sha256, row.reason = fetch.id, fetch.started_at, text, reason
    row.tried_at = fetch.started_at
    row.visits += 1


def note_visit(session: Session, fetch: FetchRow) -> None:
    """Record a visit that neither confirms nor refutes the waiting text: the visit failed, or the page was not the
    policy.
    """
    row = session.get(PendingRow, fetch.policy_id)
    if row is not None:
        row.tried_at = fetch.started_at
        row.visits += 1


def settle(session: Session, fetch: FetchRow, document: Document | None = None) -> datetime:
    """End the wait for a second look. Return the time at which the visit's text was first seen."""
    row = session.get(PendingRow, fetch.policy_id)
    if row is None:
        return fetch.started_at
    session.delete(row)
    agrees = document is not None and row.text_sha256 == text_identity(document)
    return row.seen_at if agrees else fetch.started_at


def second_look(policy: PolicyRow | Columns, row: PendingRow | None) -> datetime | None:
    """Return when the second look is due, or None if none is needed.

    After `confirm_max` the visits continue at their usual interval.
    """
    if row is None or row.tried_at - row.since >= timedelta(seconds=policy.confirm_max_seconds):
        return None
    return row.tried_at + timedelta(seconds=policy.confirm_after_seconds)
