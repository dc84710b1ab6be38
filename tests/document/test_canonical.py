"""Tests the canonical address that a page can name. If it is the address of a different page, it is reported but never
followed.
"""

from __future__ import annotations

import pytest

from document.canonical import canonical_elsewhere
from document.model import Page


def page(head: str, kind: str = "text/html", address: str = "https://radio.example/privacy") -> Page:
    return Page(f"<html><head>{head}</head><body><p>We keep letters.</p></body></html>".encode(), kind, 200, address)


@pytest.mark.parametrize(
    ("head", "elsewhere"),
    [
        ('<link rel="canonical" href="https://radio.example/legal/privacy">', "https://radio.example/legal/privacy"),
        ('<link href="/legal/privacy" rel="Canonical">', "https://radio.example/legal/privacy"),
        ('<link rel="canonical" href="/privacy?lang=id">', "https://radio.example/privacy?lang=id"),
        ('<link rel="canonical" href="http://www.radio.example/privacy/#top">', ""),
        ('<link rel="canonical">', ""),
        ('<link rel="canonical" href="http://[broken">', ""),
        ('<link rel="canonical" href="javascript:alert(1)">', ""),
        ('<link rel="alternate" href="/id/privasi">', ""),
        ("", ""),
    ],
)
def test_a_canonical_address_of_a_different_page_is_reported(head: str, elsewhere: str) -> None:
    assert canonical_elsewhere(page(head)) == elsewhere


def test_a_file_that_is_not_html_has_no_canonical_address() -> None:
    link = '<link rel="canonical" href="/legal">'
    assert canonical_elsewhere(page(link, "text/markdown")) == ""
    assert canonical_elsewhere(page(link, address="")) == ""
