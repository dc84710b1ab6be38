"""Maintains a list of the findings that wait for a review. The list follows from findings, alerts and reviews. It is
stored so that the inbox need not search all findings.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, case, delete, event, func, insert, or_, select
from sqlalchemy.orm import Session, aliased

from archive.storage.evidence_rows import BATCH
from archive.storage.tables import (
    IS_STEP,
    AlertRow,
    ChangeRow,
    FindingRow,
    NetChangeRow,
    ReviewRow,
    StatedDayRow,
    VersionRow,
    WaitingRow,
)
from differ.model import SEVERITIES, Timing


def stated_days(change: int, timing: Timing) -> Iterator[StatedDayRow]:
    """Return the rows for the days that a policy states for a change."""
    for kind, day in (("effective", timing.effective), ("due", timing.due)):
        if day is not None:
            yield StatedDayRow(change_id=change, kind=kind, day=datetime.combine(day, time(), UTC))


@dataclass
class WaitingList:
    """Notes what a session writes about findings, and updates the list before the commit. So code that records changes,
    alerts and reviews need not know about the list.
    """

    session: Session
    _changes: set[int] = field(default_factory=set)
    """Changes with new findings."""
    _alerted: set[int] = field(default_factory=set)
    """Findings with new alerts."""
    _reviewed: set[int] = field(default_factory=set)
    """Findings with new reviews."""

    def __post_init__(self) -> None:
        event.listen(self.session, "after_flush", self._note)

    def settle(self) -> None:
        """Update the list. Call this before the rows are sealed."""
        self.session.flush()
        for findings in _parts(self._alerted):
            query = select(FindingRow.change_id).where(FindingRow.id.in_(findings), FindingRow.material.is_(False))
            self._changes.update(self.session.scalars(query))
        for changes in _parts(self._changes):
            self._refresh(WaitingRow.change_id.in_(changes), FindingRow.change_id.in_(changes))
        # If a finding is marked as a false alarm, other findings of the policy may repeat it.
        for policies in _parts(set(chain.from_iterable(map(self._policies, _parts(self._reviewed))))):
            self._refresh(WaitingRow.policy_id.in_(policies), VersionRow.policy_id.in_(policies))

    def _note(self, session: Session, _: object) -> None:
        for row in session.new:
            if isinstance(row, FindingRow):
                self._changes.add(row.change_id)
            elif isinstance(row, AlertRow):
                self._alerted.add(row.finding_id)
            elif isinstance(row, ReviewRow) and row.kind != "comment":
                self._reviewed.add(row.finding_id)

    def _policies(self, findings: Sequence[int]) -> Iterable[int]:
        query = select(VersionRow.policy_id).join(ChangeRow, ChangeRow.version_id == VersionRow.id)
        query = query.join(FindingRow, FindingRow.change_id == ChangeRow.id).where(FindingRow.id.in_(findings))
        return self.session.scalars(query)

    def _refresh(self, listed: ColumnElement[bool], findings: ColumnElement[bool]) -> None:
        columns = [column.name for column in WaitingRow.__table__.c]
        self.session.execute(delete(WaitingRow).where(listed))
        self.session.execute(insert(WaitingRow).from_select(columns, waiting_findings(findings)))


def _parts(ids: Collection[int]) -> Iterator[Sequence[int]]:
    """Divide ids into parts that fit into a statement."""
    ordered = sorted(ids)
    return (ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH))


def waiting_findings(condition: ColumnElement[bool]) -> Select[Any]:
    """Select the rows of findings that wait. `condition` may be about findings and versions. A finding waits if it is
    material or was sent to somebody, and if it has no verdict that counts. There are three exceptions. A finding of a
    net change does not wait, because it repeats findings of the changes that the net change combines. A finding that
    repeats a false alarm does not wait. And a finding does not wait if somebody acknowledged the same edit in a net
    change.
    """
    alerted = select(AlertRow.id).where(AlertRow.finding_id == FindingRow.id).correlate(FindingRow).exists()
    stated = select(func.min(StatedDayRow.day)).where(
        StatedDayRow.change_id == FindingRow.change_id, StatedDayRow.day > VersionRow.seen_at
    )
    rank = case({severity: rank for rank, severity in enumerate(SEVERITIES)}, value=FindingRow.severity)
    return (
        select(FindingRow.id, FindingRow.change_id, VersionRow.policy_id, rank, FindingRow.topic, FindingRow.language)
        .add_columns(VersionRow.seen_at, stated.correlate(FindingRow, VersionRow).scalar_subquery())
        .join(ChangeRow, ChangeRow.id == FindingRow.change_id)
        .join(VersionRow, VersionRow.id == ChangeRow.version_id)
        .where(condition, or_(FindingRow.material, alerted), IS_STEP)
        .where(func.coalesce(_verdict(FindingRow), "take-back") == "take-back", ~_repeats_false_alarm())
        .where(~_acknowledged_in_net())
    )


def _verdict(finding: type[FindingRow]) -> ScalarSelect[str]:
    """Select the kind of a finding's last review. Comments do not count."""
    last = select(ReviewRow.kind).where(ReviewRow.finding_id == finding.id, ReviewRow.kind != "comment")
    return last.order_by(ReviewRow.id.desc()).limit(1).correlate(finding).scalar_subquery()


def _repeats_false_alarm() -> ColumnElement[bool]:
    """Whether the policy has another finding with the same rule and words that is a false alarm."""
    other, version = aliased(FindingRow), aliased(VersionRow)
    query = _alike(other, version).where(_verdict(other) == "false-alarm")
    return query.correlate(FindingRow, VersionRow).exists()


def _acknowledged_in_net() -> ColumnElement[bool]:
    """Whether somebody acknowledged a finding with the same rule and words in a net change. The net change must contain
    the finding's change.
    """
    other, version, earlier = aliased(FindingRow), aliased(VersionRow), aliased(VersionRow)
    query = (
        _alike(other, version)
        .join(NetChangeRow, NetChangeRow.change_id == other.change_id)
        .join(earlier, earlier.id == NetChangeRow.earlier_id)
        .where(earlier.number < VersionRow.number, VersionRow.number <= version.number)
        .where(_verdict(other) == "acknowledge")
    )
    return query.correlate(FindingRow, VersionRow).exists()


def _alike(other: type[FindingRow], version: type[VersionRow]) -> Select[int]:
    """Select other findings of the policy with the same rule and words, and the versions of their changes."""
    change = aliased(ChangeRow)
    same = and_(other.rule == FindingRow.rule, other.before == FindingRow.before, other.after == FindingRow.after)
    return (
        select(other.id)
        .join(change, change.id == other.change_id)
        .join(version, version.id == change.version_id)
        .where(version.policy_id == VersionRow.policy_id, same, other.id != FindingRow.id)
    )
