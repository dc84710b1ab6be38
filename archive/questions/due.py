"""Answers which policies the next run would check, and in which order. Nothing is recorded."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from archive.model import Policy
from archive.questions.status import OVERDUE_SHARE
from archive.recording.policies import TIMES, fetched_policies, is_due_at, next_check, next_due, visit_asked
from archive.recording.second_looks import second_look
from archive.storage.database import Archive
from archive.storage.tables import PendingRow, PolicyRow


@dataclass(frozen=True, slots=True)
class PlannedCheck:
    """A policy that a run would check."""

    policy: Policy
    tried_at: datetime | None
    """Start of the last run that tried the policy. None if the policy was never tried."""
    due_at: datetime | None = None
    """Time at which the check is due. None if it is due at once."""
    second_look: bool = False
    """Whether the check is due earlier than usual, because an odd change is waiting for a second look."""


def never_tried(policies: Iterable[Policy]) -> tuple[PlannedCheck, ...]:
    """Return the checks of a first run, when there is no archive yet."""
    return tuple(PlannedCheck(policy, None) for policy in policies if not policy.paused)


def planned_checks(
    archive: Archive, policies: Iterable[Policy], now: datetime, selected: Collection[str] | None = None
) -> tuple[PlannedCheck, ...]:
    """Return the checks that a run would make now, in its order. Policies that were never tried come first. The other
    policies follow, the longest waiting policy first. `policies` are the configured policies, and the archive may not
    know some of them yet. `selected` has the names of the policies to check, even if they are not due. If it is None,
    the policies that are due are returned. Paused policies are left out.
    """
    with archive.reading() as session:
        rows = {row.name: row for row in session.scalars(select(PolicyRow))}
        looks = {row.policy_id: row for row in session.scalars(select(PendingRow))}
    checks = []
    for policy in policies:
        row = rows.get(policy.name) or rows.get(policy.renamed_from or "")
        check = PlannedCheck(policy, None) if row is None else _check(policy, row, looks.get(row.id))
        is_wanted = _is_due(check, now) if selected is None else policy.name in selected
        if is_wanted and not policy.paused:
            checks.append(check)
    if selected is None:  # with a selection, a run keeps the order of the configuration
        checks.sort(key=lambda check: (check.tried_at is not None, check.tried_at))
    return tuple(checks)


def _check(policy: Policy, row: PolicyRow, waiting: PendingRow | None) -> PlannedCheck:
    usual, sooner, asked = next_due(row.tried_at, policy.every), second_look(row, waiting), visit_asked(row)
    if usual is not None and sooner is not None and sooner < min(usual, asked or usual):
        return PlannedCheck(policy, row.tried_at, sooner, second_look=True)
    return PlannedCheck(policy, row.tried_at, usual if usual is None or asked is None else min(usual, asked))


def _is_due(check: PlannedCheck, now: datetime) -> bool:
    return is_due_at(check.due_at, check.tried_at, now)


@dataclass(frozen=True, slots=True)
class NextTimes:
    """The earliest times at which a fetched policy becomes due and overdue, if no run checks it earlier."""

    due: datetime | None
    """Time at which the first policy is due. None if no policy is fetched."""
    overdue: datetime | None
    """Time at which the first policy is overdue. None if no policy is fetched."""


def next_times(archive: Archive) -> NextTimes:
    """Return the earliest time at which a policy is due, and the earliest time at which a policy is overdue. A policy
    that was never tried has been due since it was added.
    """
    with archive.reading() as session:
        rows = session.execute(fetched_policies().with_only_columns(*TIMES)).all()
        looks = {row.policy_id: row for row in session.scalars(select(PendingRow))}
    due = [next_check(row, looks.get(row.id)) or row.created_at for row in rows]
    overdue = [(row.tried_at or row.created_at) + OVERDUE_SHARE * timedelta(seconds=row.every_seconds) for row in rows]
    return NextTimes(min(due, default=None), min(overdue, default=None))
