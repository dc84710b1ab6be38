"""Tests how the pages of a site are ranked, and when a policy is certain."""

from __future__ import annotations

from dataclasses import replace

import pytest

from document.discovery.clues import Clue, SiteNames, clue_of_address, clue_of_link, edition_clues, hub_points
from document.discovery.page_links import PageLink
from document.discovery.page_look import LookRequest, PageLook, look, site_name_of
from document.discovery.ranking import LookedPage, certain_policy, is_good_policy, name_words, rank
from document.model import ExtractionOptions, Page
from tests.sources import PROJECT

SITE = SiteNames(("ropes.example",), frozenset({"ropes"}))
POLICY = (PROJECT / "tests" / "policies" / "cloakroom.html").read_bytes()
HOME = "https://ropes.example/"
FOOTER = PageLink(f"{HOME}privacy", "Privacy policy", "footer")


def seen(body: bytes = POLICY, url: str = FOOTER.target, status: int = 200) -> PageLook:
    return look(LookRequest(Page(body, "text/html; charset=utf-8", status, url), ExtractionOptions()))


def page(link: PageLink, looked: PageLook) -> LookedPage:
    clue = clue_of_link(link, SITE)
    assert clue is not None
    return LookedPage(link.target, looked, (clue,))


def test_a_policy_that_the_footer_links_is_certain() -> None:
    ranked = rank([page(FOOTER, seen())], SITE)
    assert certain_policy(ranked) == ranked[0]
    assert (ranked[0].kind, ranked[0].languages, ranked[0].doubts) == ("policy", ("en",), ())
    assert ranked[0].reasons[0] == 'linked in the footer as "Privacy policy"'


def test_a_policy_in_another_language_than_the_wanted_one_is_not_certain() -> None:
    ranked = rank([page(FOOTER, seen())], SITE)
    assert certain_policy(ranked, ["id"]) is None
    assert certain_policy(ranked, ["id", "en"]) is not None


def test_two_good_policies_make_a_question() -> None:
    other = replace(FOOTER, target=f"{HOME}shop/privacy")
    second = seen(POLICY.replace(b"</main>", b"<p>It is also valid in our shop.</p></main>"), other.target)
    ranked = rank([page(FOOTER, seen()), page(other, second)], SITE)
    assert [candidate.kind for candidate in ranked] == ["policy", "policy"]
    assert certain_policy(ranked) is None


def test_the_same_text_at_two_addresses_is_one_candidate() -> None:
    other = PageLink(f"{HOME}p/7", "Privacy", "body")
    ranked = rank([page(other, seen(url=other.target)), page(FOOTER, seen())], SITE)
    assert [(candidate.url, candidate.same_text) for candidate in ranked] == [(FOOTER.target, (other.target,))]
    assert certain_policy(ranked) is not None


@pytest.mark.parametrize(
    "link",
    [
        replace(FOOTER, text="Privacy policy for applicants"),
        replace(FOOTER, target="https://elsewhere.example/privacy"),
        replace(FOOTER, target=f"{HOME}archive/privacy"),
    ],
)
def test_a_doubt_forbids_certainty(link: PageLink) -> None:
    ranked = rank([page(link, seen(url=link.target))], SITE)
    assert ranked[0].doubts
    assert not is_good_policy(ranked[0])
    assert certain_policy(ranked) is None


def test_a_link_that_redirects_to_a_different_site_is_a_doubt() -> None:
    ranked = rank([page(FOOTER, seen(url="https://elsewhere.example/p"))], SITE)
    assert ranked[0].doubts == ("on a different site, elsewhere.example",)


def test_a_policy_without_a_link_is_listed_and_not_certain() -> None:
    ranked = rank([LookedPage(FOOTER.target, seen(), ())], SITE)
    assert [candidate.kind for candidate in ranked] == ["policy"]
    assert certain_policy(ranked) is None


def test_a_title_about_a_different_matter_is_a_doubt() -> None:
    body = POLICY.replace(b"<title>", b"<title>Sample | ")
    assert rank([page(FOOTER, seen(body))], SITE)[0].doubts == ("its title mentions sample",)


def test_a_text_that_says_that_it_is_not_valid_is_a_doubt() -> None:
    body = POLICY.replace(b"</h1>", b"</h1><p>This version is no longer valid.</p>", 1)
    assert rank([page(FOOTER, seen(body))], SITE)[0].doubts == ('the text says "no longer valid"',)


