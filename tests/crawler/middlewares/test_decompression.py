"""Tests that a body is read completely or refused, whatever its content coding and its declared charset."""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.questions.history import document, versions_of
from archive.storage.database import open_archive
from crawler.middlewares.decompression import READERS, BrokenError, TooLargeError, limited
from document.formats.decoding import decode
from tests.crawler.crawl import Crawled, crawl
from tests.server import Answer, serving
from tests.sources import PROJECT

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PAGE = (PROJECT / "tests" / "policies" / "cloakroom.html").read_text(encoding="utf-8")
LETTERS = "Zażółć gęślą jaźń, naïve café, €5"
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": lambda body: gzip.compress(body[:50]) + gzip.compress(body[50:]),
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": lambda body: zstd.compress(body[:50]) + zstd.compress(body[50:]),
}
BROKEN = (BrokenError, zlib.error, brotli.error, zstd.ZstdError)


def unpacked(coding: str, body: bytes, limit: int = 10_000_000) -> bytes:
    return limited(READERS[coding](body), limit)


def bare(body: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(body) + stream.flush()


@pytest.mark.parametrize("coding", PACKERS)
@given(body=st.binary(min_size=1, max_size=2000), repeats=st.integers(1, 200))
@settings(max_examples=25, deadline=None)
def test_a_compressed_body_is_decompressed(coding: str, body: bytes, repeats: int) -> None:
    assert unpacked(coding, PACKERS[coding](body * repeats)) == body * repeats


@pytest.mark.parametrize("coding", PACKERS)
def test_a_compressed_body_that_was_cut_never_counts_as_complete(coding: str) -> None:
    body = PAGE.encode() * 3
    packed = PACKERS[coding](body)
    for length in range(1, len(packed), 7):
        try:
            found = unpacked(coding, packed[:length])
        except BROKEN:
            continue
        assert found == body[:50], "a cut between two members cannot be seen"


@pytest.mark.parametrize("coding", PACKERS)
def test_a_body_one_byte_larger_than_the_limit_is_refused(coding: str) -> None:
    body = b"a" * 100_000
    assert unpacked(coding, PACKERS[coding](body), 100_000) == body
    with pytest.raises(TooLargeError):
        unpacked(coding, PACKERS[coding](body), 99_999)


def test_deflate_without_a_zlib_container_is_read() -> None:
    assert unpacked("deflate", bare(PAGE.encode())) == PAGE.encode()


def test_bytes_after_a_gzip_file_are_ignored_as_in_browsers() -> None:
    assert unpacked("gzip", gzip.compress(b"a") + b"\x00\x00trailing") == b"a"


@pytest.mark.parametrize("coding", PACKERS)
def test_a_body_that_is_not_compressed_is_refused(coding: str) -> None:
    with pytest.raises(BROKEN):
        unpacked(coding, PAGE.encode())


CHARSETS: dict[str, tuple[str, str, bytes]] = {
    # The Content-Type header, the charset that the page declares, and the bytes of the paragraph.
    "header": ("text/html; charset=utf-8", "", LETTERS.encode()),
    "header beats page": ("text/html; charset=utf-8", "iso-8859-2", LETTERS.encode()),
    "page alone": ("text/html", "utf-8", LETTERS.encode()),
    "nothing said": ("text/html", "", LETTERS.encode()),
    "mark beats both": ("text/html; charset=iso-8859-2", "windows-1251", b"\xef\xbb\xbf" + LETTERS.encode()),
    "little-endian mark": ("text/html; charset=utf-8", "utf-8", b"\xff\xfe" + LETTERS.encode("utf-16-le")),
    "big-endian mark": ("text/html", "", b"\xfe\xff" + LETTERS.encode("utf-16-be")),
    "no such set": ("text/html; charset=no-such-set", "utf-8", LETTERS.encode()),
    "quoted": ('text/html; charset="UTF-8"', "", LETTERS.encode()),
}
WESTERN = "naïve café, €5, Œuvre, Žofka"
WINDOWS: dict[str, tuple[str, str]] = {
    "latin-1 means windows-1252": ("text/html; charset=iso-8859-1", ""),
    "in the page too": ("text/html", "ISO-8859-1"),
    "ascii too": ("text/html; charset=us-ascii", ""),
    "nothing said": ("text/html", ""),
}


def page_of(content: bytes, declared: str) -> bytes:
    """Return the bytes of a page with this paragraph.

    If the paragraph begins with a byte order mark, the whole page is encoded accordingly.
    """
    mark, encoding = next(((mark, name) for mark, name in MARKS.items() if content.startswith(mark)), (b"", "utf-8"))
    meta = f'<meta charset="{declared}">' if declared else ""
    start, end = (
        PAGE.replace("<head>", f"<head>{meta}").replace('<meta charset="utf-8">', "").replace("©", "").split("</main>")
    )
    before = (start + "<p>Letters: ").encode(encoding)
    return mark + before + content.removeprefix(mark) + ("</p></main>" + end).encode(encoding)


MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the texts of the versions that a crawl made. The key of a text names the special property of its page."""
    pages = {name: (header, page_of(body, page)) for name, (header, page, body) in CHARSETS.items()}
    pages |= {
        f"windows: {name}": (header, page_of(WESTERN.encode("cp1252"), page))
        for name, (header, page) in WINDOWS.items()
    }
    whole = page_of(LETTERS.encode(), "")
    packers = PACKERS | {"gzip, br": lambda body: brotli.compress(gzip.compress(body)), "identity": lambda body: body}
    database = tmp_path_factory.mktemp("archive") / "a.db"
    with serving() as site:
        for number, (header, body) in enumerate(pages.values()):
            site.pages[f"/{number}"] = Answer(body, headers=(("Content-Type", header),))
        for coding, pack in packers.items():
            headers = (("Content-Type", "text/html"), ("Content-Encoding", coding))
            site.pages[f"/{coding.replace(', ', '-')}"] = Answer(pack(whole), headers=headers)
        policies = {name: site.url(f"/{number}") for number, name in enumerate(pages)}
        policies |= {f"coded: {coding}": site.url(f"/{coding.replace(', ', '-')}") for coding in packers}
        results: dict[str, Crawled] = crawl(database, policies)
    assert {result.outcome for result in results.values()} == {"changed"}, results
    with open_archive(f"sqlite:///{database}") as archive:
        return {name: document(archive, next(iter(versions_of(archive, name)))).text for name in policies}


@pytest.mark.parametrize("case", CHARSETS)
def test_letters_are_read_as_a_browser_reads_them(texts: dict[str, str], case: str) -> None:
    header, page, body = CHARSETS[case]
    assert f"Letters: {LETTERS}" in texts[case].splitlines()
    assert f"Letters: {LETTERS}" in decode(page_of(body, page), header)


@pytest.mark.parametrize("case", WINDOWS)
def test_a_page_declared_as_latin_1_is_read_as_windows_1252(texts: dict[str, str], case: str) -> None:
    header, page = WINDOWS[case]
    assert f"Letters: {WESTERN}" in texts[f"windows: {case}"].splitlines()
    assert f"Letters: {WESTERN}" in decode(page_of(WESTERN.encode("cp1252"), page), header)


@pytest.mark.parametrize("coding", [*PACKERS, "gzip, br", "identity"])
def test_a_compressed_page_gives_the_same_text_as_an_uncompressed_page(texts: dict[str, str], coding: str) -> None:
    assert f"Letters: {LETTERS}" in texts[f"coded: {coding}"].splitlines()


NO_CODINGS = ("utf-8", "UTF-8", "none", "aws-chunked", "binary", "text/html", "gzip-not")


def test_an_unknown_content_coding_means_an_uncompressed_body(tmp_path: Path) -> None:
    with serving() as site:
        answers = {name: (name, PAGE.encode()) for name in NO_CODINGS}
        answers["with a coding"] = ("aws-chunked, gzip", gzip.compress(PAGE.encode()))
        answers |= {name: (name, PAGE.encode()) for name in ("gzip", "none, br", "compress", "exi")}
        for number, (coding, body) in enumerate(answers.values()):
            site.pages[f"/{number}"] = Answer(
                body, headers=(("Content-Type", "text/html"), ("Content-Encoding", coding))
            )
        found = crawl(tmp_path / "a.db", {name: site.url(f"/{number}") for number, name in enumerate(answers)})
    failed = {name for name, each in found.items() if (each.outcome, each.error_kind) == ("failed", "encoding")}
    assert failed == {"gzip", "none, br", "compress", "exi"}
    assert {each.outcome for name, each in found.items() if name not in failed} == {"changed"}
