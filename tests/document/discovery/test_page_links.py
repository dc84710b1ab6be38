"""Tests which links of a page are used, and what is known about each of these links."""

from __future__ import annotations

from dataclasses import replace

from document.discovery.page_links import MOST_LINKS, PageLink, page_links
from document.html.soup import parse
from document.model import Page

HOME = Page(b"", "text/html", 200, "https://ropes.example/shop/")


def links(markup: str, page: Page = HOME) -> tuple[PageLink, ...]:
    return page_links(parse(markup), page)


def test_the_place_of_a_link_is_known() -> None:
    found = links(
        '<nav><a href="/a">Privacy</a></nav><p><a href="/b">Privacy</a></p>'
        '<div class="site-footer"><a href="/c">Privacy</a></div><footer><a href="/d">Privacy</a></footer>'
    )
    assert [(link.target, link.place) for link in found] == [
        ("https://ropes.example/a", "navigation"),
        ("https://ropes.example/b", "body"),
        ("https://ropes.example/c", "footer"),
        ("https://ropes.example/d", "footer"),
    ]


def test_a_list_of_links_is_a_footer_if_the_page_does_not_mark_its_parts() -> None:
    listed = '<div><a href="/h">Hooks</a> · <a href="/c">Contact</a> · <a href="/p">Privacy</a></div>'
    text = '<p>We <a href="/a">keep</a> your <a href="/b">coat</a> and your <a href="/p">privacy</a> in good order.</p>'
    assert [link.place for link in links(listed)] == ["footer"]
    assert [link.place for link in links(f"<main>{listed}</main>")] == ["body"]
    assert [link.place for link in links(text)] == ["body"]


def test_links_that_name_nothing_and_links_that_are_not_pages_are_left_out() -> None:
    assert not links(
        '<a href="/hooks">Hooks</a><a href="mailto:a@b.example">Privacy</a><a href="http://[x">Privacy</a>'
    )


def test_relative_addresses_begin_at_the_base_of_the_page() -> None:
    found = links('<base href="/texts/"><a href="one#rights">Privacy</a>')
    assert [link.target for link in found] == ["https://ropes.example/texts/one"]


def test_a_link_without_words_has_the_words_of_its_label_or_picture() -> None:
    found = links('<a href="/a" aria-label="Privacy policy"></a><a href="/b"><img src="x" alt="Privacy notice"></a>')
    assert [link.text for link in found] == ["Privacy policy", "Privacy notice"]


def test_a_link_whose_address_names_a_document_is_kept() -> None:
    assert [link.text for link in links('<a href="/privacy-policy">here</a>')] == ["here"]


def test_relations_declare_documents_in_the_page_and_in_its_headers() -> None:
    page = replace(HOME, headers=(("link", '</x>; rel="next", </h>; rel="privacy-policy"'),))
    found = links('<link rel="terms-of-service" href="/t"><a rel="privacy-policy" href="/p">data</a>', page)
    assert [(link.target, link.declared) for link in found] == [
        ("https://ropes.example/h", "policy"),
        ("https://ropes.example/t", "terms"),
        ("https://ropes.example/p", "policy"),
    ]


def test_other_languages_of_a_page_are_known() -> None:
    found = links(
        '<link rel="alternate" hreflang="de-AT" href="/at/"><a hreflang="fr" href="/french">Version</a>'
        '<a href="/go?to=3">Bahasa Indonesia</a><a href="/en-gb/">United Kingdom</a><a href="/zz/">Shop</a>'
    )
    assert [(link.target, link.language) for link in found] == [
        ("https://ropes.example/at/", "de"),
        ("https://ropes.example/french", "fr"),
        ("https://ropes.example/go?to=3", "id"),
        ("https://ropes.example/en-gb/", "en"),
    ]


def test_only_the_last_links_of_a_very_long_list_are_kept() -> None:
    found = links("".join(f'<a href="/privacy/{number}">Privacy</a>' for number in range(MOST_LINKS + 5)))
    assert len(found) == MOST_LINKS
    assert found[-1].target.endswith(f"/privacy/{MOST_LINKS + 4}")