def test_the_policy_of_a_product_that_the_title_and_the_link_name_is_not_certain() -> None:
    body = POLICY.replace(b"<h1>", b"<h1>Bargeline ")
    product = page(replace(FOOTER, text="Bargeline privacy policy"), seen(body))
    [candidate] = rank([product], replace(SITE, words=SITE.words | {"cloakroom"}))
    assert candidate.doubts == ("its title mentions bargeline",)
    assert rank([product], SiteNames(SITE.hosts, frozenset({"ropes", "bargeline"})))[0].doubts == ()


def test_a_further_word_in_the_title_alone_is_not_a_doubt() -> None:
    body = POLICY.replace(b"<h1>", b"<h1>Bargeline ")
    assert rank([page(FOOTER, seen(body))], SITE)[0].doubts == ()


def test_what_the_footer_calls_a_page_counts_more_than_the_sitemap() -> None:
    footer = clue_of_link(replace(FOOTER, text="Privacy policy for bargees and applicants"), SITE)
    listed = clue_of_address(FOOTER.target, "listed in the sitemap", SITE)
    assert footer is not None
    assert listed is not None
    assert footer.points < listed.points
    [candidate] = rank([LookedPage(FOOTER.target, seen(), (footer, listed))], SITE)
    assert candidate.doubts == ("it mentions applicants",)


def test_a_template_is_not_certain() -> None:
    blanks = b"<p>[Barn owner] asks [our clerk] in [town] to write to [name of the keeper].</p>"
    template = seen(POLICY.replace(b"</main>", blanks + b"</main>"))
    assert rank([page(FOOTER, template)], SITE)[0].doubts == ('the text says "[Barn owner]"',)


@pytest.mark.parametrize(
    ("text", "address", "heading"),
    [
        ("Privacy policy 2019", "privacy", "Privacy policy"),
        ("Privacy policy", "privacy-2019", "Privacy policy"),
        ("Privacy policy", "privacy", "Privacy policy 2019"),
    ],
)
def test_an_edition_of_an_earlier_year_is_not_certain_and_does_not_rival_the_present_one(
    text: str, address: str, heading: str
) -> None:
    site = replace(SITE, words=SITE.words | {"cloakroom"}, year=2026)
    link = replace(FOOTER, text=text, target=f"{HOME}{address}")
    body = POLICY.replace(b"</h1>", b"</h1><p>It is valid for the barn too.</p>").replace(b"<h1>", b"<h1>@ ")
    old = seen(body.replace(b"@", heading.encode()), link.target)
    clue = clue_of_link(link, site)
    assert clue is not None
    old_page = LookedPage(link.target, old, (clue,))
    [alone] = rank([old_page], site)
    assert (alone.doubts, certain_policy([alone])) == (("its name has the year 2019",), None)
    present, _ = both = rank([old_page, page(FOOTER, seen(url=f"{HOME}present"))], site)
    assert certain_policy(both) == present
    assert present.url == f"{HOME}present"


def test_the_present_year_and_the_year_in_a_companys_name_are_not_doubts() -> None:
    site = SiteNames(SITE.hosts, SITE.words | {"1871"}, 2026)
    for text in ("Privacy policy 2026", "Privacy policy of Ropes 1871"):
        clue = clue_of_link(replace(FOOTER, text=text), site)
        assert clue is not None
        assert clue.old_years == frozenset()


def test_a_link_in_a_text_is_a_doubt_unless_the_text_lists_legal_documents() -> None:
    link = replace(FOOTER, place="body")
    in_text, in_hub = clue_of_link(link, SITE), clue_of_link(link, SITE, in_hub=True)
    assert in_text is not None
    assert in_hub is not None
    assert (in_text.doubts, in_hub.doubts) == (("linked only in a text",), ())
    assert in_hub.points > in_text.points


def test_a_page_that_is_not_a_policy_is_not_listed() -> None:
    assert rank([page(FOOTER, seen(b"<h1>Privacy policy</h1><p>Not found</p>", status=404))], SITE) == ()
    assert (
        rank([page(FOOTER, seen(b"<h1>Ropes</h1><p>We make rope for boats and barns, and much else.</p>"))], SITE) == ()
    )


