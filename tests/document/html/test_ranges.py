"""Tests ranges in `select` and `remove`. A range is the part of a page between two elements."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable

import pytest

from document import SelectorError, check_selector, read
from document.html.selectors import range_of
from document.model import ExtractionOptions, Page
from tests.chance import seeded


def text_of(markup: str, *, select: tuple[str, ...] = (), remove: tuple[str, ...] = ()) -> str:
    page = Page(f'<html lang="en"><body>{markup}</body></html>'.encode(), "text/html")
    return read(page, ExtractionOptions(select=select, remove=remove)).document.text


MIXED = """
<header><p>Menu words.</p></header>
<main><div><h2 id="data">Our data</h2><p>First words.</p>
<ul><li>Item one.</li><li>Item <b id="mark">two.</b></li></ul></div>
<div><p>Second words.</p><h2 id="cookies">Cookies</h2><p>Third words.</p></div></main>
<footer><p>Foot words.</p></footer>
"""


@pytest.mark.parametrize(
    ("between", "lines"),
    [
        ("startBefore: #data; endBefore: #cookies", "Our data|First words.|Item one.|Item two.|Second words."),
        ("startAfter: #data; endBefore: #cookies", "First words.|Item one.|Item two.|Second words."),
        ("startBefore: #data; endAfter: #cookies", "Our data|First words.|Item one.|Item two.|Second words.|Cookies"),
        ("startAfter: #mark; endBefore: h2", "Second words."),
        ("startBefore: #mark; endAfter: main", "two.|Second words.|Cookies|Third words."),
        ("startBefore: #cookies; endAfter: #cookies", "Cookies"),
        (
            "startBefore: h2;endBefore:  footer",
            "Our data|First words.|Item one.|Item two.|Second words.|Cookies|Third words.",
        ),
    ],
)
def test_a_range_selects_the_text_between_two_elements(between: str, lines: str) -> None:
    assert text_of(MIXED, select=(between,)).split("\n") == lines.split("|")


def test_removing_a_range_keeps_the_order_of_the_other_text() -> None:
    text = text_of(MIXED, select=("main",), remove=("startAfter: ul li; endBefore: #cookies",))
    assert text.split("\n") == ["Our data", "First words.", "Item one.", "Cookies", "Third words."]


def test_several_ranges_and_selectors_are_found_in_the_original_page() -> None:
    pieces = "".join(f"<hr><p>Part {number}.</p>" for number in range(1, 6))
    select = (
        "startBefore: hr:nth-of-type(4); endBefore: hr:nth-of-type(5)",
        "startAfter: hr; endBefore: hr ~ hr",
        "#end",
    )
    assert text_of(f'{pieces}<p id="end">End.</p>', select=select).split("\n") == ["Part 1.", "Part 4.", "End."]


@pytest.mark.parametrize("between", ["startBefore: h5; endBefore: #cookies", "startBefore: #cookies; endBefore: #data"])
def test_if_a_page_does_not_have_the_range_the_result_says_that_nothing_matched(between: str) -> None:
    page = Page(f"<html><body>{MIXED}</body></html>".encode(), "text/html")
    assert read(page, ExtractionOptions(select=(between,))).fallback


@pytest.mark.parametrize(
    "text", ["startBefore: #a", "startBefore: #a; endBefore:", "startBefore: #a[; endBefore: #b", "endBefore: #a"]
)
def test_a_range_without_a_beginning_or_an_end_is_refused(text: str) -> None:
    with pytest.raises(SelectorError):
        check_selector(text)


def test_a_selector_is_not_mistaken_for_a_range() -> None:
    assert range_of('[title="startBefore: a; endBefore: b"]') is None
    assert range_of("start:first-child") is None


def test_a_range_is_found_in_a_deeply_nested_page() -> None:
    deep = "<div>" * 3000
    text = text_of(
        f'<p id="a">Start.</p>{deep}<p>Deep words.</p><p id="b">End.</p>', select=("startAfter: #a; endBefore: #b",)
    )
    assert text == "Deep words."


Shape = Callable[[random.Random], tuple[str, str]]
"""A function that makes a range and the markup of a page. The words of the page that are in the range begin with
"in"."""


def _words(chance: random.Random, place: str) -> str:
    parts = [f"<p>{place}{chance.randrange(10**6)} words stand here.</p>" for _ in range(chance.randint(1, 4))]
    return chance.choice(["{}", "<section>{}</section>", "<div><div>{}</div></div>"]).format("".join(parts))


def _ids(chance: random.Random) -> tuple[str, str]:
    deep = chance.choice(["{}", "<div>{}</div>", "<article><header>{}</header></article>"])
    first, last = deep.format('<h2 id="ours">in0 head</h2>'), deep.format('<h2 id="theirs">out head</h2>')
    page = _words(chance, "out") + first + _words(chance, "in") + last + _words(chance, "out")
    return "startBefore: #ours; endBefore: #theirs", page


def _anchors(chance: random.Random) -> tuple[str, str]:
    page = f'{_words(chance, "out")}<p><a name="privacy"></a>in0 words.</p>{_words(chance, "in")}<a name="terms"></a>'
    return 'startBefore: [name=privacy]; endBefore: [name="terms"]', page + _words(chance, "out")


def _around(chance: random.Random) -> tuple[str, str]:
    page = f"<header>{_words(chance, 'out')}</header>{_words(chance, 'in')}<footer>{_words(chance, 'out')}</footer>"
    return "startAfter: header; endBefore: footer", f"<div>{page}</div>"


def _container(chance: random.Random) -> tuple[str, str]:
    page = f"<main>{_words(chance, 'out')}<h1>in0 head</h1>{_words(chance, 'in')}</main>{_words(chance, 'out')}"
    return "startBefore: h1; endAfter: main", page


def _counted(chance: random.Random) -> tuple[str, str]:
    heads = [
        f"<h2>{place}{number} head</h2>{_words(chance, place)}"
        for number, place in enumerate(["out", "in", "in", "out"])
    ]
    return "startBefore: .legal h2:nth-of-type(2); endBefore: .legal h2:nth-of-type(4)", (
        f'<div class="legal">{"".join(heads)}</div>'
    )


def _siblings(chance: random.Random) -> tuple[str, str]:
    page = f'<div>{_words(chance, "out")}<a name="own"></a><h2>in0 head</h2><p>in1 words.</p><h2>out head</h2></div>'
    return "startBefore: [name=own] ~ h2; endBefore: [name=own] ~ h2 ~ h2", page + _words(chance, "out")


def _by_class(chance: random.Random) -> tuple[str, str]:
    own, other = f"text-v{chance.randrange(10**4)}", "share-it"
    page = f'<div class="{own}"><h1>in0 head</h1>{_words(chance, "in")}</div><div class="{other}">out words</div>'
    return 'startBefore: [class*="text-v"]; endBefore: [class*="share-"]', page


SHAPES: tuple[tuple[Shape, int], ...] = (
    (_ids, 20),
    (_anchors, 8),
    (_around, 8),
    (_container, 10),
    (_counted, 5),
    (_siblings, 4),
    (_by_class, 3),
)
"""Shapes of the 58 ranges in a public collection of declarations. Each shape comes with its approximate number of
ranges."""


@pytest.mark.parametrize("number", range(58))
def test_a_range_of_each_known_shape_selects_its_words(number: int) -> None:
    shapes = [shape for shape, count in SHAPES for _ in range(count)]
    between, markup = shapes[number](seeded(2100 + number))
    words = Counter(re.findall(r"\b(?:in|out)\d*\b", text_of(markup, select=(between,))))
    assert words == Counter(re.findall(r"\b(?:in)\d*\b", markup))
