"""Tests how bytes are decoded to text."""

from __future__ import annotations

import time

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
        ("שלום".encode("iso8859-8"), "text/html; charset=ISO-8859-8-I", "שלום"),
        ("ตกลง".encode("cp874"), "text/html; charset=windows-874", "ตกลง"),
        ("개인".encode("cp949"), "text/html; charset=ks_c_5601-1987", "개인"),
        ("Дані".encode("mac-cyrillic"), 'text/html; charset="x-mac-ukrainian"', "Дані"),
        ("é".encode("utf-16-le"), "text/html; charset=utf-16", "é"),
        ("é".encode(), "text/html; charset=utf_8", "é"),
        ("é".encode("utf-16-be"), "text/html; charset=unicodeFFFE", "é"),
    ],
)
def test_text_is_decoded_as_a_browser_decodes_it(body: bytes, content_type: str, text: str | None) -> None:
    assert decode(body, content_type) == text if text is not None else decode(body, content_type).endswith("’")


GERMAN = "Wir löschen Ihre Kontonummer – für immer – nach 90 Tagen, auf Wunsch früher."


@pytest.mark.parametrize(("byte", "letter"), [(b"\xa0", "\xa0"), (b"\xe9", "é"), (b"\x92", "’"), (b"\xe2\x80", "â€")])
@pytest.mark.parametrize("place", [0, 20, len(GERMAN)])
def test_an_invalid_byte_changes_no_other_letter(byte: bytes, letter: str, place: int) -> None:
    before, after = GERMAN[:place], GERMAN[place:]
    assert decode(before.encode() + byte + after.encode(), "text/html") == before + letter + after
    declared = decode(before.encode() + byte + after.encode(), "text/html; charset=utf-8")
    assert declared == f"{before}\ufffd{after}"


def test_a_windows_1252_page_with_two_bytes_that_are_valid_utf_8_is_read_as_windows_1252() -> None:
    text = "« LE CAFÉ » ferme à l’été ; déjà prévu. «CAFÉ»"
    assert decode(text.encode("cp1252")) == text


TEXT = "Политика конфиденциальности: мы храним адреса."
META = b'<meta charset="windows-1251">'
LONG = b"x" * 5000
IN_HEAD = {
    "after a script": b"<head><script>" + LONG + b"</script>" + META,
    "after styles and links": b"<head>" + b"<link rel=x><style>p{}</style>" * 300 + META,
    "after a comment that holds another": b"<head><!-- <meta charset=utf-8> " + LONG + b"-->" + META,
    "after a script that writes another": b"<head><script>'<meta charset=utf-8>';" + LONG + b"</script>" + META,
    "as http-equiv, after a pixel": b"<head><noscript><img src=x></noscript><title>" + LONG
    + b'</title><META http-equiv=content-type content="text/html; charset=windows-1251">',
    "after an address with one in it": b"<head><meta property=og:url content='https://lark.example/?charset=utf-8'>"
    + b'<meta name="description" content="charset=koi8-r">' + META,
    "after one that names no encoding": b"<head><meta charset=none>" + META,
}  # fmt: skip


@pytest.mark.parametrize("case", IN_HEAD)
def test_a_charset_declaration_counts_at_any_place_in_the_head(case: str) -> None:
    page = IN_HEAD[case] + b"</head><body><p>" + TEXT.encode("cp1251")
    assert decode(page, "text/html").endswith(TEXT)


@pytest.mark.parametrize("end", [b"<body>", b"<p>", b"</head><body>"])
def test_a_charset_declaration_in_the_body_does_not_count(end: bytes) -> None:
    page = b"<head><script>" + LONG + b"</script>" + end + META + "é".encode()
    assert decode(page, "text/html").endswith("é")


@pytest.mark.parametrize("piece", [b"<script>", b"<!--", b"<meta ", b"<title", b"<a", b"charset ", b"<meta charset="])
def test_a_hostile_head_is_read_in_time_that_grows_with_its_length(piece: bytes) -> None:
    began = time.process_time()
    decode(piece * (2_000_000 // len(piece)), "text/html")
    assert time.process_time() - began < 5
