"""Removes from a page's text the parts that are not text: menus, widgets, buttons, and parts that stay hidden.

The shape of an element decides: its links, fields and buttons. Its class, id or role counts only if the shape fits.
Text that reads like prose is kept, whatever the element is called.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path

from bs4 import NavigableString, PageElement, Tag

from document.html.controls import FIELDS, TOP, Controls, is_control
from document.html.inline import BLOCKS
from document.html.measures import HEADINGS, Size, Sizes
from document.html.soup import attribute, beginning, events, is_text
from document.html.stylesheet import StyleSheet
from document.html.visibility import explains, is_hidden, is_revealed, stands_for_more
from document.model import LeftOut
from document.text.dates import stated_dates
from document.text.normalise import normalise
from document.text.prose import reads_like_prose
from document.text.rights_links import names_rights

_NOTICE = 400
"""Maximum length, in characters of prose, of a `noscript` notice. A longer notice counts as text of the page."""
_SHORT = 120
"""Maximum length, in characters of prose, of a label for fields and buttons."""
_LINKED = 1 / 3
"""Share of an element's text that is in links to other pages. An element with a larger share and a menu's name is a
menu.
"""
_NEAR = 12
"""Maximum number of ancestors of a button that are examined to find its form."""
_PART = 0.3
"""Maximum share of a page's text that is removed as one piece. A piece that consists mostly of links may be larger."""
_HUMP = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_SHORTEST_HUMP = 3
_FALSE_NAMES = HEADINGS | {"html", "body", "main", "article"}
_PARTS = ("p", "ul", "ol")
"""Elements of text. If a control contains such an element and a sentence, the control is text. An example is a card
that is one large button.
"""
_LOOKED_AT = 400
"""Maximum number of nodes that are examined in an element, because an element may contain many thousands."""
_SENT = FIELDS | {"form", "button"}
_ASKING_ROLES = frozenset({"dialog", "alertdialog", "search", "form"})


@dataclass(frozen=True, slots=True, kw_only=True)
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
    words = {name: frozenset(read[name]) for name in ("tags", "roles", "strong", "weak")}
    return _Names(**words, pairs=pairs)


