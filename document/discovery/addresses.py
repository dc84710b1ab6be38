"""Completes the addresses that a page or a file of a site gives."""

from __future__ import annotations

from urllib.parse import urldefrag, urljoin, urlsplit


def absolute(base: str, address: str) -> str:
    """Return a web address without its fragment. Return "" if an address does not lead to a web page."""
    try:
        target = urldefrag(urljoin(base, address.strip())).url
        parts = urlsplit(target)
        has_host = bool(parts.hostname)
    except ValueError:
        return ""
    return target if has_host and parts.scheme in ("http", "https") else ""
