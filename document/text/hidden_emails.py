"""Decodes e-mail addresses that a content delivery network hides from robots."""

from __future__ import annotations

import html
import re
from urllib.parse import unquote

_PROTECTED = re.compile(r"/cdn-cgi/l/email-protection#([0-9a-fA-F]+)")


def decode_hex(code: str) -> str | None:
    """Return the address in a `data-cfemail` value, or None if the value does not contain an address.

    The first byte is the key. Each further byte is a byte of the address, XORed with the key. Character references in
    the address are resolved, because some pages write the address with them.
    """
    try:
        key, *rest = bytes.fromhex(code.strip())
        return html.unescape(bytes(byte ^ key for byte in rest).decode("utf-8")) or None
    except ValueError:
        return None


def decode_target(target: str) -> str:
    """Return the target of a link.

    The target of a hidden mail address becomes a `mailto:`. In a `mailto:`, remaining character references are
    resolved.
    """
    match = _PROTECTED.search(target)
    address = decode_hex(match[1]) if match else None
    if address:
        return f"mailto:{address}"
    if target[:7].lower() == "mailto:":
        return "mailto:" + unquote(html.unescape(target[7:])).strip()
    return target
