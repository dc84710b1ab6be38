"""Makes the text of a page harmless in all kinds of messages, because pages may be hostile."""

from __future__ import annotations

import re
import unicodedata

_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Marks that change the visible order of text."""

CHAT_ALIKE = str.maketrans(
    {
        "@": "\uff20",
        "<": "\u2039",
        ">": "\u203a",
        "[": "\uff3b",
        "]": "\uff3d",
        "*": "\u2217",
        "_": "\uff3f",
        "`": "\u02cb",
        "~": "\u223c",
        "|": "\u00a6",
        "#": "\uff03",
        "\\": "\uff3c",
    }
)
"""Look-alikes for characters that mention people or format text in a chat, by code point."""


def inert(text: str) -> str:
    """Return one line without control characters, marks of direction and lone surrogates."""
    visible = "".join(_visible(character) for character in text)
    return " ".join(visible.split())


def inert_in_chat(text: str) -> str:
    """Return one line without mentions, formatting, and addresses that a chat service would open."""
    return re.sub(r":(?=//)", ":\u200a", inert(text)).translate(CHAT_ALIKE)


def clipped(text: str, limit: int) -> str:
    """Return a text with at most `limit` code points. A longer text is cut after a word and ends with an ellipsis."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    words, _, rest = head.rpartition(" ")
    return f"{words if words and len(rest) < limit // 2 else head}…"


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    if category == "Cs":
        return "\ufffd"
    if character in _BIDI:
        return ""
    return character
