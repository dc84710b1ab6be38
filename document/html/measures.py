"""How much text, and what else, each element of a page holds: counted once, in one pass."""

from __future__ import annotations

from dataclasses import dataclass, fields

from bs4 import Tag

from document.html.soup import attribute, events

_LINKED = 0.5
"""The share of a menu's text that is links."""
_FIELDS = frozenset({"input", "select", "textarea", "button"})
_ASKING = frozenset({"search", "password"})


@dataclass(slots=True)
class Size:
    """What an element holds."""

    text: int = 0
    """Characters, spaces left out."""
    linked: int = 0
    """Characters of them in links."""
    away: int = 0
    """Characters of them in links that lead away: to no place of the same page, no address of mail and no number."""
    links: int = 0
    in_page: int = 0
    """Links to places of the same page."""
    tables: int = 0
    header_cells: int = 0
    headings: int = 0
    """h1 to h3."""
    titles: int = 0
    """h1."""
    paragraphs: int = 0
    asks: int = 0
    """Fields for a search or a password."""
    acts: int = 0
    """Fields and buttons of any kind, but those that open a part of the page."""

    @property
    def prose(self) -> int:
        """Characters outside links."""
        return self.text - self.linked

    @property
    def mostly_links(self) -> bool:
        """Whether more than half of the text is links."""
        return self.linked > _LINKED * self.text

    def add(self, other: Size) -> None:
        """Count what a child holds."""
        for name in _COUNTED:
            setattr(self, name, getattr(self, name) + getattr(other, name))


_COUNTED = tuple(each.name for each in fields(Size))
_NOTHING = Size()


class Sizes:
    """The sizes of all elements of a page, by identity."""

    def __init__(self) -> None:
        self._known: dict[int, Size] = {}

    def __getitem__(self, element: Tag) -> Size:
        return self._known.get(id(element), _NOTHING)

    def __setitem__(self, element: Tag, size: Size) -> None:
        self._known[id(element)] = size


def measure(root: Tag) -> Sizes:
    """Return the size of each element below `root`, in one pass."""
    sizes = Sizes()
    stack: list[Size] = []
    links = away = 0
    for kind, node in events(root):
        if kind == "text":
            length = len("".join(str(node).split()))
            stack[-1].text += length
            stack[-1].linked += length if links else 0
            stack[-1].away += length if away else 0
        elif isinstance(node, Tag):
            is_link = node.name == "a" and "href" in node.attrs
            if kind == "start":
                stack.append(_own(node, is_link))
                links += is_link
                away += is_link and leads_away(node)
                continue
            size = sizes[node] = stack.pop()
            links -= is_link
            away -= is_link and leads_away(node)
            if stack:
                stack[-1].add(size)
    return sizes


def _own(node: Tag, is_link: bool) -> Size:
    """Return what an element counts for itself; fields are never visited, so they count for what they stand in."""
    target = attribute(node, "href") if is_link else ""
    fields = [child for child in node.children if isinstance(child, Tag) and child.name in _FIELDS]
    return Size(
        links=int(is_link),
        in_page=int(len(target) > 1 and target.startswith("#")),
        tables=int(node.name == "table"),
        header_cells=int(node.name in ("th", "caption")),
        headings=int(node.name in ("h1", "h2", "h3")),
        titles=int(node.name == "h1"),
        paragraphs=int(node.name == "p"),
        asks=sum(attribute(field, "type").lower() in _ASKING for field in fields if field.name == "input"),
        acts=sum(not opens_a_part(field) for field in fields),
    )


def leads_away(element: Tag) -> bool:
    """Return whether an element is a link, and to more than a place of its page, an address of mail or a number."""
    if element.name != "a" or "href" not in element.attrs:
        return False
    target = attribute(element, "href").strip().lower()
    return not target.startswith(("#", "mailto:", "tel:")) and "/email-protection#" not in target


def opens_a_part(element: Tag) -> bool:
    """Return whether a button says that it opens a part of the page."""
    return "aria-controls" in element.attrs or attribute(element, "aria-expanded") != ""
