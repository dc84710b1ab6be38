"""Tests policies of many companies in pages like those of site builders. No word is lost, and each edit is noticed.

With CLAUSEWATCH_LONG, 40 policies are tested in 59 templates. Otherwise a sample is tested. The option -s prints
figures.
"""

from __future__ import annotations

import json
import lzma
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from document import identity_words, read
from document.model import Document, Page
from tests.chance import seeded
from tests.document.site_builders import FURNITURE, TEMPLATES, Part, built, parts_of
from tests.document.site_platforms import PLATFORMS

SEED = 13
POLICIES = 40 if os.environ.get("CLAUSEWATCH_LONG") else 3
KEPT = 0.999
FOREIGN = 0.005
PLANTED = "Xylophonic merchants now receive the street in which you live and the letters that you send."


@pytest.fixture(scope="module")
def policies(shared: Path) -> list[list[Part]]:
    """Return policies of ordinary length from the corpus. A seed decides which policies are drawn."""
    with lzma.open(shared / "corpus" / "policies.jsonl.xz", "rt", encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for line in file]
    ordinary = [parts for text in texts if 6_000 < len(text) < 40_000 and _has_sections(parts := parts_of(text))]
    return seeded(SEED).sample(ordinary, POLICIES)


def _has_sections(parts: Sequence[Part]) -> bool:
    return sum(part.kind == "heading" for part in parts) >= 5


def _document(page: bytes) -> Document:
    return read(Page(page, content_type="text/html; charset=utf-8")).document


def _seen(document: Document) -> Counter[str]:
    """Count the words of a document, including the words of a table of contents."""
    return _counted(document.text)


def _compared(document: Document) -> Counter[str]:
    """Count the words that decide whether a document is a new version."""
    words, _, _ = identity_words(document)
    return _counted(" ".join(words))


def _counted(text: str) -> Counter[str]:
    """Count the words of a text. Quotation marks and other punctuation marks do not matter here, so they are
    removed."""
    return Counter(re.findall(r"\w+", unicodedata.normalize("NFKC", text)))


PAGES = {**{template.__name__: template for template in TEMPLATES}, **PLATFORMS}


@pytest.mark.parametrize("name", PAGES)
def test_no_word_of_a_policy_is_lost_and_no_edit_is_missed(name: str, policies: list[list[Part]]) -> None:
    template = PAGES[name]
    kept = foreign = expected = 0
    for seed, parts in enumerate(policies):
        words = _counted(" ".join(word for part in parts for word in part.words()))
        document = _document(built(parts, template, seed))
        seen, compared = _seen(document), _compared(document)
        expected += words.total()
        kept += (words & seen).total()
        foreign += (compared - words).total()
        drawn = seeded(seed).choice([at for at, part in enumerate(parts) if part.kind == "paragraph"])
        edited = [*parts]
        edited[drawn] = replace(parts[drawn], text=f"{parts[drawn].text} {PLANTED}")
        after = _document(built(edited, template, seed))
        assert _compared(after) - compared == _counted(PLANTED), "an edit is not seen"
        assert not set(FURNITURE) & set(seen), "the menu is taken for the policy"
    print(f"{name}: kept {kept / expected:.4%}, foreign {foreign / expected:.4%} of {expected} words")
    assert kept / expected >= KEPT
    assert foreign / expected <= FOREIGN
