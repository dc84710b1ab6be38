"""Take out of a page what is not its text: menus, banners, dialogs, widgets, forms, hidden parts."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

from bs4 import BeautifulSoup, Tag

from document.html.headed_parts import HEADINGS, Headed
from document.html.measures import Size, Sizes, measure, opens_a_part
from document.html.soup import attribute, events, outermost
from document.html.stylesheet import StyleSheet, declarations
from document.model import LeftOut
from document.text.dates import stated_dates
from document.text.normalise import normalise
from document.text.prose import reads_like_prose

_LARGE_SHARE = 0.3
"""An element with more of the page's prose than this is never furniture, whatever it is called."""
_FOLDED_SHARE = 0.2
"""The share of the page's prose from which hidden parts together are folded text, not leftovers."""
_SHORT = 400
"""Characters of prose up to which a strong token within the text, or a hidden attribute, is believed."""
_VERY_SHORT = 120
"""Characters of prose up to which a weak token is believed."""
_AWAY = 0.2
"""The share of its text in links that lead away up to which an element reads as a part of the policy."""
_HUMP = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_SHORTEST_HUMP = 3
_FALSE_NAMES = HEADINGS | {"html", "body", "main", "article"}
_NAMING = HEADINGS | {"dt", "summary"}
_BESIDE = frozenset({"aside", "complementary", "footer", "contentinfo"})
"""Elements and roles of what stands beside a text: within it, a note or what it ends with may be long."""
_ACCORDION_ROLES = frozenset({"tabpanel", "region"})


@dataclass(frozen=True, slots=True)
class _Names:
    tags: frozenset[str]
    roles: frozenset[str]
    strong: frozenset[str]
    weak: frozenset[str]
    pairs: tuple[tuple[frozenset[str], frozenset[str]], ...]


@cache
def _names() -> _Names:
    read = tomllib.loads(Path(__file__).with_name("boilerplate.toml").read_text(encoding="utf-8"))
    pairs = tuple((frozenset(pair["first"]), frozenset(pair["second"])) for pair in read["pairs"])
    tags, roles, strong, weak = (frozenset(read[name]) for name in ("tags", "roles", "strong", "weak"))
    return _Names(tags, roles, strong, weak, pairs)


@dataclass(slots=True)
class _Place:
    """What stands around the element that is looked at."""

    headed: Headed
    sectioned: int = 0
    """How many of main, article and section it is in."""
    in_text: int = 0
    """How many of main and article it is in."""
    named: int = 0
    """How many headings and names of parts it is in."""
    forms: list[Tag] = field(default_factory=list)

    def pass_by(self, element: Tag, step: int) -> None:
        """Go into an element (1) or out of it (-1)."""
        is_main = element.name in ("main", "article") or attribute(element, "role") == "main"
        self.in_text += step * is_main
        self.sectioned += step * (is_main or element.name == "section")
        self.named += step * (element.name in _NAMING or attribute(element, "role") == "heading")
        if element.name == "form":
            if step > 0:
                self.forms.append(element)
            else:
                self.forms.pop()


def remove_boilerplate(soup: BeautifulSoup, sheet: StyleSheet, keep: Sequence[Tag] = ()) -> list[LeftOut]:
    """Take furniture out of the tree; return each piece that has text.

    An element that holds a large share of the page's prose is never taken out, nor is one of `keep`, or what they
    are in.
    """
    sizes, opened, place = measure(soup), _opened(soup), _Place(Headed(soup, _tokens))
    folded = _is_folded(soup, sheet, sizes, place)
    limit = max(1.0, _LARGE_SHARE * sizes[soup].prose)
    kept = {id(soup), *(id(parent) for element in keep for parent in (element, *element.parents))}
    dropped = []
    for kind, node in events(soup):
        if not isinstance(node, Tag):
            continue
        if kind == "start" and id(node) not in kept:
            why = (None if folded else _hidden(node, sheet, sizes, opened, place)) or _furniture(node, sizes, place)
            if why and (sizes[node].prose < limit or sizes[node].mostly_links) and not _dates_policy(node, why):
                if sizes[node].text:
                    dropped.append(left_out(why, node))
                node.extract()
                continue
        place.pass_by(node, 1 if kind == "start" else -1)
    return dropped


def _is_folded(soup: BeautifulSoup, sheet: StyleSheet, sizes: Sizes, outside: _Place) -> bool:
    """Return whether so much of the page is hidden that it must be text which opens when asked."""
    hidden = outermost(soup, lambda element: _is_hidden(element, sheet))
    folded = sum(sizes[element].prose for element in hidden if not _furniture(element, sizes, outside))
    return folded > _FOLDED_SHARE * sizes[soup].prose


def _dates_policy(element: Tag, why: str) -> bool:
    """Return whether a visible piece states a date of the policy, as the foot of a text often does."""
    if why == "hidden":
        return False
    lines = [normalise(line) for line in element.stripped_strings]
    return bool(stated_dates(lines) or stated_dates([" ".join(lines)]))


