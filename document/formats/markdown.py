"""Reads Markdown and plain text as lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
_QUOTED = re.compile(r"^ {0,3}(?:> ?)+")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
_LINK = re.compile(
    r"!?\[((?:[^\[\]\\]|\\.|\[[^\[\]]*\])*)\]\(\s*<?([^()\s<>]*(?:\([^()\s]*\)[^()\s<>]*)*)>?(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)"
)
_PLACE = re.compile(r"(?<!!)\[((?:[^\[\]\\]|\\.)*)\]\(#[^()\n]*\)")
"""Matches a link to a place in the page. The target may contain spaces."""
_LINK_END = re.compile(r"^(.*)\]\(\s*<?((?:https?:|mailto:|/|#)[^()\s<>]*)>?\s*\)\s*$")
"""Matches the last line of a link that began in an earlier paragraph."""
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^<>\s]+|[^<>\s@]+@[^<>\s@]+)>")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--.*?-->", re.DOTALL)
_BREAK = re.compile(r"\n|<br\s*/?>", re.IGNORECASE)
_BLOCK_TAG = re.compile(
    r"</?(?:p|div|section|article|aside|blockquote|ul|ol|li|dl|dt|dd|table|thead|tbody|tr|td|th|h[1-6]|hr|details|summary)"
    r"(?=[\s/>])[^<>]*>",
    re.IGNORECASE,
)
"""Matches a tag that ends a line."""
_RAISED = re.compile(r"(?<=\w)<sup>\s*(\[?\d{1,3}\]?|[*†‡])\s*</sup>", re.IGNORECASE)
_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]+\](?!:)")
_STRUCK = re.compile(r"(?<!\\)~~(?=\S)(.+?)(?<=[^\s\\])~~|<(del|s|strike)>.*?</\2>", re.IGNORECASE)
"""Matches text that is struck through. Such text no longer applies."""
_STRONG = re.compile(r"(?<!\\)(\*\*|__)(?=\S)(.+?)(?<=[^\s\\])\1")
_EMPHASIS = re.compile(r"(?<![\\\w])([*_])(?=\S)(.+?)(?<=[^\s\\])\1(?!\w)")
_CODE = re.compile(r"(`+)(.+?)\1")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_ALL_STRONG = re.compile(r"^(?:\*\*|__)(?:(?!\*\*|__).)+(?:\*\*|__)[:.]?$")
_SIGNS = re.compile(
    r"^#{1,6} |^(?:=|-){3,}$|\]\((?:https?:|/|#|mailto:)|^\s*[-*+] +\S|\*\*\S|^\|.*\|\s*$", re.MULTILINE
)
_WRAPPED = 100
"""Maximum length, in characters, of a line in a text that was wrapped by hand."""
_FULL = 45
"""Minimum length, in characters, of a line that was wrapped by hand. A shorter line ends its paragraph."""


def looks_like_markdown(text: str) -> bool:
    """Return whether a text looks like Markdown: whether it has a heading, a link, or at least two other marks such
    as "**".
    """
    signs = [match[0] for match in _SIGNS.finditer(text)]
    return any(sign.startswith(("#", "](")) for sign in signs) or len(signs) >= 2


def markdown_lines(text: str, address: str = "") -> list[Line]:
    """Return the lines of a Markdown text. Links are made absolute if the page's address is known."""
    return list(_Blocks(address).lines(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")))


def plain_lines(text: str) -> list[Line]:
    """Return the lines of a plain text. If the text was wrapped by hand, the lines of each paragraph are joined."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A row of the text, and the kind of block that the row starts. Marks of a quotation (">") are removed."""

    text: str
    heading: re.Match[str] | None
    underline: re.Match[str] | None
    item: re.Match[str] | None
    in_table: bool
    is_rule: bool

    @property
    def ends_paragraph(self) -> bool:
        """Whether the previous paragraph ends before this row."""
        return not self.text.strip() or bool(self.heading or self.item or self.in_table or self.is_rule)


def _row_of(row: str) -> _Row:
    text = _QUOTED.sub("", row)
    bare = text.strip()
    return _Row(
        text=text,
        heading=_ATX.match(text),
        underline=_SETEXT.match(text),
        item=_ITEM.match(text),
        in_table=bare.startswith("|") and bare.endswith("|"),
        is_rule=_RULE.match(text) is not None,
    )


class _Blocks:
    """Groups the rows of a Markdown text into paragraphs, list items, headings and table rows."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._paragraph: list[str] = []
        self._item: tuple[str, int] | None = None

    def lines(self, rows: Sequence[str]) -> Iterator[Line]:
        """Yield the lines of a text."""
        fenced = False
        for row in rows:
            if _FENCE.match(row):
                fenced = not fenced
            elif fenced:
                yield from self._end()
                yield from _inline(row, self._address)
            else:
                yield from self._read(_row_of(row))
        yield from self._end()

    def _read(self, row: _Row) -> Iterator[Line]:
        if row.underline and self._paragraph and not self._item:
            yield from self._end(level=1 if row.underline[1][0] == "=" else 2)
            return
        if not row.ends_paragraph:
            self._paragraph.append(row.text)
            return
        yield from self._end()
        if row.heading:
            yield from _paragraph([row.heading[2] or ""], self._address, None, level=len(row.heading[1]))
        elif row.item and not row.is_rule:
            self._begin(row.item)
        elif row.in_table and not _TABLE_RULE.match(row.text):
            yield from _row(row.text, self._address)

    def _begin(self, item: re.Match[str]) -> None:
        indent = len(item[1].expandtabs(4))
        depth = 1 + indent // 2 if indent else 1
        self._paragraph, self._item = [item[3]], ("•" if item[2] in "-*+" else item[2], depth)

    def _end(self, level: int = 0) -> Iterator[Line]:
        """Yield the lines of the open paragraph, and close it."""
        yield from _paragraph(self._paragraph, self._address, self._item, level)
        self._paragraph, self._item = [], None


def _paragraph(rows: list[str], address: str, item: tuple[str, int] | None, level: int = 0) -> Iterator[Line]:
    """Yield the lines of a paragraph. The rows are joined, except at a hard line break."""
    if not any(row.strip() for row in rows):
        return
    text = ""
    for row in rows:
        hard = row.endswith(("  ", "\\"))
        text += row.rstrip("\\").strip() + ("\n" if hard else " ")
    if level:
        text = text.replace("\n", " ")
    for number, part in enumerate(_BREAK.split(text)):
        for line in _inline(part, address):
            line.level = level
            if item:
                line.marker, line.depth = (item[0] if not number else ""), item[1]
                line.in_item, line.same_item = not number, bool(number)
            yield line


def _row(row: str, address: str) -> Iterator[Line]:
    cells = [list(_inline(_BREAK.sub(" ", cell), address)) for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))]
    text = " | ".join(line.text for cell in cells for line in cell)
    if text:
        yield Line(text, row=True, links=tuple(link for cell in cells for line in cell for link in line.links))


def _inline(text: str, address: str) -> Iterator[Line]:
    """Yield one line for a piece of inline Markdown, or nothing if the piece is empty."""
    links: list[Link] = []

    def link(match: re.Match[str]) -> str:
        words, target = match[1], match[2]
        if match[0].startswith("!"):
            return " "
        plain = normalise(_plain(words))
        if plain and target:
            links.append(Link(plain, _absolute(target, address)))
        return words

    bold = bool(_ALL_STRONG.match(text.strip()))
    whole = (_LINK.fullmatch(text.strip()) or _PLACE.fullmatch(text.strip())) is not None
    in_page = _PLACE.search(text) is not None
    linked = _LINK.sub(link, _PLACE.sub(lambda place: place[1], text))
    if (end := _LINK_END.match(linked)) and (words := normalise(_plain(end[1]))):
        links = [Link(words, _absolute(end[2], address))]
        linked = end[1]
    linked = _AUTOLINK.sub(lambda link: link[1], linked)
    if words := normalise(_plain(linked)):
        yield Line(words, bold=bold, links=tuple(links), in_page=in_page and whole)


def _plain(text: str) -> str:
    """Return inline Markdown as plain text."""
    text = _RAISED.sub(r" \1 ", _FOOTNOTE.sub("", _STRUCK.sub(" ", text)))
    text = _CODE.sub(lambda code: code[2], _TAG.sub("", _BLOCK_TAG.sub(" ", text)))
    for mark in (_STRONG, _STRONG, _EMPHASIS, _EMPHASIS):
        text = mark.sub(lambda marked: marked[2], text)
    return _ESCAPE.sub(lambda escaped: escaped[1], text)


def _absolute(target: str, address: str) -> str:
    decoded = decode_target(target)
    if not address:
        return decoded
    try:
        return urljoin(address, decoded)
    except ValueError:
        return decoded
