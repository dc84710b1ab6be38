"""Unpacks a web archive (MHTML), the file that a browser saves for a page."""

from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes
from email.message import Message

from document.formats.content_type import is_mhtml
from document.model import Page

_PAGES = ("text/html", "application/xhtml+xml")
_SHADOW = re.compile(rb"(<template\s[^>]*\b)shadowmode(\s*=)", re.IGNORECASE)
"""Matches the attribute under which Chromium saves a shadow root. Chromium uses a name that is not in the standard."""


def unwrapped(page: Page) -> Page:
    """Return the page in a web archive, with the charset and address that the archive states. If `page` is not a web
    archive, or if the archive contains no page, return `page` unchanged.
    """
    if not is_mhtml(page):
        return page
    try:
        archive = message_from_bytes(page.body.lstrip())
        root = _root(archive)
        content = None if root is None else root.get_payload(decode=True)
    except RecursionError:  # archives nested in archives
        return page
    if root is None or not isinstance(content, bytes):
        return page
    saved_from = str(root["Content-Location"] or archive["Snapshot-Content-Location"] or "").strip()
    return replace(
        page,
        body=_SHADOW.sub(rb"\1shadowrootmode\2", content),
        content_type=str(root["Content-Type"]),
        final_url=saved_from if saved_from.startswith(("http://", "https://")) else page.final_url,
    )


def _root(archive: Message) -> Message | None:
    """Return the main part of a web archive. It is the part that the archive names as its root, or otherwise the first
    page.
    """
    start = str(archive.get_param("start", "", unquote=True))
    pages = [part for part in archive.walk() if part.get_content_type() in _PAGES]
    named = [part for part in pages if start and str(part["Content-ID"]).strip() == start]
    return next(iter(named or pages), None)
