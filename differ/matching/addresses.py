"""Converts web addresses and telephone numbers to a single form, because pages write them in several forms."""

from __future__ import annotations

import re
from collections.abc import Sequence

WEB = re.compile(r"^(?:https?://)?(?:www\.)?")
PIECE = re.compile(r"\w+")


def one_form(text: Sequence[str]) -> tuple[str, ...]:
    """Return words with telephone numbers and web addresses in a single form."""
    plain: list[str] = []
    for word in text:
        if word.isdigit() and plain and plain[-1].isdigit() and len(word) + len(plain[-1]) > 4:
            plain[-1] += word
        elif word.startswith(("http", "www.")):
            plain += PIECE.findall(WEB.sub("", word))
        else:
            plain.append(word)
    return tuple(plain)


def address_occurs(address: str, text: Sequence[str]) -> bool:
    """Whether an address, in any of its forms, occurs among the words."""
    return f" {' '.join(one_form([address]))} " in f" {' '.join(one_form(text))} "
