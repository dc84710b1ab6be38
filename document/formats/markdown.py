"""Markdown and plain text to lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin

from document.model import Link
from document.text.hidden_emails import decode_target
from document.text.lines import Line
from document.text.normalise import normalise

_ATX = re.compile(r"^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_SETEXT = re.compile(r"^ {0,3}(=+|-{2,})[ \t]*$")
_RULE = re.compile(r"^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_ITEM = re.compile(r"^([ \t]*)([-*+]|\d{1,9}[.)])(?:[ \t]+|$)(.*)$")
_TABLE_RULE = re.compile(r"^ *\|? *:?-{2,}:? *(?:\| *:?-{2,}:? *)*\|? *$")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
_LINK = re.compile(
    r"!?\[((?:[^\[\]\\]|\\.|\[[^\[\]]*\])*)\]\(\s*<?([^()\s<>]*(?:\([^()\s]*\)[^()\s<>]*)*)>?(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)"
)
_PLACE = re.compile(r"(?<!!)\[((?:[^\[\]\\]|\\.)*)\]\(#[^()\n]*\)")
"""A link to a place in the page; its target may hold blanks."""
_LINK_END = re.compile(r"^(.*)\]\(\s*<?((?:https?:|mailto:|/|#)[^()\s<>]*)>?\s*\)\s*$")
"""The last line of a link that began in an earlier block."""
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^<>\s]+|[^<>\s@]+@[^<>\s@]+)>")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--.*?-->", re.DOTALL)
_STRONG = re.compile(r"(?<!\\)(\*\*|__)(?=\S)(.+?)(?<=[^\s\\])\1")
_EMPHASIS = re.compile(r"(?<![\\\w])([*_])(?=\S)(.+?)(?<=[^\s\\])\1(?!\w)")
_CODE = re.compile(r"(`+)(.+?)\1")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_ALL_STRONG = re.compile(r"^(?:\*\*|__)(?:(?!\*\*|__).)+(?:\*\*|__)[:.]?$")
_SIGNS = re.compile(
    r"^#{1,6} |^(?:=|-){3,}$|\]\((?:https?:|/|#|mailto:)|^\s*[-*+] +\S|\*\*\S|^\|.*\|\s*$", re.MULTILINE
)
_WRAPPED = 100
"""Characters that no line of a text exceeds which is wrapped by hand."""
_FULL = 45
"""Characters from which a line of such a text may go on in the next."""


def looks_like_markdown(text: str) -> bool:
    """Return whether a text has enough of Markdown's signs: at least one heading or link, or two others."""
    signs = [found[0] for found in _SIGNS.finditer(text)]
    return any(sign.startswith(("#", "](")) for sign in signs) or len(signs) >= 2


def markdown_lines(text: str, address: str = "") -> list[Line]:
    """Return the lines of a Markdown text; links are made absolute where the address is known."""
    return list(_blocks(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), address))


def plain_lines(text: str) -> list[Line]:
    """Return the lines of a plain text; one that is wrapped by hand is joined again."""
    rows = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").split("\n")
    wrapped = max(map(len, rows), default=0) <= _WRAPPED and any(not row.strip() for row in rows[:-1])
    lines: list[Line] = []
    open_line = False
    for row in rows:
        words = normalise(row)
        if not words:
            open_line = False
        elif wrapped and open_line and not _ITEM.match(row):
            lines[-1].text = f"{lines[-1].text} {words}"
            open_line = len(row.rstrip()) >= _FULL
        else:
            lines.append(Line(words))
            open_line = len(row.rstrip()) >= _FULL
    return lines


