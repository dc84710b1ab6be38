"""A page to a document."""

from __future__ import annotations

from bs4 import BeautifulSoup

from document.decoding import decode
from document.model import UNKNOWN_LANGUAGE, Block, Document, Extracted, ExtractionOptions, Page, Section
from document.normalise import normalise

_NO_OPTIONS = ExtractionOptions()
_DROP = ["script", "style", "noscript", "template", "head", "nav", "header", "footer", "form", "aside", "iframe", "svg"]


def read(page: Page, options: ExtractionOptions = _NO_OPTIONS) -> Extracted:
    """Return the document that a page holds, with the extraction identity."""
    text = decode(page.body, page.content_type)
    start = text[:2000].lower()
    if "<html" in start or "<body" in start or "<!doctype" in start or "html" in page.content_type:
        lines = _html(text)
    else:
        lines = [(len(line) - len(line.lstrip("#")), normalise(line.lstrip("#"))) for line in text.splitlines()]
    language = options.languages[0] if options.languages else UNKNOWN_LANGUAGE
    sections: list[Section] = []
    heading, level, blocks = "", 0, list[Block]()

    def close() -> None:
        if heading or blocks:
            path = (heading,) if heading else ()
            sections.append(Section(heading, "", level, path, language, tuple(blocks)))

    for rank, line in lines:
        if rank and line:
            close()
            heading, level, blocks = line, rank, []
        elif line:
            blocks.append(Block("paragraph", line))
    close()
    return Extracted(Document(tuple(sections), (language,)), "e0")


def _html(text: str) -> list[tuple[int, str]]:
    soup = BeautifulSoup(text, "lxml")
    for element in soup.find_all(_DROP):
        element.extract()
    lines = []
    for element in soup.find_all(["h1", "h2", "h3", "h4", "h5", "h6", "p", "li", "tr"]):
        if element.find_parent(["p", "li", "tr"]) is None:
            rank = int(element.name[1]) if element.name[0] == "h" else 0
            lines.append((rank, normalise(element.get_text(" "))))
    return lines
