"""The text of a page, as data that every other floor reads.

All of it is frozen, and equal input gives equal data on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

BlockKind = Literal["paragraph", "item", "row", "contents", "jump"]
"""`contents` for an entry of a table of contents; `jump` for one that is a link to its place in the page."""
DateKind = Literal["updated", "effective", "revised"]
ElsewhereKind = Literal["frame", "object", "drawing", "picture"]

UNKNOWN_LANGUAGE = "und"


RENDERED = "x-clausewatch-rendered"
"""The header by which an answer says that a browser built it, and which one."""
UNSETTLED = "x-clausewatch-unsettled"
"""The header by which an answer says that its text still changed when it was taken, and after how long."""

MAX_NESTING = 50_000
"""Elements within one another up to which a page is read if nothing else is said, and the most that can be: about
five seconds. Browsers stop at 512."""

MAX_UNPACKED = 8_000_000
"""Bytes that the parts of a packed document may take unpacked where nothing else is said."""


@dataclass(frozen=True, slots=True)
class Page:
    """A response of a server, or a file: the bytes and the facts that came with them."""

    body: bytes
    """The decompressed body, undecoded."""
    content_type: str = ""
    """The Content-Type header as sent, or "" if there was none; "text/markdown" and "text/plain" are read too."""
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
    """Whether a browser runs the page's scripts before it is read."""
    further: tuple[str, ...] = ()
    """The addresses that are read after a policy's first one, as one text with it."""
    max_nesting: int = MAX_NESTING
    """Elements within one another beyond which a page is refused; no part of the extraction identity."""
    max_unpacked: int = MAX_UNPACKED
    """Bytes of a Word document's parts, unpacked, beyond which it is refused; no part of the extraction identity."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link in the text of a block."""

    text: str
    """The words that it is on, normalised."""
    target: str
    """The address, made absolute if the page's is known; decoded `mailto:` for obfuscated addresses."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a list item, a table row, or an entry of a table of contents."""

    kind: BlockKind
    text: str
    """Normalised text without its list marker: one line, single spaces, NFC, decoded addresses. Cells of a row are
    joined by " | "."""
    marker: str = ""
    """The list number or bullet as a reader sees it ("3.", "(IV)", "•"), typed or rendered; no part of the words."""
    depth: int = 0
    """Depth of list nesting, 0 for text that is in no list."""
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, and the blocks between it and the next heading."""

    heading: str
    """The heading's words without number; "" for text before the first heading."""
    marker: str
    """The heading's number or letter as a reader sees it ("3.", "A.", "3.1.2"), or ""."""
    level: int
    """1 for the outermost level of the outline; 0 for text before the first heading."""
    path: tuple[str, ...]
    """Headings with their markers, outermost first, this one last; the document's own title is left out of the paths
    of the sections under it."""
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
    """The words that state it."""


@dataclass(frozen=True, slots=True)
class Document:
    """The result of extracting a page."""

    sections: tuple[Section, ...]
    """Sections in reading order; a section's place in the outline is its `level` and `path`."""
    languages: tuple[str, ...] = ()
    """Languages of the sections, most text first."""
    dates: tuple[StatedDate, ...] = ()
    title: str = ""
    """The document's own heading, if it has one; it is also a section's heading."""

    def lines(self) -> Iterator[str]:
        """Yield the lines a reader sees, without markers: each heading, then its blocks."""
        for section in self.sections:
            if section.heading:
                yield section.heading
            for block in section.blocks:
                yield block.text

    @property
    def text(self) -> str:
        """The lines joined by line feeds; offsets elsewhere are code points of this text."""
        return "\n".join(self.lines())


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A part of a page that is not in its document."""

    why: str
    """The reason, in a few words: "footer", "hidden", "remove .banner"."""
    text: str
    """Its text, normalised: a line for each block, single spaces."""
    prose: bool
    """Whether it reads like sentences, so that a policy's words may be among them."""

    @property
    def excerpt(self) -> str:
        """The reason and the first words, on a short line."""
        line = self.text.replace("\n", " ")
        return f"{self.why}: {line if len(line) <= 80 else f'{line[:77]}...'}"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A frame, an object or a picture in the policy's part of a page whose text is not in the page's own."""

    kind: ElsewhereKind
    address: str
    """Address of the content, without query and fragment; "" for a picture, and if the page gives no address."""
    words: str
    """Text of the page in its place: a fallback, the letters of a drawing, an `alt` text; "" for a frame."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """A document and how it was got."""

    document: Document
    identity: str
    """The extraction identity: our extractor's number, parsers' versions, options, and whether the fallback was used.
    A short readable string; equal strings mean that two documents can be compared like with like."""
    fallback: bool = False
    """True if a configured `select` matched nothing, so that the generic extraction was used instead."""
    left_out: tuple[LeftOut, ...] = field(default=(), compare=False, kw_only=True)
    """The parts of the page that are not in the document: first those around its text, then those within."""
    elsewhere: tuple[Elsewhere, ...] = field(default=(), compare=False, kw_only=True)
    """Frames, objects and pictures of the policy's part that hold text elsewhere."""

    @property
    def left_out_prose(self) -> tuple[LeftOut, ...]:
        """The parts left out that read like sentences."""
        return tuple(part for part in self.left_out if part.prose)
