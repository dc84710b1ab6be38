"""Tests the summary of a rewrite by topic."""

from __future__ import annotations

from dataclasses import replace

import pytest

from differ.explanation import Explanation
from differ.model import Finding
from differ.rewrite import CLAUSES, rewrite, summary_lines
from tests.archive.visits import SHARING

MANY = [
    replace(SHARING, material=True, explanation=Explanation("T1.recipient/recipient/added", new=("list brokers",))),
    replace(SHARING, material=True, explanation=Explanation("T1.recipient/recipient/removed", ("our pilots",))),
    replace(SHARING, material=True, explanation=Explanation("T1.recipient/recipient/removed", ("couriers",))),
    replace(SHARING, material=True, explanation=Explanation("T1.recipient/recipient/added", new=("couriers",))),
    replace(SHARING, material=True, explanation=Explanation("T1.recipient/recipient/tightened", new=("banks",))),
    replace(
        SHARING,
        material=True,
        topic="rights",
        explanation=Explanation("T4.right/right/removed", ("may object",), things=("right.object",)),
    ),
]


def findings(number: int) -> list[Finding]:
    """Return `number` findings. They include all findings in `MANY`."""
    return (MANY * number)[:number]


def test_a_small_change_has_no_summary() -> None:
    assert rewrite(findings(CLAUSES - 1)) == ()
    assert rewrite([replace(finding, material=False) for finding in findings(CLAUSES * 2)]) == ()


def test_recipients_and_rights_that_came_and_went_are_summarised() -> None:
    sharing, rights = rewrite(findings(60))
    assert (sharing.topic, sharing.clauses, sharing.came, sharing.went) == (
        "sharing",
        50,
        ("list brokers",),
        ("our pilots",),
    )
    assert (rights.topic, rights.clauses, rights.came, rights.went) == ("rights", 10, (), ("right.object",))


@pytest.mark.parametrize(
    ("language", "recipient", "right"),
    [
        ("en", "are “list brokers”; no longer named are “our pilots”", "no longer mentioned are the right to object"),
        ("id", "baru disebut “list brokers”; tidak lagi disebut “our pilots”", "tidak lagi disebut hak untuk"),
    ],
)  # fmt: skip
def test_the_summary_is_worded_in_the_language_of_the_reader(language: str, recipient: str, right: str) -> None:
    head, sharing, rights = summary_lines(rewrite(findings(60)), language)
    assert "60" in head
    assert recipient in sharing
    assert right in rights
