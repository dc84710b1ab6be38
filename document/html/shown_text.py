"""Moves text to the place where a browser shows it: streamed segments, slots of shadow roots, text boxes, frames with a
source.

A segment is a piece of text that a framework sends at the end of a page, and that a script then moves to its
placeholder. This module also removes footnote marks, and struck text, which no longer applies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from bs4 import BeautifulSoup, Comment, NavigableString, PageElement, Tag
from bs4.element import TemplateString

from document.html.inline import BLOCKS
from document.html.soup import attribute, beginning, elements_named, is_text, parse
from document.html.stylesheet import StyleSheet, declarations
from document.model import MAX_NESTING, LeftOut
from document.text.normalise import normalise
from document.text.prose import reads_like_prose

SEGMENT = re.compile(r"^[A-Za-z]{1,12}([:_-][0-9a-f]{1,4})$")
"""Matches the id of a placeholder or a segment, such as "B:1" and "S:1". A placeholder and its segment have the same
part after the letters.
"""
ROWS = frozenset({"tbody", "tr", "colgroup"})
"""Tags of segments that are parts of a table. The table around such a segment is hidden, and only the segment's rows
are moved.
"""
BOUNDARY = frozenset({"$", "$?", "$!", "/$"})
"""Comments around the placeholder of a segment that has not arrived yet."""
_WAITING = 60
"""Maximum length, in characters, of a text that is shown until a segment arrives, such as "Loading…"."""
_LINES = ("text-decoration", "text-decoration-line")
_CHANGED = frozenset({"textarea", "details"})
_RAISED = frozenset({"sup", "span", "a"})
_STRUCK = frozenset({"del", "s", "strike"})
_MOST_STRUCK = 0.5
"""Maximum share of the page's text in one struck element. A larger element is kept, because it was probably struck by
mistake.
"""
_MARK = re.compile(r"\W{0,2}(?:\d{1,3}|[*†‡§¶]{1,3}|[a-z])(?:[,;]\s*\d{1,3})*\W{0,2}")
_BRACKET = re.compile(r"[\w.,;:)]\[$")
_ORDINAL = re.compile(r"(?:st|nd|rd|th|er|re|e|o|a|º|ª|tm|sm|®|™)", re.IGNORECASE)
_NOT_SHARED = ("class", "id", "for", "aria-controls", "data-target", "data-bs-target", "popovertarget", "commandfor")
TEMPLATES = ("shadowrootmode", "shadowroot")
"""Attributes of a template whose content a browser shows within the element around the template."""
_FRAMES = 4
"""Maximum number of nested frames that are opened."""
REORDERED = "pl-"
"""Prefix of a placeholder's id in some frameworks. The comment at the end of the placeholder's content also begins with
this prefix.
"""


def show_all_text(soup: BeautifulSoup, sheet: StyleSheet) -> list[LeftOut]:
    """Move all text to the place where a browser shows it; return the struck text."""
    _open_frames(soup)
    templates = elements_named(soup, ("template",))
    roots = [template for template in templates if any(name in template.attrs for name in TEMPLATES)]
    if roots:
        _fill_slots(soup, roots)
    for root in roots:
        _open_template(root)
    if templates:
        _place_segments(soup)
        _place_reordered(soup)
    for element in elements_named(soup, _CHANGED):
        if element.name == "details":
            _put_summary_first(element)
        elif {"readonly", "disabled"} & element.attrs.keys():
            element.name = "pre"
    _set_marks_apart(soup, sheet)
    return _take_out_struck(soup, sheet)


def _put_summary_first(details: Tag) -> None:
    """Put the summary of a `details` element where browsers show it: before the rest."""
    summary = details.find("summary", recursive=False)
    if isinstance(summary, Tag) and any(isinstance(node, Tag) or is_text(node) for node in summary.previous_siblings):
        details.insert(0, summary.extract())


def _open_frames(soup: BeautifulSoup) -> None:
    """Put the text of each frame with a `srcdoc` in the place of the frame. Frames within frames are opened too."""
    frames = [frame for frame in elements_named(soup, ("iframe",)) if "srcdoc" in frame.attrs]
    for _ in range(_FRAMES):
        for frame in frames:
            _open_frame(frame)
        frames = [inner for frame in frames for inner in frame.find_all("iframe", srcdoc=True)]


def _open_frame(frame: Tag) -> None:
    """Put the text of a frame in the place of the frame. The page's styles and ids do not apply to this text."""
    source = attribute(frame, "srcdoc")
    if source.count("<") > MAX_NESTING:
        return
    inner = parse(source)
    for element in inner.find_all(True):
        for name in _NOT_SHARED:
            element.attrs.pop(name, None)
        if element.name == "style":
            element.clear()
    body = inner.body
    frame.name = "div"
    frame.clear()
    for child in list(body.contents) if isinstance(body, Tag) else []:
        frame.append(child.extract())


