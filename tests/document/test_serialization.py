"""Tests how documents are written as JSON and read again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from document import from_json, identity_words, read, text_identity, to_json
from document.model import Block, Document, Link, Page, Section, StatedDate
from document.serialization import section_from_json, split_sections

texts = st.text(max_size=20)
links = st.lists(st.builds(Link, texts, texts), max_size=2).map(tuple)
kinds = st.sampled_from(["paragraph", "item", "row", "contents"])
blocks = st.lists(st.builds(Block, kinds, texts, texts, st.integers(0, 9), links), max_size=3).map(tuple)
paths = st.lists(texts, max_size=3).map(tuple)
sections = st.lists(st.builds(Section, texts, texts, st.integers(0, 9), paths, texts, blocks), max_size=3).map(tuple)
dates = st.lists(
    st.builds(StatedDate, st.sampled_from(["updated", "effective", "revised"]), st.dates(), texts), max_size=2
)
documents = st.builds(Document, sections, paths, dates.map(tuple), texts)


@given(documents)
def test_document_is_read_back_equal(document: Document) -> None:
    assert from_json(to_json(document)) == document


TRAPS = (',"title":"', '"sections":[', '},{"blocks":[', '\\"', "\\", '}],"title":"x"}')


@given(documents)
def test_sections_that_are_cut_out_of_the_json_are_those_of_the_document(document: Document) -> None:
    rest, cut = split_sections(to_json(document))
    assert tuple(map(section_from_json, cut)) == document.sections
    assert from_json(rest) == replace(document, sections=())


@pytest.mark.parametrize("trap", TRAPS)
@pytest.mark.parametrize("place", ["title", "heading", "text", "date"])
def test_words_that_look_like_json_do_not_disturb_the_cutting(trap: str, place: str) -> None:
    written = {name: trap if name == place else "x" for name in ("title", "heading", "text", "date")}
    block = Block("paragraph", written["text"], links=(Link(written["text"], written["text"]),))
    section = Section(written["heading"], "", 1, (written["heading"],), "en", (block, block))
    stated = StatedDate("updated", date(2020, 5, 1), written["date"])
    document = Document((section, section), ("en",), (stated,), written["title"])
    _, cut = split_sections(to_json(document))
    assert tuple(map(section_from_json, cut)) == document.sections


@pytest.mark.parametrize("data", [b"", b"{}", b'{"sections":[]}', b'{"title":"","sections":[]}'])
def test_other_json_is_not_cut(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a document's JSON"):
        split_sections(data)


@given(documents)
def test_identity_that_is_joined_from_sections_is_the_hash_of_the_words(document: Document) -> None:
    words, addresses, sites = identity_words(document)
    facts = json.dumps([words, sorted(addresses), sorted(sites)], ensure_ascii=False)
    assert text_identity(document) == hashlib.sha256(facts.encode()).hexdigest()


def test_json_is_canonical() -> None:
    document = Document(
        (Section("Héading", "1.", 1, ("1. Héading",), "en"),), ("en",), (StatedDate("updated", date(2020, 5, 1), "x"),)
    )
    assert (
        to_json(document)
        == (
            '{"dates":[{"day":"2020-05-01","kind":"updated","text":"x"}],"languages":["en"],"sections":[{"blocks":[],'
            '"heading":"Héading","language":"en","level":1,"marker":"1.","path":["1. Héading"]}],"title":""}'
        ).encode()
    )


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"\xff", b'{"sections":[{}]}'])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        from_json(data)


@given(st.binary(max_size=200))
def test_any_bytes_can_be_read_and_stored(body: bytes) -> None:
    document = read(Page(body)).document
    assert from_json(to_json(document)) == document


MARKUP = [
    "<p>",
    "</p>",
    "<ol>",
    "<li>",
    "</ol>",
    "<b>",
    "</b>",
    "<table>",
    "<tr>",
    "<td>",
    "<br>",
    "<h2>",
    "</h2>",
    "<main>",
    "<nav>",
    "</nav>",
    "&nbsp;",
    "(a)&nbsp;",
    "1.&nbsp;",
    "word&nbsp;",
    "Words,&nbsp;and&nbsp;more&nbsp;of&nbsp;them.",
    "<hr>",
    "<i&nbsp;hidden>",
]


@given(st.lists(st.sampled_from(MARKUP), max_size=30))
def test_any_markup_gives_normalised_lines(pieces: list[str]) -> None:
    document = read(Page(f"<html><body>{''.join(pieces)}</body></html>".encode(), "text/html")).document
    assert all(line == " ".join(line.split()) and line for line in document.lines())
    assert from_json(to_json(document)) == document
