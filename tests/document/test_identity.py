"""Tests when two documents count as the same version."""

from __future__ import annotations

from document import identity_words, read
from document.identity import Identity
from document.model import ExtractionOptions, Page
from document.reading import EXTRACTOR


def identity(body: str) -> Identity:
    return identity_words(
        read(Page(f"<html lang=en><body><main>{body}</main></body></html>".encode(), "text/html")).document
    )


def test_paragraph_that_is_split_in_two_makes_no_version() -> None:
    assert identity("<p>We keep it. We burn it.</p>") == identity("<p>We keep it.</p><p>We burn it.</p>")


def test_one_changed_word_makes_a_version() -> None:
    assert identity("<p>We do not sell it.</p>") != identity("<p>We do sell it.</p>")


def test_a_table_of_contents_that_repeats_the_headings_makes_no_version() -> None:
    body = (
        "<h2 id=a>Keeping it</h2><p>For a year.</p><h2 id=b>Giving it</h2><p>To none.</p>"
        "<h2 id=c>Asking</h2><p>Ask.</p>"
    )
    table = "<nav><a href=#a>Keeping it</a><br><a href=#b>Giving it</a><br><a href=#c>Asking</a></nav>"
    assert identity(table + body) == identity(body)
    assert identity(table.replace("Asking", "Asking us") + body) == identity(body)
    assert identity(table.replace("Asking", "We sell it to all who ask.") + body) != identity(body)
    typed = "<ol><li>Keeping it<li>Giving it<li>Asking</ol>"
    assert identity(typed + body) == identity(body)
    assert identity(typed.replace("Asking", "Asking us") + body) != identity(body)


def test_change_of_a_masked_address_makes_a_version() -> None:
    def shown(address: str, key: int) -> str:
        code = bytes([key, *(byte ^ key for byte in address.encode())]).hex()
        return f"<p>Write to <a href='/cdn-cgi/l/email-protection' data-cfemail='{code}'>[email protected]</a>.</p>"

    assert identity(shown("desk@example.org", 7)) == identity(shown("desk@example.org", 99))
    assert identity(shown("desk@example.org", 7)) != identity(shown("help@example.org", 7))


def test_a_changed_link_makes_a_version_only_if_it_concerns_a_right_and_leads_to_a_new_site() -> None:
    def link(text: str, target: str) -> str:
        return f"<p>See <a href='{target}'>{text}</a> for more.</p>"

    assert identity(link("our map", "https://a.example/")) == identity(link("our map", "https://b.example/"))
    assert identity(link("opt out", "https://a.example/1")) == identity(link("opt out", "https://www.a.example/2"))
    assert identity(link("opt out", "https://a.example/")) != identity(link("opt out", "https://b.example/"))


def test_extraction_identity_describes_the_extraction() -> None:
    page = Page(b"<html><body><div id=a><p>One.</p></div><div id=b><p>Two.</p></div></body></html>", "text/html")
    generic, chosen = read(page), read(page, ExtractionOptions(select=("#b",)))
    missed = read(page, ExtractionOptions(select=("#c",)))
    assert generic.identity.startswith(f"e{EXTRACTOR}+bs4-")
    assert [each.identity.rsplit("+", 1)[1] for each in (generic, chosen, missed)] == ["generic", "select", "fallback"]
    assert [each.fallback for each in (generic, chosen, missed)] == [False, False, True]
    assert chosen.document.text == "Two."
    assert missed.document == generic.document
    assert read(page, ExtractionOptions(remove=("#a",))).document.text == "Two."
