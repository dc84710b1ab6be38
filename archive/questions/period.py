"""Reports on a period: what changed, who reviewed the changes and how soon, and when policies were not watched."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from archive.model import Query, RecordedFinding, ReviewTimes, Version
from archive.questions.history import count_versions, history
from archive.questions.lists.inbox import review_due
from archive.questions.watch_gaps import WatchGap, watch_gaps
from archive.storage.database import Archive
from archive.storage.tables import (
    ChangeRow,
    FetchRow,
    FindingRow,
    PolicyRow,
    ReviewRow,
    VersionRow,
    WaitingRow,
)
from archive.storage.version_reader import policy_row, tagged

MOST_CHANGES = 10_000
"""Default maximum number of versions, and of gaps, in a report."""


@dataclass(frozen=True, slots=True)
class ReportedChange:
    """A change that was first seen in the period."""

    version: Version
    """The version with its change."""
    decided: tuple[RecordedFinding, ...]
    """The findings with a verdict."""
    waiting: int
    """Number of findings that still wait for a review."""
    due_at: datetime | None
    """The earliest time until which a waiting finding should be reviewed. None if no finding waits."""

    @property
    def reviewers(self) -> tuple[str, ...]:
        """The people who gave the counting verdicts, in the order of the verdicts."""
        verdicts = [finding.verdict for finding in self.decided if finding.verdict is not None]
        return tuple(dict.fromkeys(verdict.by for verdict in sorted(verdicts, key=lambda verdict: verdict.at)))

    @property
    def took(self) -> timedelta | None:
        """Time from the visit that first saw the change to the last verdict. None if there is no verdict."""
        times = [finding.verdict.at for finding in self.decided if finding.verdict is not None]
        return max(times) - self.version.seen_at if times else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerTally:
    """The reviews that one person made in the period."""

    name: str
    acknowledged: int
    false_alarms: int
    comments: int
    median_time: timedelta | None
    """Median time from the visit that first saw a change to the person's verdict. None if there is no verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodReport:
    """The report of a period."""

    since: datetime
    until: datetime
    policies: int
    """Number of policies that were watched at some time of the period."""
    checks: Mapping[str, int]
    """Number of visits by outcome."""
    changes: tuple[ReportedChange, ...]
    """The changes, by policy and version."""
    versions_left_out: int
    """Number of versions that the report leaves out because of its limit. The oldest versions are left out."""
    reviewers: tuple[ReviewerTally, ...]
    """The reviewers by name."""
    gaps: tuple[WatchGap, ...]
    """The gaps by policy and time."""
    gaps_left_out: int
    """Number of further gaps, which the report leaves out because of its limit."""


def period_report(
    archive: Archive, wanted: Query, now: datetime, times: ReviewTimes | None = None, *, limit: int = MOST_CHANGES
) -> PeriodReport:
    """Return the report of a period, from `wanted.since` to `wanted.until`. `wanted` can limit the report to a policy
    or a tag.

    Raises UnknownPolicyError, UnknownTagError.
    """
    if wanted.since is None or wanted.until is None:
        raise ValueError("a report needs the begin and the end of its period")
    since, until = wanted.since, min(wanted.until, now)
    query = Query(wanted.policy, since=since, until=until, tag=wanted.tag, limit=limit)
    versions = history(archive, query)
    with archive.reading() as session:
        policies = _among(session, wanted)
        changes = _changes(session, versions, times or ReviewTimes())
        reviewers = _reviewers(session, policies, since, until)
        gaps = watch_gaps(session, policies, since, until, limit=limit)
        checks = _checks(session, policies, since, until)
        watched = (PolicyRow.created_at <= until) & (PolicyRow.retired_at.is_(None) | (PolicyRow.retired_at > since))
        counted = select(func.count()).select_from(PolicyRow).where(_is_among(PolicyRow.id, policies), watched)
        count = session.scalar(counted) or 0
    return PeriodReport(
        since=since,
        until=until,
        policies=count,
        checks=checks,
        changes=changes,
        versions_left_out=count_versions(archive, query) - len(versions),
        reviewers=reviewers,
        gaps=gaps.listed,
        gaps_left_out=gaps.left_out,
    )


