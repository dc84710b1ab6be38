"""Bytes to text."""

from __future__ import annotations

import pytest

from document.formats.decoding import decode


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("naïve".encode(), "", "naïve"),
        (b"\x93we\x94", "text/html; charset=ISO-8859-1", "“we”"),
        (b"\x93we\x94", "", "“we”"),
        (b"a\x81b", "text/html; charset=latin1", "a\x81b"),
        (b"<meta charset=iso-8859-1>\x80", "", "<meta charset=iso-8859-1>€"),
        (b'<meta http-equiv="Content-Type" content="text/html; charset=windows-1252">\x92', "", None),
        ("é".encode(), "text/html; charset=utf-8", "é"),
        (b"\xef\xbb\xbf\xc3\xa9", "text/html; charset=iso-8859-1", "é"),
        ("é".encode("utf-16"), "", "é"),
        (b"<meta charset=utf-16>\xc3\xa9", "", "<meta charset=utf-16>é"),
        (b"\xff\xc3\xa9", "text/html; charset=utf-8", "\ufffdé"),
        (b"x", "text/html; charset=no-such-thing", "x"),
        (b"6162", "text/html; charset=hex", "6162"),
        (b"a+AGI-", "text/html; charset=utf-7", "a+AGI-"),
        (b"<meta charset=punycode>a-b", "", "<meta charset=punycode>a-b"),
        (b"<meta charset=idna>\xc3\xa9", "", "<meta charset=idna>é"),
        (b"a\x00b", "", "ab"),
    ],
)
def test_text_is_what_a_browser_shows(body: bytes, content_type: str, text: str | None) -> None:
    assert decode(body, content_type) == text if text is not None else decode(body, content_type).endswith("’")