def _blocks(rows: list[str], address: str) -> Iterator[Line]:
    paragraph: list[str] = []
    item: tuple[str, int] | None = None
    fenced = False
    for place, row in enumerate(rows):
        if _FENCE.match(row):
            fenced = not fenced
            continue
        bare = re.sub(r"^ {0,3}(?:> ?)+", "", row)
        atx, setext, found = _ATX.match(bare), _SETEXT.match(bare), _ITEM.match(bare)
        table = bare.strip().startswith("|") and bare.strip().endswith("|")
        ends = not bare.strip() or atx or (_RULE.match(bare) and not (setext and paragraph)) or table or found
        if fenced:
            yield from _inline(row, address)
            continue
        if setext and paragraph and not item:
            yield from _paragraph(paragraph, address, None, level=1 if setext[1][0] == "=" else 2)
            paragraph = []
        elif ends:
            yield from _paragraph(paragraph, address, item)
            paragraph, item = [], None
        else:
            paragraph.append(bare)
            continue
        if atx:
            yield from _paragraph([atx[2] or ""], address, None, level=len(atx[1]))
        elif found and not _RULE.match(bare):
            indent = len(found[1].expandtabs(4))
            paragraph, item = [found[3]], ("•" if found[2] in "-*+" else found[2], 1 + indent // 2 if indent else 1)
        elif table and not _TABLE_RULE.match(bare):
            yield from _row(bare, address, header=place + 1 < len(rows) and bool(_TABLE_RULE.match(rows[place + 1])))
    yield from _paragraph(paragraph, address, item)


def _paragraph(rows: list[str], address: str, item: tuple[str, int] | None, level: int = 0) -> Iterator[Line]:
    """Yield the lines of a paragraph: rows are joined, hard breaks end a line."""
    if not any(row.strip() for row in rows):
        return
    text = ""
    for row in rows:
        hard = row.endswith(("  ", "\\"))
        text += row.rstrip("\\").strip() + ("\n" if hard else " ")
    if level:
        text = text.replace("\n", " ")
    for place, part in enumerate(re.split(r"\n|<br\s*/?>", text)):
        for line in _inline(part, address):
            line.level = level
            if item:
                line.marker, line.depth = (item[0] if not place else ""), item[1]
                line.in_item, line.same_item = not place, bool(place)
            yield line


def _row(row: str, address: str, header: bool) -> Iterator[Line]:
    cells = [list(_inline(cell, address)) for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))]
    text = " | ".join(line.text for cell in cells for line in cell)
    if text:
        yield Line(text, row=True, links=tuple(link for cell in cells for line in cell for link in line.links))


def _inline(text: str, address: str) -> Iterator[Line]:
    """Yield the line that a piece of inline Markdown is, or nothing."""
    links: list[Link] = []

    def link(found: re.Match[str]) -> str:
        words, target = found[1], found[2]
        if found[0].startswith("!"):
            return ""
        plain = normalise(_plain(words))
        if plain and target:
            links.append(Link(plain, _absolute(target, address)))
        return words

    bold = bool(_ALL_STRONG.match(text.strip()))
    whole = (_LINK.fullmatch(text.strip()) or _PLACE.fullmatch(text.strip())) is not None
    in_page = _PLACE.search(text) is not None
    linked = _LINK.sub(link, _PLACE.sub(lambda found: found[1], text))
    if (end := _LINK_END.match(linked)) and (words := normalise(_plain(end[1]))):
        links = [Link(words, _absolute(end[2], address))]
        linked = end[1]
    linked = _AUTOLINK.sub(lambda found: found[1], linked)
    if words := normalise(_plain(linked)):
        yield Line(words, bold=bold, links=tuple(links), in_page=in_page and whole)


def _plain(text: str) -> str:
    """Return inline Markdown without its marks."""
    text = _CODE.sub(lambda found: found[2], _TAG.sub("", text))
    for mark in (_STRONG, _STRONG, _EMPHASIS, _EMPHASIS):
        text = mark.sub(lambda found: found[2], text)
    return _ESCAPE.sub(lambda found: found[1], text)


def _absolute(target: str, address: str) -> str:
    decoded = decode_target(target)
    if not address:
        return decoded
    try:
        return urljoin(address, decoded)
    except ValueError:
        return decoded
