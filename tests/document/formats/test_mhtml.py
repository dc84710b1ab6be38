"""Tests web archives (MHTML). A web archive is read like the page that was saved in it."""

from __future__ import annotations

import base64
import quopri

import pytest

from document import fingerprint, read, screen
from document.canonical import canonical_elsewhere
from document.model import Page
from document.sameness.volatile_parts import differs_only_in_volatile_parts

KEPT = (
    "We keep your personal data for naïve reasons – ninety days, with your consent – and share it with third parties."
)
HTML = f"<html><head><title>Privacy policy</title></head><body><h1>Privacy = ours</h1><p>{KEPT}</p></body></html>"
FRAME = "<html><body><p>An advertisement in a frame.</p></body></html>"


def part(
    content: bytes, kind: str = "text/html", coding: str = "quoted-printable", more: tuple[str, ...] = ()
) -> bytes:
    coded = quopri.encodestring(content) if coding == "quoted-printable" else base64.encodebytes(content)
    if coding == "binary":
        coded = content
    head = (f"Content-Type: {kind}", f"Content-Transfer-Encoding: {coding}", *more)
    return "\r\n".join(head).encode() + b"\r\n\r\n" + coded + b"\r\n"


def archive(*parts: bytes, boundary: str = "----here----", more: str = "", saved_from: str = "") -> bytes:
    head = [
        "From: <Saved by a browser>",
        *([f"Snapshot-Content-Location: {saved_from}"] if saved_from else []),
        "Subject: Privacy policy",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="{boundary}"{more}',
    ]
    lines = b"".join(b"--" + boundary.encode() + b"\r\n" + each for each in parts)
    return "\r\n".join(head).encode() + b"\r\n\r\n" + lines + b"--" + boundary.encode() + b"--\r\n"


def text(body: bytes, kind: str = "multipart/related") -> str:
    page = Page(body, kind)
    found = read(page).document
    assert screen(page, found) is None
    return found.text


@pytest.mark.parametrize("coding", ["quoted-printable", "base64", "binary"])
@pytest.mark.parametrize("kind", ["multipart/related", "message/rfc822", "application/octet-stream", "text/html", ""])
def test_a_saved_page_is_read_with_any_content_type(coding: str, kind: str) -> None:
    body = archive(part(HTML.encode(), "text/html; charset=utf-8", coding), part(b"PNG", "image/png", "base64"))
    assert "naïve reasons - ninety days" in text(body, kind)
    assert "Privacy = ours" in text(body.replace(b"\r\n", b"\n"), kind)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (HTML.encode("cp1252"), "text/html; charset=windows-1252"),
        (HTML.replace("<head>", "<head><meta charset=windows-1252>").encode("cp1252"), "text/html"),
        (HTML.encode(), "text/html"),
        (HTML.encode("utf-16"), "text/html"),
    ],
)
def test_the_saved_page_is_decoded_with_its_own_charset(content: bytes, kind: str) -> None:
    assert "naïve reasons" in text(archive(part(content, kind, "base64")))


def test_the_page_is_the_part_that_the_archive_names_or_otherwise_the_first_part() -> None:
    frame, page = part(FRAME.encode()), part(HTML.encode(), more=("Content-ID: <root@lark.example>",))
    named = text(archive(frame, page, more=';\r\n\tstart="<root@lark.example>"'))
    assert "personal data" in named
    assert "advertisement" not in named
    assert "advertisement" not in text(archive(page, frame))


def test_links_are_relative_to_the_address_from_which_the_page_was_saved() -> None:
    html = HTML.replace("third parties", "<a href='/partners'>third parties</a>").encode()
    for body in (
        archive(part(html, more=("Content-Location: https://lark.example/privacy",))),
        archive(part(html), saved_from="https://lark.example/privacy"),
    ):
        targets = [link.target for block in read(Page(body)).document.sections[0].blocks for link in block.links]
        assert targets == ["https://lark.example/partners"]


def test_shadow_roots_are_read_as_chromium_saves_them() -> None:
    shadow = "<p><span><template shadowmode=open><i>A carrier receives your street.</i></template></span></p></body>"
    assert "A carrier receives your street." in text(archive(part(HTML.replace("</body>", shadow).encode())))


def test_archives_that_differ_only_in_their_boundary_are_the_same_page() -> None:
    one, other = (Page(archive(part(HTML.encode()), boundary=name)) for name in ("--a", "--b"))
    changed = Page(archive(part(HTML.replace("ninety", "ten").encode()), boundary="--a"))
    assert fingerprint(one) == fingerprint(other) != fingerprint(changed)
    assert differs_only_in_volatile_parts(one, other)
    assert not differs_only_in_volatile_parts(one, changed)


def test_the_canonical_address_comes_from_the_saved_page() -> None:
    html = HTML.replace("<head>", "<head><link rel=canonical href=https://lark.example/policy>").encode()
    page = Page(
        archive(part(html), saved_from="https://lark.example/privacy"), final_url="https://saved.example/a.mhtml"
    )
    assert canonical_elsewhere(page) == "https://lark.example/policy"


def test_nested_web_archives_raise_no_error() -> None:
    body = part(HTML.encode())
    for number in range(400):
        body = part(archive(body, boundary=f"b{number}"), f"multipart/related; boundary=b{number}", "binary")
    page = Page(archive(body))
    screen(page, read(page).document)


@pytest.mark.parametrize("place", [60, 150, 220, 300, 400])
def test_a_cut_archive_raises_no_error(place: int) -> None:
    page = Page(archive(part(HTML.encode()))[:place])
    screen(page, read(page).document)
