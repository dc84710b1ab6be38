"""Tests that several pages are read as one policy, in the order of the pages."""

from __future__ import annotations

import pytest

from document import fingerprint, fingerprint_all, read, read_all
from document.model import ExtractionOptions, Page

ADDRESS = "https://radio.example/privacy/"
KEEP = "<p>We keep the letters that you send to us, and we show them to nobody but the editor of the programme.</p>"


def page(body: str) -> Page:
    return Page(f"<html><body><main>{body}</main></body></html>".encode(), "text/html", 200, ADDRESS)


LETTERS = page(f"<h1>Letters</h1>{KEEP}<p>Last updated: 3 May 2024</p>")
RIGHTS = page("<h1>Hak Anda</h1><p>Anda berhak untuk melihat dan menghapus data pribadi yang kami simpan.</p>")


def test_sections_are_in_the_order_of_the_pages() -> None:
    found = read_all((LETTERS, RIGHTS))
    assert [section.heading for section in found.document.sections] == ["Letters", "Hak Anda"]
    assert found.document.sections == read(LETTERS).document.sections + read(RIGHTS).document.sections
    assert found.document.languages == ("en", "id")
    assert [str(stated.day) for stated in found.document.dates] == ["2024-05-03"]
    assert found.document.title == read(LETTERS).document.title
    assert read_all((RIGHTS, LETTERS)).document != found.document


def test_reading_a_single_page_gives_the_same_document() -> None:
    assert read_all((LETTERS,)) == read(LETTERS)
    assert fingerprint_all((LETTERS,)) == fingerprint(LETTERS)


def test_extraction_identity_names_the_number_of_pages() -> None:
    assert read_all((LETTERS, RIGHTS)).identity == f"2*{read(LETTERS).identity}"
    assert len({read_all((LETTERS,) * number).identity for number in (1, 2, 3)}) == 3


def test_fallback_of_one_page_is_a_fallback_of_the_policy() -> None:
    options = ExtractionOptions(select=("h1",))
    found = read_all((LETTERS, page(KEEP)), options)
    assert found.fallback
    assert found.identity != read_all((LETTERS, RIGHTS), options).identity
    assert not read_all((LETTERS, RIGHTS), options).fallback


def test_fingerprint_depends_on_all_pages_and_their_order() -> None:
    pages = (LETTERS, RIGHTS)
    assert fingerprint_all(pages) == fingerprint_all(pages)
    assert len({fingerprint_all(each) for each in (pages, pages[::-1], (LETTERS,), (LETTERS, LETTERS))}) == 4
    assert fingerprint_all(pages, ExtractionOptions(select=("p:-soup-contains(a)",))) is None


def test_policy_without_a_page_is_refused() -> None:
    with pytest.raises(ValueError, match="one page at least"):
        read_all(())
