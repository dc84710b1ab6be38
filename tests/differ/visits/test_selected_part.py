"""Tests a page with other texts beside the policy. The configured selector matches the policy, or it matches
nothing.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from differ.visits.assessment import Assessment, LatestVersion, Visit, assess
from document import read
from document.model import ExtractionOptions, Page

SAID = {
    "en": (
        "Privacy policy",
        "Whom we tell",
        "We share your personal data with the harbour office and with nobody else.",
        "We sell your personal data to advertisers and to the harbour office.",
        "Terms of use",
        "Deckchairs",
        "We share the deckchairs with whoever comes first; no personal data is disclosed for it.",
        "We sell deckchairs to third parties, and share your personal data with their makers.",
        "You have the right to have your personal data deleted.",
    ),
    "id": (
        "Kebijakan privasi",
        "Penerima data",
        "Kami membagikan data pribadi Anda kepada kantor pelabuhan dan tidak kepada pihak lain.",
        "Kami menjual data pribadi Anda kepada pengiklan dan kepada kantor pelabuhan.",
        "Syarat penggunaan",
        "Kursi geladak",
        "Kursi geladak dibagikan kepada siapa saja yang datang lebih dahulu, tanpa data pribadi.",
        "Kami menjual kursi geladak kepada pihak ketiga dan membagikan data pribadi Anda kepada pembuatnya.",
        "Anda berhak meminta penghapusan data pribadi Anda.",
    ),
}
PLACES = ("north", "south", "east", "west", "upper", "lower", "old", "new")


def page(
    language: str, *, fits: bool = True, sells: bool = False, terms: bool = False, more: str = "", after: str = ""
) -> Page:
    """Return a page with a policy and terms of use. If `fits` is true, the selector matches. If `sells` is true, the
    policy has changed. If `terms` is true, the terms of use have changed.
    """
    policy, whom, shared, sold, use, chairs, lent, traded, _ = SAID[language]
    filling = "".join(f"<p>{whom}, {place} 1—9, {policy}: {shared}</p>" for place in PLACES)
    other = "".join(f"<p>{chairs}, {place} 1—9, {use}: {traded if terms else lent}</p>" for place in PLACES)
    text = (
        f"<html lang={language}><body><div id=content><section id='{'policy' if fits else 'part-2'}'><h2>{policy}</h2>"
        f"<h3>1. {whom}</h3>{filling}<p>{sold if sells else shared}</p>{more}</section>"
        f"<section><h2>{use}</h2><h3>1. {chairs}</h3>{other}</section>{after}</div></body></html>"
    )
    return Page(text.encode(), "text/html; charset=utf-8", final_url="https://boats.example/legal")


def version(of: Page, language: str, before: LatestVersion | None = None) -> LatestVersion:
    """Return the version of a page as the archive would return it. `before` is the previous version."""
    extracted = read(of, options(language))
    fitted = None if before is None else before.fitted if before.fallback else before.document
    return LatestVersion(
        extracted.document,
        extracted.identity,
        of,
        fallback=extracted.fallback,
        fitted=fitted if extracted.fallback else None,
    )


def options(language: str) -> ExtractionOptions:
    return ExtractionOptions(languages=(language,), select=("#policy",))


def visit(after: Page, before: LatestVersion, language: str) -> Assessment:
    return assess(Visit(page=after, options=options(language), latest=before))


@pytest.mark.parametrize("language", SAID)
def test_a_change_of_another_text_is_ignored_while_the_selector_does_not_match(language: str) -> None:
    fitting = version(page(language), language)
    fallen = version(page(language, fits=False), language, fitting)
    ways = [(False, fitting), (False, fallen), (True, fallen)]
    for fits, before in ways:
        found = visit(page(language, fits=fits, terms=True), before, language)
        assert (found.outcome, found.fallback) == ("unchanged", not fits)


@pytest.mark.parametrize("language", SAID)
def test_a_change_of_the_policy_is_reported_whether_or_not_the_selector_matches(language: str) -> None:
    fitting = version(page(language), language)
    fallen = version(page(language, fits=False), language, fitting)
    for fits, before in [(True, fitting), (False, fitting), (False, fallen), (True, fallen)]:
        found = visit(page(language, fits=fits, sells=True, terms=True), before, language)
        assert found.comparison is not None
        assert "sharing" in found.comparison.topics
        assert not any("1—9" in finding.after for finding in found.comparison.findings)


@pytest.mark.parametrize("language", SAID)
def test_text_added_to_the_policy_under_a_new_heading_is_noticed(language: str) -> None:
    fitting = version(page(language), language)
    fallen = version(page(language, fits=False), language, fitting)
    added = f"<h3>2. {SAID[language][0]} 2</h3><p>{SAID[language][-1]}</p>"
    for before in (fitting, fallen):
        found = visit(page(language, fits=False, terms=True, more=added), before, language)
        assert found.comparison is not None
        assert [finding.after for finding in found.comparison.findings] == [SAID[language][-1]]


@pytest.mark.parametrize("language", SAID)
def test_a_new_text_after_the_other_texts_is_not_a_part_of_the_policy(language: str) -> None:
    fitting = version(page(language), language)
    added = f"<section><h2>{SAID[language][4]} 2</h2><p>{SAID[language][-1]}</p></section>"
    assert visit(page(language, fits=False, after=added), fitting, language).outcome == "unchanged"


@pytest.mark.parametrize("language", SAID)
def test_a_policy_that_is_renamed_and_changed_while_the_selector_does_not_match_is_reported(language: str) -> None:
    fitting = version(page(language), language)
    policy, whom, _, sold, *_ = SAID[language]
    for old, new in ((f"<h2>{policy}", f"<h2>{policy} 2"), (f"1. {whom}", f"I. {whom}!"), (f"<p>{whom}, ", "<p>")):
        renamed = page(language, fits=False, sells=True)
        renamed = replace(renamed, body=renamed.body.replace(old.encode(), new.encode()))
        found = visit(renamed, fitting, language)
        assert found.comparison is not None, new
        assert any(sold in finding.after for finding in found.comparison.findings), new


def test_the_whole_page_is_compared_if_the_selector_has_never_matched() -> None:
    before = version(page("en", fits=False), "en")
    assert visit(page("en", fits=False, terms=True), before, "en").outcome == "changed"


def test_the_whole_page_is_compared_if_the_policy_cannot_be_found_in_it() -> None:
    """At an earlier visit, the selector matched a different text. So it is not known where the policy is on the
    page."""
    fallen = version(page("en", fits=False), "en")
    strange = replace(fallen, fitted=read(page("id"), options("id")).document)
    assert visit(page("en", fits=False, terms=True), strange, "en").outcome == "changed"
