"""One form for addresses that pages write in several: masked e-mail addresses, web addresses, telephone numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from differ.language.statements import Statement
from differ.language.words import words

MASK = re.compile(r"[\w.+-]*\[\s*(?:e-?mail|email)\s+protected\s*\]", re.IGNORECASE)
"""What a protection against robots shows instead of an e-mail address; a part of the address may stand before it."""
EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
HIDDEN = "hidden@address.masked"
"""What a masked address, and any address beside one, is compared as."""
MAIL_LINK = re.compile(rf"\[?{HIDDEN}\]?\s*\(mailto:\s*{HIDDEN}\)")
WEB = re.compile(r"^(?:https?://)?(?:www\.)?")
PIECE = re.compile(r"\w+")


def level_masks(before: Statement, after: Statement) -> tuple[Statement, Statement]:
    """Return two statements with all e-mail addresses alike if one of them masks its own: a page that stops or begins
    to hide an address from robots did not change it."""
    if masks(before) or masks(after):
        return hide_addresses(before), hide_addresses(after)
    return before, after


def masks(statement: Statement) -> bool:
    """Whether a statement shows a placeholder instead of an e-mail address."""
    return MASK.search(statement.text) is not None


def hide_addresses(statement: Statement) -> Statement:
    """Return a statement whose words hold one and the same e-mail address for any."""
    hidden = EMAIL.sub(HIDDEN, MASK.sub(HIDDEN, statement.text))
    return replace(statement, words=tuple(words(MAIL_LINK.sub(HIDDEN, hidden))))


def one_form(text: Sequence[str]) -> tuple[str, ...]:
    """Return words with telephone numbers and web addresses in one form each."""
    plain: list[str] = []
    for word in text:
        if word.isdigit() and plain and plain[-1].isdigit() and len(word) + len(plain[-1]) > 4:
            plain[-1] += word
        elif word.startswith(("http", "www.")):
            plain += PIECE.findall(WEB.sub("", word))
        else:
            plain.append(word)
    return tuple(plain)


def stands_in(address: str, text: Sequence[str]) -> bool:
    """Whether an address stands among words, in any of its forms."""
    return f" {' '.join(one_form([address]))} " in f" {' '.join(one_form(text))} "
