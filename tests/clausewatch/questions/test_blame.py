from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from tests.clausewatch.watched import answered, call, configured, opened, watched


def test_each_sentence_is_shown_with_its_version_and_day(tmp_path: Path) -> None:
    shown = call(watched(tmp_path), "blame", "Teahouse").stdout
    assert (
        shown
        == """\
Teahouse, version 2 of 2026-03-04 06:00 UTC

  v1  2026-03-02  Teahouse privacy notice
  v2  2026-03-04  Last changed on 01 March 2026.

  v1  2026-03-02  1. Who sees your data
  v2  2026-03-04  Our cooks and our partners see your orders.

  v1  2026-03-02  2. What you may ask
  v1  2026-03-02  • You may ask us for a copy of your orders.
"""
    )


def test_removed_sentences_are_shown_with_their_dates(tmp_path: Path) -> None:
    shown = call(watched(tmp_path), "blame", "Teahouse", "--dropped").stdout
    assert "Dropped by version 2 of 2026-03-04 06:00 UTC\n" in shown
    assert "  - Only our cooks see your orders.\n" in shown
    assert "in 1. Who sees your data; present since version 1 of 2026-03-02\n" in shown
    assert (
        "Nothing has been dropped so far." in call(configured(tmp_path), "blame", "Teahouse", "1", "--dropped").stdout
    )


def test_json_has_sentences_and_removed_sentences(tmp_path: Path) -> None:
    row = answered(watched(tmp_path), "blame", "Teahouse")
    assert (row["version"], row["read_anew"]) == (2, [])
    assert row["sentences"][3] == {
        "kind": "paragraph",
        "marker": "",
        "text": "Our cooks and our partners see your orders.",
        "section": "1. Who sees your data",
        "since": 2,
        "since_at": "2026-03-04T06:00:00Z",
    }
    assert [(each["text"], each["first"], each["last"]) for each in row["dropped"]] == [
        ("Last changed on 15 January 2026.", 1, 1),
        ("Only our cooks see your orders.", 1, 1),
    ]


@pytest.mark.parametrize(("name", "number"), [("1", 1), ("2026-03-03", 1), ("v2", 2)])
def test_a_version_can_be_chosen_by_number_or_day(tmp_path: Path, name: str, number: int) -> None:
    assert answered(watched(tmp_path), "blame", "Teahouse", name)["version"] == number


def test_differences_that_may_come_from_the_extraction_are_reported(tmp_path: Path) -> None:
    path = watched(tmp_path)
    with opened(tmp_path) as archive, archive.writing() as session:
        session.execute(text("UPDATE version SET identity = 'e0' WHERE number = 1"))
    shown = " ".join(call(path, "blame", "Teahouse").stdout.split())
    assert "Caution: Version 2 was extracted differently from the previous version" in shown


@pytest.mark.parametrize("words", [["Tea"], ["Teahouse", "7"], ["Teahouse", "2026-01-01"]])
def test_a_missing_policy_or_version_makes_the_command_exit_with_2(tmp_path: Path, words: list[str]) -> None:
    assert call(watched(tmp_path), "blame", *words).exit_code == 2
