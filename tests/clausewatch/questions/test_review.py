"""Tests `clausewatch review` as a user calls it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.recording.recorder import record
from notifier import outbox
from notifier.audience.subscriptions import Subscriber, Target
from tests.archive.visits import HOUR, JUDGED, START, seen, written
from tests.clausewatch.questions.test_status import just_tried
from tests.clausewatch.watched import answered, call, opened, watched

DESK = Subscriber("Desk", (Target("desk", "officer@example.org"),), welcome=False)


def find_again(folder: Path) -> None:
    """Record the same findings a second time."""
    with opened(folder) as archive:
        record(archive, seen(START + 60 * HOUR, written("Edition 3."), 2, JUDGED), START)


def said(configuration: Path, *words: str) -> str:
    result = call(configuration, *words)
    assert result.exit_code == 0, result.output
    return " ".join(result.stdout.split())


def test_findings_without_a_review_are_listed_and_counted(tmp_path: Path) -> None:
    path = watched(tmp_path)
    just_tried(tmp_path)
    listed = said(path, "review")
    assert "1 Teahouse 2 2026-03-04 high sharing 2026-03-09, overdue 1. Who sees your data" in listed
    assert answered(path, "status")[0]["to_review"] == 1
    told = said(path, "review", "1", "--acknowledge", "--by", "Ratna", "--comment", "asked their DPO")
    assert told == "Finding 1 (Teahouse, version 2, sharing): acknowledged by Ratna."
    assert said(path, "review") == "Every finding that is material or was sent to somebody is reviewed."
    assert answered(path, "status")[0]["to_review"] == 0


def test_history_and_diff_show_the_number_and_the_review(tmp_path: Path) -> None:
    path = watched(tmp_path)
    said(path, "review", "1", "--false-alarm", "--comment", "they were there <b>before</b>", "--by", "Ratna")
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    marked = f"marked as a false alarm on {today} by Ratna: they were there <b>before</b>"
    for words in (("history", "Teahouse"), ("diff", "Teahouse"), ("review", "1")):
        shown = said(path, *words)
        assert "Finding 1." in shown
        assert marked in shown
    find_again(tmp_path)
    shown = said(path, "history", "Teahouse")
    assert f"the same words were marked as a false alarm on {today} (finding 1): no further alert" in shown
    for question in (("history", "Teahouse"), ("diff", "Teahouse", "1", "2")):
        page = said(path, *question, "--format", "html")
        assert "Finding 1." in page
        assert "by Ratna: they were there &lt;b&gt;before&lt;/b&gt;" in page
    found = answered(path, "history", "Teahouse")[-1]["findings"][0]
    assert (found["id"], found["reviews"], found["repeats_false_alarm"]) == (3, [], 1)


def test_a_finding_can_be_chosen_by_the_id_of_its_alert(tmp_path: Path) -> None:
    path = watched(tmp_path)
    with opened(tmp_path) as archive:
        outbox.register(archive, [DESK], START)
        record(archive, seen(START + 60 * HOUR, written("Edition 3."), 2, JUDGED), START)
        outbox.plan_alerts(archive, [DESK], START + 61 * HOUR)
        (delivery,) = outbox.open_deliveries(archive, START + 61 * HOUR)
        claimed = outbox.claim(archive, delivery.id, START + 61 * HOUR)
    assert claimed is not None
    (alert,) = claimed.notice.alerts  # type: ignore[union-attr]  # an alert it is
    assert said(path, "review", alert.id, "--acknowledge", "--by", "Ratna").startswith("Finding 3 ")


def test_the_login_name_is_used_if_no_reviewer_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "ratna.w")
    assert said(watched(tmp_path), "review", "1", "--acknowledge").endswith("acknowledged by ratna.w.")


def test_several_findings_are_reviewed_together_or_not_at_all(tmp_path: Path) -> None:
    path = watched(tmp_path)
    find_again(tmp_path)
    result = call(path, "review", "1", "99", "--acknowledge", "--by", "Ratna")
    assert result.exit_code == 2
    assert "no finding and no alert has the number '99'" in result.output
    assert len(answered(path, "review")) == 2
    said(path, "review", "1", "3", "--acknowledge", "--by", "Ratna")
    assert answered(path, "review") == []


def test_the_precision_of_each_rule_is_computed_from_reviews(tmp_path: Path) -> None:
    path = watched(tmp_path)
    find_again(tmp_path)
    said(path, "review", "1", "--acknowledge", "--by", "Ratna")
    said(path, "review", "3", "--false-alarm", "--by", "Ratna")
    assert "recipient-added 2 1 1 50%" in said(path, "review", "--rules")
    row, _ = json.loads(call(path, "review", "--rules", "--format", "json").stdout)
    assert row == {
        "rule": "recipient-added",
        "findings": 2,
        "acknowledged": 1,
        "false_alarms": 1,
        "precision": 0.5,
        "quiet_edits": 0,
        "missed": 0,
    }


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("1", "--acknowledge", "--false-alarm"), "Give only one of --acknowledge, --false-alarm and --take-back"),
        (("--acknowledge",), "Name the finding"),
        (("1", "--rules"), "are for lists"),
        (("1", "--acknowledge", "--by", " "), "--by is empty"),
        (("1", "--acknowledge", "--by", "R\x1b[31m"), "control character"),
        (("1", "--comment", "x" * 2001), "longer than 2,000"),
        (("--policy", "Tehouse"), "Teahouse"),
        (("one",), "no finding and no alert"),
    ],
)
def test_a_wrong_call_is_reported(tmp_path: Path, words: tuple[str, ...], problem: str) -> None:
    result = call(watched(tmp_path), "review", *words)
    assert result.exit_code == 2
    assert problem in result.output


def test_the_name_of_a_reviewer_is_erased_and_the_review_stays(tmp_path: Path) -> None:
    path = watched(tmp_path)
    said(path, "review", "1", "--acknowledge", "--by", "Ratna W.", "--comment", "asked their DPO")
    told = said(path, "subscribers", "forget", "Ratna W.", "--yes")
    assert "Erased: the reviewer's name in 1 review." in told
    assert b"Ratna" not in (tmp_path / "watch.db").read_bytes()
    shown = said(path, "history", "Teahouse")
    assert "by forgotten: asked their DPO" in shown
    assert call(path, "verify").exit_code == 0
    assert call(path, "subscribers", "forget", "Ratna W.", "--yes").exit_code == 2


def test_a_verdict_that_is_taken_back_no_longer_counts(tmp_path: Path) -> None:
    path = watched(tmp_path)
    refused = call(path, "review", "1", "--take-back", "--by", "Ratna")
    assert refused.exit_code == 2
    assert "There is no verdict to take back on finding 1." in refused.stderr
    call(path, "review", "1", "--false-alarm", "--by", "Budi")
    assert [row["id"] for row in answered(path, "review")] == []
    assert "put back to be reviewed by Ratna" in call(path, "review", "1", "--take-back", "--by", "Ratna").stdout
    assert [row["id"] for row in answered(path, "review")] == [1]
    assert "put back to be reviewed on" in call(path, "diff", "Teahouse").stdout
    tally, _ = answered(path, "review", "--rules")
    assert (tally["acknowledged"], tally["false_alarms"]) == (0, 0)


def test_a_quiet_edit_is_marked_as_missed_listed_counted_and_taken_back(tmp_path: Path) -> None:
    path = watched(tmp_path)
    mark = ("review", "1", "--missed", "--by", "Ratna", "--comment", "the day matters")
    assert said(path, *mark) == "Quiet edit 1 (Teahouse, version 2, date): marked as missed."
    assert "was already marked as missed" in said(path, *mark)
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    note = f"marked as missed: this edit matters; on {today} by Ratna: the day matters"
    for words in (("history", "Teahouse", "--suppressed"), ("review", "--missed")):
        assert note in said(path, *words)
        assert "(quiet edit 1)" in said(path, *words)
    (listed,) = answered(path, "review", "--missed")
    assert (listed["id"], listed["policy"], [made["kind"] for made in listed["reviews"]]) == (1, "Teahouse", ["missed"])
    assert answered(path, "history", "--suppressed")[-1]["suppressed"][0]["reviews"] == listed["reviews"]
    assert "marked as missed by Ratna" in said(path, "history", "--suppressed", "--format", "html")
    assert "date 1 1" in said(path, "review", "--rules")
    assert answered(path, "review", "--rules")[-1]["missed"] == 1
    said(path, "export", "csv", "quiet-edits", "-o", str(tmp_path / "quiet.csv"))
    assert "date,15 January 2026,1 March 2026,yes,Ratna," in (tmp_path / "quiet.csv").read_text("utf-8-sig")
    assert "no longer marked as missed" in said(path, "review", "1", "--missed", "--take-back", "--by", "Ratna")
    assert said(path, "review", "--missed") == "No quiet edit is marked as missed."
    assert call(path, "verify").exit_code == 0


@pytest.mark.parametrize(
    "words", [("77", "--missed"), ("--missed", "--rules"), ("--missed", "--take-back"), ("x", "--missed")]
)
def test_a_wrong_mark_is_refused(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert call(watched(tmp_path), "review", *words).exit_code == 2


def test_the_list_has_the_worst_first_and_is_filtered(tmp_path: Path) -> None:
    path = watched(tmp_path)
    find_again(tmp_path)
    assert [row["id"] for row in answered(path, "review")] == [1, 3]
    (row,) = answered(path, "review", "--limit", "1")
    assert (row["change"], row["overdue"], row["due_at"], row["owner"]) == (1, True, "2026-03-09T06:00:00Z", None)
    for filters, number in (
        ("--overdue", 2),
        ("--severity=critical", 0),
        ("--topic=rights", 0),
        ("--topic=sharing", 2),
    ):
        assert len(answered(path, "review", filters)) == number
    assert "No finding like that waits" in said(path, "review", "--owner", "Sari")
    assert "Shown are the worst 1 of 2." in said(path, "review", "--limit", "1")
