"""Lists the links of a page that may lead to legal documents, with the place of each link on the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass, replace
from itertools import islice
from typing import Literal
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from document.discovery.addresses import absolute
from document.discovery.legal_names import Kind, is_hub, legal_name, name_in_address, plain_words
from document.html.soup import attribute, beginning, events, is_text
from document.model import Page
from document.text.normalise import normalise
from languages import languages, naming

Place = Literal["footer", "navigation", "body", "head"]

MOST_LINKS = 1000
"""Maximum number of links that are kept for one page. If a page has more links, its last links are kept, because legal
documents are usually linked at the end of a page.
"""
DECLARED: dict[str, Kind] = {"privacy-policy": "policy", "terms-of-service": "terms"}
"""Link relations for legal documents (RFC 6903 and the HTML Standard), with the kind of document."""
_LONGEST_TEXT = 200
"""Maximum number of characters of a link's text. A longer text is a teaser and not a name."""
_LABEL_NODES = 100
"""Maximum number of nodes in a link that are searched for its words."""
_LIST_LEVELS, _LIST_NODES, _LIST_LINKS, _LINKED_SHARE = 4, 400, 3, 0.7
"""Limits for a list of links. An element around a link is a list of links if it has at most `_LIST_NODES` nodes and at
least `_LIST_LINKS` links, and if the share `_LINKED_SHARE` of its text or more is in links. `_LIST_LEVELS` is the
number of elements around a link that are examined.
"""
_FOOTER = re.compile(r"(?:^|[\s_-])(?:site)?foot(?:er)?(?:$|[\s_-])", re.IGNORECASE)
_LINK_HEADER = re.compile(r"<(?P<address>[^>]*)>(?P<parameters>[^,<]*)")
_RELATION = re.compile(r"""\brel\s*=\s*"?([^";]+)""", re.IGNORECASE)
_EDITION = re.compile(r"^/(?P<language>[a-z]{2})(?:[-_][a-z]{2})?(?:/(?:index\.\w+|home)?)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PageLink:
    """A link of a page."""

    target: str
    """The absolute address without its fragment."""
    text: str
    """The words of the link, or its label if the link has no words."""
    place: Place
    _: KW_ONLY
    declared: Kind | None = None
    """The kind of document that the link's relation declares; None if it declares none."""
    language: str = ""
    """The language of the target, if the link says that its target is this page in a different language; "" otherwise.
    """


def page_links(soup: BeautifulSoup, page: Page) -> tuple[PageLink, ...]:
    """Return the links of a page that matter for the search. Such a link leads to a legal document, to a page that may
    have a link to a legal document, or to the same page in another language.
    """
    has_parts = soup.find(["footer", "main", "article"]) is not None
    links = (*_header_links(page), *_links(soup, _base(soup, page), has_parts=has_parts))
    return tuple(list(dict.fromkeys(links))[-MOST_LINKS:])


def _links(soup: BeautifulSoup, base: str, *, has_parts: bool) -> Iterator[PageLink]:
    """Yield the wanted links of a page. If `has_parts` is false, lists of links count as the footer, because the page
    does not mark its parts.
    """
    for element in soup.find_all("link", href=True):
        relations = attribute(element, "rel")
        language = _subtag(attribute(element, "hreflang")) if "alternate" in relations.lower().split() else ""
        target = absolute(base, attribute(element, "href"))
        if target and (language or _declared(relations)):
            yield PageLink(target, "", "head", declared=_declared(relations), language=language)
    for element, place in _anchors(soup):
        target = absolute(base, attribute(element, "href"))
        if not target:
            continue
        text = _label(element)
        language = _edition(element, text, target)
        link = PageLink(target, text, place, declared=_declared(attribute(element, "rel")), language=language)
        if _is_wanted(link):
            in_list = place == "body" and not has_parts and _is_in_link_list(element)
            yield replace(link, place="footer") if in_list else link


def _anchors(soup: BeautifulSoup) -> Iterator[tuple[Tag, Place]]:
    """Yield the links of a page in order, and the place of each."""
    places: list[Place] = ["body"]
    for kind, node in events(soup):
        if kind == "start" and isinstance(node, Tag):
            if node.name in ("a", "area"):
                yield node, places[-1]
            places.append(_own_place(node) or places[-1])
        elif kind == "end":
            places.pop()


def _header_links(page: Page) -> Iterator[PageLink]:
    """Yield the links in the page's HTTP headers that declare a legal document (RFC 8288)."""
    for name, value in page.headers:
        for link in _LINK_HEADER.finditer(value) if name == "link" else ():
            stated = _RELATION.search(link["parameters"])
            declared = _declared(stated[1]) if stated else None
            target = absolute(page.final_url, link["address"])
            if declared and target:
                yield PageLink(target, "", "head", declared=declared)


def _declared(relations: str) -> Kind | None:
    return next((DECLARED[name] for name in relations.lower().split() if name in DECLARED), None)


def _is_wanted(link: PageLink) -> bool:
    if link.declared or link.language or is_hub(link.text):
        return True
    return legal_name(link.text) is not None or name_in_address(link.target) is not None


def _label(element: Tag) -> str:
    """Return the words of a link. If the link has no words, return its label, its title, or the text of its picture."""
    nodes = list(beginning(element, _LABEL_NODES))
    pictures = (attribute(node, "alt") for node in nodes if isinstance(node, Tag) and node.name == "img")
    labels = (
        " ".join(str(node) for node in nodes if is_text(node)),
        attribute(element, "aria-label"),
        attribute(element, "title"),
        next(pictures, attribute(element, "alt")),
    )
    return next((text for label in labels if (text := normalise(label)) and len(text) <= _LONGEST_TEXT), "")


def _own_place(element: Tag) -> Place | None:
    """Return the place that an element gives to the links in it. Return None if the elements around this element
    decide.
    """
    role = attribute(element, "role").lower()
    names = f"{attribute(element, 'id')} {attribute(element, 'class')}"
    if element.name == "footer" or role == "contentinfo" or _FOOTER.search(names):
        return "footer"
    return "navigation" if element.name in ("nav", "header", "menu") or role in ("navigation", "banner") else None


def _is_in_link_list(element: Tag) -> bool:
    """Whether a link is in a part of the page that consists of several links, and of hardly any other text."""
    for parent in islice(element.parents, _LIST_LEVELS):
        nodes = list(beginning(parent, _LIST_NODES + 1))
        if len(nodes) > _LIST_NODES:
            return False
        links = [node for node in nodes if isinstance(node, Tag) and node.name == "a"]
        if len(links) >= _LIST_LINKS:
            linked = sum(len(link.get_text(strip=True)) for link in links)
            return linked >= _LINKED_SHARE * sum(len(str(node).strip()) for node in nodes if is_text(node))
    return False


def _edition(element: Tag, text: str, target: str) -> str:
    """Return the language to which a link switches, or "".

    A link switches the language if it has the attribute `hreflang`, if its text is only the name of a language, or if
    the path of its address is only the code of a language.
    """
    if language := _subtag(attribute(element, "hreflang")):
        return language
    code = _EDITION.fullmatch(urlsplit(target).path)
    words = plain_words(text)
    named = next((code for code in languages() if words and words in _language_names(code)), "")
    stated = code["language"].lower() if code else ""
    return named or (stated if stated in languages() or words == stated else "")


def _language_names(language: str) -> tuple[str, ...]:
    called = naming(language)
    return tuple(map(plain_words, (language, called.name, *called.names.values())))


def _subtag(tag: str) -> str:
    language = tag.strip().lower().split("-")[0].split("_")[0]
    return language if 2 <= len(language) <= 3 and language.isalpha() else ""


def _base(soup: BeautifulSoup, page: Page) -> str:
    base = soup.find("base", href=True)
    return absolute(page.final_url, attribute(base, "href")) if isinstance(base, Tag) else page.final_url
