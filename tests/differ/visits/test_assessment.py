"""Tests the assessment of one visit. The page is screened and extracted, and then compared with the previous version.
Both texts must come from the same extraction."""

from __future__ import annotations

from dataclasses import replace

import pytest

from differ.visits.assessment import Assessment, LatestVersion, Visit, assess
from document import read
from document.model import ExtractionOptions, Page

PARAGRAPHS = tuple(
    f"<p>The {place} archive lends maps of the {thing} to readers who sign the book at the door of the house.</p>"
    for place in ("northern", "southern", "eastern", "western", "upper", "lower")
    for thing in ("coast", "hills", "rivers", "roads")
)
SHARING = "<p>We share your personal data with our binders.</p>"
LINK = '<p>Go to <a href="https://maps.example/out">opt out</a> when you like.</p>'
OPTIONS = ExtractionOptions(languages=("en",))


def page(*extra: str, aside: str = "") -> Page:
    """Return a page with a policy in an element of its own, and with some text beside that element."""
    inside = "".join([*PARAGRAPHS, *extra])
    body = f"<html><body><main><h1>Privacy policy</h1>{inside}</main><aside>{aside}</aside></body></html>"
    return Page(body.encode(), "text/html; charset=utf-8", final_url="https://maps.example/privacy")


def latest(of: Page, options: ExtractionOptions = OPTIONS) -> LatestVersion:
    """Return the version of a page as the archive would return it."""
    extracted = read(of, options)
    return LatestVersion(extracted.document, extracted.identity, of)


def visit(after: Page, before: LatestVersion | None, options: ExtractionOptions = OPTIONS) -> Assessment:
    """Assess a response against the previous version."""
    return assess(Visit(page=after, options=options, latest=before))


def test_first_fetch_is_a_version_without_a_comparison() -> None:
    first = visit(page(SHARING), None)
    assert (first.outcome, first.comparison, first.boundary) == ("changed", None, False)
    assert first.document is not None


def test_same_page_is_unchanged() -> None:
    assert visit(page(SHARING), latest(page(SHARING))).outcome == "unchanged"


def test_page_in_which_only_the_markup_changed_is_unchanged() -> None:
    after = replace(page(SHARING), body=page(SHARING).body.replace(b"<p>", b'<p class="new" data-n="7">'))
    assert visit(after, latest(page(SHARING))).outcome == "unchanged"


def test_changed_page_is_compared() -> None:
    sold = SHARING.replace("We share", "We sell")
    assessment = visit(page(sold), latest(page(SHARING)))
    assert assessment.outcome == "changed"
    assert assessment.comparison is not None
    assert assessment.comparison.topics == ("sharing",)


def test_answer_that_is_not_a_policy_is_screened_before_it_is_compared() -> None:
    """A page that does not exist makes no version and no finding."""
    gone = Page(b"<html><body><h1>Not found</h1></body></html>", "text/html", status=404)
    assessment = visit(gone, latest(page(SHARING)))
    assert assessment.outcome == "not comparable"
    assert assessment.document is None
    assert assessment.comparison is None
    assert assessment.detail


def test_text_about_another_subject_is_not_comparable() -> None:
    other = "".join(
        f"<p>Oboe {n} sounds softer than bassoon {n} whenever musicians rehearse symphony {n}.</p>" for n in range(60)
    )
    answer = replace(page(), body=f"<html><body><main><h1>Concerts</h1>{other}</main></body></html>".encode())
    assessment = visit(answer, latest(page(SHARING)))
    assert (assessment.outcome, assessment.reason) == ("not comparable", "other-document")


def test_changed_selectors_are_also_applied_to_the_page_before() -> None:
    """After a change of the selectors, both pages are read with the new selectors. So newly selected text is not a
    change."""
    old = page(SHARING, aside="<p>Our sponsors receive your personal data too.</p>")
    narrow = ExtractionOptions(languages=("en",), select=("main",))
    wide = ExtractionOptions(languages=("en",), select=("body",))
    assert visit(old, latest(old, narrow), wide).outcome == "unchanged"


def test_changed_selectors_do_not_hide_a_change_of_the_policy() -> None:
    narrow = ExtractionOptions(languages=("en",), select=("main",))
    wide = ExtractionOptions(languages=("en",), select=("body",))
    assessment = visit(page(SHARING.replace("binders", "binders and advertisers")), latest(page(SHARING), narrow), wide)
    assert assessment.comparison is not None
    assert [finding.rule for finding in assessment.comparison.findings] == ["T1.recipient"]
    assert not assessment.boundary


