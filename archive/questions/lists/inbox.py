"""Answers which findings wait for a review. They are grouped by change, the worst change first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from archive.model import RecordedFinding, ReviewTimes
from archive.questions.lists.pages import MOST_COUNTED, MOST_ENTRIES, Page, cursor_of, key_of
from archive.recording.reviews import read_reviewable
from archive.storage.database import Archive
from archive.storage.tables import AssignmentRow, FindingRow, PolicyRow, WaitingRow
from archive.storage.version_reader import policy_row, tagged
from differ.model import SEVERITIES, TOPICS, Severity, Timing, watched_topic


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxFilter:
    """Selects a part of the inbox. A field that is None does not limit the selection."""

    topic: str | None = None
    """A topic of findings, for example "retention". Or a watched topic, such as "sharing", which includes several
    topics of findings.
    """
    severity: Severity | None = None
    """Minimum severity."""
    tag: str | None = None
    policy: str | None = None
    language: str | None = None
    """Language of the changed clause."""
    owner: str | None = None
    """Owner of the policy. "" selects policies without an owner."""
    since: datetime | None = None
    """Only changes that were first seen at this time or later."""
    overdue: bool = False
    """Whether only overdue findings are selected."""
    assigned: str | None = None
    """Person to whom the change is assigned. "" selects changes that are assigned to nobody."""


@dataclass(frozen=True, slots=True)
class WaitingFinding:
    """A finding that waits for a review."""

    recorded: RecordedFinding
    due_at: datetime
    """Time until which the finding should be reviewed."""
    overdue: bool


@dataclass(frozen=True, slots=True)
class WaitingChange:
    """A change with findings that wait for a review."""

    change: int
    """Number of the change."""
    policy: str
    version: int
    _: KW_ONLY
    owner: str
    seen_at: datetime
    timing: Timing
    assigned: str
    """Person who is to review the change; "" if it is assigned to nobody."""
    note: str = ""
    """The note of the assignment, or ""."""
    findings: tuple[WaitingFinding, ...]
    """The selected findings that wait. Reviewed findings of the change are left out."""

    @property
    def severity(self) -> Severity:
        """Highest severity of the findings that wait."""
        return min((waiting.recorded.finding.severity for waiting in self.findings), key=SEVERITIES.index)

    @property
    def rank(self) -> int:
        """Position of the highest severity in `SEVERITIES`."""
        return SEVERITIES.index(self.severity)

    @property
    def due_at(self) -> datetime:
        """The earliest time until which a finding should be reviewed."""
        return min(waiting.due_at for waiting in self.findings)

    @property
    def overdue(self) -> bool:
        """Whether a finding is overdue."""
        return any(waiting.overdue for waiting in self.findings)


def review_due(seen_at: datetime, severity: Severity, timing: Timing, times: ReviewTimes) -> datetime:
    """Return the time until which a finding should be reviewed. A policy may state days for a change: the effective
    date, or the end of a notice or objection window. The first of these days after the change was seen is the due date,
    at 0:00 UTC. If there is no such day, the time depends on the severity.
    """
    days = (datetime.combine(day, time(), UTC) for day in (timing.effective, timing.due) if day is not None)
    return min((day for day in days if day > seen_at), default=seen_at + times.of(severity))


def inbox(
    archive: Archive,
    wanted: InboxFilter,
    now: datetime,
    times: ReviewTimes | None = None,
    *,
    after: str | None = None,
    limit: int = MOST_ENTRIES,
) -> Page[WaitingChange]:
    """Return a page of the changes with findings that wait for a review.

    Changes are ordered by the highest severity of these findings. Changes with the same highest severity are ordered by
    age, the oldest first. `limit` is the maximum number of changes. The page's `count` is the number of findings, not
    of changes. Raises UnknownPolicyError, UnknownTagError, InvalidCursorError.
    """
    start = (0, 0) if after is None else key_of(after, (int, int))
    with archive.reading() as session:
        selection = _Selection(session, wanted, now, times or ReviewTimes())
        keys = selection.keys(int(start[0]), int(start[1]), limit + 1)
        changes = selection.changes([change for _, change in keys[:limit]])
        count = selection.count(MOST_COUNTED + 1)
    following = cursor_of(keys[limit - 1]) if len(keys) > limit else None
    return Page(changes, following, count=min(count, MOST_COUNTED), counted_all=count <= MOST_COUNTED)


Place = tuple[int, int]
"""The place of a change in the inbox: the position of its highest severity in `SEVERITIES`, and its number."""


@dataclass(frozen=True, slots=True)
class InboxNeighbours:
    """The places of the changes before and after a place in the inbox. A field is None if there is no such change."""

    previous: Place | None
    next: Place | None


def inbox_neighbours(archive: Archive, wanted: InboxFilter, place: Place, now: datetime) -> InboxNeighbours:
    """Return the changes before and after a place in the inbox. The change at this place may have been reviewed
    meanwhile. Raises UnknownPolicyError, UnknownTagError.
    """
    with archive.reading() as session:
        selection = _Selection(session, wanted, now, ReviewTimes())
        following = selection.keys(*place, 1)
        return InboxNeighbours(selection.key_before(*place), following[0] if following else None)


class _Selection:
    """The findings that a question selects. All methods use the same transaction."""

    def __init__(self, session: Session, wanted: InboxFilter, now: datetime, times: ReviewTimes) -> None:
        self.session, self.wanted, self.now, self.times = session, wanted, now, times
        self.policy = None if wanted.policy is None else policy_row(session, wanted.policy).id
        self.tagged = None if wanted.tag is None else tagged(session, wanted.tag)

    def count(self, most: int) -> int:
        """Return the number of selected findings. Counting stops at `most`."""
        query = select(WaitingRow.finding_id).where(*self._conditions(WaitingRow)).limit(most)
        return self.session.scalar(select(func.count()).select_from(query.subquery())) or 0

    def keys(self, rank: int, last: int, most: int) -> list[tuple[int, int]]:
        """Return the highest rank and the number of each selected change, in the order of the inbox. Begin after the
        change with the number `last` and the rank `rank`. Return at most `most` changes.
        """
        keys: list[tuple[int, int]] = []
        for place in range(max(rank, 0), len(SEVERITIES)):
            query = self._changes_of(place).order_by(WaitingRow.change_id)
            if place == rank:
                query = query.where(WaitingRow.change_id > last)
            keys += [(place, change) for change in self.session.scalars(query.limit(most - len(keys)))]
            if len(keys) == most:
                break
        return keys

    def key_before(self, rank: int, first: int) -> Place | None:
        """Return the last selected change before the change `first`. `rank` is the rank of the change `first`."""
        for place in range(min(rank, len(SEVERITIES) - 1), -1, -1):
            query = self._changes_of(place).order_by(WaitingRow.change_id.desc())
            if place == rank:
                query = query.where(WaitingRow.change_id < first)
            change = self.session.scalar(query.limit(1))
            if change is not None:
                return place, change
        return None

    def _changes_of(self, rank: int) -> Select[Any]:
        """Select the numbers of the selected changes that have this rank and no finding of a higher rank."""
        query = select(WaitingRow.change_id).where(WaitingRow.rank == rank, *self._conditions(WaitingRow))
        return query.where(~self._has_worse(rank)).distinct()

    def changes(self, ids: list[int]) -> tuple[WaitingChange, ...]:
        """Return the changes with these numbers and their selected findings, in the order of `ids`."""
        chosen = select(WaitingRow.finding_id).where(WaitingRow.change_id.in_(ids), *self._conditions(WaitingRow))
        assigned = select(AssignmentRow).where(AssignmentRow.change_id.in_(ids))
        assignments = {row.change_id: row for row in self.session.scalars(assigned)}
        findings = defaultdict(list)
        for reviewable in read_reviewable(self.session, [FindingRow.id.in_(chosen)]):
            findings[reviewable.change].append(reviewable)
        changes = []
        for change in ids:
            first, note = findings[change][0], assignments.get(change)
            by = None if note is None else note.due_at
            waiting = []
            for each in findings[change]:
                recorded = each.recorded
                due_at = by or review_due(each.seen_at, recorded.finding.severity, each.timing, self.times)
                waiting.append(WaitingFinding(recorded, due_at, due_at <= self.now))
            changes.append(
                WaitingChange(
                    change,
                    first.policy,
                    first.version,
                    owner=first.owner,
                    seen_at=first.seen_at,
                    timing=first.timing,
                    assigned="" if note is None else note.person,
                    note="" if note is None else note.text,
                    findings=tuple(waiting),
                )
            )
        return tuple(changes)

    def _has_worse(self, rank: int) -> ColumnElement[bool]:
        """Whether the same change also has a selected finding with a higher severity."""
        other = aliased(WaitingRow)
        worse = select(other.finding_id).where(other.change_id == WaitingRow.change_id, other.rank < rank)
        return worse.where(*self._conditions(other)).correlate(WaitingRow).exists()

    def _conditions(self, row: type[WaitingRow]) -> list[ColumnElement[bool]]:
        wanted = self.wanted
        conditions = [*self._about_policies(row)]
        if wanted.topic is not None:
            fine = [topic for topic in TOPICS if wanted.topic in (topic, watched_topic(topic))]
            conditions.append(row.topic.in_(fine or [wanted.topic]))
        if wanted.severity is not None:
            conditions.append(row.rank <= SEVERITIES.index(wanted.severity))
        if wanted.language is not None:
            conditions.append(row.language == wanted.language)
        if wanted.since is not None:
            conditions.append(row.seen_at >= wanted.since)
        if wanted.assigned is not None:
            conditions.append(self._assigned(row, wanted.assigned))
        if wanted.overdue:
            conditions.append(self._overdue(row))
        return conditions

    def _about_policies(self, row: type[WaitingRow]) -> Iterator[ColumnElement[bool]]:
        if self.policy is not None:
            yield row.policy_id == self.policy
        if self.tagged is not None:
            yield row.policy_id.in_(self.tagged)
        if self.wanted.owner is not None:
            yield row.policy_id.in_(select(PolicyRow.id).where(PolicyRow.owner == self.wanted.owner))

    def _assigned(self, row: type[WaitingRow], person: str) -> ColumnElement[bool]:
        if person:
            return row.change_id.in_(select(AssignmentRow.change_id).where(AssignmentRow.person == person))
        return row.change_id.not_in(select(AssignmentRow.change_id).where(AssignmentRow.person != ""))

    def _overdue(self, row: type[WaitingRow]) -> ColumnElement[bool]:
        """Whether a finding is overdue; see `review_due`."""
        set_day = select(AssignmentRow.due_at).where(AssignmentRow.change_id == row.change_id).correlate(row)
        day = func.coalesce(set_day.scalar_subquery(), row.stated_due)
        late = (
            and_(row.rank == rank, row.seen_at <= self.now - self.times.of(severity))
            for rank, severity in enumerate(SEVERITIES)
        )
        return or_(day <= self.now, and_(day.is_(None), or_(*late)))
