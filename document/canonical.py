"""Finds the address that a page declares as its own."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from bs4 import Tag

from document.formats.content_type import is_file, kind_of
from document.formats.decoding import decode
from document.formats.mhtml import unwrapped
from document.html.soup import attribute, parse
from document.model import Page


def canonical_elsewhere(page: Page) -> str:
    """Return the address in a page's `link rel=canonical` if the address belongs to another page; otherwise "".

    The address is only a hint, not a redirect (RFC 6596). Many pages declare their site's start page by mistake, so a
    program that followed the hint would watch the wrong text. Two addresses belong to the same page if they differ only
    in the scheme, "www." or a final slash.
    """
    page = unwrapped(page)
    if is_file(page) or not page.final_url:
        return ""
    text = decode(page.body, page.content_type)
    if kind_of(page, text) != "html" or "canonical" not in text.lower():
        return ""
    named = next((_target(link, page) for link in parse(text).find_all("link", href=True) if _is_canonical(link)), "")
    return named if named and _plain(named) != _plain(page.final_url) else ""


def _is_canonical(link: Tag) -> bool:
    return "canonical" in attribute(link, "rel").lower().split()


def _target(link: Tag, page: Page) -> str:
    try:
        target = urljoin(page.final_url, attribute(link, "href").strip())
        return target if urlsplit(target).scheme in ("http", "https") else ""
    except ValueError:  # not an address
        return ""


def _plain(address: str) -> tuple[str, str, str]:
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return "", address, ""
    return host.removeprefix("www."), parts.path.rstrip("/"), parts.query
