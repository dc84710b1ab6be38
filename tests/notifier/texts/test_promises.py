"""Tests what a message says about a promise of the company that no longer holds, and about changes of other topics."""

from __future__ import annotations

from dataclasses import replace

import pytest

from differ.explanation import Explanation
from differ.model import Finding
from notifier.audience.subscriptions import Language
from notifier.contents.change_notice import passages
from notifier.texts.alert import alert_message
from notifier.texts.payload import facts
from tests.notifier.changes import WILL_NOT, clause, notice

GIVEN_UP = replace(WILL_NOT, explanation=Explanation("T2.act/promise/loosened"), topic="sharing")
PLACE = replace(WILL_NOT, explanation=Explanation("T3.place/place/removed"), topic="transfer", severity="high")
ABROAD = replace(
    clause("[-Your orders are not sent abroad.-]"),
    explanation=Explanation("T3.transfer/transfer/loosened"),
    topic="transfer",
    severity="high",
)
ENDED = replace(ABROAD, explanation=Explanation("T3.transfer/transfer/removed"), severity="medium")
WEAKER = replace(WILL_NOT, explanation=Explanation("T1.sale/sale/loosened"), topic="sale")
STRICTER = replace(WILL_NOT, explanation=Explanation("T2.act/act/tightened"), topic="sharing")


@pytest.mark.parametrize(
    ("language", "finding", "event"),
    [
        ("en", GIVEN_UP, "promise on sharing given up"),
        ("en", PLACE, "promise on transfer given up"),
        ("en", ABROAD, "promise on transfer removed"),
        ("en", ENDED, "transfer clause removed"),
        ("en", WEAKER, "promise on data sale weakened or given up"),
        ("en", STRICTER, "sharing clause changed"),
        ("id", GIVEN_UP, "janji tentang pembagian data tidak berlaku lagi"),
        ("id", ABROAD, "janji tentang transfer data dihapus"),
        ("id", ENDED, "klausul transfer data dihapus"),
    ],
)
def test_the_subject_says_what_happened_to_a_promise(language: Language, finding: Finding, event: str) -> None:
    assert f"Teahouse: {event} (" in alert_message(notice(finding), language).subject


def test_the_subject_of_several_clauses_names_the_gravest_promise() -> None:
    subject = alert_message(notice(GIVEN_UP, ENDED), "en").subject
    assert "promise on sharing given up, 2 clauses changed" in subject


def test_the_webhook_counts_the_changes_of_other_topics() -> None:
    unsorted = replace(clause("Orders are kept for [-two-]{+three+} days."), topic="other")
    about = replace(notice(GIVEN_UP), other_topics=(("cookies", 2),), unsorted=(unsorted,))
    assert facts(about, passages(about.alerts))["other_changes"] == {
        "topics": {"cookies": 2},
        "unsorted": [{"section": unsorted.section, "before": unsorted.before, "after": unsorted.after}],
    }
