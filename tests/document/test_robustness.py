"""Hostile and odd pages lose no text."""

from __future__ import annotations

import time

import pytest

from document import identity_words, read, screen, to_json
from document.model import Page


@pytest.mark.parametrize(
    ("opening", "closing", "depth"),
    [
        ("<div>", "</div>", 100_000),
        ("<b>", "</b>", 20_000),
        ("<ul><li>", "</li></ul>", 20_000),
        ("<section class=related>", "</section>", 20_000),
    ],
)
def test_text_nested_deeply_is_kept(opening: str, closing: str, depth: int) -> None:
    body = f"<p>Before it.</p>{opening * depth}we share letters within it{closing * depth}<p>After it.</p>"
    document = read(Page(f"<html><body>{body}</body></html>".encode(), "text/html")).document
    assert [word in document.text for word in ("Before", "within", "After")] == [True] * 3
    assert to_json(document)
    assert identity_words(document)


@pytest.mark.parametrize(
    "name", ["ul><li", "table><tr><td", "header", "form", "button", "nav", "article", "dl><dt><dd", "a href=x"]
)
def test_time_grows_with_the_length_only(name: str) -> None:
    """Nested elements are measured once: twice the depth may not cost four times as much."""

    def seconds(depth: int) -> float:
        body = f"<html><body>{f'<{name}>' * depth}letters within it</body></html>".encode()
        began = time.process_time()
        read(Page(body, "text/html"))
        return time.process_time() - began

    seconds(10)
    assert seconds(4000) < 3.2 * max(seconds(2000), 0.15)


def test_frame_in_a_scriptless_notice_of_the_head_hides_nothing() -> None:
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
def test_element_with_most_of_the_text_is_never_furniture(wrapper: str) -> None:
    text = "<p>We keep the letters that you send, and show them to nobody but the editor of the programme.</p>" * 10
    body = f"<html><body><p>Letters to the radio.</p>{wrapper.format(text)}</body></html>"
    assert read(Page(body.encode(), "text/html")).document.text.count("editor") == 10


@pytest.mark.parametrize("body", [b"", b" ", b"<", b"<html>", b"\x00\x01", b"<!-- x", b"<p", "ไทย".encode("utf-16")])
def test_scraps_are_read_and_screened(body: bytes) -> None:
    page = Page(body)
    assert screen(page, read(page).document) is not None


def test_page_without_its_optional_tags_is_read() -> None:
    """Parsers put what they do not know into the head where no body was opened."""
    body = b"<!doctype html><title>P</title><main><h1>Letters</h1><p>We keep them.</p></main>"
    assert read(Page(body, "text/html")).document.text == "Letters\nWe keep them."


def test_reading_twice_gives_the_same() -> None:
    page = Page("<html><body><h1>A</h1><ol><li>b</li></ol><p>“c”</p></body></html>".encode(), "text/html")
    assert read(page) == read(page)
    assert to_json(read(page).document) == to_json(read(page).document)


def test_policy_of_sixty_kilobytes_takes_well_under_a_tenth_of_a_second() -> None:
    paragraph = "<p>We keep the letters that you send to us, and we will show them to nobody without your word.</p>"
    body = "".join(f"<h2>{n}. Letters</h2>{paragraph * 8}" for n in range(1, 80))
    page = Page(
        f"<html lang=en><body><nav><a href=/>Home</a></nav><main>{body}</main></body></html>".encode(), "text/html"
    )
    read(page)
    began = time.process_time()
    read(page)
    assert len(page.body) > 60_000
    assert time.process_time() - began < 0.5, "a loose bound for a loaded machine; measured 0.05 s"
