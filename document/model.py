"""The text of a page, as data for all other floors.

All classes are frozen, and equal input gives equal data on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

BlockKind = Literal["paragraph", "item", "row", "contents", "jump"]
"""`contents` is an entry of a table of contents; `jump` is such an entry that links to its place in the page."""
DateKind = Literal["updated", "effective", "revised"]
ElsewhereKind = Literal["frame", "object", "drawing", "picture"]

UNKNOWN_LANGUAGE = "und"


RENDERED = "x-clausewatch-rendered"
"""Response header that names the browser which built the page."""
UNSETTLED = "x-clausewatch-unsettled"
"""Response header set if the text was still changing when it was captured. Its value says after how long."""

MAX_NESTING = 50_000
"""Default and maximum nesting depth of a page's elements. Reading a page of that depth takes about five seconds.
Browsers stop at 512."""

MAX_UNPACKED = 8_000_000
"""Default limit for the unpacked parts of a packed document, in bytes."""


@dataclass(frozen=True, slots=True)
class Page:
    """A response of a server, or a file: its bytes, and the facts that came with them."""

    body: bytes
    """The body after decompression, as bytes."""
    content_type: str = ""
    """The Content-Type header as sent, or "". "text/markdown" and "text/plain" are supported too."""
    status: int = 200
    """The HTTP status; 200 for a file."""
    final_url: str = ""
    """The address after redirects, or ""."""
    headers: tuple[tuple[str, str], ...] = ()
    """Lower-case name and value of each header, in order."""


@dataclass(frozen=True, slots=True)
class ExtractionOptions:
    """Options of extraction, from a policy's configuration."""

    languages: tuple[str, ...] = ()
    """BCP 47 primary subtags that the policy is written in; empty if not configured."""
    select: tuple[str, ...] = ()
    """CSS selectors of the parts to keep; empty for the generic extraction."""
    remove: tuple[str, ...] = ()
    """CSS selectors of parts to drop."""
    rendered: bool = False
    """Whether a browser runs the page's scripts first."""
    further: tuple[str, ...] = ()
    """Addresses of the pages after the first one. All pages are read as one text."""
    max_nesting: int = MAX_NESTING
    """Maximum nesting depth; a deeper page is refused. Not part of the extraction identity."""
    max_unpacked: int = MAX_UNPACKED
    """Maximum unpacked size, in bytes, of a Word document's parts; a larger document is refused. Not part of the
    extraction identity."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link in the text of a block."""

    text: str
    """The link's words, normalised."""
    target: str
    """The address, made absolute if the page's address is known. An obfuscated mail address becomes a plain
    `mailto:`.
    """


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a list item, a table row, or an entry of a table of contents."""

    kind: BlockKind
    text: str
    """Normalised text without its list marker: one line, single spaces, NFC, decoded addresses. The cells of a row are
    joined by " | "."""
    marker: str = ""
    """The list number or bullet that a reader sees ("3.", "(IV)", "•"), whether typed or generated. It does not count
    as words."""
    depth: int = 0
    """Depth of list nesting; 0 for text outside lists."""
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, and the blocks between it and the next heading."""

    heading: str
    """The heading's words without its number; "" for text before the first heading."""
    marker: str
    """The heading's number or letter ("3.", "A.", "3.1.2"), or ""."""
    level: int
    """1 for the outermost level of the outline; 0 for text before the first heading."""
    path: tuple[str, ...]
    """Headings with their markers: the outermost first, this section's own last. The document's title is not part of
    the paths of the sections under it."""
    language: str
    """BCP 47 primary subtag, or "und" if it is not known."""
    blocks: tuple[Block, ...] = ()

    @property
    def title(self) -> str:
        """The heading as a reader sees it, with its marker."""
        return f"{self.marker} {self.heading}".strip()


@dataclass(frozen=True, slots=True)
class StatedDate:
    """A date that the policy states about itself."""

    kind: DateKind
    day: date
    text: str
    """The words that state the date."""


@dataclass(frozen=True, slots=True)
class Document:
    """The result of extracting a page."""

    sections: tuple[Section, ...]
    """Sections in reading order. `level` and `path` give a section's place in the outline."""
    languages: tuple[str, ...] = ()
    """Languages of the sections; the language with the most text comes first."""
    dates: tuple[StatedDate, ...] = ()
    title: str = ""
    """The document's own heading, or "". It is also the heading of a section."""

    def lines(self) -> Iterator[str]:
        """Yield the lines that a reader sees, without markers: each heading, then its blocks."""
        for section in self.sections:
            if section.heading:
                yield section.heading
            for block in section.blocks:
                yield block.text

    @property
    def text(self) -> str:
        """The lines, joined by line feeds. Offsets elsewhere count code points of this text."""
        return "\n".join(self.lines())


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A part of a page that is not in its document."""

    why: str
    """The reason, in a few words: "footer", "hidden", "remove .banner"."""
    text: str
    """Its normalised text: a line for each block, single spaces."""
    prose: bool
    """Whether it reads like sentences, so that it may contain words of the policy."""

    @property
    def excerpt(self) -> str:
        """The reason and the first words, on a short line."""
        line = self.text.replace("\n", " ")
        return f"{self.why}: {line if len(line) <= 80 else f'{line[:77]}...'}"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A frame, an object or a picture within the policy. Its text is not in the page itself."""

    kind: ElsewhereKind
    address: str
    """Address of the content, without query and fragment. It is "" for a picture, or if the page gives no address."""
    words: str
    """Text that the page shows instead: a fallback, the letters of a drawing, an `alt` text. It is "" for a frame."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """A document, and the way in which it was extracted."""

    document: Document
    identity: str
    """The extraction identity: a short readable string with the extractor's number, the parsers' versions, the options,
    and the method. Only documents with the same identity can be compared directly."""
    fallback: bool = False
    """True if a configured `select` matched nothing and the generic extraction was used instead."""
    left_out: tuple[LeftOut, ...] = field(default=(), compare=False, kw_only=True)
    """Parts of the page that are not in the document: first the parts around its text, then the parts within."""
    elsewhere: tuple[Elsewhere, ...] = field(default=(), compare=False, kw_only=True)
    """Frames, objects and pictures of the policy whose text is elsewhere."""

    @property
    def left_out_prose(self) -> tuple[LeftOut, ...]:
        """The left-out parts that read like sentences."""
        return tuple(part for part in self.left_out if part.prose)
