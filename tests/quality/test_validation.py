"""Tests the log of the validation in docs/figures.md. Rows are added at the end of the log. The last rows show the
quality on changes that nobody has seen."""

from __future__ import annotations

import re

import pytest

from tests.quality.validation import FIGURES, HEAD, logged, share

ROW = re.compile(
    r"\| \w{12} \| \d{4}-\d\d-\d\d \| (?P<set>[^|]+) \| \d+ \| (?P<precision>[^|]+) \| (?P<recall>[^|]+) \|"
)


def test_the_first_rows_begin_the_log() -> None:
    assert logged("# Figures\n", ["| a |"]).endswith("|---|---|---|---|---|---|---|\n| a |\n")


def test_new_rows_come_after_the_existing_rows() -> None:
    text = logged("# Figures\n", ["| a |"]) + "\n## More\n"
    assert logged(text, ["| b |"]).endswith("| a |\n| b |\n\n## More\n")


def test_a_share_is_logged_with_its_interval() -> None:
    assert share(9, 10) == "0.90 [0.60–0.98]"
    assert share(0, 0) == "–"


def test_the_log_can_be_read() -> None:
    text = FIGURES.read_text(encoding="utf-8")
    if HEAD.strip() not in text:
        pytest.skip("nothing was validated yet")
    assert {match["set"] for match in ROW.finditer(text)} >= {"changes2", "returns"}
