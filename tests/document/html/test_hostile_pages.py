"""Tests that hostile pages are read completely or refused with a reason. No text is lost silently.

The slow tests run only with CLAUSEWATCH_LONG.
"""

from __future__ import annotations

import os
import time

import pytest

from document import fingerprint, read, screen
from document.html.nesting import nests_too_deeply
from document.html.soup import events, parse
from document.model import MAX_NESTING, Page

LONG = pytest.mark.skipif(not os.environ.get("CLAUSEWATCH_LONG"), reason="takes minutes: set CLAUSEWATCH_LONG=1")
SHOWN = ("div", "b", "table><tr><td", "a href=x", "ul><li", "section", "font", "p><b")
UNSHOWN = ("svg", "select")
"""Elements whose contents are not shown as text, not even by a browser. Text after such an element is text of the
page.
"""
SECONDS = 30.0
"""Maximum seconds for reading a page on a loaded machine. The most deeply nested page takes about five seconds."""


def nested(opening: str, depth: int, closed: bool = True) -> Page:
    """Return a page with words before, within and after the nested elements."""
    names = [name.split()[0] for name in opening.split("><")]
    closing = "".join(f"</{name}>" for name in reversed(names)) if closed else ""
    inside = f"{f'<{opening}>' * depth}the Middle of the letters{closing * depth}"
    return Page(f"<html><body><p>Before it.</p>{inside}<p>After it.</p></body></html>".encode(), "text/html")


def assert_read_or_refused(page: Page, words: tuple[str, ...]) -> bool:
    """Read a page. Check that the text has these words, or that the page is refused because it is nested too deeply.
    Return whether the page was read."""
    began = time.process_time()
    document = read(page).document
    found = screen(page, document)
    assert time.process_time() - began < SECONDS
    if found is not None and found.reason == "refused-limit":
        assert f"{MAX_NESTING:,}" in found.detail
        return False
    assert [word for word in words if word not in document.text] == []
    return True


@pytest.mark.parametrize("closed", [True, False], ids=["closed", "open"])
@pytest.mark.parametrize("depth", [255, 3000])
@pytest.mark.parametrize("opening", SHOWN)
def test_text_in_nested_elements_is_read(opening: str, depth: int, closed: bool) -> None:
    assert assert_read_or_refused(nested(opening, depth, closed), ("Before", "Middle", "After"))


@pytest.mark.parametrize("depth", [255, 3000])
@pytest.mark.parametrize("opening", UNSHOWN)
def test_text_after_nested_elements_without_text_is_read(opening: str, depth: int) -> None:
    assert assert_read_or_refused(nested(opening, depth), ("Before", "After"))


@pytest.mark.parametrize("depth", [100_000, 300_000])
@pytest.mark.parametrize("opening", [*SHOWN, *UNSHOWN])
def test_too_deeply_nested_text_is_refused(opening: str, depth: int) -> None:
    began = time.process_time()
    assert not assert_read_or_refused(nested(opening, depth), ())
    assert not assert_read_or_refused(nested(opening, depth, closed=False), ())
    assert time.process_time() - began < 10


@LONG
@pytest.mark.parametrize("opening", SHOWN)
def test_the_most_deeply_nested_text_is_read_in_time(opening: str) -> None:
    depth = (MAX_NESTING - 10) // len(opening.split("><"))
    assert assert_read_or_refused(nested(opening, depth), ("Before", "Middle", "After"))


@pytest.mark.parametrize(
    "unit",
    [
        "<b><div></b></div>",
        "<b><div></b>",
        "<div></b>",
        "<li><b>",
        "<table><tr>",
        "<p><table>",
        "<a><b></a>",
        "</p><i>",
    ],
)
def test_misnested_elements_are_counted_if_they_nest(unit: str) -> None:
    """A simple count of open tags can miss the depth of misnested elements. If such elements nest too deeply, the
    page is refused."""
    depth = MAX_NESTING + 1000
    assert nests_too_deeply(Page(f"<body>{unit * depth}".encode())) or tree_depth(unit, 300) < 200


