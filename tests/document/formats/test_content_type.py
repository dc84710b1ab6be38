"""Tests the message for a response that is a file and not a page. The message names the type and says what to do."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from document import read, screen
from document.model import Page

SENTENCE = "We collect personal data with your consent and share it with third parties to provide our services."


def zipped(*names: str, first: str = "") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        if first:
            archive.writestr(zipfile.ZipInfo("mimetype"), first)
        for name in names:
            archive.writestr(name, SENTENCE * 20)
    return file.getvalue()


RTF = "{\\rtf1\\ansi " + f"\\par {SENTENCE}" * 20 + "}"
JSON = json.dumps({"title": "Privacy policy", "body": f"{SENTENCE}\n" * 20}, indent=2)
MHTML = (
    "From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\tboundary=x\r\n\r\n"
    "--x\r\nContent-Type: image/png\r\n\r\nxyz\r\n--x--"
)
FILES: dict[str, list[tuple[bytes, str]]] = {
    "an RTF file": [(RTF.encode(), "application/rtf"), (b"\r\n" + RTF.encode(), "text/html"), (RTF.encode(), "")],
    "JSON data": [
        (JSON.encode(), "application/json"),
        (JSON.encode(), "text/plain"),
        (f"[{JSON}]".encode(), ""),
        (f"{{ {JSON}".encode(), "application/ld+json; charset=utf-8"),
    ],
    "a web archive (MHTML) without a page": [
        (MHTML.encode(), "multipart/related"),
        (MHTML.replace("\r\n", "\n").encode(), "text/plain"),
    ],
    "an Excel workbook": [(zipped("xl/workbook.xml"), "application/zip")],
    "an OpenDocument text (ODT)": [(zipped("content.xml", first="application/vnd.oasis.opendocument.text"), "")],
    "a ZIP file": [(zipped("policy.html"), "application/zip"), (zipped("word.txt"), "")],
    "a document of an old Microsoft Office, or one with a password": [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "application/msword")
    ],
}


@pytest.mark.parametrize(
    ("what", "body", "content_type"), [(what, *file) for what, files in FILES.items() for file in files]
)
def test_a_refusal_names_the_type_of_the_file_and_says_what_to_do(what: str, body: bytes, content_type: str) -> None:
    page = Page(body, content_type)
    found = screen(page, read(page).document)
    assert found is not None
    assert found.reason == "encoding"
    assert found.detail.startswith(f"The body is {what}, which cannot be read: ")
    assert "`import file`" in found.detail


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("{Privacy} " + SENTENCE * 12, "text/plain"),
        ("[Privacy](https://lark.example) " + f"{SENTENCE} " * 12, "text/markdown"),
        ("[" * 100_000 + SENTENCE * 12, "text/plain"),
        (f"<p>{SENTENCE}</p>" * 12, "application/json"),
        ("Content-Type: we explain it here.\n" + f"{SENTENCE}\n" * 12, "text/plain"),
    ],
)
def test_text_that_only_looks_like_a_file_is_read(body: str, content_type: str) -> None:
    page = Page(body.encode(), content_type)
    assert screen(page, read(page).document) is None
