"""A page to a document."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import astuple
from importlib.metadata import version
from typing import Literal

from bs4 import BeautifulSoup, Tag

from document.content import main_content
from document.contents import mark_contents
from document.dates import stated_dates
from document.decoding import decode
from document.furniture import remove_furniture
from document.headings import mark_headings, pieces
from document.languages import detect_languages
from document.lines import Line
from document.markdown import looks_like_markdown, markdown_lines, plain_lines
from document.model import Document, Extracted, ExtractionOptions, Page
from document.normalise import normalise
from document.outline import Part, mark_titles, parts, sections
from document.selectors import selected
from document.sizes import measure
from document.soup import attribute, parse
from document.stylesheet import read_styles
from document.walk import Walker

EXTRACTOR = 1
"""Raised whenever the same page would give another document."""

How = Literal["select", "generic", "fallback"]
Kind = Literal["html", "markdown", "plain"]

_NO_OPTIONS = ExtractionOptions()
_TAGS = re.compile(r"<(?:!doctype\s+html|html|head|body|div|p|span|table|article|section|h[1-6]|br|a)\b", re.IGNORECASE)
_SNIFFED = 4096


def read(page: Page, options: ExtractionOptions = _NO_OPTIONS) -> Extracted:
    """Return the document that a page holds: HTML, Markdown or plain text.

    Where a configured `select` matches nothing the generic extraction is used, and the result says so. Raises
    SelectorError for a selector that is none.
    """
    text = decode(page.body, page.content_type)
    kind = kind_of(page, text)
    if kind == "html":
        return _read_html(text, page, options)
    lines = markdown_lines(text, page.final_url) if kind == "markdown" else plain_lines(text)
    return Extracted(_document(lines, "", "", options), identity_of(options, "generic"))


def kind_of(page: Page, text: str) -> Kind:
    """Return what a page is read as."""
    declared = page.content_type.partition(";")[0].strip().lower()
    if declared in ("text/html", "application/xhtml+xml"):
        return "html" if "<" in text else "plain"
    if declared == "text/markdown" or page.final_url.lower().endswith((".md", ".markdown")):
        return "markdown"
    start = text[:_SNIFFED]
    if declared != "text/plain" and (start.lstrip()[:1] == "<" or len(_TAGS.findall(start)) > 5):
        return "html"
    return "markdown" if looks_like_markdown(text) else "plain"


def _read_html(text: str, page: Page, options: ExtractionOptions) -> Extracted:
    soup = parse(text)
    sheet = read_styles(soup)
    dropped = _remove(soup, options)
    roots = selected(soup, options.select)
    how: How = "select" if roots else "fallback" if options.select else "generic"
    dropped += remove_furniture(soup, sheet, keep=roots)
    sizes = measure(soup)
    roots = roots or main_content(soup, sizes)
    lines = Walker(sheet, sizes, _address(soup, page)).read(roots)
    document = _document(lines, _page_title(soup), _page_language(soup), options)
    return Extracted(document, identity_of(options, how), how == "fallback", tuple(dropped))


def _remove(soup: BeautifulSoup, options: ExtractionOptions) -> list[str]:
    removed = []
    for selector in options.remove:
        for element in selected(soup, [selector]):
            removed.append(f"remove {selector}")
            element.extract()
    return removed


def _document(lines: list[Line], page_title: str, page_language: str, options: ExtractionOptions) -> Document:
    found = pieces(lines)
    mark_contents(found)
    mark_headings(found)
    grouped = parts(found)
    _set_languages(grouped, page_language, options)
    title = mark_titles(grouped, page_title)
    spoken: dict[str, int] = {}
    for part in grouped:
        spoken[part.language] = spoken.get(part.language, 0) + len(part.text)
    languages = tuple(sorted(spoken, key=lambda language: (-spoken[language], language)))
    finished = sections(grouped)
    dates = stated_dates(list(Document(finished).lines()))
    return Document(finished, languages, dates, title)


def _set_languages(grouped: list[Part], page_language: str, options: ExtractionOptions) -> None:
    texts = [part.text for part in grouped]
    declared = [part.declared for part in grouped]
    found = detect_languages(texts, declared, page_language, options.languages)
    for part, language in zip(grouped, found, strict=True):
        part.language = language


def _page_title(soup: BeautifulSoup) -> str:
    element = soup.find("title")
    return normalise(str(element.string or "")) if isinstance(element, Tag) else ""


def _page_language(soup: BeautifulSoup) -> str:
    element = soup.find("html")
    named = attribute(element, "lang") if isinstance(element, Tag) else ""
    return named.split("-")[0].split("_")[0].strip().lower()


def _address(soup: BeautifulSoup, page: Page) -> str:
    base = soup.find("base", href=True)
    return attribute(base, "href") if isinstance(base, Tag) and "://" in attribute(base, "href") else page.final_url


def identity_of(options: ExtractionOptions, how: How) -> str:
    """Return the extraction identity."""
    said = json.dumps(astuple(options), ensure_ascii=True, separators=(",", ":"))
    digest = hashlib.sha256(said.encode()).hexdigest()[:8]
    parsers = f"bs4-{version('beautifulsoup4')}+lxml-{version('lxml')}"
    return f"e{EXTRACTOR}+{parsers}+{digest}+{how}"