class Boilerplate:
    """Removes boilerplate from the parts of a page that contain its text."""

    def __init__(self, sheet: StyleSheet, sizes: Sizes, controls: Controls) -> None:
        self._sheet = sheet
        self._sizes = sizes
        self._controls = controls
        self._most = 0.0

    def remove(self, roots: Sequence[Tag]) -> list[LeftOut]:
        """Remove boilerplate below the roots; return each removed piece that has text."""
        self._most = _PART * sum(self._sizes[root].text for root in roots)
        return [piece for root in roots for piece in self._remove(root)]

    def is_out_of_sight(self, element: Tag) -> bool:
        """Return whether an element is hidden, and nothing on the page shows the element."""
        return is_hidden(element, self._sheet) and not is_revealed(element, self._sheet, self._controls)

    def _remove(self, root: Tag) -> list[LeftOut]:
        pieces = []
        for kind, node in events(root):
            if kind == "start" and isinstance(node, Tag) and node is not root:
                why = self._why(node)
                size = self._sizes[node]
                if why and (size.text <= self._most or size.mostly_links) and not _dates_policy(node, why, size):
                    if self._sizes[node].text:
                        pieces.append(left_out(why, node))
                    node.extract()
        return pieces

    def _why(self, element: Tag) -> str | None:
        """Return the reason why an element is not text, or None if it is text."""
        size = self._sizes[element]
        if element.name in _FALSE_NAMES:
            return None
        if is_hidden(element, self._sheet):
            return self._why_hidden(element, size)
        if is_control(element) and element.name != "a":
            return None if self._speaks(element, size) else element.name
        if element.name == "noscript":
            return "noscript" if size.prose <= _NOTICE else None
        return None if size.reads_like_prose or not size.text else self._why_not_prose(element, size)

    def _why_not_prose(self, element: Tag, size: Size) -> str | None:
        if size.acts > 1 and size.prose < _SHORT and not size.stops and _is_panel(size):
            return "fields and buttons"
        if size.acts and 0 < size.links <= size.acts and not (size.plain or size.away or size.headings):
            return "buttons and links"
        if size.linked == size.text and (_leads_to_languages(element, size) or _leads_about_page(element)):
            return "links about the page"
        why = _called(element)
        return why if why and self._bears_out(element, size, why) else None

    def _speaks(self, control: Tag, size: Size) -> bool:
        """Return whether a control's words are text. They are text in five cases: the control is the heading of a part
        of the page, it is within a sentence, it belongs to a form with sentences, it is a label that reads like prose,
        or it contains a paragraph or a list.
        """
        if self._controls.is_text(control) or self._sends(control) or self._explains(control, size):
            return True
        return (
            size.stops > 0
            and size.acts <= 1
            and any(isinstance(node, Tag) and node.name in _PARTS for node in beginning(control, _LOOKED_AT))
        )

    def _sends(self, button: Tag) -> bool:
        """Return whether a button belongs to a short form that has sentences."""
        forms = (parent for parent in islice(button.parents, _NEAR) if parent.name == "form")
        size = self._sizes[next(forms, button)]
        return button.name == "button" and size.stops > 0 and size.prose < _NOTICE

    def _explains(self, label: Tag, size: Size) -> bool:
        """Return whether a label is prose, and is not the label of a field."""
        if label.name != "label" or not size.reads_like_prose or "for" in label.attrs:
            return False
        around = (label.previous_sibling, label.next_sibling, *label.children)
        return not any(isinstance(node, Tag) and node.name in FIELDS for node in around)

    def _why_hidden(self, element: Tag, size: Size) -> str | None:
        if size.reads_like_prose or is_revealed(element, self._sheet, self._controls):
            before = element.previous_sibling
            if isinstance(before, Tag) and stands_for_more(before):
                before.extract()
            if explains(element, self._controls):
                element.insert_before(NavigableString(" "))
                element.insert_after(NavigableString(" "))
            return None
        return "hidden"

    def _bears_out(self, element: Tag, size: Size, why: str) -> bool:
        """Return whether the links, fields and buttons of an element confirm its name. For example, an element that is
        called a menu must consist mostly of links.
        """
        if (size.away > _LINKED * size.text and size.links > 1) or _is_offer(element, size):
            return True
        inner = list(beginning(element, _LOOKED_AT))
        if not size.is_widget or (why == "form" and size.plain and not any(map(_is_filled_in, inner))):
            return False
        if not size.stops:
            return True
        asks = attribute(element, "role").lower() in _ASKING_ROLES
        return size.acts > 1 and (asks or (has_name_of_boilerplate(element) and any(map(_is_sent, inner))))


def _is_panel(size: Size) -> bool:
    """Return whether a short element with fields and buttons is a panel.

    A panel has no text besides headings and labels. An element without a heading is not a panel if each of its buttons
    ends a line of words.
    """
    return size.plain == 0 if size.headings else size.acts > size.after_words


def _is_offer(element: Tag, size: Size) -> bool:
    """Return whether an element is just a heading and one link to a different page. A link about a right does not
    count."""
    if size.plain or size.stops or not (size.headings and size.links == 1 and size.away):
        return False
    return not leads_to_right(element)


def leads_to_right(element: Tag) -> bool:
    """Return whether an element mentions a right or a choice, or has a link to a page about a right or a choice."""
    links = [element, *element.find_all("a")]
    return names_rights(element.get_text(" ")) or any(names_rights(attribute(link, "href")) for link in links)


def _leads_to_languages(element: Tag, size: Size) -> bool:
    """Return whether an element consists only of links to the same page in other languages."""
    return size.links > 1 and size.away > 0 and all("hreflang" in link.attrs for link in element.find_all("a"))


