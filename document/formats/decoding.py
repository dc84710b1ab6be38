"""Bytes to text as a browser decodes them."""

from __future__ import annotations

import codecs
import re

# WHATWG Encoding Standard: labels that do not mean what Python's codec of that name does.
_LABELS = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso88591": "cp1252",
    "iso_8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "l1": "cp1252",
    "x-cp1252": "cp1252",
    "x-user-defined": "cp1252",
    "iso-8859-9": "cp1254",
    "latin5": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "big5": "big5hkscs",
    "x-gbk": "gb18030",
}
_KNOWN = frozenset(
    (
        *(
            "utf-8",
            "utf-16",
            "utf-16-le",
            "utf-16-be",
            "gb18030",
            "big5hkscs",
            "euc_jp",
            "iso2022_jp",
            "cp932",
            "cp949",
        ),
        *("koi8-r", "koi8-u", "mac-roman", "mac-cyrillic", "cp866", "cp874", *(f"cp125{n}" for n in range(9))),
        *(f"iso8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)),
    )
)
"""The encodings of the Standard, by Python's names. Python knows others, which fail or take long on hostile bytes."""
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_META_CHARSET = re.compile(rb"<meta[^>]*?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_XML_CHARSET = re.compile(rb"^\s*<\?xml[^>]*encoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE)
_META_WITHIN = 4096


def decode(body: bytes, content_type: str = "") -> str:
    """Return the text of a body: byte order mark, then the header's charset, then the page's own, then a guess.

    The guess is UTF-8 where all bytes are valid, else windows-1252. Labels mean what the WHATWG Encoding Standard
    says: a page declared as iso-8859-1 is read as windows-1252. What is invalid becomes U+FFFD; NUL is dropped, since
    parsers stop at it.
    """
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return _decoded(body[len(bom) :], encoding)
    return _decoded(body, _declared(body, content_type) or _guess(body))


def _declared(body: bytes, content_type: str) -> str | None:
    header = _HEADER_CHARSET.search(content_type)
    if header and (encoding := _codec(header[1])):
        return encoding
    start = body[:_META_WITHIN]
    meta = _META_CHARSET.search(start) or _XML_CHARSET.search(start)
    if meta and (encoding := _codec(meta[1].decode("ascii"))):
        # A page whose ASCII declaration could be read is not in UTF-16, whatever it says.
        return "utf-8" if encoding.startswith("utf-16") else encoding
    return None


def _codec(label: str) -> str | None:
    label = label.strip().lower()
    try:
        name = codecs.lookup(_LABELS.get(label, label)).name
    except LookupError:
        return None
    return name if name in _KNOWN else None


def _guess(body: bytes) -> str:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _decoded(body: bytes, encoding: str) -> str:
    # The five bytes that these code pages leave open are control characters to a browser.
    text = body.decode(encoding, "control" if encoding in ("cp1252", "cp1254") else "replace")
    return text.replace("\x00", "") if b"\x00" in body else text  # sooner seen in bytes than in text


def _control(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("control", _control)
