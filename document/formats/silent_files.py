"""Finds out why a PDF file or a Word document has no text."""

from __future__ import annotations

from typing import Literal

from document.formats.content_type import is_pdf
from document.model import Page

Silence = Literal["encoding", "empty-shell", "refused-limit"]


def why_silent(page: Page, most: int) -> tuple[Silence, str]:
    """Return the reason why a file gave no text, and a sentence that explains it. `most` is the limit for the size of
    unpacked parts, in bytes.
    """
    return _of_pdf(page) if is_pdf(page) else _of_docx(page, most)


def _of_pdf(page: Page) -> tuple[Silence, str]:
    # Imported here because the library is large, and few policies are PDF files.
    from document.formats.pdf import PdfError, printed_text

    try:
        printed = printed_text(page.body)
    except PdfError as error:
        fault = "needs a password" if error.fault == "encrypted" else "is broken"
        return "encoding", f"The body is a PDF file that {fault}, so it cannot be read."
    pages = f"{printed.pages} page{'' if printed.pages == 1 else 's'}"
    return "empty-shell", f"The PDF file has {pages} and no text: perhaps it contains pictures of text."


def _of_docx(page: Page, most: int) -> tuple[Silence, str]:
    # Imported here because few policies are Word documents.
    from document.formats.docx import DocxError, docx_markup

    try:
        docx_markup(page.body, most)
    except DocxError as error:
        if error.fault == "large":
            sizes = f"{error.size / 1e6:,.1f} MB, which is more than max_body, {most / 1e6:g} MB"
            return "refused-limit", f"The body is a Word document that unpacks to {sizes}."
        if error.fault == "nested":
            return "refused-limit", "The body is a Word document that nests its tables or boxes too deeply."
        fault = "needs a password" if error.fault == "encrypted" else "is broken"
        return "encoding", f"The body is a Word document that {fault}, so it cannot be read."
    return "empty-shell", "The Word document has no text: perhaps it contains pictures of text."
