"""Tests the topics of statements. The topics come from the words of a statement and from the headings above it."""

from __future__ import annotations

import pytest

from differ.judgement.topics import on_topic, topics
from differ.language.statements import statements
from document import read
from document.model import Document, Page

ENGLISH = """# Privacy policy of Harrow Lane Laundry

## Cookies

We set a cookie that keeps your basket. Advertising partners may receive your IP address through it.

## Keeping things safe

We encrypt your personal data, and we never sell it to data brokers.

## Your rights

* You may ask for a copy of your personal data.
* You can withdraw your consent at any time.

## If the laundry is sold

In a merger we transfer your personal data to the new owner.
"""
INDONESIAN = """# Kebijakan privasi Binatu Gang Kenari

## Kuki

Kami memasang kuki untuk menyimpan keranjang Anda. Mitra periklanan dapat menerima alamat IP Anda melaluinya.

## Hak Anda

* Anda dapat meminta salinan data pribadi Anda.
* Anda dapat menarik kembali persetujuan Anda kapan saja.
"""


def document(text: str) -> Document:
    return read(Page(text.encode(), "text/markdown")).document


def topics_of(text: str, words: str) -> tuple[str, ...]:
    return next(topics(statement) for statement in statements(document(text)) if words in statement.text)


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        (ENGLISH, "keeps your basket", {"cookies"}),
        (ENGLISH, "Advertising partners", {"sharing", "cookies"}),
        (ENGLISH, "never sell it", {"sharing", "sale", "security"}),
        (ENGLISH, "ask for a copy", {"rights"}),
        (ENGLISH, "withdraw your consent", {"rights", "withdrawal"}),
        (ENGLISH, "In a merger", {"sharing", "merger"}),
        (INDONESIAN, "Mitra periklanan", {"sharing", "cookies"}),
        (INDONESIAN, "meminta salinan", {"rights"}),
        (INDONESIAN, "menarik kembali", {"rights", "withdrawal"}),
    ],
)
def test_a_statement_has_every_topic_that_applies(text: str, words: str, expected: set[str]) -> None:
    assert expected <= set(topics_of(text, words))


def test_a_sharing_sentence_counts_outside_the_section_on_sharing() -> None:
    found = on_topic(document(ENGLISH), "sharing")
    assert [section.heading for section in found] == ["Cookies", "Keeping things safe", "If the laundry is sold"]


def test_only_the_blocks_on_the_wanted_topic_are_kept() -> None:
    (rights,) = on_topic(document(ENGLISH), "withdrawal")
    assert [block.text for block in rights.blocks] == ["You can withdraw your consent at any time."]
