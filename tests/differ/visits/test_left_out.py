"""Tests prose beside the policy. Such prose is left out of the text, but its sentences on sharing and rights are
watched: it is noticed if such a sentence appears or disappears.
"""

from __future__ import annotations

import pytest

from differ.visits.assessment import Assessment, LatestVersion, Visit, assess
from differ.visits.left_out import left_out_prose
from document import read
from document.model import ExtractionOptions, LeftOut, Page
from tests.differ.visits.test_completeness import ENGLISH, INDONESIAN, page

SOLD = "We sell your personal data to advertisers, and we pass your address on to brokers."
DIJUAL = "Kami menjual data pribadi Anda kepada pengiklan dan pialang data."
ACCESS = "You have the right to access your personal data and to object to its processing."
PIER = "The pier is closed when the wind is strong, and the boats stay in the harbour until noon."


def left(*texts: str, why: str = "aside") -> list[LeftOut]:
    return [LeftOut(why, text, prose=True) for text in texts]


def watched(*texts: str, lines: tuple[str, ...] = ENGLISH, language: str = "en", why: str = "aside") -> list[str]:
    """Return the sentences that are watched if these texts are left out of a page."""
    document = read(page(*lines), ExtractionOptions((language,))).document
    return [sentence.text for sentence in left_out_prose(left(*texts, why=why), document, "e1").watched]


@pytest.mark.parametrize(
    ("sentence", "lines", "language"), [(SOLD, ENGLISH, "en"), (ACCESS, ENGLISH, "en"), (DIJUAL, INDONESIAN, "id")]
)
def test_a_sentence_on_sharing_or_rights_is_watched(sentence: str, lines: tuple[str, ...], language: str) -> None:
    assert watched(f"{PIER} {sentence}", lines=lines, language=language) == [sentence]


@pytest.mark.parametrize(
    "text",
    [
        PIER,
        "Privacy Policy Your rights Contact Do not sell my data Partners Terms Jobs",
        "Timetable Tickets Partners Privacy Your Rights Do Not Sell Or Share My Data Jobs Press Contact.",
        "We use cookies to share information on your use with our advertising partners. Accept all.",
    ],
)
def test_menus_cookie_banners_and_unrelated_prose_are_not_watched(text: str) -> None:
    assert watched(text) == []


def test_parts_removed_by_the_configuration_are_not_watched() -> None:
    assert watched(SOLD, why="remove .banner") == []


def test_much_left_out_prose_is_reported_as_a_trouble() -> None:
    document = read(page(*ENGLISH)).document
    few, many = (left_out_prose(left(*[PIER] * count), document, "e1") for count in (2, 30))
    assert (few.is_much, many.is_much) == (False, True)
    assert many.words == 30 * len(PIER.split())
    assert 0.4 < many.share < 0.6


def html(*asides: str, lines: tuple[str, ...] = ENGLISH) -> Page:
    """Return a page with the policy and a footer beside it."""
    inside = "".join(f"<h2>{line[3:]}</h2>" if line.startswith("## ") else f"<p>{line}</p>" for line in lines)
    beside = "".join(f"<p>{aside}</p>" for aside in asides)
    footer = f"<footer><a href=/>Home</a> <a href=/t>Tickets</a>{beside}</footer>"
    return Page(f"<html><body><main>{inside}</main>{footer}</body></html>".encode(), "text/html")


def visited(before: Page, after: Page) -> Assessment:
    options = ExtractionOptions(("en",))
    first = assess(Visit(before, options))
    assert first.document is not None
    latest = LatestVersion(first.document, first.identity, before, left_out=first.left_out)
    return assess(Visit(after, options, latest=latest))


def test_in_a_first_version_prose_is_left_out_but_no_change_of_this_prose_is_reported() -> None:
    first = assess(Visit(html(SOLD), ExtractionOptions(("en",))))
    assert first.left_out is not None
    assert [sentence.text for sentence in first.left_out.watched] == [SOLD]
    assert len(first.left_out.hashes) == 1
    assert first.left_out_change is None


@pytest.mark.parametrize(
    ("before", "after", "came", "gone"),
    [
        ((), (SOLD,), [SOLD], []),
        ((SOLD,), (PIER,), [], [SOLD]),
        (
            ("We never sell your personal data to anybody.",),
            (SOLD,),
            [SOLD],
            ["We never sell your personal data to anybody."],
        ),
    ],
)
def test_watched_prose_that_appears_or_disappears_does_not_change_the_outcome(
    before: tuple[str, ...], after: tuple[str, ...], came: list[str], gone: list[str]
) -> None:
    found = visited(html(*before), html(*after))
    assert found.outcome == "unchanged"
    assert found.left_out_change is not None
    assert [sentence.text for sentence in found.left_out_change.came] == came
    assert [sentence.text for sentence in found.left_out_change.gone] == gone
    assert found.left_out_change.topics == ("sharing",)
    assert found.left_out is not None


@pytest.mark.parametrize("after", [(SOLD,), (SOLD, PIER), (PIER, SOLD)])
def test_a_change_of_left_out_prose_that_is_not_watched_is_ignored(after: tuple[str, ...]) -> None:
    found = visited(html(SOLD), html(*after))
    assert (found.outcome, found.left_out, found.left_out_change) == ("unchanged", None, None)


def test_a_left_out_sentence_that_moves_into_the_policy_is_reported_only_as_a_change_of_the_policy() -> None:
    found = visited(html(SOLD), html(lines=(*ENGLISH, SOLD)))
    assert (found.outcome, found.left_out_change) == ("changed", None)
    assert found.left_out is not None
