"""Decides which content type a page has."""

from __future__ import annotations

import json
import re
from typing import Literal

from document.formats.markdown import looks_like_markdown
from document.model import Page

Kind = Literal["html", "markdown", "plain"]

_TAGS = re.compile(r"<(?:!doctype\s+html|html|head|body|div|p|span|table|article|section|h[1-6]|br|a)\b", re.IGNORECASE)
_SNIFFED = 4096
_FILES = {
    b"{\\rtf": "an RTF file",
    b"\xd0\xcf\x11\xe0": "a document of an old Microsoft Office, or one with a password",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "compressed",
    b"\x7fELF": "a program",
    b"RIFF": "a media file",
    b"wOF": "a font",
}
"""File types. The key is the first bytes of such a file."""
_ZIP = b"PK\x03\x04"
_WORD = re.compile(rb"word/document\d{0,3}\.xml")
"""Matches the name of the part of a Word file that contains the text. A ZIP file stores names uncompressed."""
_ZIPPED = {
    b"xl/workbook.xml": "an Excel workbook",
    b"ppt/presentation.xml": "a PowerPoint presentation",
    b"application/vnd.oasis.opendocument.text": "an OpenDocument text (ODT)",
    b"application/epub+zip": "an e-book (EPUB)",
}
"""Types of ZIP files. The key is the name of a part of such a file. A ZIP file stores these names uncompressed."""
_MHTML = re.compile(rb"^(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?content-type:\s*multipart/related", re.IGNORECASE)
WHAT_TO_DO = (
    "watch the address of a page, PDF or DOCX file, or save it as one of them and bring that in with `import file`"
)
_PDF = b"%PDF-"
_PDF_WITHIN = 1024
"""Number of bytes at the start of a file in which "%PDF" is searched for. PDF readers search the same number
of bytes.
"""


def is_pdf(page: Page) -> bool:
    """Return whether a page is a PDF file. The page's first bytes decide. If they are not clear, the declared type
    decides.
    """
    if page.body[:_PDF_WITHIN].lstrip().startswith(_PDF):
        return True
    return _declared(page) == "application/pdf" and not page.body.lstrip().startswith(b"<")


def is_docx(page: Page) -> bool:
    """Return whether a page is a Word document (DOCX). Its declared type does not matter."""
    return page.body.startswith(_ZIP) and _WORD.search(page.body) is not None


def is_file(page: Page) -> bool:
    """Return whether a page is a PDF file or a Word file. Such a file is read as a whole and has no HTML markup."""
    return is_pdf(page) or is_docx(page)


def is_mhtml(page: Page) -> bool:
    """Return whether a page is a web archive (MHTML). Its first lines decide."""
    return _MHTML.match(page.body[:_SNIFFED].lstrip().replace(b"\r\n", b"\n")) is not None


def file_kind(page: Page) -> str | None:
    """Return the name of a file type that the program cannot read, such as "an RTF file". Return None if the program
    can read the page.
    """
    body = page.body.lstrip() if page.body[:1].isspace() else page.body
    if is_docx(page):
        return None
    if body.startswith(_ZIP):
        return next((what for name, what in _ZIPPED.items() if name in body), "a ZIP file")
    if is_mhtml(page):
        return "a web archive (MHTML) without a page"
    if _is_json(page, body):
        return "JSON data"
    return next((what for start, what in _FILES.items() if body.startswith(start)), None)


def _is_json(page: Page, body: bytes) -> bool:
    declared = _declared(page)
    if body[:1] not in (b"{", b"["):
        return False
    if declared.endswith(("/json", "+json")):
        return True
    try:
        return declared != "text/html" and isinstance(json.loads(body), dict | list)
    except (ValueError, RecursionError):
        return False


def kind_of(page: Page, text: str) -> Kind:
    """Return the content type of a page that is not a PDF file."""
    declared = _declared(page)
    if declared in ("text/html", "application/xhtml+xml"):
        return "html" if "<" in text else "plain"
    if declared == "text/markdown" or page.final_url.lower().endswith((".md", ".markdown")):
        return "markdown"
    start = text[:_SNIFFED]
    if declared != "text/plain" and (start.lstrip()[:1] == "<" or len(_TAGS.findall(start)) > 5):
        return "html"
    return "markdown" if looks_like_markdown(text) else "plain"


def _declared(page: Page) -> str:
    return page.content_type.partition(";")[0].strip().lower()
