"""Tests that pages that differ only in volatile parts, such as a nonce or a session token, give the same document. The
option -s prints figures.
"""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from document import differs_only_in_volatile_parts, fingerprint
from document.model import ExtractionOptions, Page
from tests.document.sameness.test_fingerprint import ADDRESS, FLOW, NAMES, SELECT, TELLING, assert_equal_documents, html
from tests.replay import history_pages

LEAST_HITS = {"uptimerobot": 52, "open-collective": 6, "open-terms-archive": 31, "buffer": 49}
"""Minimum number of fetches that differ from the fetch before only in volatile parts, for each history. The numbers may
only be raised. There was one exception: two fetches of "buffer" had been counted by mistake, because in them a button
opens a different part.
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<script nonce="a1">let x = 1;</script><p>We keep.</p>', '<script nonce="b2">y</script><p>We keep.</p>'),
        ("<!-- cached 12:01 --><p>We keep letters.</p>", "<!-- cached 12:02 --><p>We keep letters.</p>"),
        ('<p class="text" data-token="x">We keep.</p>', '<p class="text" data-token="y z > w">We keep.</p>'),
        ('<input type="hidden" name="a" value="t1"><p>A', '<input type="hidden" name="a" value="t2"><p>A'),
        ('<a href="/login?back=1">Log in</a>', '<a href="/login?back=2">Log in</a>'),
        ("<img src=/a1.png alt=''><p>A", "<img src=/a2.png alt=''><p>A"),
        (
            '<p>Write to <a href="/cdn-cgi/l/email-protection#1071506275">us</a>.</p>',
            '<p>Write to <a href="/cdn-cgi/l/email-protection#2041605245">us</a>.</p>',
        ),
    ],
)
def test_volatile_parts_are_recognised(before: str, after: str) -> None:
    assert differs_only_in_volatile_parts(html(before), html(after))
    assert fingerprint(html(before)) == fingerprint(html(after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        *TELLING,
        ('<p data-a="1" class="b">A', '<p data-a="1" class="nav">A'),
        ('<p data-a="1">A', '<p data-a="1">B'),
        ('<li value="1">A', '<li value="2">A'),
        ('<p aria-controls="a">A<p id="a" hidden>B', '<p aria-controls="b">A<p id="a" hidden>B'),
        ('<a href="https://a.example/opt-out">Object</a>', '<a href="https://b.example/opt-out">Object</a>'),
        ("<style>.a{display:none}</style><p class=a>A", "<style>.b{display:none}</style><p class=a>A"),
        ("<script></script><p>A", "<script>a</script><p>A"),
        ("<title>A</title>", "<title>B</title>"),
        ('<textarea><p data-a="1"></textarea>', '<textarea><p data-a="2"></textarea>'),
        # One parser reads a part of this markup as text in quotes, and a different parser does not.
        ('<a b"=" data-c="1">A', '<a b"=" data-c=" class=nav ">A'),
        ('<a b==" data-c="1">A', '<a b==" data-c="2">A'),
        ('<p "x=\'>"><i data-t="a">A', '<p "x=\'>"><i data-t="\'>B<b c=\'">A'),
        ("<p a='\" data-c=\"1'>A", "<p a='\" data-c=\"' class='nav'>A"),
        ('<p\rclass="a">A', '<p\rclass="nav">A'),
        ('<p x\rclass="a">A', '<p x\rclass="nav">A'),
        ('<script src="x"/>a<p data-a="1">', '<script src="x"/>a<p data-a="2">'),
        (
            '<script><!-- <script> </script> <p a="1"> --></script>',
            '<script><!-- <script> </script> <p a="2"> --></script>',
        ),
        (
            '<script><!-- <script> </script> <p data-a="<x">A<script>x</script>',
            '<script><!-- <script> </script> <p data-a="</script>B">A<script>x</script>',
        ),
        ('<plaintext><p data-a="1">', '<plaintext><p data-a="2">'),
        ('<![CDATA[ <p data-a="1"> ]]>', '<![CDATA[ <p data-a="2"> ]]>'),
    ],
)
def test_text_and_odd_markup_are_not_mistaken_for_volatile_parts(before: str, after: str) -> None:
    assert not differs_only_in_volatile_parts(html(before), html(after))


def test_pages_with_different_addresses_or_types_are_not_compared() -> None:
    page = html("<p data-a='1'>A")
    other = Page(page.body.replace(b"'1'", b"'2'"), "text/html; charset=koi8-r", 200, ADDRESS)
    assert not differs_only_in_volatile_parts(page, other)
    assert not differs_only_in_volatile_parts(page, Page(other.body, page.content_type, 200, f"{ADDRESS}/2"))


def test_a_changed_charset_in_the_page_is_noticed() -> None:
    before = html("<p>Ã©</p>", '<meta charset="utf-8"><title>P</title>')
    after = Page(before.body.replace(b"utf-8", b"koi8-r"), before.content_type, 200, ADDRESS)
    assert not differs_only_in_volatile_parts(before, after)


def test_an_attribute_that_a_selector_names_is_not_a_volatile_part() -> None:
    pages = html('<p data-part="policy">A'), html('<p data-part="terms">A')
    assert differs_only_in_volatile_parts(*pages)
    assert not differs_only_in_volatile_parts(*pages, ExtractionOptions(select=("[data-part=policy]",)))
    assert not differs_only_in_volatile_parts(*pages, ExtractionOptions(select=("p:-soup-contains(A)",)))


@pytest.mark.parametrize("name", SELECT)
def test_successive_fetches_that_differ_only_in_volatile_parts_have_one_fingerprint(shared: Path, name: str) -> None:
    options = ExtractionOptions(select=SELECT[name])
    bodies = history_pages(shared / "replay" / f"{name}.tar.xz")
    pages = [Page(body, "text/html", 200, ADDRESS) for body in bodies]
    found = [pair for pair in pairwise(pages) if differs_only_in_volatile_parts(*pair, options)]
    print(f"{name}: {len(found)} of {len(pages) - 1} fetches only rotate")
    assert len(found) >= LEAST_HITS[name]
    assert all(fingerprint(before, options) == fingerprint(after, options) for before, after in found)


@pytest.mark.parametrize("name", NAMES)
def test_no_edit_of_a_real_policy_is_mistaken_for_a_volatile_part(shared: Path, name: str) -> None:
    folder = shared / "policies" / name
    rows = [json.loads(line) for line in (folder / "pages.jsonl").read_text(encoding="utf-8").splitlines()]
    kinds = {row["file"]: row["kind"] for row in rows}
    pages = {file: Page((folder / file).read_bytes(), "text/html", 200, ADDRESS) for file in kinds}
    base = next(file for file in pages if file.endswith("base.html"))
    found = [file for file in pages if file != base and differs_only_in_volatile_parts(pages[base], pages[file])]
    print(f"{name}: {sum(kinds[file].startswith('noise') for file in found)} of 8 pages with noise only rotate")
    assert not [file for file in found if kinds[file].startswith("edit")]
    assert all(fingerprint(pages[base]) == fingerprint(pages[file]) for file in found)


MARK = "@"
VALUES = st.sampled_from(
    ["", "a", "b7", " class=nav ", '"', "'", ">", "/>", "<", "<p>", "<!--", "-->", "=", " ", "\r", "\n", "&amp;", "]]>"]
)
FIELDS = st.sampled_from(
    [
        *(' data-t="@"', ' nonce="@"', ' content="@"', ' value="@"', ' class="nav @"', ' id="@"', ' href="/a?@"'),
        *(' href="@"', " data-t=@", " data-t='@'", " @", ' title="@" hidden', ' style="@"', ' x="1"y="@"', '"@"'),
        *(" =@", ' b"="@"', ' aria-controls="@"', ' data-cfemail="10@"', ' lang="@"', "\r@", "/ data-t=@"),
    ]
)
ROTATING_PARTS = st.one_of(
    st.sampled_from(
        [
            *(
                "We share letters.",
                "Rights",
                "@",
                "<!--@-->",
                "<script>@</script>",
                "<script>a@</script>",
                "</p>",
                "</b>",
            ),
            *("<title>@</title>", "<textarea>@</textarea>", "<style>.nav{display:none}@</style>", "<![CDATA[@]]>"),
            *("<!-- a @ -->", "<script src=@></script>", "<script>a</script @>", "<plaintext>", "<iframe>@</iframe>"),
        ]
    ),
    st.tuples(st.sampled_from(FLOW), st.lists(FIELDS, max_size=3)).map(lambda tag: f"<{tag[0]}{''.join(tag[1])}>"),
)


@settings(deadline=None, max_examples=500, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ROTATING_PARTS, min_size=1, max_size=12), VALUES, VALUES)
def test_generated_pages_that_differ_only_in_volatile_parts_give_one_document(
    parts: list[str], one: str, other: str
) -> None:
    """Both pages have the same parts. The text differs in the volatile parts and in some other parts."""
    body = "<p>We keep letters.</p>" + "".join(parts) + "<p>They are burnt.</p>"
    pages = html(body.replace(MARK, one)), html(body.replace(MARK, other))
    if differs_only_in_volatile_parts(*pages):
        assert fingerprint(pages[0]) == fingerprint(pages[1])
        assert_equal_documents(*pages, ExtractionOptions())
