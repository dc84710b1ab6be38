"""Decodes bytes to text as a browser does."""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_HEAD_TOKEN = re.compile(
    rb"<!--(?:.*?-->|.*)|<(?P<hidden>script|style|title|noscript)\b(?:.*?</(?P=hidden)|.*)"
    rb"|<meta\b(?P<meta>[^>]*)|</?(?P<tag>[a-z][^\s/>]*)",
    re.IGNORECASE | re.DOTALL,
)
"""Matches one part of a page's head. If the end of a part is missing, the match goes on to the end of the page."""
_HEAD_TAGS = frozenset((b"html", b"head", b"base", b"link", b"object", b"script", b"style", b"template", b"title"))
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_HTTP_EQUIV = re.compile(rb"http-equiv", re.IGNORECASE)
_CONTENT = re.compile(rb"""\bcontent\s*=\s*(?:"[^"]*"|'[^']*')""", re.IGNORECASE)
"""Matches the `content` attribute of a `meta` element. A charset in it counts only if the element has `http-equiv`."""
_XML_CHARSET = re.compile(rb"^\s*<\?xml[^>]*encoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE)
_META_WITHIN = 4096
"""Number of bytes at the start of a page in which a charset declaration may be anywhere. A later declaration must be in
the head.
"""
_BAD_BYTE = re.compile("[\udc80-\udcff]")
"""Matches a character that stands for an invalid byte in UTF-8. Python's error handler "surrogateescape" produces these
characters.
"""
_LETTER = re.compile("[^\0-\x7f\udc80-\udcff]")


def decode(body: bytes, content_type: str = "") -> str:
    """Return the text of a body. The encoding comes from the byte order mark, the header, the page itself, or a guess,
    in that order.

    The guess is UTF-8 if at most half of the non-ASCII characters are invalid in UTF-8. In this case, each invalid byte
    is read as windows-1252. Otherwise the whole body is read as windows-1252. Labels have the meaning that the WHATWG
    Encoding Standard gives them; for example, iso-8859-1 means windows-1252. Bytes that are invalid in the declared
    encoding become U+FFFD. NUL characters are dropped because parsers stop at them.
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
            # The declaration could be read as ASCII, so the page is not in UTF-16, even if the declaration says so.
            return "utf-8" if encoding.startswith("utf-16") else encoding
    return None


def _meta_charsets(body: bytes) -> Iterator[bytes]:
    """Yield the encoding labels in `meta` elements. The search ends with the head of the page."""
    for token in _HEAD_TOKEN.finditer(body):
        meta = token["meta"]
        if meta is not None and (
            match := _CHARSET.search(meta if _HTTP_EQUIV.search(meta) else _CONTENT.sub(b"", meta))
        ):
            yield match[1]
        elif token["tag"] and token.start() >= _META_WITHIN and token["tag"].lower() not in _HEAD_TAGS:
            return


def _codec(label: str) -> str | None:
    """Return Python's name of the encoding that a label means, or None if browsers do not know the label."""
    return _labels().get(label.strip().lower().replace("utf_8", "utf-8"))


@cache
def _labels() -> dict[str, str]:
    # Only these encodings are used. Python knows more encodings, but some of them fail or are slow on hostile bytes.
    by_name: dict[str, str] = tomllib.loads((files("document.formats") / "encodings.toml").read_text(encoding="utf-8"))
    return {label: name for name, labels in by_name.items() for label in labels.split()}


def _guess(body: bytes) -> str:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("utf-8", "surrogateescape")
        return "utf-8" if len(_BAD_BYTE.findall(text)) <= len(_LETTER.findall(text)) else "cp1252"
    return "utf-8"


def _decoded(body: bytes, encoding: str, errors: str = "replace") -> str:
    # These code pages leave some bytes undefined. Browsers read such bytes as control characters.
    text = body.decode(encoding, "control" if encoding in ("cp1252", "cp1254") else errors)
    return text.replace("\x00", "") if b"\x00" in body else text  # searching bytes is faster than searching text


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
