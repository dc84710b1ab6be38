"""Reduces a link's address to the part that matters for the text of a page."""

from __future__ import annotations

import html
import re

from document.html.controls import TOP
from document.text.hidden_emails import decode_target
from document.text.rights_links import names_rights

_TAIL = re.compile(r"[?#]")
_REFERENCE = re.compile(r"&(?!amp;)[A-Za-z#]")


def stable_link_target(target: str) -> str:
    """Return an address without the parts that often change: the query, the fragment, and the key of a hidden e-mail
    address.

    `target` is the address as it is written in the markup. A query or fragment that names a right is kept, because it
    makes the link count as a link about rights. An unusual address is kept whole, because its host could be anywhere in
    the address.
    """
    target = target.strip()
    decoded = decode_target(target) if "/email-protection#" in target else target
    if decoded != target:
        # repr() escapes NUL characters. Decoding may produce a NUL, but in a hashed text a NUL marks the end of a
        # field.
        return repr(decoded)
    if target.lower() == TOP:
        return TOP
    if target.startswith("#"):
        return target[:1] + "-"[: len(target) - 1]
    if target.startswith("javascript:"):
        return "javascript:"
    cut = target.find("?") if target[:7].lower() == "mailto:" else _tail(target)
    if cut < 0:
        return target
    kept, tail = target[:cut], target[cut:]
    odd = not kept.isascii() or "&" in kept or "[" in kept or _REFERENCE.search(tail)
    spellings = (tail, html.unescape(tail)) if "&" in tail else (tail,)
    return target if odd or any(map(names_rights, spellings)) else kept


def _tail(target: str) -> int:
    match = _TAIL.search(target)
    return match.start() if match else -1
