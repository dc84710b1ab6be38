"""Provides small made-up policies, which are read like pages, and the sentences in the tables of `sentences/`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from differ import compare
from differ.model import Comparison
from document import read
from document.model import Document, ExtractionOptions, Page

SENTENCES = Path(__file__).with_name("sentences")


def document(markdown: str, language: str = "en") -> Document:
    """Return the document of a Markdown text in one language."""
    page = Page(markdown.encode(), "text/markdown")
    return read(page, ExtractionOptions(languages=(language,))).document


def compared(before: str, after: str, language: str = "en") -> Comparison:
    """Compare two Markdown texts."""
    return compare(document(before, language), document(after, language))


@cache
def table(language: str) -> dict[str, Any]:
    """Return the table of sentences in one language."""
    return tomllib.loads((SENTENCES / f"{language}.toml").read_text(encoding="utf-8"))


def policy(language: str, sentence: str, under: str = "plain") -> str:
    """Return a policy with a sentence between unchanged sections. `under` is the key of a heading in the language's
    table."""
    around, heading = table(language)["around"], table(language)["headings"][under]
    names = {"{first}": around["first_heading"], "{here}": heading, "{last}": around["last_heading"]}
    for mark, name in names.items():
        sentence = sentence.replace(mark, name)
    return "\n\n".join(
        [
            f"# {around['title']}",
            f"## {around['first_heading']}",
            around["first"],
            f"## {heading}",
            sentence,
            f"## {around['last_heading']}",
            around["last"],
        ]
    )


def edited(language: str, case: dict[str, str]) -> Comparison:
    """Compare two policies that differ in the sentence of a case."""
    under = case.get("under", "plain")
    return compared(policy(language, case["before"], under), policy(language, case["after"], under), language)
