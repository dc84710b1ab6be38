"""Addresses that a delivery network hides from robots, as a reader's browser shows them."""

from __future__ import annotations

import html
import re
from urllib.parse import unquote

_PROTECTED = re.compile(r"/cdn-cgi/l/email-protection#([0-9a-fA-F]+)")


def decode_hex(code: str) -> str | None:
    """Return the address in a `data-cfemail` value, or None if it is not one.

    The first byte is the key; each further byte is a character XOR the key. Some pages hid the address in character
    references before the network hid it again.
    """
    try:
        key, *rest = bytes.fromhex(code.strip())
        return html.unescape(bytes(byte ^ key for byte in rest).decode("utf-8")) or None
    except ValueError:
        return None


def decode_target(target: str) -> str:
    """Return a link's target, a protected address as `mailto:`, and what is left of references in it resolved."""
    match = _PROTECTED.search(target)
    address = decode_hex(match[1]) if match else None
    if address:
        return f"mailto:{address}"
    if target[:7].lower() == "mailto:":
        return "mailto:" + unquote(html.unescape(target[7:])).strip()
    return target
