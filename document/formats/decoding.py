"""Bytes to text as a browser decodes them."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

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
_HEAD_TOKEN = re.compile(
    rb"<!--(?:.*?-->|.*)|<(?P<hidden>script|style|title|noscript)\b(?:.*?</(?P=hidden)|.*)"
    rb"|<meta\b(?P<meta>[^>]*)|</?(?P<tag>[a-z][^\s/>]*)",
    re.IGNORECASE | re.DOTALL,
)
"""What the head of a page is made of; each alternative goes on to its end, or to that of the page."""
_HEAD_TAGS = frozenset((b"html", b"head", b"base", b"link", b"object", b"script", b"style", b"template", b"title"))
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_XML_CHARSET = re.compile(rb"^\s*<\?xml[^>]*encoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE)
_META_WITHIN = 4096
"""Bytes within which a declaration counts wherever it is; after them it does in the head alone."""
_BAD_BYTE = re.compile("[\udc80-\udcff]")
"""What "surrogateescape" makes of a byte that is not UTF-8."""
_LETTER = re.compile("[^\0-\x7f\udc80-\udcff]")


def decode(body: bytes, content_type: str = "") -> str:
    """Return the text of a body: byte order mark, then the header's charset, then the page's own, then a guess.

    The guess is UTF-8 if at most half of what is not ASCII is invalid as such, else windows-1252, which is also what
    the invalid bytes are read as: a pasted one costs no other letter. Labels mean what the WHATWG Encoding Standard
    says: a page declared as iso-8859-1 is read as windows-1252. What is invalid by a declared encoding becomes U+FFFD;
    NUL is dropped, since parsers stop at it.
    """
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return _decoded(body[len(bom) :], encoding)
    declared = _declared(body, content_type)
    return _decoded(body, _guess(body) if declared is None else declared, "western" if declared is None else "replace")


def _declared(body: bytes, content_type: str) -> str | None:
    header = _HEADER_CHARSET.search(content_type)
    if header and (encoding := _codec(header[1])):
        return encoding
    xml = _XML_CHARSET.search(body[:_META_WITHIN])
    for label in (*_meta_charsets(body), *([xml[1]] if xml else [])):
        if encoding := _codec(label.decode("ascii")):
            # A page whose ASCII declaration could be read is not in UTF-16, whatever it says.
            return "utf-8" if encoding.startswith("utf-16") else encoding
    return None


def _meta_charsets(body: bytes) -> Iterator[bytes]:
    """Yield the labels that `meta` elements declare, up to the end of the page's head."""
    for token in _HEAD_TOKEN.finditer(body):
        if token["meta"] is not None and (match := _CHARSET.search(token["meta"])):
            yield match[1]
        elif token["tag"] and token.start() >= _META_WITHIN and token["tag"].lower() not in _HEAD_TAGS:
            return


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
        text = body.decode("utf-8", "surrogateescape")
        return "utf-8" if len(_BAD_BYTE.findall(text)) <= len(_LETTER.findall(text)) else "cp1252"
    return "utf-8"


def _decoded(body: bytes, encoding: str, errors: str = "replace") -> str:
    # The five bytes that these code pages leave open are control characters to a browser.
    text = body.decode(encoding, "control" if encoding in ("cp1252", "cp1254") else errors)
    return text.replace("\x00", "") if b"\x00" in body else text  # sooner seen in bytes than in text


def _western(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "control"), error.end


def _control(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("control", _control)
codecs.register_error("western", _western)
