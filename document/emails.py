"""Addresses that a delivery network hides from robots, as a reader's browser shows them."""

from __future__ import annotations

import re

_PROTECTED = re.compile(r"/cdn-cgi/l/email-protection#([0-9a-fA-F]+)")


def decode_hex(code: str) -> str | None:
    """Return the address in a `data-cfemail` value, or None where it is none.

    The first byte is the key; each further byte is a character XOR the key.
    """
    try:
        key, *rest = bytes.fromhex(code.strip())
        return bytes(byte ^ key for byte in rest).decode("utf-8") or None
    except ValueError:
        return None


def decode_target(target: str) -> str:
    """Return a link's target with a protected address as `mailto:`."""
    found = _PROTECTED.search(target)
    address = decode_hex(found[1]) if found else None
    return f"mailto:{address}" if address else target
