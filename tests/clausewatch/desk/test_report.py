"""Tests the page with the report of a period, and its files."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta

from archive.access.log import accesses
from clausewatch.desk.pages.report import presets
from tests.clausewatch.desk.conftest import COUNTS
from tests.clausewatch.desk.running import BEGAN, Opened

MARCH = {"since": "2026-03-01", "until": "2026-03-31"}


def address(**more: str) -> str:
    return "/report?" + "&".join(f"{name}={value}" for name, value in (MARCH | more).items())


def test_a_report_says_what_changed_who_decided_and_when_nobody_watched(desk: Opened) -> None:
    officer = desk.session("reviewer")
    desk.post(officer, "/reviews", kind="acknowledge", finding=["1:0", "2:0"])
    page = desk.get(officer, address()).text
    assert "Report from 1 March 2026 to 31 March 2026" in page
    assert "8 policies were watched." in page
    assert "16 visits: 8 first seen, 8 changed." in page
    assert "2 findings were decided." in page
    assert "18 findings wait for a review." in page
    assert '<a href="/changes/1">Teahouse, version 2</a>' in page
    assert "2 / 3" in page
    days = (datetime.now(UTC) - BEGAN - timedelta(hours=1)).days
    assert f">{days} days<" in page  # the median of the reviewer
    assert "not seen again in this period" in page
    only = desk.get(officer, address(policy="Bakery")).text
    assert "1 policy was watched." in only
    assert "Teahouse" not in only


def test_a_report_of_an_impossible_period_says_why_there_is_no_report(desk: Opened) -> None:
    reader = desk.session("reader")
    late = desk.get(reader, "/report?since=2026-04-01&until=2026-03-01")
    assert late.status_code == 422
    assert "must not be after the last day" in late.text
    assert desk.get(reader, "/report?since=2999-01-01&until=2999-02-01").status_code == 422
    assert "not both" in desk.get(reader, address(policy="Bakery", tag="vendor")).text
    assert desk.get(reader, address(policy="Backery")).status_code == 404
    assert desk.get(reader, "/report?since=soon").status_code == 422
    for day in ("0001-01-01", "9999-12-31"):
        assert desk.get(reader, f"/report?until={day}").status_code in (200, 422), day
        assert desk.get(reader, f"/report?since={day}").status_code in (200, 422), day


def test_the_files_of_a_report_are_those_of_the_command(desk: Opened) -> None:
    reader = desk.session("reader")
    whole = desk.post(reader, "/report/file", form="html", **MARCH)
    assert whole.headers["content-disposition"] == 'attachment; filename="report-2026-03-01-2026-03-31.html"'
    assert "<h1>Report from 2026-03-01 to 2026-03-31</h1>" in whole.text
    changes = desk.post(reader, "/report/file", form="changes", **MARCH)
    rows = list(csv.reader(io.StringIO(changes.content.decode("utf-8-sig"))))
    assert rows[0][:3] == ["policy", "version", "seen"]
    assert {row[0] for row in rows[1:]} == set(COUNTS)
    assert desk.post(reader, "/report/file", form="tables", **MARCH).status_code == 422
    assert desk.post(reader, "/report/file", form="html", since="2026-04-01", until="2026-03-01").status_code == 422
    noted = [(entry.person, entry.deed, entry.about) for entry in accesses(desk.archive.reader, 2)]
    assert noted == [("reader", "export", f"report-2026-03-01-2026-03-31 {form}") for form in ("changes", "html")]


def test_the_offered_periods_are_complete_months_and_quarters() -> None:
    assert presets(date(2026, 1, 31)) == {
        "month": (date(2025, 12, 1), date(2025, 12, 31)),
        "quarter": (date(2025, 10, 1), date(2025, 12, 31)),
        "year": (date(2026, 1, 1), date(2026, 1, 31)),
    }
    assert presets(date(2026, 5, 31))["quarter"] == (date(2026, 1, 1), date(2026, 3, 31))
    assert presets(date(2026, 12, 1))["month"] == (date(2026, 11, 1), date(2026, 11, 30))
