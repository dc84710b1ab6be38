"""Formats the report of a period as tables for a terminal, a spreadsheet or a page."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal, TextIO

from archive.questions.period import PeriodReport, ReportedChange
from clausewatch.exports.csv_export import cell
from clausewatch.output.answer_table import AnswerTable
from clausewatch.output.terminal import columns, wrapped
from clausewatch.output.times import day, moment

PeriodTable = Literal["changes", "reviewers", "gaps"]
PERIOD_TABLES: tuple[PeriodTable, ...] = ("changes", "reviewers", "gaps")


def period_tables(report: PeriodReport, now: datetime) -> dict[PeriodTable, AnswerTable]:
    """Return the tables of a report."""
    return {
        "changes": AnswerTable(
            "Changes",
            ("policy", "version", "seen", "severity", "topics", "findings", "decided", "waiting", "by", "after"),
            tuple(_change_cells(change, now) for change in report.changes),
            tuple(_change_remarks(report, now)),
        ),
        "reviewers": AnswerTable(
            "Reviewers",
            ("reviewer", "acknowledged", "false alarms", "comments", "median time"),
            tuple(
                (
                    tally.name,
                    str(tally.acknowledged),
                    str(tally.false_alarms),
                    str(tally.comments),
                    _lasted(tally.median_time),
                )
                for tally in report.reviewers
            ),
            () if report.reviewers else ("Nobody reviewed a finding in this period.",),
        ),
        "gaps": AnswerTable(
            "Gaps in watching",
            ("policy", "last seen", "seen again"),
            tuple(
                (gap.policy, moment(gap.since), "not in this period" if gap.until is None else moment(gap.until))
                for gap in report.gaps
            ),
            tuple(_gap_remarks(report)),
        ),
    }


def report_title(report: PeriodReport) -> str:
    """Return the title of a report."""
    return f"Report from {day(report.since)} to {day(report.until)}"


def report_summary(report: PeriodReport) -> str:
    """Return a sentence with the number of watched policies and of visits."""
    policies = "1 policy" if report.policies == 1 else f"{report.policies:,} policies"
    checks = ", ".join(f"{count:,} {outcome}" for outcome, count in report.checks.items())
    return f"{policies} watched. {sum(report.checks.values()):,} checks{f': {checks}' if checks else ''}."


def report_lines(report: PeriodReport, now: datetime) -> Iterator[str]:
    """Yield the lines of a report for a terminal."""
    yield report_title(report)
    yield from wrapped(report_summary(report))
    for table in period_tables(report, now).values():
        yield from ("", f"{table.title}:")
        for remark in table.remarks:
            yield from wrapped(remark, "  ", "  ")
        if table.rows:
            headings = tuple(name.upper() for name in table.headings)
            yield from (f"  {line}" for line in columns([headings, *table.rows]))


def write_report_csv(table: AnswerTable, target: TextIO) -> None:
    """Write one table of a report for a spreadsheet."""
    csv.writer(target).writerows([[*map(cell, row)] for row in (table.headings, *table.rows)])


def _change_cells(reported: ReportedChange, now: datetime) -> tuple[str, ...]:
    version = reported.version
    change = version.change
    waiting = str(reported.waiting)
    if reported.due_at is not None and reported.due_at <= now:
        waiting = f"{waiting}, overdue since {day(reported.due_at)}"
    return (
        version.policy,
        str(version.number),
        day(version.seen_at),
        (change.severity if change is not None else None) or "not material",
        ", ".join(change.topics) if change is not None else "",
        str(len(change.findings) if change is not None else 0),
        str(len(reported.decided)),
        waiting,
        ", ".join(reported.reviewers),
        _lasted(reported.took),
    )


def _change_remarks(report: PeriodReport, now: datetime) -> Iterator[str]:
    decided = sum(len(change.decided) for change in report.changes)
    waiting = sum(change.waiting for change in report.changes)
    late = sum(change.due_at is not None and change.due_at <= now for change in report.changes)
    changes = "1 change" if len(report.changes) == 1 else f"{len(report.changes):,} changes"
    yield f"{changes}; {decided:,} findings decided, {waiting:,} waiting; {late:,} changes with an overdue review."
    if report.versions_left_out:
        yield f"{report.versions_left_out:,} older versions are left out: raise --limit."


def _gap_remarks(report: PeriodReport) -> Iterator[str]:
    if not report.gaps:
        yield "No policy was unseen for more than a day and twice its interval."
    if report.gaps_left_out:
        yield f"{report.gaps_left_out:,} further gaps are left out: raise --limit, or choose a policy or a tag."


def _lasted(duration: timedelta | None) -> str:
    """Return a duration in days and hours, or in minutes if it is shorter than an hour."""
    if duration is None:
        return ""
    hours = int(duration.total_seconds()) // 3600
    if hours < 1:
        return f"{int(duration.total_seconds()) // 60} min"
    return f"{hours // 24} d {hours % 24} h" if hours >= 24 else f"{hours} h"
