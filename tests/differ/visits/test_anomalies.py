"""Tests which changes are so odd that they need a second look."""

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
def test_which_changes_are_odd(after: str, why: str | None) -> None:
    """A moved section, or one that lost its heading, is not missing. A missing section on other topics does not
    matter.
    """
    said = judged(BASE, after)
    assert (said or "").startswith(why) if why else said is None


def test_a_mostly_replaced_text_is_odd() -> None:
    before = written(collected=COLLECTED * 2)
    after = written(
        collected=tuple(each.replace("We note", "We also keep") for each in COLLECTED * 2),
        kept=tuple(each.replace("burnt", "pulped") for each in KEPT),
    )
    assert (judged(before, after) or "").startswith("Most of the text was replaced")


@pytest.mark.parametrize(("now", "before", "is_odd"), [(True, False, True), (True, True, False), (False, False, False)])
def test_a_change_with_a_fallback_is_odd_if_it_is_new(now: bool, before: bool, is_odd: bool) -> None:
    assert (newly_fallen_back(now, before) is not None) == is_odd
