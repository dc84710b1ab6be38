"""Looks at one page of a site. The result says what the page is called, whether it is a legal document, and which of
its links may lead to one.
"""

from __future__ import annotations

import re
from dataclasses import KW_ONLY, dataclass
from datetime import date

from bs4 import BeautifulSoup, Tag

from document.discovery.clues import host_of
from document.discovery.legal_names import Kind, legal_name, names_itself, placeholder, plain_words, void_phrase
from document.discovery.page_links import PageLink, page_links
from document.formats.content_type import is_file, kind_of
from document.formats.decoding import decode
from document.html.nesting import nests_too_deeply
from document.html.soup import attribute, parse
from document.identity import text_identity
from document.model import UNKNOWN_LANGUAGE, Document, ExtractionOptions, Page
from document.reading import read
from document.screening import screen
from document.text.normalise import normalise

_OPENING = 6000
"""Number of characters at the start of a text in which to look for words with which the document names itself."""
_BANNER = 600
"""Number of characters at the start of a text in which to look for a phrase that says that the document is not
valid.
"""
_SEPARATOR = re.compile(r"\s+[|·•–—:»-]\s+|\s*\|\s*")
_LEAST_NAME = 3
"""Minimum number of letters of a site's name in a title."""
_SHORT_NAME, _LONG_NAME = 2, 4
"""Number of words that belong to a company's name in a title: the number if the host is the last word of the name, and
the maximum if the host is the first word.
"""
_SLOGAN = re.compile(r"[:;,.!?](?:\s|$)")
"""Punctuation that a name does not have, as in "Lantern: games for all"."""
_SITE_NAMES = ("og:site_name", "application-name")


@dataclass(frozen=True, slots=True)
class LookRequest:
    """A page to look at, and the options with which it is read."""

    page: Page
    options: ExtractionOptions


@dataclass(frozen=True, slots=True)
class PageLook:
    """The facts about a page that decide whether it is a legal document."""

    url: str
    """The address after redirects."""
    heading: str
    """The document's own heading, or its first line; "" if the page has no text."""
    title: str
    """The page's `<title>`, or ""."""
    _: KW_ONLY
    refused: str
    """The reason why the page is not a legal document, such as "soft-404"; "" if it may be one."""
    detail: str
    """A sentence that describes the reason, or ""."""
    languages: tuple[str, ...]
    stated: date | None
    """The latest date that the document states about itself; None if it states no date."""
    words: int
    text: str
    """Identity of the text. Pages with the same text have the same identity."""
    claims: frozenset[Kind]
    """The kinds of documents that the text claims to be, by phrases such as "this privacy policy"."""
    void: str
    """A phrase that shows that the document is not valid: "no longer in force" at the start of the text, or a
    placeholder of a template, such as "[Your company]"; "" if there is none.
    """
    links: tuple[PageLink, ...]
    site_name: str
    """The name of the site, if the page states it; otherwise ""."""

    @property
    def title_parts(self) -> tuple[str, ...]:
        """The parts of the title between separators, such as the page's name and the site's name."""
        return tuple(part for part in _SEPARATOR.split(self.title) if part)


def look(request: LookRequest) -> PageLook:
    """Read a page, screen it, and list its links. The same page always gives the same result."""
    page, options = request.page, request.options
    document = read(page, options).document
    screening = screen(page, document, options)
    soup = None if _has_no_markup(page, options) else parse(decode(page.body, page.content_type))
    text = document.text
    return PageLook(
        page.final_url,
        _heading(document),
        "" if soup is None else _title(soup),
        refused="" if screening is None else screening.reason,
        detail="" if screening is None else screening.detail,
        languages=tuple(language for language in document.languages if language != UNKNOWN_LANGUAGE),
        stated=max((dated.day for dated in document.dates), default=None),
        words=len(text.split()),
        text=text_identity(document),
        claims=names_itself(text[:_OPENING]),
        void=void_phrase(text[:_BANNER]) or placeholder(text),
        links=() if soup is None else page_links(soup, page),
        site_name="" if soup is None else _site_name(soup),
    )


def site_name_of(start: PageLook) -> str:
    """Return the name of a site by its start page: the name that the page states, the part of its title that names the
    site, or the host without "www.".
    """
    if start.site_name and "://" not in start.site_name:
        return start.site_name
    host = host_of(start.url)
    parts = (piece for part in start.title_parts for piece in (part, part.partition(": ")[0]))
    return max((part for part in parts if _names_host(part, host)), key=len, default=host)


def _names_host(part: str, host: str) -> bool:
    """Whether a part of a title names the site: its letters are also in the host, or it is short and begins with a word
    of the host, like "Lantern Games" on lantern.example. "Bank Lantern" and "Lan Tern Games" are such names too.
    """
    if len(letters(part)) < _LEAST_NAME or legal_name(part) is not None:
        return False
    words, labels = plain_words(part).split(), host.split(".")[:-1]
    begins = any("".join(words[: number + 1]) in labels for number in range(len(words)))
    begins = begins or (len(words) == _SHORT_NAME and words[-1] in labels)
    return letters(part) in letters(host) or (begins and len(words) <= _LONG_NAME and not _SLOGAN.search(part))


def letters(text: str) -> str:
    """Return the letters of a text in lower case, without anything between them."""
    return "".join(filter(str.isalpha, plain_words(text)))


def _has_no_markup(page: Page, options: ExtractionOptions) -> bool:
    if is_file(page) or nests_too_deeply(page, options.max_nesting):
        return True
    return kind_of(page, decode(page.body, page.content_type)) != "html"


def _heading(document: Document) -> str:
    return document.title or next(iter(document.lines()), "")[:200]


def _title(soup: BeautifulSoup) -> str:
    element = soup.find("title")
    return normalise(element.get_text(" ")) if isinstance(element, Tag) else ""


def _site_name(soup: BeautifulSoup) -> str:
    for element in soup.find_all("meta", content=True):
        if (attribute(element, "property") or attribute(element, "name")).lower() in _SITE_NAMES:
            return normalise(attribute(element, "content"))[:80]
    return ""
