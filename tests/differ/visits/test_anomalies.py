"""Tests which changes are so unusual that a second look is needed: the page is visited again before the change is
recorded."""

from __future__ import annotations

import pytest

from differ.visits.anomalies import newly_fallen_back, odd
from differ.visits.comparing import compare
from document import read
from document.model import Document, ExtractionOptions, Page
from tests.crawler.looking import BASE, COLLECTED, HALF, KEPT, NO_RIGHTS, RIGHTS, SHARED, SOLD, written


def document(page: str) -> Document:
    return read(Page(page.encode(), "text/html"), ExtractionOptions(("en",))).document


def judged(before: str, after: str) -> str | None:
    one, other = document(before), document(after)
    return odd(one, other, compare(one, other))


@pytest.mark.parametrize(
    ("after", "why"),
    [
        (HALF, "A large part of the text is gone"),
        (NO_RIGHTS, "The whole section “Your rights” is gone."),
        (written(shared=()), "The whole section “Whom we share it with” is gone."),
        (written(tuple(f"{said} We do." for said in SHARED), RIGHTS[::-1], (*KEPT, *SHARED), COLLECTED[:9]), None),
        (written(collected=tuple(each.replace("rope", "cable") for each in COLLECTED)), None),
        (SOLD, None),
        (written(kept=()), None),
    ],
)
def test_changes_that_need_a_second_look(after: str, why: str | None) -> None:
    """A section that moved is not missing. Nor is a section that lost its heading. A missing section about topics
    other than sharing and rights needs no second look.
    """
    said = judged(BASE, after)
    assert (said or "").startswith(why) if why else said is None


def test_a_text_that_was_mostly_replaced_needs_a_second_look() -> None:
    before = written(collected=COLLECTED * 2)
    after = written(
        collected=tuple(each.replace("We note", "We also keep") for each in COLLECTED * 2),
        kept=tuple(each.replace("burnt", "pulped") for each in KEPT),
    )
    assert (judged(before, after) or "").startswith("Most of the text was replaced")


@pytest.mark.parametrize(("now", "before", "is_odd"), [(True, False, True), (True, True, False), (False, False, False)])
def test_a_change_needs_a_second_look_if_the_selector_has_just_stopped_matching(
    now: bool, before: bool, is_odd: bool
) -> None:
    assert (newly_fallen_back(now, before) is not None) == is_odd