def tree_depth(unit: str, times: int) -> int:
    deepest = depth = 0
    for kind, _ in events(parse(f"<body>{unit * times}")):
        depth += {"start": 1, "end": -1}.get(kind, 0)
        deepest = max(deepest, depth)
    return deepest


@pytest.mark.parametrize(
    "unit", ["<p>a", "<li>a", "<tr><td>a<td>b", "<div>a</div>", "<br>", "<p>a</p>", "<dt>a<dd>b", "<option>a"]
)
def test_long_flat_page_is_not_refused(unit: str) -> None:
    assert not nests_too_deeply(Page(f"<body><table>{unit * 60_000}</table>".encode()))


def test_a_small_page_is_checked_quickly() -> None:
    page = nested("div", 20_000)
    began = time.process_time()
    assert not nests_too_deeply(page)
    assert time.process_time() - began < 0.05


@pytest.mark.parametrize("size", [100_000, pytest.param(1_000_000, marks=LONG)])
def test_very_many_attributes_hide_no_text(size: int) -> None:
    attributes = " ".join(f"a{number}" for number in range(size))
    page = Page(f"<html><body><p>Before it.</p><p {attributes}>the Middle</p><p>After it.</p>".encode(), "text/html")
    assert assert_read_or_refused(page, ("Before", "Middle", "After"))
    assert fingerprint(page)


def test_an_element_with_many_equal_attributes_hides_no_text() -> None:
    page = Page(f"<body><p>Before it.</p><p {'a=1 ' * 200_000}>the Middle</p><p>After it.</p>".encode(), "text/html")
    assert assert_read_or_refused(page, ("Before", "Middle", "After"))


@pytest.mark.parametrize("size", [2_000_000, pytest.param(50_000_000, marks=LONG)])
def test_a_very_long_text_is_read_completely(size: int) -> None:
    text = "letters " * (size // 8)
    page = Page(f"<html><body><p>Before it.</p><p>{text} the Middle {text}</p><p>After it.</p>".encode(), "text/html")
    assert assert_read_or_refused(page, ("Before", "Middle", "After"))
    assert fingerprint(page)


@pytest.mark.parametrize("opening", ["<!-- ", "<script>", "<style>", "<textarea>", "<title>"])
def test_an_unclosed_element_hides_the_same_text_as_in_a_browser(opening: str) -> None:
    """After an unclosed comment or `<script>`, for example, a browser shows no more text either. The text before the
    element is read."""
    page = Page(f"<html><body><p>Before it.</p>{opening}<p>the Middle</p>".encode(), "text/html")
    assert read(page).document.text == "Before it."
    assert screen(page, read(page).document) is not None


ODD = ('<"', "<a '", "<!--", "<a b=", "< ", "<!", "</", "&amp", "<a href='&amp", "<b c=d/>", "<!--x--!>", "<x-")
UNCLOSED = ("<script>", "<style>", "<title>", "<style>@a", "<style>a{", "<p style='a:b;", "<i class='aB")


@pytest.mark.parametrize("unit", [*ODD, *UNCLOSED])
def test_time_for_a_fingerprint_depends_only_on_the_length_of_the_page(unit: str) -> None:
    def seconds(times: int) -> float:
        page = Page(f"<html><body>{unit * times}".encode(), "text/html")
        began = time.process_time()
        fingerprint(page)
        return time.process_time() - began

    seconds(10)
    assert seconds(60_000) < 6 * max(seconds(20_000), 0.05)


@pytest.mark.parametrize("content", ["@a", "/*", "a", "a{", "a}", "@a{a{}", "a,", "'", "{}"])
def test_time_for_a_fingerprint_depends_only_on_the_length_of_a_hostile_style_sheet(content: str) -> None:
    def seconds(times: int) -> float:
        page = Page(f"<html><head><style>{content * times}</style></head><body>a".encode(), "text/html")
        began = time.process_time()
        fingerprint(page)
        return time.process_time() - began

    seconds(10)
    assert seconds(30_000) < 6 * max(seconds(10_000), 0.05)
