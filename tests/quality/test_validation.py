"""Tests the log of the validation. Rows are added at its end, and the last ones show the quality on unseen changes."""

from __future__ import annotations

import re

import pytest

from tests.quality.validation import FIGURES, HEAD, logged, share

ROW = re.compile(
    r"\| \w{12} \| \d{4}-\d\d-\d\d \| (?P<set>[^|]+) \| \d+ \| (?P<precision>[^|]+) \| (?P<recall>[^|]+) \|"
)


def test_the_first_rows_begin_a_log() -> None:
    assert logged("# Figures\n", ["| a |"]).endswith("|---|---|---|---|---|---|---|\n| a |\n")


def test_new_rows_come_after_the_existing_ones() -> None:
    text = logged("# Figures\n", ["| a |"]) + "\n## More\n"
    assert logged(text, ["| b |"]).endswith("| a |\n| b |\n\n## More\n")


def test_a_share_has_its_interval() -> None:
    assert share(9, 10) == "0.90 [0.60–0.98]"
    assert share(0, 0) == "–"


def test_the_log_can_be_read() -> None:
    text = FIGURES.read_text(encoding="utf-8")
    if HEAD.strip() not in text:
        pytest.skip("nothing was validated yet")
    assert {match["set"] for match in ROW.finditer(text)} >= {"changes2", "returns"}