def _among(session: Session, wanted: Query) -> list[int] | None:
    """Return the numbers of the report's policies. None stands for all policies."""
    if wanted.policy is not None:
        return [policy_row(session, wanted.policy).id]
    return None if wanted.tag is None else tagged(session, wanted.tag)


def _is_among(
    policy: ColumnElement[int] | InstrumentedAttribute[int], policies: list[int] | None
) -> ColumnElement[bool]:
    return true() if policies is None else policy.in_(policies)


def _changes(session: Session, versions: Sequence[Version], times: ReviewTimes) -> tuple[ReportedChange, ...]:
    """Return the changes that led to these versions. First versions have no change and are left out."""
    first = min((version.change.id for version in versions if version.change is not None), default=0)
    listed = set(session.scalars(select(WaitingRow.finding_id).where(WaitingRow.change_id >= first)))
    return tuple(_change(version, listed, times) for version in versions if version.change is not None)


def _change(version: Version, listed: set[int], times: ReviewTimes) -> ReportedChange:
    findings = version.change.findings if version.change is not None else ()
    waiting = [recorded.finding for recorded in findings if recorded.id in listed]
    timing = version.change.timing if version.change is not None else None
    due = [review_due(version.seen_at, finding.severity, timing, times) for finding in waiting if timing is not None]
    decided = tuple(recorded for recorded in findings if recorded.verdict is not None)
    return ReportedChange(version, decided, len(waiting), min(due, default=None))


def _reviewers(
    session: Session, policies: list[int] | None, since: datetime, until: datetime
) -> tuple[ReviewerTally, ...]:
    query = (
        select(ReviewRow.by, ReviewRow.kind, ReviewRow.at, VersionRow.seen_at)
        .join(FindingRow, FindingRow.id == ReviewRow.finding_id)
        .join(ChangeRow, ChangeRow.id == FindingRow.change_id)
        .join(VersionRow, VersionRow.id == ChangeRow.version_id)
        .where(_is_among(VersionRow.policy_id, policies), ReviewRow.at >= since, ReviewRow.at <= until)
    )
    kinds: defaultdict[str, Counter[str]] = defaultdict(Counter)
    spent: defaultdict[str, list[float]] = defaultdict(list)
    for name, kind, at, seen_at in session.execute(query):
        kinds[name][kind] += 1
        if kind in ("acknowledge", "false-alarm"):
            spent[name].append((at - seen_at).total_seconds())
    return tuple(
        ReviewerTally(
            name=name,
            acknowledged=counts["acknowledge"],
            false_alarms=counts["false-alarm"],
            comments=counts["comment"],
            median_time=timedelta(seconds=median(spent[name])) if spent[name] else None,
        )
        for name, counts in sorted(kinds.items())
    )


def _checks(session: Session, policies: list[int] | None, since: datetime, until: datetime) -> dict[str, int]:
    """Return the number of visits by outcome. A visit that found the first version of a policy is "first seen"."""
    query = select(FetchRow.outcome, func.count()).select_from(FetchRow)
    query = query.where(
        _is_among(FetchRow.policy_id, policies), FetchRow.started_at >= since, FetchRow.started_at <= until
    )
    counts: dict[str, int] = dict(session.execute(query.group_by(FetchRow.outcome).order_by(FetchRow.outcome)).all())
    firsts = query.with_only_columns(func.count()).join(VersionRow, VersionRow.fetch_id == FetchRow.id)
    first = session.scalar(firsts.where(VersionRow.number == 1, FetchRow.outcome == "changed")) or 0
    counts = {**({"first seen": first} if first else {}), **counts, "changed": counts.get("changed", 0) - first}
    return {outcome: count for outcome, count in counts.items() if count}