def test_changed_extraction_is_a_boundary_if_the_page_before_is_missing() -> None:
    """An imported version has no page that could be extracted again. So the new version is recorded, but nobody is
    alerted.
    """
    before = replace(latest(page(SHARING)), identity="e0", page=None)
    assessment = visit(page(SHARING.replace("We share", "We sell")), before)
    assert (assessment.outcome, assessment.boundary, assessment.comparison) == ("changed", True, None)


def test_changed_extraction_without_the_page_before_is_unchanged_if_the_words_are_the_same() -> None:
    before = replace(latest(page(SHARING)), identity="e0", page=None)
    assert visit(page(SHARING), before).outcome == "unchanged"


def selected(of: Page) -> Page:
    """Return a page in which the selector `#policy` finds the policy."""
    return replace(of, body=of.body.replace(b"<main>", b'<main id="policy">'))


@pytest.mark.parametrize("broken", ["before", "after"])
def test_selector_that_matches_only_one_of_two_pages_hides_no_change(broken: str) -> None:
    """If the selector matches only one of the two pages, both pages are read without the selector."""
    options = ExtractionOptions(languages=("en",), select=("#policy",))
    before, after = page(SHARING), page(SHARING.replace("We share", "We sell"))
    before, after = (before, selected(after)) if broken == "before" else (selected(before), after)
    assessment = visit(after, latest(before, options), options)
    assert assessment.fallback == (broken == "after")
    assert not assessment.boundary
    assert assessment.comparison is not None
    assert assessment.comparison.topics == ("sharing",)


def test_page_is_unchanged_if_only_the_selector_stops_matching() -> None:
    options = ExtractionOptions(languages=("en",), select=("#policy",))
    aside = "Our sponsors receive your personal data too."
    before, after = selected(page(SHARING, aside=aside)), page(SHARING, aside=aside)
    assessment = visit(after, latest(before, options), options)
    assert (assessment.outcome, assessment.fallback) == ("unchanged", True)


def test_a_link_for_a_choice_that_now_leads_to_a_different_site_is_material() -> None:
    moved = LINK.replace("maps.example", "elsewhere.example")
    assessment = visit(page(SHARING, moved), latest(page(SHARING, LINK)))
    assert assessment.comparison is not None
    (found,) = assessment.comparison.findings
    assert (found.rule, found.material, found.topic) == ("T8.link", True, "contact")
    assert "elsewhere.example" in found.after
    assert assessment.comparison.topics == ("rights",)


def test_a_link_for_a_choice_that_now_leads_to_a_different_host_of_the_same_site_is_quiet() -> None:
    moved = LINK.replace("maps.example", "about.maps.example")
    for before, after in ((LINK, moved), (moved, LINK)):
        comparison = visit(page(SHARING, after), latest(page(SHARING, before))).comparison
        assert comparison is not None
        assert comparison.findings == ()
        assert [suppression.reason for suppression in comparison.suppressed] == ["link"]


def test_a_link_for_a_choice_that_now_leads_to_a_different_page_of_the_same_site_makes_no_version() -> None:
    assert visit(page(SHARING, LINK.replace("/out", "/choices")), latest(page(SHARING, LINK))).outcome == "unchanged"


def test_a_link_that_concerns_no_choice_may_change_its_target() -> None:
    there, here = (f'<p>See <a href="https://{host}.example/">the map room</a>.</p>' for host in ("old", "new"))
    assert visit(page(SHARING, here), latest(page(SHARING, there))).outcome == "unchanged"


COOKS = replace(
    page(),
    body=b"<html><body><main><h1>Cooks</h1>" + b"<p>Anna, soups and stews, every day</p>" * 40 + b"</main></body>",
)
GONE = replace(page(), status=404, final_url="https://maps.example/cooks")


def test_only_one_of_several_pages_must_read_like_a_policy() -> None:
    """A page that lists companies names no rights, but may be one of several pages. At least one page must read like
    a policy."""
    options = replace(OPTIONS, further=("https://maps.example/cooks",))
    assert assess(Visit(page(SHARING), options, further=(COOKS,))).outcome == "changed"
    assert assess(Visit(COOKS, options, further=(COOKS,))).reason == "other-document"


def test_a_missing_page_of_several_is_named() -> None:
    found = assess(Visit(page(SHARING), replace(OPTIONS, further=(GONE.final_url,)), further=(GONE,)))
    assert (found.outcome, found.reason) == ("not comparable", "gone")
    assert found.detail == "https://maps.example/cooks: The server answered 404."


def test_changed_addresses_of_further_pages_are_a_boundary() -> None:
    options = replace(OPTIONS, further=("https://maps.example/cooks",))
    before = replace(latest(page(SHARING)), further=(page(LINK),), further_urls=("https://maps.example/waiters",))
    found = assess(Visit(page(SHARING), options, latest=before, further=(page(LINK, SHARING),)))
    assert (found.outcome, found.boundary, found.comparison) == ("changed", True, None)
