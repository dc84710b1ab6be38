"""Tests that prose in the part of a page that has the policy is read as text, whatever element contains the prose."""

from __future__ import annotations

import pytest

from document import read
from document.model import Page

TITLES = ("Privacy of the tea house", "What we note", "Who sees it", "How long", "Hak Anda")
TEXTS = (
    "The tea house serves its guests at nine tables. This page says which of their words and numbers it keeps.",
    "We note the number of your table and what you ordered. If you ring us we note your name and the hour.",
    "The waiter sees the slip, and the cook reads it aloud. The tax office sees the sum, and nothing of the tea.",
    "We keep the slips until the evening, because the till must be right. The book of the year is kept for ten.",
    "Anda boleh meminta salinan catatan kami. Kami menjawab dalam tujuh hari, dan tidak memungut biaya apa pun.",
)
SAID = "We sell the names of our guests to nobody."


def page(part: str, place: int) -> Page:
    sections = "".join(
        f"<h{1 if number == 0 else 2}>{title}</h{1 if number == 0 else 2}><p>{text}</p>{part * (number == place)}"
        for number, (title, text) in enumerate(zip(TITLES, TEXTS, strict=True))
    )
    menu = "<header><nav><a href=/>Home</a> <a href=/tea>Teas</a> <a href=/find>Find us</a></nav></header>"
    foot = "<footer><a href=/jobs>Jobs</a> <a href=/press>Press</a><p>© 2026 Rumah Teh</p></footer>"
    return Page(f"<html lang=en><body>{menu}<main>{sections}</main>{foot}</body></html>".encode(), "text/html")


@pytest.mark.parametrize("place", range(len(TITLES)))
@pytest.mark.parametrize(
    "part",
    [
        *(f"<{tag}><p>{{}}</p></{tag}>" for tag in ("nav", "aside", "footer", "header", "form", "search", "dialog")),
        *(
            f"<div role={role}><p>{{}}</p></div>"
            for role in ("navigation", "alert", "status", "dialog", "complementary")
        ),
        *(
            f"<div class='{name}'><p>{{}}</p></div>"
            for name in ("cookie-banner", "newsletter", "related-posts", "menu")
        ),
        *(f"<p class={name}>{{}}</p>" for name in ("sr-only", "noprint", "announcement", "sidebar", "footer")),
        "<label>{}</label>",
        "<fieldset><legend>Sale</legend><p>{}</p></fieldset>",
        "<figure><figcaption>{}</figcaption></figure>",
        "<div><button>Do you sell it?</button><div hidden>{}</div></div>",
        "<h3 tabindex=0>Do you sell it?</h3><div aria-hidden=true>{}</div>",
        "<button popovertarget=p7>?</button><div popover id=p7>{}</div>",
        "<a href='#p8'>Details</a><div id=p8 style='display:none'><span>{}</span></div>",
        "<ul><li>Tea</li><li style='display:none'>{}</li></ul><a href='#'>Show all</a>",
        "<div><p>{}</p><button>Learn more</button></div>",
        "<div><p>{}</p><a href=/x>Learn more</a></div>",
        "<textarea disabled>{}</textarea>",
        "<x-a><template shadowrootmode=open><x-b><template shadowrootmode=open>{}</template></x-b></template></x-a>",
    ],
)
def test_sentence_is_read_in_any_element(part: str, place: int) -> None:
    text = read(page(part.format(SAID), place)).document.text
    assert [words for words in (SAID, *TEXTS) if words not in text] == []
    assert not [words for words in ("Home", "Jobs", "©") if words in text]


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("<p><button>Do you sell it?</button></p><div style='display:none'>No</div>", "No"),
        ("<div>Apakah dijual?</div><div hidden>Tidak</div>", "Tidak"),
        ("<p>We give it to<span>...</span><span hidden> guests only</span></p>", "We give it to guests only"),
        ("<label><input type=checkbox>Sale</label><div><p>We sell nothing to anybody here.</p></div>", "Sale"),
        ("<div class=on><b>Sale</b></div><div class=k hidden>None</div><style>.on ~ .k{display:grid}</style>", "None"),
    ],
)
def test_short_text_that_the_page_can_reveal_is_read(part: str, words: str) -> None:
    assert words in read(page(part, 2)).document.text.splitlines()


@pytest.mark.parametrize(
    "part",
    [
        "<div class=menu><a href=/1>One</a> <a href=/2>Two</a> <a href=/3>Three</a></div>",
        "<div role=dialog><p>Do you like it?</p><button>Yes</button><button>No</button></div>",
        "<form role=search><input type=search><button>Find</button></form>",
        "<p>We keep it.</p><div hidden>Node 7</div>",
    ],
)
def test_controls_and_links_are_left_out(part: str) -> None:
    extracted = read(page(part, 2))
    assert extracted.left_out
    assert not [words for words in ("Two", "like it", "Find", "Node 7") if words in extracted.document.text]


def test_word_that_several_elements_divide_stays_one_word() -> None:
    part = "<p><span>We coll</span><span>ect the tips</span> of <b>You</b>Tube and <x-t>T</x-t>ea.</p>"
    assert "We collect the tips of YouTube and Tea." in read(page(part, 1)).document.text


RECIPIENTS = "".join(
    f"<tr><td>{who}</td><td>{what}</td></tr>"
    for who, what in (("Recipient", "Data"), ("The ferry company", "your parcel's address"), ("Pos Desa", "nama Anda"))
)


@pytest.mark.parametrize(
    "table",
    [
        f"<table>{RECIPIENTS}</table>",
        f"<h2>Who else</h2><table>{RECIPIENTS}</table>",
        f"<div class=scroll><div><table>{RECIPIENTS}</table></div></div>",
        "<table><tr><td>Pos Desa</td><td>The ferry company, nama Anda</td></tr></table>",
    ],
)
@pytest.mark.parametrize("wrapper", ["{}", "<div>{}</div>", "<article>{}</article>"])
def test_a_table_that_ends_a_page_is_read(table: str, wrapper: str) -> None:
    """Many policies list recipients in a table. Here its cells are not sentences, and no text comes after the table."""
    parts = "".join(f"<h2>{title}</h2><p>{text}</p>" for title, text in zip(TITLES, TEXTS, strict=True))
    body = wrapper.format(f"<h1>Privacy</h1>{parts}") + table
    foot = "<footer><a href=/jobs>Jobs</a> <a href=/press>Press</a><p>© 2026 Rumah Teh</p></footer>"
    text = read(Page(f"<html lang=en><body>{body}{foot}</body></html>".encode(), "text/html")).document.text
    for words in ("The ferry company", "Pos Desa", "nama Anda"):
        assert words in text
    assert "Jobs" not in text
    assert "Rumah Teh" not in text


def test_a_table_of_links_that_ends_a_page_is_left_out() -> None:
    parts = "".join(f"<h2>{title}</h2><p>{text}</p>" for title, text in zip(TITLES, TEXTS, strict=True))
    links = "".join(f"<tr><td><a href=/{n}>Shop {n}</a></td><td><a href=/b{n}>Bar {n}</a></td></tr>" for n in range(4))
    markup = f"<html lang=en><body><h1>Privacy</h1>{parts}<table>{links}</table></body></html>"
    assert "Shop 2" not in read(Page(markup.encode(), "text/html")).document.text
