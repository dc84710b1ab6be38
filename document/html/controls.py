"""Decides for each control of a page, such as a button, whether it names or opens a part of the page's text. Other
controls are not text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from bs4 import PageElement, Tag

from document.html.inline import BLOCKS
from document.html.soup import attribute, beginning, events, is_text
from document.text.prose import reads_like_prose

OPENERS = ("aria-controls", "data-target", "data-bs-target", "popovertarget", "commandfor", "for")
"""Attributes that hold the id of the part that a control opens."""
TOP = "#top"
"""The link target for the top of any page."""
DESCRIBERS = ("aria-describedby", "aria-details")
"""Attributes that hold the id of the element that explains this element."""
FIELDS = frozenset({"input", "select", "textarea"})
_OPENING = frozenset({"aria-controls", "aria-expanded", "popovertarget", "commandfor"})
"""Attributes of a control that opens a part of the page."""
_ROLES = frozenset({"button", "tab", "switch", "menuitem"})
_LONGEST = 200
"""Maximum length, in characters, of a button or label that can be a heading."""
_LEVELS = 4
"""Maximum number of levels that the search for the text after a control may go up."""
_LOOKED_AT = 60
"""Maximum number of nodes that are read in an element."""
_QUOTED = re.compile(r"[\"']#?([\w:.-]+)[\"']")
_LETTER = re.compile(r"[^\W\d_]")
_PARTS = frozenset({"p", "ul", "ol", "dl", "table"})


def opened_names(tag: str, attributes: Mapping[str, str]) -> list[str]:
    """Return the ids of the parts that an element opens or links to. The ids are in the attributes of the element, and
    in quoted words of its click handler.
    """
    ids = [part.lstrip("#") for name in OPENERS for part in attributes.get(name, "").split()]
    target = attributes.get("href", "").strip() if tag == "a" else ""
    if len(target) > 1 and target.startswith("#"):
        ids.append(target[1:])
    handler = attributes.get("onclick", "")
    return [*ids, *_QUOTED.findall(handler)] if handler else ids


def described_names(tag: str, attributes: Mapping[str, str]) -> list[str]:
    """Return the ids of the elements that explain an element. Return an empty list for a control, because its
    explanation is not text.
    """
    if tag in ("a", "button", *FIELDS):
        return []
    return [part for name in DESCRIBERS for part in attributes.get(name, "").split()]


def _described_by(element: Tag) -> list[str]:
    if not element.attrs:
        return []
    read = {name: attribute(element, name) for name in DESCRIBERS if name in element.attrs}
    return described_names(element.name, read) if read else []


def _opened_by(element: Tag) -> list[str]:
    if not element.attrs:
        return []
    read = {name: attribute(element, name) for name in (*OPENERS, "href", "onclick") if name in element.attrs}
    return opened_names(element.name, read) if read else []


class Controls:
    """The controls of a page, and the parts that they open."""

    def __init__(self, root: Tag, is_hidden: Callable[[Tag], bool]) -> None:
        self._is_hidden = is_hidden
        elements = [node for kind, node in events(root) if kind == "start" and isinstance(node, Tag)]
        self.opened = frozenset(name for element in elements for name in _opened_by(element))
        self.described = frozenset(name for element in elements for name in _described_by(element))
        shown = (element for element in elements if attribute(element, "aria-hidden").lower() == "false")
        self._shows_one = frozenset(id(element.parent) for element in shown)
        self._ids = self.opened & {attribute(element, "id") for element in elements}
        self._heads: dict[int, bool] = {}

    def shows_in_turn(self, element: Tag) -> bool:
        """Return whether an element is one of several elements that are shown one at a time, as slides are."""
        return id(element.parent) in self._shows_one

    def acts(self, element: Tag) -> int:
        """Return the number of controls to count for an element: one if the element is a control, and one more for each
        field directly inside the element.
        """
        own = is_control(element) and element.name != "label" and self._is_pressed(element)
        fields = [child for child in element.contents if isinstance(child, Tag) and child.name in FIELDS]
        return int(own) + sum(map(self._is_filled_in, fields))

    def ends_line(self, button: Tag) -> bool:
        """Return whether an element is a control and comes directly after words on the same line."""
        before = next((node for node in button.previous_siblings if _says_something(node)), None)
        return is_control(button) and (is_text(before) or (isinstance(before, Tag) and not is_control(before)))

    def _is_pressed(self, control: Tag) -> bool:
        """Return whether a control has words, and is for something else than naming or showing a part of the page."""
        words = any(is_text(node) and _LETTER.search(str(node)) for node in beginning(control, _LOOKED_AT))
        return words and not (self._opens(control) or self.is_text(control))

    def _opens(self, control: Tag) -> bool:
        """Return whether a control shows a part of the page. This is so if its attributes say so, or if the part right
        before the control is hidden.
        """
        if "aria-expanded" in control.attrs or not self._ids.isdisjoint(_opened_by(control)):
            return True
        return self._ends_part(control)

    def _ends_part(self, control: Tag) -> bool:
        """Return whether the part right before a control is hidden, or ends in a hidden part. Such a control shows the
        hidden part.

        A hidden field does not count as a hidden part, because pages often hide a check box whose label opens the part
        after the box.
        """
        parts = (node for node in control.previous_siblings if isinstance(node, Tag) and node.name not in FIELDS)
        before = next(parts, None)
        last = next((child for child in reversed(before.contents) if isinstance(child, Tag)), None) if before else None
        return any(isinstance(node, Tag) and self._is_hidden(node) for node in (before, last))

    def is_text(self, control: Tag) -> bool:
        """Return whether a control's words belong to the text. The control is a heading, is within a sentence, or
        states a completed step.
        """
        return _is_within_sentence(control) or _is_ticked_for_good(control) or self.names_part(control)

    def names_part(self, control: Tag) -> bool:
        """Return whether a control is the heading of the part that it opens."""
        if _names_what_it_opens(control):
            return True
        if not self.heads(control):
            return self._is_among_heads(control)
        after = _after(control)
        return not self._ends_part(control) or (isinstance(after, Tag) and self._is_hidden(after))

    def heads(self, element: Tag) -> bool:
        """Return whether an element is a short text right before a part of the page, as a heading is."""
        if id(element) not in self._heads:
            self._heads[id(element)] = self._is_followed(element)
        return self._heads[id(element)]

    def _is_among_heads(self, control: Tag) -> bool:
        """Return whether the part after a control is empty, and a similar control is a heading."""
        panel = next((node for node in control.next_siblings if is_text(node) or isinstance(node, Tag)), None)
        if not isinstance(panel, Tag) or panel.name not in BLOCKS or _says_something(panel):
            return False
        return any(map(self.heads, _alike(control)))

    def _is_followed(self, element: Tag) -> bool:
        words = "".join(str(node) for node in beginning(element, _LOOKED_AT) if is_text(node))
        return bool(_LETTER.search(words)) and len(words) <= _LONGEST and self._is_part(_after(element))

    def _is_part(self, node: PageElement | None) -> bool:
        """Return whether a node after a control is a part of the text. A further control is not a part, and a single
        word is not a part either.
        """
        if not isinstance(node, Tag) or is_control(node):
            return False
        inner = list(beginning(node, _LOOKED_AT))
        if node.name in _PARTS or any(isinstance(other, Tag) and other.name in _PARTS for other in inner):
            return True
        return self._is_hidden(node) or reads_like_prose(" ".join(str(other) for other in inner if is_text(other)))

    def _is_filled_in(self, field: Tag) -> bool:
        kind = attribute(field, "type").lower()
        if kind == "hidden" or "disabled" in field.attrs or (field.name == "textarea" and "readonly" in field.attrs):
            return False
        if kind not in ("checkbox", "radio"):
            return True
        within = field.parent
        label = within if isinstance(within, Tag) and within.name == "label" else field.find_next_sibling("label")
        return not isinstance(label, Tag) or not self.is_text(label)


def is_control(element: Tag) -> bool:
    """Return whether an element is a control: a button, a label, or a link without a target."""
    if element.name in ("button", "label"):
        return True
    if not element.attrs:
        return False
    if "role" in element.attrs and attribute(element, "role").lower() in _ROLES:
        return True
    if element.name != "a":
        return False
    target = attribute(element, "href").strip().lower()
    return (
        target == "#"
        or target.startswith("javascript:")
        or ("href" not in element.attrs and "onclick" in element.attrs)
    )


def _alike(control: Tag) -> Iterator[Tag]:
    """Yield the other controls with the same tag as the given control. They are beside the given control, or beside its
    parent.

    The elements beside the parent are searched only if the parent has no other text.
    """
    around = control.parent
    for node in _beside(control):
        if node.name == control.name and is_control(node):
            yield node
    for cousin in _beside(around) if around is not None and _says_only(around, control) else ():
        inner = cousin.find(control.name, recursive=False)
        if isinstance(inner, Tag) and is_control(inner):
            yield inner


def _beside(element: Tag) -> Iterator[Tag]:
    nodes = (*islice(element.next_siblings, _LOOKED_AT), *islice(element.previous_siblings, _LOOKED_AT))
    return (node for node in nodes if isinstance(node, Tag))


def is_request_form(element: Tag) -> bool:
    """Return whether an element has fields for a request, such as a name and a message.

    An element with a search field or a password field, or with a single mail address, has no such fields.
    """
    types = [attribute(field, "type").lower() for field in element.find_all(FIELDS)]
    typed = [kind for kind in types if kind != "hidden"]
    return bool(typed) and typed != ["email"] and not {"search", "password"} & set(typed)


def _is_within_sentence(control: Tag) -> bool:
    """Return whether a control has running text on both sides."""
    return is_text(control.previous_sibling) and is_text(control.next_sibling)


def _is_ticked_for_good(label: Tag) -> bool:
    """Return whether a label contains a disabled check box. Such a label is text, for example a step in a list of
    completed steps.
    """
    field = next((node for node in label.children if isinstance(node, Tag)), None) if label.name == "label" else None
    return field is not None and field.name == "input" and "disabled" in field.attrs


def _names_what_it_opens(control: Tag) -> bool:
    """Return whether a button's attributes say that it opens a part of the page, and no other control is beside the
    button.
    """
    if control.name == "label" or not _OPENING & control.attrs.keys():
        return False
    siblings = control.parent.children if control.parent else ()
    return not any(isinstance(other, Tag) and other is not control and is_control(other) for other in siblings)


def _after(control: Tag) -> PageElement | None:
    """Return the next text or element after an element, or None. If a parent of the element has no other text, the
    search continues after the parent.
    """
    node: Tag | None = control
    for _ in range(_LEVELS):
        if node is None or node.name in ("body", "html"):
            return None
        following = next((other for other in node.next_siblings if _says_something(other)), None)
        if following is not None:
            return following
        node = node.parent
        if node is not None and not _says_only(node, control):
            return None
    return None


def _says_something(node: PageElement) -> bool:
    if isinstance(node, Tag):
        return node.name not in FIELDS and any(is_text(inner) for inner in beginning(node, _LOOKED_AT))
    return is_text(node)


def _says_only(element: Tag, control: Tag) -> bool:
    """Return whether all text of an element belongs to a control inside it. Only the first nodes of the element are
    examined.
    """
    inner = beginning(element, _LOOKED_AT)
    return not any(is_text(node) and not _is_within(node, control) for node in inner)


def _is_within(node: PageElement, element: Tag) -> bool:
    return any(parent is element for parent in islice(node.parents, _LOOKED_AT))
