"""Finds words that are written as names."""

from __future__ import annotations

import re

from differ.language.meaning import Meaning
from differ.language.roles import LEGAL_FORMS
from differ.language.statements import Statement
from differ.language.words import TOKEN, plain

SENTENCE_BREAKS = frozenset(".:!?;")
NAME = re.compile(r"[A-ZÀ-ÖØ-Þ][\w&.-]*")
KEEPER_REACH = 5
"""Maximum distance, in words, from the verb to the name of the company that keeps the data."""


LEGAL_FORM = (
    r"Inc|LLC|L\.L\.C|Ltd|Limited|GmbH|AG|SAS|SARL|SA|B\.?V|N\.?V|Corp|Corporation|PLC|plc|Oy|AB|ApS|A/S|S\.?r\.?l|S\.?p\.?A"
    r"|S\.?L|Tbk|KG|SE|Pte"
)
WORD_OF_NAME = r"[A-ZÀ-ÖØ-Þ][\w&'-]*"
ENTITY = re.compile(
    rf"(?:\bPT\.? (?P<after>{WORD_OF_NAME}(?: {WORD_OF_NAME}){{0,4}}))"
    rf"|(?:(?P<before>{WORD_OF_NAME}(?: {WORD_OF_NAME}){{0,4}}),? (?:{LEGAL_FORM})\b)"
)
"""A company's name with its legal form. The legal form comes before the name (PT) or after it (Ltd)."""


def companies(text: str) -> dict[str, str]:
    """Return the companies in a text. Only names with a legal form are found. The key is the case-folded name without
    the form. The value is the name as written.
    """
    return {
        (match["after"] or match["before"]).casefold().removeprefix("the "): match.group()
        for match in ENTITY.finditer(text)
    }


def names(statement: Statement, sense: Meaning) -> dict[str, str]:
    """Return the names in a statement. The key is the plain form, and the value is the name as written.

    A name is a capitalised word that is not in the lexicon. The first word of a sentence does not count, except at the
    start of a list item or a table row. The result is empty if the statement is written in capital letters, or if the
    language capitalises all nouns."""
    if statement.text.isupper() or sense.lexicon.capitals:
        return {}
    mentioned = {word for mention in sense.mentions for word in sense.words[mention.start : mention.end]}
    written: dict[str, str] = {}
    start = statement.kind not in ("item", "row")
    for token in TOKEN.findall(statement.text):
        if token[0].isalnum():
            if (
                not start
                and NAME.fullmatch(token)
                and plain(token) not in sense.lexicon.vocabulary | mentioned | LEGAL_FORMS
            ):
                written.setdefault(plain(token), token)
            start = False
        elif token in SENTENCE_BREAKS:
            start = True
    return written


def keeper_named(statement: Statement, sense: Meaning) -> bool:
    """Whether a statement names somebody who stores or processes the data: "stored in a Mailcloud list"."""
    named = names(statement, sense)
    return any(
        word in named
        for mention in sense.of("transfer.store")
        for word in statement.words[mention.end : mention.end + KEEPER_REACH]
    )
