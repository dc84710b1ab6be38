"""Prepares a Word document for the converter.

It removes hidden text. It also adds two things that the converter would lose: numbers that Word calculates, and
headings whose outline level comes from a parent style.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from document.formats.docx_numbering import VALUE, Labels, W, number, value

_TRANSPARENT = tuple(f"{W}{name}" for name in ("fldSimple", "dir", "bdo", "ruby", "rubyBase"))
"""Elements whose content the converter would ignore, although they contain text."""
_LOOKS = tuple(
    f"{W}{name}"
    for name in (
        "rFonts",
        "sz",
        "szCs",
        "lang",
        "color",
        "kern",
        "bCs",
        "iCs",
        "noProof",
        "spacing",
        "ind",
        "jc",
        "tabs",
    )
)
"""Properties that do not affect the text. The converter needs far less memory without these properties."""
_EDITED = tuple(f"{W}{name}" for name in ("rsidR", "rsidRPr", "rsidRDefault", "rsidP", "rsidDel", "rsidTr"))
"""Attributes that record in which session a text was edited."""
_NAMED_OTHERWISE = {f"{W}cr": f"{W}br", f"{W}ptab": f"{W}tab"}
_OFF = ("0", "false", "off")
_CONTENTS = re.compile(r"toc (?:\d|heading)|table of figures", re.IGNORECASE)
"""Matches the names of styles of a table of contents. These names are in English in every edition of Word."""
_DEEPEST_HEADING = 6
_MOST_ANCESTORS = 20
"""Maximum number of styles that are searched for a property. The search goes from a style to its parent styles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """A paragraph style, with the properties that matter here."""

    name: str
    based_on: str
    outline: str
    """Outline level, beginning with "0", or "" if the style has none."""
    list_id: str
    depth: str


class Paragraphs:
    """Prepares the text parts of one document."""

    def __init__(self, styles: etree._Element | None, numbering: etree._Element | None) -> None:
        self._styles = {} if styles is None else {style.get(f"{W}styleId", ""): _style(style) for style in styles}
        self._labels = Labels(numbering)

    def prepare(self, part: etree._Element) -> None:
        """Change a part of the document so that it contains only the text that a reader sees."""
        for element in list(part.iter(*_NAMED_OTHERWISE)):
            element.tag = _NAMED_OTHERWISE[str(element.tag)]
        etree.strip_elements(part, f"{W}rt", *_LOOKS, with_tail=False)
        etree.strip_attributes(part, *_EDITED)
        etree.strip_tags(part, *_TRANSPARENT)
        for hidden in [*part.iter(f"{W}vanish"), *part.iter(f"{W}cellDel")]:
            _take_out(hidden)
        for paragraph in list(part.iter(f"{W}p")):
            self._prepare(paragraph)

    def _prepare(self, paragraph: etree._Element) -> None:
        properties = paragraph.find(f"{W}pPr")
        if properties is None or _is_gone(properties):
            return
        chain = self._chain(value(properties, "pStyle"))
        if any(_CONTENTS.match(style.name) for style in chain):
            _remove(paragraph)
            return
        label = self._label(properties, chain)
        if label and any(text.text for text in paragraph.iter(f"{W}t")):
            properties.addnext(_run(label))
        outline = value(properties, "outlineLvl") or next((style.outline for style in chain if style.outline), "")
        if outline and number(outline) < _DEEPEST_HEADING:
            _name_style(properties, f"Heading{number(outline) + 1}")

    def _chain(self, identifier: str) -> list[Style]:
        """Return a style and its parent styles, beginning with the style."""
        chain: list[Style] = []
        while (style := self._styles.get(identifier)) is not None and len(chain) < _MOST_ANCESTORS:
            chain.append(style)
            identifier = style.based_on
        return chain

    def _label(self, properties: etree._Element, chain: list[Style]) -> str:
        list_id = value(properties, "numPr", "numId") or next((style.list_id for style in chain if style.list_id), "")
        depth = value(properties, "numPr", "ilvl") or next((style.depth for style in chain if style.depth), "")
        if not list_id:
            return ""
        level = number(depth) if depth else self._labels.depth_of(list_id, value(properties, "pStyle"))
        return self._labels.next(list_id, level)


def _style(style: etree._Element) -> Style:
    properties = style.find(f"{W}pPr")
    return Style(
        name=value(style, "name"),
        based_on=value(style, "basedOn"),
        outline=value(properties, "outlineLvl"),
        list_id=value(properties, "numPr", "numId"),
        depth=value(properties, "numPr", "ilvl"),
    )


def _is_gone(properties: etree._Element) -> bool:
    """Whether the end of a paragraph was deleted or moved.

    Such a paragraph has no number, and its text belongs to the next paragraph.
    """
    mark = properties.find(f"{W}rPr")
    return mark is not None and any(mark.find(f"{W}{change}") is not None for change in ("del", "moveFrom"))


def _take_out(mark: etree._Element) -> None:
    """Remove a run or a cell from the document. `mark` is the property that marks it as hidden or deleted."""
    properties = mark.getparent()
    holder = None if properties is None else properties.getparent()
    if holder is not None and holder.tag in (f"{W}r", f"{W}tc") and mark.get(VALUE, "") not in _OFF:
        _remove(holder)


def _remove(element: etree._Element) -> None:
    above = element.getparent()
    if above is not None:
        above.remove(element)


def _run(text: str) -> etree._Element:
    run = etree.Element(f"{W}r")
    etree.SubElement(run, f"{W}t").text = f"{text} "
    return run


def _name_style(properties: etree._Element, name: str) -> None:
    style = properties.find(f"{W}pStyle")
    if style is None:
        style = etree.Element(f"{W}pStyle")
        properties.insert(0, style)
    style.set(VALUE, name)
