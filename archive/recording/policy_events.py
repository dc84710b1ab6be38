"""Records what became of the list of policies: added, removed, renamed. News for their subscribers, not evidence."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from archive.storage.tables import PolicyEventRow, PolicyRow

PolicyEventKind = Literal["added", "removed", "returned", "renamed", "paused", "resumed"]
POLICY_EVENT_KINDS: tuple[PolicyEventKind, ...] = ("added", "removed", "returned", "renamed", "paused", "resumed")
"""Events in the list of policies. `returned`: it is configured again after it was removed."""


def note_policy_events(
    session: Session,
    kind: PolicyEventKind,
    policies: Iterable[tuple[PolicyRow, str]],
    now: datetime,
) -> None:
    """Record an event of some policies, each with its former name, or ""."""
    session.add_all(
        PolicyEventRow(policy_id=row.id, kind=kind, name=row.name, former=former, tags=list(row.tags), at=now)
        for row, former in policies
    )
