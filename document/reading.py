"""Extracts a document from a page."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.metadata import version
from typing import Literal, get_args

from bs4 import BeautifulSoup, Tag

from document.formats.content_type import is_docx, is_pdf, kind_of
from document.formats.decoding import decode
from document.formats.markdown import markdown_lines, plain_lines
from document.formats.mhtml import unwrapped
from document.html.boilerplate import Boilerplate, left_out
from document.html.controls import Controls
from document.html.elsewhere import held_elsewhere
from document.html.main_content import PolicyPart
from document.html.measures import measure
from document.html.nesting import nests_too_deeply
from document.html.selectors import selected
from document.html.shown_text import show_all_text
from document.html.soup import attribute, parse
from document.html.stylesheet import read_styles
from document.html.visibility import is_hidden
from document.html.walk import Walker
from document.model import Document, Extracted, ExtractionOptions, LeftOut, Page, Section
from document.structure.headings import mark_headings, pieces
from document.structure.outline import Part, mark_titles, parts, sections
from document.structure.table_of_contents import mark_contents
from document.text.counters import uncounted
from document.text.dates import stated_dates
from document.text.languages import detect_languages
from document.text.lines import Line
from document.text.normalise import normalise
from languages import added_languages

EXTRACTOR = 5
"""Version number of the extraction. It must be increased if a change of the code changes the document of any page."""

How = Literal["select", "generic", "fallback"]

_HTML_PARSERS = ("beautifulsoup4", "lxml")
_PDF_PARSERS = ("pypdfium2",)
_DOCX_PARSERS = ("mammoth", *_HTML_PARSERS)
_NO_OPTIONS = ExtractionOptions()
_RENDERED = "+rendered2"
"""The part of the identity that marks rendered pages. Its number must be increased if a change of the code changes how
the browser builds or returns pages.
"""
_BUILT = re.compile(r"\+rendered\d*$")


def read(page: Page, options: ExtractionOptions = _NO_OPTIONS) -> Extracted:
    """Return the document in a page of HTML, PDF, DOCX, Markdown or plain text.

    If a configured `select` matches nothing, the generic extraction is used, and the field `fallback` of the result is
    True. If the page is nested too deeply, or if the file cannot be read, the document has no sections. Raises
    SelectorError for an invalid selector.
    """
    page = unwrapped(page)
    if is_pdf(page):
        return _read_pdf(page, options)
    if is_docx(page):
        return _read_docx(page, options)
    text = decode(page.body, page.content_type)
    kind = kind_of(page, text)
    if kind == "html":
        if nests_too_deeply(page, options.max_nesting):
            return Extracted(Document(()), identity_of(options, "generic"))
        return _read_html(text, page, options)
    lines = markdown_lines(text, page.final_url) if kind == "markdown" else plain_lines(text)
    return Extracted(_document(lines, "", "", options), identity_of(options, "generic"))


def read_all(pages: Sequence[Page], options: ExtractionOptions = _NO_OPTIONS) -> Extracted:
    """Return the document that several pages form together, in their order. One page gives the same result as `read`.

    Raises SelectorError for an invalid selector, and ValueError if there are no pages.
    """
    return joined([read(page, options) for page in pages])


def joined(pages: Sequence[Extracted]) -> Extracted:
    """Join extracted pages into one document, in their order. The extraction identity of the document includes the
    number of pages.
    """
    if not pages:
        raise ValueError("a policy is read from one page at least")
    if len(pages) == 1:
        return pages[0]
    documents = [page.document for page in pages]
    sections = tuple(section for document in documents for section in document.sections)
    identities = [page.identity for page in pages]
    return Extracted(
        Document(sections, _spoken(sections), stated_dates(list(Document(sections).lines())), documents[0].title),
        f"{len(pages)}*{identities[0]}" if len(set(identities)) == 1 else "&".join(identities),
        any(page.fallback for page in pages),
        left_out=tuple(part for page in pages for part in page.left_out),
        elsewhere=tuple(part for page in pages for part in page.elsewhere),
    )


def _spoken(sections: Sequence[Section]) -> tuple[str, ...]:
    """Return the languages of sections. The language with the most text comes first."""
    amounts: dict[str, int] = {}
    for section in sections:
        lengths = [len(section.heading), *(len(block.text) for block in section.blocks)]
        amounts[section.language] = amounts.get(section.language, 0) + sum(lengths)
    return tuple(sorted(amounts, key=lambda language: (-amounts[language], language)))


def _read_pdf(page: Page, options: ExtractionOptions) -> Extracted:
    # Imported here because the library is large, and few policies are PDF files.
    from document.formats.pdf import PdfError, printed_text
    from document.formats.pdf_layout import typeset_lines

    identity = identity_of(options, "generic", *_PDF_PARSERS)
    try:
        printed = printed_text(page.body)
    except PdfError:
        return Extracted(Document(()), identity)
    return Extracted(_document(typeset_lines(printed), printed.title, "", options), identity)


def _read_docx(page: Page, options: ExtractionOptions) -> Extracted:
    # Imported here because few policies are Word documents.
    from document.formats.docx import DocxError, docx_markup

    identity = identity_of(options, "generic", *_DOCX_PARSERS)
    try:
        soup = parse(docx_markup(page.body, options.max_unpacked))
    except DocxError:
        return Extracted(Document(()), identity)
    sheet = read_styles(soup)
    left_out_parts = show_all_text(soup, sheet)
    controls = Controls(soup, lambda element: False)
    lines = Walker(sheet, measure(soup, controls), controls, page.final_url).read([soup])
    return Extracted(_document(lines, "", "", options), identity, left_out=tuple(left_out_parts))


def _read_html(text: str, page: Page, options: ExtractionOptions) -> Extracted:
    soup = parse(text)
    sheet = read_styles(soup)
    pieces = show_all_text(soup, sheet) + _remove(soup, options)
    roots = selected(soup, options.select)
    how: How = "select" if roots else "fallback" if options.select else "generic"
    controls = Controls(soup, lambda element: is_hidden(element, sheet))
    sizes = measure(soup, controls)
    boilerplate = Boilerplate(sheet, sizes, controls)
    if not roots:
        part = PolicyPart(sizes, boilerplate.is_out_of_sight)
        roots = [part.take_out_what_is_around(soup)]
        pieces += [left_out(why, element) for why, element in part.around]
    pieces += boilerplate.remove(roots)
    lines = Walker(sheet, sizes, controls, _address(soup, page)).read(roots)
    return Extracted(
        _document(lines, _page_title(soup), _page_language(soup), options),
        identity_of(options, how),
        how == "fallback",
        left_out=tuple(pieces),
        elsewhere=held_elsewhere(roots, sheet),
    )


def _remove(soup: BeautifulSoup, options: ExtractionOptions) -> list[LeftOut]:
    removed = []
    for selector in options.remove:
        for element in selected(soup, [selector]):
            removed.append(left_out(f"remove {selector}", element))
            element.extract()
    return removed


def _document(lines: list[Line], page_title: str, page_language: str, options: ExtractionOptions) -> Document:
    split_lines = pieces(uncounted(lines))
    mark_contents(split_lines)
    mark_headings(split_lines)
    grouped = parts(split_lines)
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
    languages = detect_languages(texts, declared, page_language, options.languages)
    for part, language in zip(grouped, languages, strict=True):
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


def identity_of(options: ExtractionOptions, how: How, *parsers: str) -> str:
    """Return the extraction identity. `parsers` are names of parser packages. If they are not given, the HTML parsers
    are used.
    """
    wanted = (options.languages, options.select, options.remove, *([options.further] if options.further else ()))
    digest = hashlib.sha256(json.dumps(wanted, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()[:8]
    rendered = _RENDERED if options.rendered else ""
    added = f"+l{hashed}" if (hashed := added_languages()) else ""
    return f"e{EXTRACTOR}+{_versions(parsers or _HTML_PARSERS)}{added}+{digest}+{how}{rendered}"


@lru_cache(maxsize=1024)
def is_current(identity: str, options: ExtractionOptions) -> bool:
    """Whether a document that is extracted now would get this extraction identity. The document may come from several
    pages.
    """
    now = {
        identity_of(options, how, *parsers) for how in get_args(How) for parsers in ((), _PDF_PARSERS, _DOCX_PARSERS)
    }
    return now.issuperset(identity.rpartition("*")[2].split("&"))


def is_fallback(identity: str) -> bool:
    """Whether this extraction identity says that the configured `select` matched nothing."""
    return "+fallback" in identity


def is_built_alike(identity: str, options: ExtractionOptions) -> bool:
    """Whether a page with this identity was rendered in the way that `options` ask for now: by a browser, or without a
    browser.
    """
    built = identity.endswith(_RENDERED) if options.rendered else not _BUILT.search(identity)
    return bool(built)


@cache
def _versions(packages: tuple[str, ...]) -> str:
    named = {"beautifulsoup4": "bs4"}
    return "+".join(f"{named.get(package, package)}-{version(package)}" for package in packages)