def _open_template(template: Tag) -> None:
    """Turn the content of a template into ordinary text. Parsers keep the text of templates separate."""
    for text in [text for text in template.descendants if type(text) is TemplateString]:
        text.replace_with(NavigableString(str(text)))
    template.name = "div" if template.find(list(BLOCKS)) else "span"


def _fill_slots(soup: BeautifulSoup, roots: Sequence[Tag]) -> None:
    """Move each node beside a shadow root into the slot whose name the node states. A slot without such a node keeps
    its own words.
    """
    elements = soup.find_all(True)
    within: dict[int, Tag | None] = {id(root): root for root in roots}
    slots: dict[int, list[Tag]] = {}
    for element in elements:
        root = within.setdefault(id(element), within.get(id(element.parent)))
        if root is not None and element.name == "slot":
            slots.setdefault(id(root), []).append(element)
    hosts = {id(root.parent): root for root in reversed(roots)}
    for root in hosts.values():
        waiting = _waiting_for_slots(root)
        for slot in slots.get(id(root), ()):
            if nodes := waiting.pop(attribute(slot, "name"), []):
                slot.clear()
                slot.extend([node.extract() for node in nodes])


def _waiting_for_slots(root: Tag) -> dict[str, list[PageElement]]:
    """Return the nodes beside a shadow root. The key is the name of their slot."""
    waiting: dict[str, list[PageElement]] = {}
    for node in root.parent.contents if root.parent else ():
        if node is not root and (isinstance(node, Tag) or is_text(node)):
            waiting.setdefault(attribute(node, "slot") if isinstance(node, Tag) else "", []).append(node)
    return waiting


def _place_segments(soup: BeautifulSoup) -> None:
    """Move each segment from the end of the page to its placeholder, and remove the placeholder's content."""
    segments = {
        match[1]: element
        for element in soup.find_all(id=SEGMENT)
        if _is_delivered(element) and (match := SEGMENT.match(attribute(element, "id")))
    }
    for template in soup.find_all("template", id=SEGMENT) if segments else []:
        match = SEGMENT.match(attribute(template, "id"))
        segment = segments.pop(match[1], None) if match and not template.find(True) else None
        if segment is None or any(parent is segment for parent in template.parents):
            continue
        for waiting in list(_waiting(template)):
            waiting.extract()
        segment.attrs.pop("hidden", None)
        template.replace_with(segment.extract())
        if segment.name in ROWS:
            segment.unwrap()


def _place_reordered(soup: BeautifulSoup) -> None:
    """Move each segment that was sent in a template to the placeholder with the same id, and remove the placeholder's
    content.
    """
    templates = soup.find_all("template", id=True)
    delivered = {attribute(template, "id"): template for template in templates}
    for placeholder in templates:
        identifier = attribute(placeholder, "id")
        segment = delivered.get(identifier.removeprefix(REORDERED)) if identifier.startswith(REORDERED) else None
        end = next((node for node in placeholder.next_siblings if _is_end_of(node, identifier)), None)
        if segment is None or end is None or any(parent is segment for parent in placeholder.parents):
            continue
        while placeholder.next_sibling is not None and placeholder.next_sibling is not end:
            placeholder.next_sibling.extract()
        _open_template(segment)
        placeholder.replace_with(segment.extract())


def _is_end_of(node: PageElement, identifier: str) -> bool:
    return isinstance(node, Comment) and node.strip() == identifier


def _is_delivered(element: Tag) -> bool:
    """Return whether an element is a segment that waits to be moved to a placeholder. Such an element or its table is
    hidden.
    """
    within = islice(element.parents, 2) if element.name in ROWS else ()
    return "hidden" in element.attrs or any("hidden" in parent.attrs for parent in within)


