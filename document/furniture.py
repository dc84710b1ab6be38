"""Take out of a page what is not its text: menus, banners, dialogs, widgets, forms, hidden parts."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from bs4 import BeautifulSoup, Tag

from document.soup import attribute, events
from document.stylesheet import StyleSheet, declarations

_LARGE_SHARE = 0.3
"""An element with more of the page's prose than this is never furniture, whatever it is called."""
_SHORT = 400
"""Characters of prose up to which a weak token or a hidden attribute is believed."""
_LINKED = 0.5
"""The share of a menu's or list's text that is links."""
_HUMP = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_SHORTEST_HUMP = 3
_FALSE_NAMES = frozenset({"html", "body", "main", "article", "h1", "h2", "h3", "h4", "h5", "h6"})
_ACCORDION_ROLES = frozenset({"tabpanel", "region"})


@dataclass(slots=True)
class Sizes:
    """Characters of text, and of it those in links, per element."""

    text: dict[int, int] = field(default_factory=dict)
    linked: dict[int, int] = field(default_factory=dict)

    def prose(self, element: Tag) -> int:
        """Return the characters outside links."""
        return self.text.get(id(element), 0) - self.linked.get(id(element), 0)

    def mostly_links(self, element: Tag) -> bool:
        """Return whether more than half of the text is links."""
        return self.linked.get(id(element), 0) > _LINKED * self.text.get(id(element), 0)


@dataclass(frozen=True, slots=True)
class _Names:
    tags: frozenset[str]
    roles: frozenset[str]
    strong: frozenset[str]
    weak: frozenset[str]
    pairs: tuple[tuple[frozenset[str], frozenset[str]], ...]


@cache
def _names() -> _Names:
    read = tomllib.loads(Path(__file__).with_name("furniture.toml").read_text(encoding="utf-8"))
    pairs = tuple((frozenset(pair["first"]), frozenset(pair["second"])) for pair in read["pairs"])
    tags, roles, strong, weak = (frozenset(read[name]) for name in ("tags", "roles", "strong", "weak"))
    return _Names(tags, roles, strong, weak, pairs)


def measure(root: Tag) -> Sizes:
    """Return the size of each element below `root`, in one pass."""
    sizes = Sizes()
    open_elements: list[list[int]] = []
    links = 0
    for kind, node in events(root):
        if kind == "text":
            length = len("".join(str(node).split()))
            open_elements[-1][0] += length
            open_elements[-1][1] += length if links else 0
        elif kind == "start":
            open_elements.append([0, 0])
            links += _is_link(node)
        else:
            text, linked = open_elements.pop()
            sizes.text[id(node)], sizes.linked[id(node)] = text, linked
            links -= _is_link(node)
            if open_elements:
                open_elements[-1][0] += text
                open_elements[-1][1] += linked
    return sizes


def _is_link(node: object) -> bool:
    return isinstance(node, Tag) and node.name == "a" and "href" in node.attrs


def remove_furniture(soup: BeautifulSoup, sheet: StyleSheet, keep: Sequence[Tag] = ()) -> list[str]:
    """Take furniture out of the tree; return a short line for each piece.

    An element that holds a large share of the page's prose is never taken out, nor is one of `keep`, or what they
    are in.
    """
    body = soup.body or soup
    sizes = measure(body)
    opened = _opened(body)
    limit = max(1.0, _LARGE_SHARE * sizes.prose(body))
    kept = {id(body), *(id(parent) for element in keep for parent in (element, *element.parents))}
    dropped = []
    for kind, node in events(body):
        if kind != "start" or not isinstance(node, Tag) or id(node) in kept:
            continue
        why = _hidden(node, sheet, sizes, opened) or _furniture(node, sizes)
        if why and (sizes.prose(node) < limit or sizes.mostly_links(node)):
            if sizes.text.get(id(node)):
                dropped.append(f"{why}: {_excerpt(node)}")
            node.extract()
    return dropped


def _opened(body: Tag) -> frozenset[str]:
    """Return the ids that something on the page opens: they are hidden for a while only."""
    found: set[str] = set()
    for kind, node in events(body):
        if kind == "start" and isinstance(node, Tag):
            for name in ("aria-controls", "data-target", "data-bs-target"):
                found.update(part.lstrip("#") for part in attribute(node, name).split())
    return frozenset(found)