def _leads_about_page(link: Tag) -> bool:
    """Return whether a link on its own line is only for moving within the page.

    Such a link leads to the top of the page, or it skips a part, as its class, id or role says ("skip-link").
    """
    target = attribute(link, "href").strip().lower() if link.name == "a" else ""
    if not target.startswith("#") or any(map(_is_beside, (link.previous_siblings, link.next_siblings))):
        return False
    return target == TOP or has_name_of_boilerplate(link)


def _is_beside(siblings: Iterable[PageElement]) -> bool:
    """Return whether there are other words right beside an element on the same line."""
    beside = next((node for node in siblings if isinstance(node, Tag) or is_text(node)), None)
    return beside is not None and not (isinstance(beside, Tag) and (beside.name in BLOCKS or beside.name == "br"))


def _is_filled_in(element: PageElement) -> bool:
    return isinstance(element, Tag) and element.name in FIELDS and attribute(element, "type").lower() != "hidden"


def _is_sent(element: PageElement) -> bool:
    """Return whether an element is a form, a button or a field that a reader fills in. Check boxes and radio buttons do
    not count, because they may only change which text is shown.
    """
    if not isinstance(element, Tag) or element.name not in _SENT:
        return False
    return attribute(element, "type").lower() not in ("checkbox", "radio", "hidden")


def is_called_boilerplate(element: Tag) -> bool:
    """Return whether the tag, role, class or id of an element marks it as boilerplate."""
    return _called(element) is not None


def has_name_of_boilerplate(element: Tag) -> bool:
    """Return whether the role, class or id of an element marks it as boilerplate."""
    return attribute(element, "role").lower() in _names().roles or _called_by(_tokens(element)) is not None


def _called(element: Tag) -> str | None:
    """Return the tag, role, class or id that marks an element as boilerplate, or None."""
    names = _names()
    if element.name in names.tags:
        return element.name
    role = attribute(element, "role").lower()
    if role in names.roles or "aria-modal" in element.attrs:
        return f"role {role or 'dialog'}"
    return _called_by(_tokens(element))


def _called_by(tokens: frozenset[str]) -> str | None:
    names = _names()
    for first, second in names.pairs:
        if tokens & first and tokens & second and tokens & first != tokens & second:
            return f"class or id {min(tokens & first)}-{min(tokens & second)}"
    telling = tokens & (names.strong | names.weak)
    return f"class or id {min(telling)}" if telling else None


def _dates_policy(element: Tag, why: str, size: Size) -> bool:
    """Return whether an element is visible and states a date of the policy. Such elements are often at the end of a
    text."""
    if why == "hidden" or not size.text:
        return False
    lines = [normalise(line) for line in element.stripped_strings]
    return bool(stated_dates(lines) or stated_dates([" ".join(lines)]))


def _tokens(element: Tag) -> frozenset[str]:
    """Return the words in an element's class, id and label that can mark it as boilerplate."""
    names = f"{attribute(element, 'class')} {attribute(element, 'id')} {attribute(element, 'aria-label')}"
    return telling_tokens(names)


@lru_cache(maxsize=10_000)
def telling_tokens(name: str) -> frozenset[str]:
    """Return the words in a class, id or label that can mark an element as boilerplate."""
    return name_tokens(name) & _telling()


@cache
def _telling() -> frozenset[str]:
    names = _names()
    return frozenset().union(names.strong, names.weak, *(words for pair in names.pairs for words in pair))


def name_tokens(names: str) -> frozenset[str]:
    """Return the words in a class, id or label. Random letters and digits from a build tool are not words."""
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
    """Return a removed element as a `LeftOut`."""
    lines = "".join(_broken_into_lines(element)).split("\n")
    text = "\n".join(line for line in map(normalise, lines) if line)
    return LeftOut(why, text, reads_like_prose(text))


def _broken_into_lines(element: Tag) -> Iterator[str]:
    """Yield the texts of an element. A line feed is added before and after each block, so that sentences stay
    separate."""
    for kind, node in events(element):
        if kind == "text":
            yield str(node).replace("\n", " ")
        elif isinstance(node, Tag):
            yield "\n" if node.name in BLOCKS or node.name in ("button", "br") else ""