def test_terms_with_hardly_any_words_of_a_policy_are_listed_as_terms() -> None:
    body = f"<h1>Terms of service</h1><p>{'You order rope by the metre, and we cut the rope for you. ' * 20}</p>"
    link = PageLink(f"{HOME}terms", "Terms of service", "footer")
    assert [candidate.kind for candidate in rank([page(link, seen(body.encode(), link.target))], SITE)] == ["terms"]


def test_short_pages_lose_points() -> None:
    body = (
        b"<h1>Privacy policy</h1><p>We collect personal data, and share it with no third parties for any purpose.</p>"
    )
    assert "only" in rank([page(FOOTER, seen(body))], SITE)[0].doubts[0]


def test_a_link_without_words_is_judged_by_its_address() -> None:
    bare = replace(FOOTER, text="")
    assert clue_of_link(bare, SITE) == clue_of_address(bare.target, "in a link without words", SITE)
    assert clue_of_link(replace(FOOTER, text="Hooks"), SITE) is None
    assert clue_of_address(f"{HOME}hooks", "listed", SITE) is None


def test_a_declared_document_has_the_most_points() -> None:
    declared = clue_of_link(replace(FOOTER, declared="policy", text=""), SITE)
    linked = clue_of_link(FOOTER, SITE)
    assert declared is not None
    assert linked is not None
    assert declared.points > linked.points


def test_pages_that_lead_to_documents_have_points_on_their_own_site_only() -> None:
    legal = PageLink(f"{HOME}legal", "Legal", "footer")
    assert hub_points(legal, SITE) > hub_points(replace(legal, place="body"), SITE) > 0
    assert hub_points(replace(legal, target="https://law.example/"), SITE) == 0
    assert hub_points(FOOTER, SITE) == 0


def test_an_edition_in_another_language_has_fewer_points_than_its_original() -> None:
    [edition] = edition_clues([Clue("policy", 30, "linked in the footer")], "de")
    assert edition.points < 30
    assert "German" in edition.reason


def test_the_subdomains_of_a_site_belong_to_the_site() -> None:
    assert SITE.holds("https://www.ropes.example/a")
    assert SITE.holds("https://legal.ropes.example/a")
    assert not SITE.holds("https://ropes.example.org/a")


def test_the_words_of_a_company_are_not_words_of_documents_or_other_matters() -> None:
    assert name_words(["Guide Ropes"], ["Ropes: jobs and privacy"]) == {"guide", "ropes", "and"}


def test_the_name_of_a_site_and_the_parts_of_its_title_are_read() -> None:
    body = b'<title>Home | Ropes Ltd</title><meta property="og:site_name" content="Ropes"><p>Rope</p>'
    looked = seen(body)
    assert (looked.site_name, looked.title_parts) == ("Ropes", ("Home", "Ropes Ltd"))


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ('<title>Home</title><meta property="og:site_name" content="Lantern Works">', "Lantern Works"),
        ("<title>Ropes for boats | Lantern Moor</title>", "Lantern Moor"),
        ("<title>Lanternmoor Rope Games – ropes for boats</title>", "Lanternmoor Rope Games"),
        ("<title>Bank Lanternmoor</title>", "Bank Lanternmoor"),
        ("<title>Welcome to Lanternmoor</title>", "lanternmoor.example"),
        ("<title>Lanternmoor: ropes, hooks</title>", "Lanternmoor"),
        ("<title>Lantern Moor Museum: ropes</title>", "Lantern Moor Museum"),
        ("<title>Lanternmoor, ropes and hooks</title>", "lanternmoor.example"),
        ("<title>Lanternmoor privacy policy</title>", "lanternmoor.example"),
        (
            '<title>Ropes for boats</title><meta property="og:site_name" content="https://x.test">',
            "lanternmoor.example",
        ),
    ],
)
def test_a_site_is_named_by_its_start_page_or_by_its_host(head: str, name: str) -> None:
    assert site_name_of(seen(head.encode(), "https://www.lanternmoor.example/")) == name


def test_a_plain_text_has_no_links_and_no_title() -> None:
    looked = look(LookRequest(Page(b"Privacy policy\n\nShort.", "text/plain", 200, HOME), ExtractionOptions()))
    assert (looked.links, looked.title, looked.site_name, looked.heading) == ((), "", "", "Privacy policy")


def test_a_page_that_is_nested_too_deeply_is_not_searched_for_links() -> None:
    request = LookRequest(Page(b"<div>" * 700, "text/html", 200, HOME), ExtractionOptions(max_nesting=500))
    assert (look(request).links, look(request).refused) == ((), "refused-limit")
