"""Tests that hostile and unusual pages are read without a loss of text."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from document import identity_words, read, screen, to_json
from document.model import Page

TraceFunction = Callable[[FrameType, str, Any], Any]


@pytest.mark.parametrize(
    ("opening", "closing", "depth"),
    [
        ("<div>", "</div>", 49_000),
        ("<b>", "</b>", 20_000),
        ("<ul><li>", "</li></ul>", 20_000),
        ("<section class=related>", "</section>", 20_000),
    ],
)
def test_deeply_nested_text_is_read(opening: str, closing: str, depth: int) -> None:
    body = f"<p>Before it.</p>{opening * depth}we share letters within it{closing * depth}<p>After it.</p>"
    document = read(Page(f"<html><body>{body}</body></html>".encode(), "text/html")).document
    assert [word in document.text for word in ("Before", "within", "After")] == [True] * 3
    assert to_json(document)
    assert identity_words(document)


@pytest.mark.parametrize(
    "name", ["ul><li", "table><tr><td", "header", "form", "button", "nav", "article", "dl><dt><dd", "a href=x"]
)
def test_twice_the_depth_takes_only_twice_the_work(name: str) -> None:
    """Each element is measured once, even if it is in other elements. So twice the depth does not take four times
    the work."""

    def nested(depth: int) -> bytes:
        return f"<html><body>{f'<{name}>' * depth}letters within it</body></html>".encode()

    read(Page(nested(10), "text/html"))  # makes patterns and other cached objects, so this work is not counted below
    assert steps(nested(1000)) < 2.2 * steps(nested(500))


def steps(body: bytes) -> int:
    """Return the number of lines of Python that are run to read a page. This number is the same on every machine."""
    count = 0

    def note(_frame: FrameType, _event: str, _argument: object) -> TraceFunction:
        nonlocal count
        count += 1
        return note

    before = sys.gettrace()
    sys.settrace(note)
    try:
        read(Page(body, "text/html"))
    finally:
        sys.settrace(before)
    return count


def test_frame_in_a_noscript_element_of_the_head_hides_no_text() -> None:
    head = b"<head><noscript><iframe src=x /></noscript><title>P</title></head>"
    body = b"<html>" + head + b"<body><p>We keep letters.</p></body></html>"
    assert read(Page(body, "text/html")).document.text == "We keep letters."


@pytest.mark.parametrize(
    "wrapper",
    [
        "<form>{}</form>",
        "<div class='modal popup'>{}</div>",
        "<aside>{}</aside>",
        "<div style='display:none'>{}</div>",
        "<footer>{}</footer>",
        "<div role=dialog>{}</div>",
    ],
)
def test_element_with_most_of_the_text_is_never_boilerplate(wrapper: str) -> None:
    text = "<p>We keep the letters that you send, and show them to nobody but the editor of the programme.</p>" * 10
    body = f"<html><body><p>Letters to the radio.</p>{wrapper.format(text)}</body></html>"
    assert read(Page(body.encode(), "text/html")).document.text.count("editor") == 10


@pytest.mark.parametrize("body", [b"", b" ", b"<", b"<html>", b"\x00\x01", b"<!-- x", b"<p", "ไทย".encode("utf-16")])
def test_fragments_of_pages_are_read_and_screened_out(body: bytes) -> None:
    page = Page(body)
    assert screen(page, read(page).document) is not None


def test_page_without_its_optional_tags_is_read() -> None:
    """If a page has no `<body>` tag, some parsers put unknown elements into the head."""
    body = b"<!doctype html><title>P</title><main><h1>Letters</h1><p>We keep them.</p></main>"
    assert read(Page(body, "text/html")).document.text == "Letters\nWe keep them."


def test_reading_twice_gives_the_same() -> None:
    page = Page("<html><body><h1>A</h1><ol><li>b</li></ol><p>“c”</p></body></html>".encode(), "text/html")
    assert read(page) == read(page)
    assert to_json(read(page).document) == to_json(read(page).document)


def test_twice_the_length_of_a_policy_takes_only_twice_the_work() -> None:
    paragraph = "<p>We keep the letters that you send to us, and we will show them to nobody without your word.</p>"

    def policy(sections: int) -> bytes:
        body = "".join(f"<h2>{n}. Letters</h2>{paragraph * 8}" for n in range(1, sections))
        return f"<html lang=en><body><nav><a href=/>Home</a></nav><main>{body}</main></body></html>".encode()

    assert len(policy(80)) > 60_000
    read(Page(policy(4), "text/html"))  # as above
    assert steps(policy(80)) < 2.2 * steps(policy(40))
