"""The address that a page gives as its own, if that is another one."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from bs4 import Tag

from document.formats.content_type import is_file, kind_of
from document.formats.decoding import decode
from document.formats.mhtml import unwrapped
from document.html.soup import attribute, parse
from document.model import Page


def canonical_elsewhere(page: Page) -> str:
    """Return the address that a page's `link rel=canonical` names, if it is another page's; else "".

    It is a hint and no redirect (RFC 6596): many pages name their site's start page by mistake, so that following it
    would watch another text. Addresses that differ in scheme, "www." or a slash at the end count as one page's.
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
    except ValueError:  # no address at all
        return ""


def _plain(address: str) -> tuple[str, str, str]:
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return "", address, ""
    return host.removeprefix("www."), parts.path.rstrip("/"), parts.query
