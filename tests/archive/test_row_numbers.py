"""Tests which texts are read as the number of a row."""

from __future__ import annotations

import pytest

from archive.row_numbers import LARGEST_ID, row_number


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("17", 17), ("999999999", 999_999_999)])
def test_digits_are_a_number(text: str, number: int) -> None:
    assert row_number(text) == number < LARGEST_ID


@pytest.mark.parametrize("text", ["", "-1", "1.5", " 1", "#1", "1e3", "²", "١", "1000000000"])
def test_no_other_text_is_read(text: str) -> None:
    assert row_number(text) is None
