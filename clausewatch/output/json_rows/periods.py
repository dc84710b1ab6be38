"""The row of a report about a period."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from clausewatch.output.json_rows.row import Row, stamp_or_none
from clausewatch.output.times import stamp

if TYPE_CHECKING:
    from archive.questions.calendar import CalendarEntry
    from archive.questions.period import PeriodReport, ReportedChange, ReviewerTally
    from archive.questions.watch_gaps import WatchGap


def period_row(report: PeriodReport) -> Row:
    """Return what changed in a period, who reviewed the changes and how soon, and the gaps in watching."""
    return {
        "since": stamp(report.since),
        "until": stamp(report.until),
        "policies": report.policies,
        "checks": dict(report.checks),
        "changes": [_change_row(change) for change in report.changes],
        "versions_left_out": report.versions_left_out,
        "reviewers": [_reviewer_row(tally) for tally in report.reviewers],
        "gaps": [_gap_row(gap) for gap in report.gaps],
        "gaps_left_out": report.gaps_left_out,
    }


def _change_row(reported: ReportedChange) -> Row:
    version = reported.version
    change = version.change
    return {
        "policy": version.policy,
        "version": version.number,
        "change": None if change is None else change.id,
        "seen_at": stamp(version.seen_at),
        "material": change is not None and change.material,
        "severity": None if change is None else change.severity,
        "topics": [] if change is None else list(change.topics),
        "findings": 0 if change is None else len(change.findings),
        "decided": len(reported.decided),
        "waiting": reported.waiting,
        "reviewers": list(reported.reviewers),
        "decided_after_seconds": _seconds(reported.took),
        "due_at": stamp_or_none(reported.due_at),
    }


def _reviewer_row(tally: ReviewerTally) -> Row:
    return {
        "name": tally.name,
        "acknowledged": tally.acknowledged,
        "false_alarms": tally.false_alarms,
        "comments": tally.comments,
        "median_seconds": _seconds(tally.median_time),
    }


def _gap_row(gap: WatchGap) -> Row:
    return {"policy": gap.policy, "since": stamp(gap.since), "until": stamp_or_none(gap.until)}


def _seconds(duration: timedelta | None) -> int | None:
    return None if duration is None else int(duration.total_seconds())


def calendar_row(entry: CalendarEntry) -> Row:
    """Return a day or time of the calendar."""
    return {
        "at": stamp(entry.at),
        "kind": entry.kind,
        "policy": entry.policy,
        "version": entry.version,
        "change": entry.change,
        "seen_at": stamp(entry.seen_at),
    }
