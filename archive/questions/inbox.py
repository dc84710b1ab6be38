"""Answers which findings wait for a review. They are grouped by change, the worst change first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass
from datetime import UTC, datetime, time
from itertools import groupby

from archive.model import RecordedFinding, ReviewTimes
from archive.questions.pages import MOST_ENTRIES, Key, Page, cursor_of, key_of
from archive.recording.reviews import Reviewable, unreviewed
from archive.storage.database import Archive
from archive.storage.version_reader import policy_row, tagged
from differ.model import SEVERITIES, Severity, Timing, watched_topic


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxFilter:
    """Selects a part of the inbox. A field with None selects everything."""

    topic: str | None = None
    """A fine topic or a watched topic. A watched topic includes its fine topics."""
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


@dataclass(frozen=True, slots=True)
class WaitingFinding:
    """A finding that nobody has reviewed."""

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
    findings: tuple[WaitingFinding, ...]
    """The selected findings that wait. Reviewed findings of the change are left out."""

    @property
    def severity(self) -> Severity:
        """Highest severity of the findings that wait."""
        return min((waiting.recorded.finding.severity for waiting in self.findings), key=SEVERITIES.index)

    @property
    def due_at(self) -> datetime:
        """Time until which the first finding should be reviewed."""
        return min(waiting.due_at for waiting in self.findings)

    @property
    def overdue(self) -> bool:
        """Whether a finding is overdue."""
        return any(waiting.overdue for waiting in self.findings)


def review_due(seen_at: datetime, severity: Severity, timing: Timing, times: ReviewTimes) -> datetime:
    """Return until when a finding should be reviewed.

    This is the earliest day that the policy states for the change: the effective date, or the end of a notice or
    objection window. The day begins at 0:00 UTC. If the policy states no day after the change was seen, the time
    follows from the severity.
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
    """Return a page of the changes with findings that wait for a review. Changes are ordered by the highest severity of
    these findings. In each severity, the oldest change comes first. `limit` is the maximum number of changes.

    Raises UnknownPolicyError, UnknownTagError, InvalidCursorError.
    """
    start = (-1, 0) if after is None else key_of(after, (int, int))
    _require_known(archive, wanted)
    waiting = sorted(unreviewed(archive, wanted.policy), key=lambda finding: (finding.change, finding.recorded.id))
    changes = [
        change
        for _, findings in groupby(waiting, key=lambda finding: finding.change)
        if (change := _change(list(findings), wanted, now, times or ReviewTimes())) is not None
    ]
    changes.sort(key=_key)
    following = [change for change in changes if _key(change) > start]
    page = following[:limit]
    more = len(following) > limit
    return Page(tuple(page), cursor_of(_key(page[-1])) if more else None, count=len(changes))


def _key(change: WaitingChange) -> Key:
    return SEVERITIES.index(change.severity), change.change


def _require_known(archive: Archive, wanted: InboxFilter) -> None:
    with archive.reading() as session:
        if wanted.policy is not None:
            policy_row(session, wanted.policy)
        if wanted.tag is not None:
            tagged(session, wanted.tag)


def _change(findings: list[Reviewable], wanted: InboxFilter, now: datetime, times: ReviewTimes) -> WaitingChange | None:
    first = findings[0]
    if wanted.owner not in (None, first.owner) or (wanted.tag is not None and wanted.tag not in first.tags):
        return None
    if wanted.since is not None and first.seen_at < wanted.since:
        return None
    waiting = tuple(_waiting(findings, now, times))
    chosen = tuple(finding for finding in waiting if _is_wanted(finding, wanted))
    if not chosen:
        return None
    return WaitingChange(
        first.change,
        first.policy,
        first.version,
        owner=first.owner,
        seen_at=first.seen_at,
        timing=first.timing,
        findings=chosen,
    )


def _waiting(findings: Iterable[Reviewable], now: datetime, times: ReviewTimes) -> Iterable[WaitingFinding]:
    for finding in findings:
        due_at = review_due(finding.seen_at, finding.recorded.finding.severity, finding.timing, times)
        yield WaitingFinding(finding.recorded, due_at, due_at <= now)


def _is_wanted(waiting: WaitingFinding, wanted: InboxFilter) -> bool:
    finding = waiting.recorded.finding
    if wanted.topic is not None and wanted.topic not in (finding.topic, watched_topic(finding.topic)):
        return False
    if wanted.severity is not None and SEVERITIES.index(finding.severity) > SEVERITIES.index(wanted.severity):
        return False
    return wanted.language in (None, finding.language) and (waiting.overdue or not wanted.overdue)
