"""The page with the report of a period: what changed, who decided, how soon, and gaps in watching."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request, Response

from archive.access.log import note_access
from archive.model import Query as Selection
from archive.questions.period import MOST_CHANGES, PeriodReport, period_report
from clausewatch.desk.doors import Reader
from clausewatch.desk.entry import desk_of
from clausewatch.desk.rendering import download, page
from clausewatch.exports.period_report import period_tables, report_summary, report_title, write_report_csv
from clausewatch.output import html

router = APIRouter(include_in_schema=False)

ROWS = 200
"""Maximum number of rows in each table of the page. The files have more."""
USUAL = timedelta(days=30)
"""Length of the period if the address has no days."""

ReportFile = Literal["html", "changes", "reviewers", "gaps"]
FILES: tuple[ReportFile, ...] = ("html", "changes", "reviewers", "gaps")
"""The files that can be downloaded: the whole report as a page, and each table for a spreadsheet."""

Word = Annotated[str, Query(max_length=300)]
FormWord = Annotated[str, Form(max_length=300)]


@dataclass(frozen=True, slots=True)
class Period:
    """The days and the policies of a report."""

    since: date
    until: date
    policy: str
    tag: str

    @property
    def problem(self) -> str:
        """The key of the phrase that says why there is no report, or ""."""
        today = datetime.now(UTC).date()
        if self.policy and self.tag:
            return "both"
        return "order" if self.since > self.until or self.since > today else ""

    def report(self, request: Request, now: datetime, *, limit: int) -> PeriodReport:
        """Return the report. The period ends at the end of its last day in UTC."""
        desk = desk_of(request)
        wanted = Selection(
            self.policy or None,
            since=datetime.combine(self.since, time.min, UTC),
            until=datetime.combine(self.until, time.max, UTC),
            tag=self.tag or None,
        )
        return period_report(desk.archive.reader, wanted, now, desk.configuration.review_times, limit=limit)


@router.get("/report")
def show(
    request: Request,
    visitor: Reader,
    since: date | None = None,
    until: date | None = None,
    policy: Word = "",
    tag: Word = "",
) -> Response:
    """Show the report of a period. Without days in the address, the period is the last 30 days."""
    now = datetime.now(UTC)
    last = until or now.date()
    period = Period(since or _back(last, USUAL), last, policy.strip(), tag.strip())
    report = None if period.problem else period.report(request, now, limit=ROWS)
    return page(
        request,
        visitor,
        "report.html",
        status=422 if period.problem else 200,
        period=period,
        report=report,
        now=now,
        rows=ROWS,
        presets=presets(now.date()),
        files=FILES,
    )


@router.post("/report/file")
def write_file(
    request: Request,
    visitor: Reader,
    since: Annotated[date, Form()],
    until: Annotated[date, Form()],
    form: Annotated[ReportFile, Form()],
    policy: FormWord = "",
    tag: FormWord = "",
) -> Response:
    """Return the report as a file, as `clausewatch report` writes it. The access log notes who took it."""
    now, period = datetime.now(UTC), Period(since, until, policy, tag)
    if period.problem:
        return show(request, visitor, since, until, policy, tag)
    report = period.report(request, now, limit=MOST_CHANGES)
    tables, name = period_tables(report, now), f"report-{since}-{until}"
    note_access(desk_of(request).archive.writer, now, visitor.name, "export", about=f"{name} {form}")
    if form == "html":
        title, summary = report_title(report), report_summary(report)
        whole = html.page("report.html", title=title, summary=summary, tables=tables.values())
        return download(whole.encode(), f"{name}.html", "text/html; charset=utf-8")
    target = io.StringIO(newline="")
    write_report_csv(tables[form], target)
    return download(target.getvalue().encode("utf-8-sig"), f"{name}-{form}.csv", "text/csv; charset=utf-8")


def presets(today: date) -> dict[str, tuple[date, date]]:
    """Return periods that people often need, by the key of their phrase: the last complete month and quarter, and the
    present year.
    """
    month = today.replace(day=1)
    quarter = month.replace(month=month.month - (month.month - 1) % 3)
    return {
        "month": (_back(month, timedelta(days=1)).replace(day=1), _back(month, timedelta(days=1))),
        "quarter": (_back(quarter, timedelta(days=80)).replace(day=1), _back(quarter, timedelta(days=1))),
        "year": (today.replace(month=1, day=1), today),
    }


def _back(day: date, by: timedelta) -> date:
    """Return an earlier day, but not a day before the first day that a computer can count."""
    return day - by if day - date.min > by else date.min
