"""Tests the normalised form of text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from document.text.normalise import normalise


@given(st.text())
def test_normalising_a_normalised_text_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(st.text(alphabet="abcXYZ019äßñ", min_size=1), st.text(alphabet="abcXYZ019äßñ", min_size=1))
def test_different_words_stay_different(one: str, other: str) -> None:
    """A function that makes all texts equal would pass the test above, but not this test."""
    assert (normalise(one) == normalise(other)) == (one == other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("“We” don’t", '"We" don\'t'),
        ("a – b — c ‑ d − e", "a - b - c - d - e"),
        ("data\u00adbase\u200b", "database"),
        ("no\u00a0  break\n\there", "no break here"),
        ("cafe\u0301", "café"),
        ("and so on…", "and so on..."),
        ("\u202edata\u202c", "data"),
        ("«sell»", '"sell"'),
    ],
)
def test_texts_that_differ_only_in_typography_are_equal(one: str, other: str) -> None:
    assert normalise(one) == normalise(other) == other
