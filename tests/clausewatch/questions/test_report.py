"""Tests `clausewatch report` as a user calls it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.clausewatch.watched import answered, call, watched

PERIOD = ("report", "--from", "2026-03-01", "--to", "2026-03-31")


def test_a_report_is_written_as_text_json_csv_and_html(tmp_path: Path) -> None:
    path = watched(tmp_path)
    call(path, "review", "1", "--acknowledge", "--by", "=Ratna")
    text = " ".join(call(path, *PERIOD).stdout.split())
    assert "Report from 2026-03-01 to 2026-03-31" in text
    assert "1 change; 1 findings decided, 0 waiting; 0 changes with an overdue review." in text
    assert "Teahouse 2 2026-03-04 high sharing 2 1 0 =Ratna" in text
    report = answered(path, *PERIOD)
    assert report["changes"][0]["reviewers"] == ["=Ratna"]
    page = call(path, *PERIOD, "--format", "html").stdout
    assert "<h2>Gaps in watching</h2>" in page
    rows = list(csv.reader(call(path, *PERIOD, "--format", "csv").stdout.splitlines()))
    assert rows[0][:3] == ["policy", "version", "seen"]
    assert "'=Ratna" in rows[1]
    gaps = call(path, *PERIOD, "--format", "csv", "--table", "gaps").stdout.splitlines()
    assert gaps[0] == "policy,last seen,seen again"


@pytest.mark.parametrize(
    "words",
    [
        ("report",),
        ("report", "--from", "2026-03-09", "--to", "2026-03-01"),
        ("report", "--from", "2999-01-01"),
        (*PERIOD, "--table", "gaps"),
        (*PERIOD, "--policy", "Teahouse", "--tag", "vendor"),
        (*PERIOD, "--policy", "Nobody"),
    ],
)
def test_a_wrong_call_is_reported(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert call(watched(tmp_path), *words).exit_code == 2
