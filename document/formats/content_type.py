"""What a page is read as."""

from __future__ import annotations

import re
from typing import Literal

from document.formats.markdown import looks_like_markdown
from document.model import Page

Kind = Literal["html", "markdown", "plain"]

_TAGS = re.compile(r"<(?:!doctype\s+html|html|head|body|div|p|span|table|article|section|h[1-6]|br|a)\b", re.IGNORECASE)
_SNIFFED = 4096
_PDF = b"%PDF-"
_PDF_WITHIN = 1024
"""Bytes within which readers look for a PDF file's first words."""


def is_pdf(page: Page) -> bool:
    """Return whether a page is a PDF file, by its first bytes, or by its type where they say nothing else."""
    if page.body[:_PDF_WITHIN].lstrip().startswith(_PDF):
        return True
    return _declared(page) == "application/pdf" and not page.body.lstrip().startswith(b"<")


def kind_of(page: Page, text: str) -> Kind:
    """Return what the text of a page that is no PDF file is read as."""
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