def _waiting(template: Tag) -> Iterator[PageElement]:
    """Yield the content of a placeholder: all nodes before its end comment, or one short text if there is no end
    comment.
    """
    following = list(template.next_siblings)
    end = next((n for n, node in enumerate(following) if isinstance(node, Comment) and node.strip() == "/$"), None)
    if end is not None:
        yield from following[:end]
        return
    first = next((node for node in following if isinstance(node, Tag) or is_text(node)), None)
    words = first.get_text(" ").strip() if isinstance(first, Tag) else str(first or "").strip()
    if first is not None and len(words) <= _WAITING and words.endswith(("...", "…")):
        yield first


def _set_marks_apart(soup: BeautifulSoup, sheet: StyleSheet) -> None:
    """Remove footnote marks that are links to their note. For any other raised mark, put a space between the mark and
    the word before it.
    """
    for link in elements_named(soup, ("a",)):
        _take_out_of_brackets(link)
    for raised in [element for element in elements_named(soup, _RAISED) if _is_raised(element, sheet)]:
        words = normalise("".join(str(text) for text in beginning(raised, 10) if is_text(text)))
        if not words or _ORDINAL.fullmatch(words):
            continue
        if not _MARK.fullmatch(words):
            raised.insert_before(NavigableString(" "))
        elif _leads_to_note(raised):
            raised.extract()
        else:
            raised.insert_before(NavigableString(" "))
            if is_text(raised.next_sibling) and str(raised.next_sibling)[0].isalnum():
                raised.insert_after(NavigableString(" "))


def _take_out_of_brackets(link: Tag) -> None:
    """Remove a link to a note if it is in square brackets right after a word. The brackets are removed too."""
    before, after = link.previous_sibling, link.next_sibling
    if not (isinstance(before, NavigableString) and isinstance(after, NavigableString)):
        return
    words = link.get_text().strip()
    if _BRACKET.search(before) and after.startswith("]") and words.isdigit() and attribute(link, "href")[:1] == "#":
        before.replace_with(NavigableString(before[:-1]))
        after.replace_with(NavigableString(after[1:]))
        link.extract()


def _is_raised(element: Tag, sheet: StyleSheet) -> bool:
    """Return whether an element looks like a footnote mark. It is raised, or it is in brackets right after a word."""
    if element.name == "sup":
        return True
    if element.name == "span":
        return _is_styled(element, "super", sheet, ("vertical-align",))
    before = element.previous_sibling
    glued = is_text(before) and not str(before)[-1].isspace()
    words = normalise("".join(str(text) for text in beginning(element, 10) if is_text(text)))
    return glued and words.startswith("[") and attribute(element, "href").startswith("#")


def _leads_to_note(raised: Tag) -> bool:
    links = (raised, raised.parent, raised.find("a"))
    return any(isinstance(link, Tag) and link.name == "a" and attribute(link, "href")[:1] == "#" for link in links)


def _take_out_struck(soup: BeautifulSoup, sheet: StyleSheet) -> list[LeftOut]:
    struck = [element for element in soup.descendants if isinstance(element, Tag) and _is_struck(element, sheet)]
    total = len(soup.get_text()) if struck else 0
    pieces = []
    for element in struck:
        if any(_is_struck(parent, sheet) for parent in islice(element.parents, 20) if isinstance(parent, Tag)):
            continue
        text = normalise(element.get_text(" "))
        if text and len(text) <= _MOST_STRUCK * total:
            pieces.append(LeftOut("struck", text, reads_like_prose(text)))
            element.replace_with(NavigableString(_gap(element)))
    return pieces


def _is_struck(element: Tag, sheet: StyleSheet) -> bool:
    return element.name in _STRUCK or _is_styled(element, "line-through", sheet, _LINES)


def _is_styled(element: Tag, value: str, sheet: StyleSheet, names: tuple[str, ...]) -> bool:
    """Return whether a style of an element contains a value. `names` are the properties to examine.

    To save time, the rules are searched for the value first, because most pages have no rule with this value.
    """
    if sheet.mentions(value):
        styles = sheet.styles(element)
    elif "style" in element.attrs:
        styles = declarations(attribute(element, "style"))
    else:
        return False
    return any(value in styles.get(name, "") for name in names)


def _gap(element: Tag) -> str:
    """Return " " if the words around an element would otherwise run together; else ""."""
    before = next((text for text in element.previous_elements if is_text(text)), None)
    after = element.next_sibling
    while isinstance(after, Tag):
        after = next(iter(after.contents), None)
    glued = before is not None and str(before)[-1:].isalnum() and str(after or "")[:1].isalnum()
    return " " if glued else ""