def _opened(page: Tag) -> frozenset[str]:
    """Return the ids that something on the page opens: they are hidden for a while only."""
    found: set[str] = set()
    for kind, node in events(page):
        if kind == "start" and isinstance(node, Tag):
            for name in ("aria-controls", "data-target", "data-bs-target"):
                found.update(part.lstrip("#") for part in attribute(node, name).split())
    return frozenset(found)


def _hidden(element: Tag, sheet: StyleSheet, sizes: Sizes, opened: frozenset[str], place: _Place) -> str | None:
    if not _is_hidden(element, sheet):
        return None
    opens = attribute(element, "id") in opened or attribute(element, "role") in _ACCORDION_ROLES
    if element.name in _FALSE_NAMES or sizes[element].prose > _SHORT:
        return None
    if opens and not _tokens_say(element, sizes[element], place):
        return None
    return "hidden"


def _is_hidden(element: Tag, sheet: StyleSheet) -> bool:
    if "hidden" in element.attrs and attribute(element, "hidden") != "until-found":
        return True
    if attribute(element, "aria-hidden").lower() == "true":
        return True
    styles = sheet.styles(element) if sheet.rules else declarations(attribute(element, "style"))
    return styles.get("display") == "none" or styles.get("visibility") == "hidden"


def _furniture(element: Tag, sizes: Sizes, place: _Place) -> str | None:
    names, size = _names(), sizes[element]
    if element.name in ("noscript", "button", "label"):
        return None if _speaks(element, sizes, place) else element.name
    if element.name == "form" and place.in_text:
        # Sentences in a form within the text are text of the page, unless it asks to search or to sign in.
        asks = attribute(element, "role") == "search" or size.asks or not size.paragraphs
        return "form" if asks else _tokens_say(element, size, place)
    if element.name == "nav" and size.links > 2 and size.in_page == size.links:
        return None
    beside = place.in_text and size.prose > _SHORT and _reads(size)
    if element.name in names.tags and not (beside and element.name in _BESIDE):
        return element.name
    role = attribute(element, "role").lower()
    if (role in names.roles and not (beside and role in _BESIDE)) or "aria-modal" in element.attrs:
        return f"role {role or 'dialog'}"
    if element.name == "header" and not place.sectioned and not (size.titles and size.links < 2):
        return "header"
    return _tokens_say(element, size, place)


def _speaks(element: Tag, sizes: Sizes, place: _Place) -> bool:
    """Return whether a button names a part that it opens, or scripts-off text is more than a notice."""
    if element.name == "noscript":
        return sizes[element].prose > _SHORT
    if element.name == "label":
        return False
    if place.forms:
        return sizes[place.forms[-1]].prose < _SHORT
    return place.named > 0 or opens_a_part(element)


def _tokens_say(element: Tag, size: Size, place: _Place) -> str | None:
    if element.name in _FALSE_NAMES or (place.in_text and size.prose > _SHORT and not size.mostly_links):
        return None
    tokens = _tokens(element)
    why = _said_by(tokens, size)
    if why is None or not _reads(size):
        return why
    # The names of a text's parts are the site's own: all alike, or what their headings say.
    return None if place.headed.in_row(element) else _said_by(tokens - place.headed.words(element), size)


def _reads(size: Size) -> bool:
    """Return whether what an element holds is there to be read: nothing to fill in or press, and hardly a link."""
    return not size.acts and size.away <= _AWAY * size.text


def _said_by(tokens: frozenset[str], size: Size) -> str | None:
    names = _names()
    for first, second in names.pairs:
        if tokens & first and tokens & second and tokens & first != tokens & second:
            return f"class or id {min(tokens & first)}-{min(tokens & second)}"
    if found := tokens & names.strong:
        return f"class or id {min(found)}"
    found = tokens & names.weak
    if found and (size.mostly_links or (size.prose < _VERY_SHORT and not size.headings)):
        return f"class or id {min(found)}"
    return None


def _tokens(element: Tag) -> frozenset[str]:
    """Return those words of an element's names that can make it furniture."""
    names = f"{attribute(element, 'class')} {attribute(element, 'id')} {attribute(element, 'aria-label')}"
    return name_tokens(names) & _telling()


@lru_cache(maxsize=10_000)
def telling_tokens(name: str) -> frozenset[str]:
    """Return those words of a class, an id or a label that can make an element furniture."""
    return name_tokens(name) & _telling()


@cache
def _telling() -> frozenset[str]:
    names = _names()
    return frozenset().union(names.strong, names.weak, *(words for pair in names.pairs for words in pair))


def name_tokens(names: str) -> frozenset[str]:
    """Return the words that class, id and label are made of; what a build tool made of letters and digits is none."""
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


def left_out(why: str, element: Tag) -> LeftOut:
    """Return an element that is taken out as a part left out."""
    text = normalise(element.get_text(" "))
    return LeftOut(why, text, reads_like_prose(text))