def _hidden(element: Tag, sheet: StyleSheet, sizes: Sizes, opened: frozenset[str]) -> str | None:
    if not _is_hidden(element, sheet):
        return None
    opens = attribute(element, "id") in opened or attribute(element, "role") in _ACCORDION_ROLES
    if element.name in _FALSE_NAMES or (sizes.prose(element) > _SHORT or (opens and not _tokens_say(element, sizes))):
        return None
    return "hidden"


def _is_hidden(element: Tag, sheet: StyleSheet) -> bool:
    if "hidden" in element.attrs and attribute(element, "hidden") != "until-found":
        return True
    if attribute(element, "aria-hidden").lower() == "true":
        return True
    styles = sheet.styles(element) if sheet.rules else declarations(attribute(element, "style"))
    return styles.get("display") == "none" or styles.get("visibility") == "hidden"


def _furniture(element: Tag, sizes: Sizes) -> str | None:
    names = _names()
    if element.name in ("noscript", "button", "label"):
        return None if _speaks(element, sizes) else element.name
    if element.name == "form" and element.find_parent(["main", "article"]) is not None:
        return "form" if _asks(element) else _tokens_say(element, sizes)
    if element.name in names.tags:
        return None if element.name == "nav" and _in_page(element) else element.name
    role = attribute(element, "role").lower()
    if role in names.roles or "aria-modal" in element.attrs:
        return f"role {role or 'dialog'}"
    if element.name == "header" and element.find_parent(["main", "article", "section"]) is None:
        return "header"
    return _tokens_say(element, sizes)


def _asks(form: Tag) -> bool:
    """Return whether a form within the text asks to search or sign in; sentences in another are text of the page."""
    role, kinds = attribute(form, "role"), {attribute(field, "type").lower() for field in form.find_all("input")}
    return role == "search" or bool(kinds & {"search", "password"}) or form.find("p") is None


def _speaks(element: Tag, sizes: Sizes) -> bool:
    """Return whether a button names a part that it opens, or scripts-off text is more than a notice."""
    if element.name == "noscript":
        return sizes.prose(element) > _SHORT
    if element.name == "label":
        return False
    form = element.find_parent("form")
    if form is not None and sizes.prose(form) < _SHORT:
        return True
    inside = element.find_parent(["h1", "h2", "h3", "h4", "h5", "h6", "dt", "summary"]) is not None
    return inside or "aria-controls" in element.attrs or attribute(element, "aria-expanded") != ""


def _in_page(element: Tag) -> bool:
    """Return whether a navigation leads to places of the same page: a table of contents."""
    targets = [attribute(link, "href") for link in element.find_all("a", href=True)]
    return len(targets) > 2 and all(len(target) > 1 and target.startswith("#") for target in targets)


def _tokens_say(element: Tag, sizes: Sizes) -> str | None:
    if element.name in _FALSE_NAMES:
        return None
    names = _names()
    tokens = _tokens(element)
    for first, second in names.pairs:
        if tokens & first and tokens & second and tokens & first != tokens & second:
            return f"class or id {min(tokens & first)}-{min(tokens & second)}"
    if found := tokens & names.strong:
        return f"class or id {min(found)}"
    found = tokens & names.weak
    if found and (sizes.mostly_links(element) or (sizes.prose(element) < _SHORT and not element.find("h1"))):
        return f"class or id {min(found)}"
    return None


def _tokens(element: Tag) -> frozenset[str]:
    """Return the words that class, id and label are made of; what a build tool made of letters and digits is none."""
    names = f"{attribute(element, 'class')} {attribute(element, 'id')} {attribute(element, 'aria-label')}"
    tokens: set[str] = set()
    for name in re.split(r"[^A-Za-z0-9]+", names):
        word = name.rstrip("0123456789")
        if not word.isalpha() or len(name) - len(word) > 2:
            continue
        tokens.add(word.lower())
        humps = _HUMP.findall(word)
        if len(humps) > 1 and all(len(hump) >= _SHORTEST_HUMP for hump in humps):
            tokens.update(hump.lower() for hump in humps)
    return frozenset(tokens)


def _excerpt(element: Tag) -> str:
    words = " ".join(element.get_text(" ").split())
    return words if len(words) <= 80 else f"{words[:77]}..."
