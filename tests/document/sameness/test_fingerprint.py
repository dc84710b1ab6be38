"""Tests that pages with equal fingerprints give equal documents, and that parts of a page without text do not change
its fingerprint. The option -s prints figures.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from document import fingerprint, identity_words, read, screen
from document.model import Document, ExtractionOptions, Page
from tests.replay import history_pages

ADDRESS = "https://radio.example/privacy"
PARTS = tuple(f"[aria-labelledby={name}]" for name in ("privacy-policy", "crpn", "gdpr", "dpf", "data-retention"))
SELECT = {"uptimerobot": (), "open-collective": (), "open-terms-archive": (), "buffer": PARTS}
LEAST_HITS = {"uptimerobot": 55, "open-collective": 55, "open-terms-archive": 34, "buffer": 57}
"""Minimum number of fetches with the same fingerprint as the fetch before, for each history. The numbers may only be
raised. All other fetches differ in menus, in promotions or in words of the policy."""
NAMES = ("hacktrace", "alumak", "btp", "kenalan", "kartustok")


def html(body: str, head: str = "<title>P</title>", content_type: str = "text/html") -> Page:
    text = f"<!doctype html><html lang=en><head>{head}</head><body>{body}</body></html>"
    return Page(text.encode(), content_type, 200, ADDRESS)


def without_queries(document: Document) -> Document:
    """Return the document. In the targets of links, the query and the fragment are removed."""

    def cut(target: str) -> str:
        return re.split(r"[?#]", target, maxsplit=1)[0]

    return replace(
        document,
        sections=tuple(
            replace(
                section,
                blocks=tuple(
                    replace(block, links=tuple(replace(link, target=cut(link.target)) for link in block.links))
                    for block in section.blocks
                ),
            )
            for section in document.sections
        ),
    )


def assert_equal_documents(one: Page, other: Page, options: ExtractionOptions) -> None:
    first, second = read(one, options), read(other, options)
    assert first.identity == second.identity
    assert identity_words(first.document) == identity_words(second.document)
    assert without_queries(first.document) == without_queries(second.document)
    assert first.left_out_prose == second.left_out_prose
    assert first.elsewhere == second.elsewhere
    screenings = [screen(page, found.document) for page, found in ((one, first), (other, second))]
    assert [each and each.reason for each in screenings[:1]] == [each and each.reason for each in screenings[1:]]


@pytest.mark.parametrize("name", SELECT)
def test_fetches_with_one_fingerprint_give_one_document(shared: Path, name: str) -> None:
    """Fetches with one fingerprint form a group. The first and the last fetch of a group must give the same
    document. To save time, only six groups are read."""
    options = ExtractionOptions(select=SELECT[name])
    groups: dict[str | None, list[Page]] = defaultdict(list)
    order: list[str | None] = []
    for body in history_pages(shared / "replay" / f"{name}.tar.xz"):
        page = Page(body, "text/html", 200, ADDRESS)
        order.append(fingerprint(page, options))
        groups[order[-1]].append(page)
    hits = sum(now == before for before, now in pairwise(order))
    print(f"{name}: {hits} of {len(order) - 1} fetches have the fingerprint of the one before")
    assert None not in groups
    assert hits >= LEAST_HITS[name]
    for pages in islice((pages for pages in groups.values() if len(pages) > 1), 6):
        assert_equal_documents(pages[0], pages[-1], options)


@pytest.mark.parametrize("name", NAMES)
def test_no_edit_of_a_real_policy_is_missed(shared: Path, name: str) -> None:
    """Each page with an edit, with noise or with an error is compared with the original page."""
    folder = shared / "policies" / name
    rows = [json.loads(line) for line in (folder / "pages.jsonl").read_text(encoding="utf-8").splitlines()]
    pages = {
        row["file"]: Page(
            (folder / row["file"]).read_bytes(),
            row["headers"].get("content-type", ""),
            row["status"],
            row["final_url"],
            tuple((key.lower(), value) for key, value in row["headers"].items()),
        )
        for row in rows
    }
    groups: dict[str | None, list[str]] = defaultdict(list)
    for file, page in pages.items():
        groups[fingerprint(page)].append(file)
    for files in groups.values():
        for file in files[1:]:
            assert_equal_documents(pages[files[0]], pages[file], ExtractionOptions())
    kinds = {row["file"]: row["kind"] for row in rows}
    base = next(files for files in groups.values() if "base.html" in files)
    noise = sum(kinds[file].startswith("noise") for file in base)
    print(f"{name}: {noise} of 8 pages with noise have the fingerprint of the base page")
    assert not [file for file in base if kinds[file].startswith("edit")]


ROTATING = [
    ("<a href=#s1>Use</a><h2 id=s1>Use</h2><p>We keep.</p>", "<a href=#t9>Use</a><h2 id=t9>Use</h2><p>We keep.</p>"),
    ("<p>A.</p><iframe src='/a?t=1'></iframe>", "<p>A.</p><iframe src='/a?t=2'></iframe>"),
    ("<script nonce=a1>let x = 'a < b';</script><p>We keep.</p>", "<script nonce=b2>y</script><p>We keep.</p>"),
    ("<!-- cached 12:01 --><p>We keep letters.</p>", "<!-- cached 12:02 --><p>We keep letters.</p>"),
    ("<p id=block-7f3a data-token=x>We keep letters.</p>", "<p id=block-99c1 data-token=y>We keep letters.</p>"),
    ("<p class='css-1a2b text'>We keep letters.</p>", "<p class='css-9z8y text'>We keep letters.</p>"),
    ("<form><input name=a value=t1></form><p>We keep.</p>", "<form><input name=a value=t2></form><p>We keep.</p>"),
    ("<p><a href='/login?back=1&amp;t=2'>Log in</a></p>", "<p><a href='/login?back=1&amp;t=3'>Log in</a></p>"),
    (
        "<i aria-controls=p1>More</i><div id=p1 hidden>text</div>",
        "<i aria-controls=p2>More</i><div id=p2 hidden>text</div>",
    ),
    (
        "<p>Write to <a href='/cdn-cgi/l/email-protection#1071506275'>us</a>.</p>",
        "<p>Write to <a href='/cdn-cgi/l/email-protection#2041605245'>us</a>.</p>",
    ),
    (
        "<p>Write to <span data-cfemail=1071506275>[hidden]</span>.</p>",
        "<p>Write to <span data-cfemail=2041605245>[hidden]</span>.</p>",
    ),
]


@pytest.mark.parametrize(("before", "after"), ROTATING)
def test_volatile_parts_keep_the_fingerprint(before: str, after: str) -> None:
    assert fingerprint(html(before)) == fingerprint(html(after))
    assert_equal_documents(html(before), html(after), ExtractionOptions())


def test_scripts_and_style_names_in_the_head_keep_the_fingerprint() -> None:
    before = "<meta name=csrf content=1><title>P</title><style>.x-1{display:none}\n.big{font-weight:bold}</style>"
    styles = "<style>.x-2{display:none}\n.big{font-weight:bold}</style>"
    after = f"<title>P</title>\n<script src=/a.js></script>{styles}<link rel=x href=y>"
    pages = html("<p class=x-1>A.</p><p>B.</p>", before), html("<p class=x-2>A.</p><p>B.</p>", after)
    assert fingerprint(pages[0]) == fingerprint(pages[1])
    assert read(pages[0]).document == read(pages[1]).document


TELLING = [
    (
        "<ul><li><a hreflang=en href=/e>A</a><li><a href=/i>B</a></ul>",
        "<ul><li><a href=/e>A</a><li><a href=/i>B</a></ul>",
    ),
    ("<p>A.<p><a href=#top>Up</a><i id=top>C</i>", "<p>A.<p><a href=#mid>Up</a><i id=mid>C</i>"),
    ("<p>A <b aria-describedby=x>B</b><i id=x hidden>C</i>", "<p>A <b aria-describedby=y>B</b><i id=x hidden>C</i>"),
    (
        "<a-b><template shadowrootmode=open><slot name=x>A</slot></template><i slot=x>B</i></a-b>",
        "<a-b><template shadowrootmode=open><slot name=y>A</slot></template><i slot=x>B</i></a-b>",
    ),
    (
        "<a-b><template shadowrootmode=open><slot name=x>A</slot></template><i slot=x>B</i></a-b>",
        "<a-b><template shadowrootmode=open><slot name=x>A</slot></template><i slot=y>B</i></a-b>",
    ),
    (
        "<template id=pl-0></template>A<!--pl-0--><template id=0>B</template>",
        "<template id=pl-0></template>A<!--pl-1--><template id=0>B</template>",
    ),
    (
        "<template id=pl-0></template>A<!--pl-0--><template id=0>B</template>",
        "<template id=pl-0></template>A<!--pl-0--><template id=1>B</template>",
    ),
    ("<textarea readonly>We keep it.</textarea>", "<textarea>We keep it.</textarea>"),
    ("<template shadowrootmode=open><p>A.</template>", "<template><p>A.</template>"),
    ("<iframe srcdoc='<p>A.'></iframe>", "<iframe srcdoc='<p>B.'></iframe>"),
    ("<p>We keep <del>it</del>.", "<p>We keep <ins>it</ins>."),
    (
        "<template id=B:0></template><p>A.<div hidden id=S:0>C.</div>",
        "<template id=B:1></template><p>A.<div hidden id=S:0>C.</div>",
    ),
    (
        "<table><tr><td>A<template id=B:0></template></table><table hidden><tbody id=S:0><tr><td>C</table>",
        "<table><tr><td>A<template id=B:0></template></table><table hidden><tbody id=S:1><tr><td>C</table>",
    ),
    ("<p>A.<a href=#x>B</a><i id=x hidden>C</i>", "<p>A.<a href=#y>B</a><i id=x hidden>C</i>"),
    (
        "<p>A.<b onclick=\"show('x')\">B</b><i id=x hidden>C</i>",
        "<p>A.<b onclick=\"show('y')\">B</b><i id=x hidden>C</i>",
    ),
    (
        "<style>.on .x{display:flex}</style><i class=x hidden>C</i>",
        "<style>.on .y{display:flex}</style><i class=x hidden>C</i>",
    ),
    (
        "<style>.a>.b{display:none}</style><div class=a><p><i class=b>C</i> D.</div>",
        "<style>.a .b{display:none}</style><div class=a><p><i class=b>C</i> D.</div>",
    ),
    ("<p>A.<footer>We sell tea to all of you.</footer>", "<p>A.<footer>We sell tea to none of you.</footer>"),
    ("<p>A.<iframe src=/a></iframe>", "<p>A.<iframe src=/b></iframe>"),
    ("<p>We keep letters.</p>", "<p>We keep no letters.</p>"),
    ("<div hidden>A.</div><p>B.</p>", "<div>A.</div><p>B.</p>"),
    ("<div class=breadcrumb>A</div><p>B.</p>", "<div class=breads>A</div><p>B.</p>"),
    ("<ol><li>A</ol>", "<ol start=2><li>A</ol>"),
    ("<ol type=a><li>A</ol>", "<ol type=i><li>A</ol>"),
    ("<p>Write to <a href=mailto:a@radio.example>us</a>", "<p>Write to <a href=mailto:b@radio.example>us</a>"),
    ("<p><a href='https://a.example/opt-out'>Object</a>", "<p><a href='https://b.example/opt-out'>Object</a>"),
    ("<p><a href='/x?do=opt-out'>Here</a>", "<p><a href='/x?do=log-out'>Here</a>"),
    ("<p lang=en>Data</p>", "<p lang=id>Data</p>"),
    ("<p><b>A</b></p><p>text</p>", "<p>A</p><p>text</p>"),
    (
        "<p>Write to <span data-cfemail=1071506275>[hidden]</span>.</p>",
        "<p>Write to <span data-cfemail=1072506275>[hidden]</span>.</p>",
    ),
    (
        "<style>.a::before{content:'1'}</style><ul><li class=a>A</ul>",
        "<style>.a::before{content:'2'}</style><ul><li class=a>A</ul>",
    ),
    (
        "<i aria-controls=x></i><b aria-controls=y></b><div id=x hidden>A</div><p>B",
        "<i aria-controls=y></i><b aria-controls=x></b><div id=x hidden>A</div><p>B",
    ),
]


@pytest.mark.parametrize(("before", "after"), TELLING)
def test_text_changes_the_fingerprint(before: str, after: str) -> None:
    assert fingerprint(html(before)) != fingerprint(html(after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<!--><p>a</p><!-- b --><p>c</p>-->", "<!--><p>a</p><!-- d --><p>c</p>-->"),
        ("<p>a<!-- x --!> b --> c", "<p>a<!-- x --!> d --> c"),
        ("<script><!-- <script> </script> a --></script> b", "<script><!-- <script> </script> c --></script> b"),
        ("<script src=x/>a<p>b</p></script>c", "<script src=x/>d<p>b</p></script>c"),
        ("<script src=x />a<p>b</p>", "<script src=x />d<p>b</p>"),
        ("<p title=a'b>c <i d='e'>f", "<p title=a'b>c <i d='g'>f"),
        ("<textarea><script></textarea>a</script>b", "<textarea><script></textarea>c</script>b"),
        ("<p data-a='<script>'>a<b c='</script>'>d", "<p data-a='<script>'>e<b c='</script>'>d"),
        ("<plaintext><script>a</script>", "<plaintext><script>b</script>"),
        ("<p class='n&#97;v'>a</p><p>b", "<p class='n&#98;v'>a</p><p>b"),
        ('<a"b=\'><script>">x</script>', '<a"b=\'><script>">y</script>'),
    ],
)
def test_ambiguous_markup_is_hashed_completely(before: str, after: str) -> None:
    assert fingerprint(html(before)) != fingerprint(html(after))


@pytest.mark.parametrize(
    ("select", "before", "after"),
    [
        (("[data-part=policy]",), "<p data-part=policy>a</p><p>b</p>", "<p data-part=terms>a</p><p>b</p>"),
        (("p.policy-x1",), "<p class=policy-x1>a</p><p>b</p>", "<p class=policy-x2>a</p><p>b</p>"),
        (("#policy-x1",), "<p id=policy-x1>a</p><p>b</p>", "<p id=policy-x2>a</p><p>b</p>"),
    ],
)
def test_attributes_in_a_selector_change_the_fingerprint(select: tuple[str, ...], before: str, after: str) -> None:
    options = ExtractionOptions(select=select)
    assert fingerprint(html(before), options) != fingerprint(html(after), options)
    assert fingerprint(html(before)) == fingerprint(html(after))


def test_a_page_has_no_fingerprint_if_a_selector_may_depend_on_anything() -> None:
    assert fingerprint(html("<p>a"), ExtractionOptions(select=("p:-soup-contains(a)",))) is None
    assert fingerprint(html("<p>a"), ExtractionOptions(select=("p:not(.b) > a:nth-child(2)",))) is not None


def test_options_are_part_of_the_fingerprint() -> None:
    assert fingerprint(html("<p>a")) != fingerprint(html("<p>a"), ExtractionOptions(languages=("en",)))


WORDS = st.sampled_from(
    [
        "We share letters.",
        "Rights",
        "1. Use",
        "of 3 May 2024",
        "a",
        " ",
        "\n",
        "Last updated",
        "x" * 130,
        "opt out",
        "<",
    ]
)
CLASSES = st.lists(
    st.sampled_from(["nav", "x-1", "x-2", "related", "cookie", "banner", "sr-only", "text", "css-9f", "gone"]),
    max_size=2,
)
ATTRIBUTES = st.one_of(
    CLASSES.map(lambda names: f' class="{" ".join(names)}"'),
    st.sampled_from(["a1", "a2", "menu"]).map(lambda name: f" id={name}"),
    st.sampled_from(["a1", "a2"]).map(lambda name: f" aria-controls='{name}'"),
    st.sampled_from(["display:none", "font-weight:700", "color:red", "white-space:pre"]).map(lambda s: f' style="{s}"'),
    st.sampled_from([" hidden", " aria-hidden=true", " role=heading", " role=dialog", " lang=id", " lang=fr", ""]),
    st.sampled_from([" start=4", " type=a", " type=I", " value=7", " reversed", " size=5", " data-t=1", " data-t=2"]),
    st.sampled_from(
        [" src=/a?q=1", " src=/a?q=2", " src=/b", f" alt='{'a word of ' * 6}'", f" alt='{'no word of ' * 6}'"]
    ),
    st.sampled_from(
        [" for=a1", " for=a2", " onclick=\"open('a1')\"", " onclick=\"open('a2')\"", " id=B:0", " id=S:0", " id=S:1"]
    ),
    st.sampled_from(
        [" readonly", " disabled", " shadowrootmode=open", " srcdoc='<p>We share.'", " srcdoc='<p>We keep.'"]
    ),
    st.sampled_from(
        [" style='text-decoration:line-through'", " style='vertical-align:super'", " style='display:flex'"]
    ),
    st.sampled_from([" slot=x", " slot=y", " name=x", " name=y", " aria-describedby=a1", " hreflang=id", " href=#top"]),
    st.sampled_from([" href=#a", " href=#b", " href=/p?q=1", " href=/p?q=2", " href=/r", " href=mailto:a@b.example"]),
)
FLOW = ["p", "div", "span", "b", "a", "h1", "h2", "h3", "ul", "ol", "li", "table", "tr", "td", "th", "br", "svg"]
NAME = st.sampled_from(
    [
        *FLOW,
        "slot",
        "template",
        "details",
        "summary",
        "nav",
        "main",
        "section",
        "article",
        "form",
        "button",
        "header",
        "noscript",
        "label",
        "img",
    ]
)
JUNK = st.sampled_from(
    [
        *("<!-- 1 -->", "<!-- 2 -->", "<!---->", "<script>1</script>", "<script>2</script>", "<script></script>"),
        *("<style>.x-1{display:none}</style>", "<style>li.x-2{list-style:upper-roman}</style>", "<meta name=a>"),
        *("</p>", "</div>", "</li>", "</a>", "<br/>"),
        *(
            "<!--$?-->",
            "<!--/$-->",
            "<!--a-->",
            *("<template id=pl-0></template>", "<!--pl-0-->", "<!--pl-1-->", "<template id=0>We keep it.</template>"),
            "<textarea readonly>We share it.</textarea>",
            "<textarea>We.</textarea>",
        ),
        *("<style>.on .x-1{display:block}</style>", "<style>#a1:target{display:flex}</style>", "<input type=checkbox>"),
        *("<style>.x-2{text-decoration:line-through}</style>", "<iframe srcdoc='<p class=x-1>We keep it.'></iframe>"),
        *("<iframe src=/a></iframe>", "<iframe src=/a?q=2></iframe>", "<iframe src=/b width=0></iframe>"),
    ]
)


def tags(name: str) -> st.SearchStrategy[str]:
    return st.lists(ATTRIBUTES, max_size=3).map(lambda found: f"<{name}{''.join(found)}>")


PARTS_OF_PAGE = st.one_of(WORDS, JUNK, NAME.flatmap(tags), NAME.map(lambda name: f"</{name}>"))
HEADS = st.sampled_from(
    [
        *("<title>P</title>", "<meta name=a content=b><title>P</title>", "<script>1</script><title>P</title> x"),
        "<title>P</title>\n<style>.x-1{display:none}</style>",
        "<title>P</title><style>.x-2{display:none}</style><!-- c -->",
    ]
)


@settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PARTS_OF_PAGE, min_size=2, max_size=24), st.data())
def test_generated_pages_with_one_fingerprint_give_one_document(body: list[str], data: st.DataObject) -> None:
    """The second page is a copy of the first page in which one or two parts, or the head, were replaced."""
    other = list(body)
    for _ in range(data.draw(st.integers(1, 2))):
        place = data.draw(st.integers(0, len(other) - 1))
        tag = re.match(r"<([a-z0-9]+)", other[place])
        other[place] = data.draw(st.one_of(JUNK, tags(tag[1]) if tag else PARTS_OF_PAGE))
    heads = data.draw(HEADS), data.draw(HEADS)
    pages = html("".join(body), heads[0]), html("".join(other), heads[1])
    if fingerprint(pages[0]) == fingerprint(pages[1]):
        assert_equal_documents(*pages, ExtractionOptions())
