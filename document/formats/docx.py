"""Converts a Word document (DOCX) to HTML, with all tracked changes accepted."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from typing import Literal

import mammoth
from lxml import etree

from document.formats.docx_paragraphs import Paragraphs

Fault = Literal["broken", "encrypted", "large", "nested"]

_PARTS = re.compile(r"\[Content_Types\]\.xml|_rels/\.rels|word/(?:_rels/)?[^/]+\.(?:xml|rels)", re.IGNORECASE)
_UNREAD = re.compile(r"word/(?:comments\w*|settings|fontTable|webSettings|people)\.xml", re.IGNORECASE)
"""Names of parts of a Word file that contain no policy text."""
_NUMBERING, _STYLES = "word/numbering.xml", "word/styles.xml"
_TEXTS = re.compile(r"word/(?:document|footnotes|endnotes)\d*\.xml", re.IGNORECASE)
_STYLE_MAP = "p[style-name='Title'] => h1:fresh\nbr[type='page'] => br\nbr[type='column'] => br"
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(wordprocessingml|officeDocument)/")
"""Matches an XML namespace of a "Strict Open XML" document. In other documents, the namespaces contain a year."""
_ENCRYPTED = 1
"""The flag of a ZIP entry that needs a password."""
_BACK = re.compile(r'\s*<a href="#(?:foot|end)note-ref-[^"]*">↑</a>')
"""Matches the link at the end of a note, which leads back to the footnote mark in the text."""


class DocxError(ValueError):
    """A Word document cannot be read; `fault` gives the reason."""

    def __init__(self, fault: Fault, size: int = 0) -> None:
        super().__init__(f"the Word document is {fault}")
        self.fault: Fault = fault
        self.size = size
        """Unpacked size of the document's parts, in bytes, if this size is over the limit; otherwise 0."""


def docx_markup(body: bytes, most: int) -> str:
    """Return the text of a Word document as HTML.

    Raises DocxError if the document cannot be read, or if its unpacked parts are larger than `most` bytes. The ZIP file
    states the unpacked sizes, so the sizes are checked before unpacking. A part never yields more bytes than the file
    states.
    """
    try:
        trees = _parsed(_parts(body, most))
        paragraphs = Paragraphs(trees.get(_STYLES), trees.pop(_NUMBERING, None))
        for name in sorted(trees):
            if _TEXTS.fullmatch(name):
                paragraphs.prepare(trees[name])
        packed = _packed(trees)
        trees.clear()
        converted = mammoth.convert_to_html(packed, style_map=_STYLE_MAP, convert_image=lambda image: [])
    except RecursionError as error:
        raise DocxError("nested") from error
    except DocxError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise DocxError("broken") from error
    except (SyntaxError, LookupError, ValueError, TypeError, AttributeError) as error:
        # The parser and the converter raise these errors for markup that does not occur in Word documents.
        raise DocxError("broken") from error
    return _BACK.sub("", converted.value)


def _parts(body: bytes, most: int) -> dict[str, bytes]:
    """Return the unpacked parts that are needed. The key is the name of a part."""
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        entries = {
            entry.filename: entry
            for entry in packed.infolist()
            if _PARTS.fullmatch(entry.filename) and not _UNREAD.fullmatch(entry.filename)
        }
        if any(entry.flag_bits & _ENCRYPTED for entry in entries.values()):
            raise DocxError("encrypted")
        size = sum(entry.file_size for entry in entries.values())
        if size > most:
            raise DocxError("large", size)
        return {name: packed.read(entry) for name, entry in entries.items()}


def _parsed(parts: Mapping[str, bytes]) -> dict[str, etree._Element]:
    """Parse the parts. Raises DocxError if a part declares entities, because Word never declares any."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    trees = {}
    for name, content in parts.items():
        root = etree.fromstring(_STRICT.sub(rb"http://schemas.openxmlformats.org/\1/2006/", content), parser)
        if root.getroottree().docinfo.internalDTD is not None:
            raise DocxError("broken")
        trees[name] = root
    return trees


def _packed(trees: Mapping[str, etree._Element]) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for name, root in trees.items():
            packed.writestr(name, etree.tostring(root, encoding="utf-8", xml_declaration=True))
    file.seek(0)
    return file
