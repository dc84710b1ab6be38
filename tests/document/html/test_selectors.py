"""Tests configured CSS selectors."""

from __future__ import annotations

import pytest

from document import SelectorError, check_selector, read
from document.model import ExtractionOptions, Page


@pytest.mark.parametrize("text", ["main", "#policy > .body", "[aria-labelledby=privacy]", "h2:has(+ p)"])
def test_good_selector_passes(text: str) -> None:
    check_selector(text)


@pytest.mark.parametrize("text", ["", "main[", "p:no-such-thing", "> p", "a{b}"])
def test_error_names_a_bad_selector(text: str) -> None:
    with pytest.raises(SelectorError, match="is not a valid CSS selector"):
        check_selector(text)
    with pytest.raises(SelectorError):
        read(Page(b"<p>x</p>", "text/html"), ExtractionOptions(select=(text,)))


def test_selected_parts_are_read_once_and_in_the_order_of_the_page() -> None:
    page = Page(b"<html><body><div><p class=a>One.</p></div><p class=b>Two.</p></body></html>", "text/html")
    assert read(page, ExtractionOptions(select=(".b", "div", ".a"))).document.text == "One.\nTwo."
