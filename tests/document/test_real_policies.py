"""Tests the pages of five real policies. Exactly the words of the policy are read, whatever is around the policy. The
option -s prints figures.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from document import identity_words, read, screen
from document.model import Document, Page
from document.text.normalise import normalise
from document.text.numbering import split_marker

NAMES = ("hacktrace", "alumak", "btp", "kenalan", "kartustok")
LANGUAGES = {"kenalan": ("en", "id")}
DATES = {
    "hacktrace": "",
    "kenalan": "",
    "alumak": "effective 2023-07-24",
    "btp": "updated 2023-03-09",
    "kartustok": "revised 2020-08-21",
}
SECTIONS = {"hacktrace": 23, "alumak": 14, "btp": 10, "kenalan": 42, "kartustok": 8}


def rows(shared: Path, name: str) -> dict[str, dict[str, Any]]:
    text = (shared / "policies" / name / "pages.jsonl").read_text(encoding="utf-8")
    return {row["file"]: row for row in map(json.loads, text.splitlines())}


def page(shared: Path, name: str, row: dict[str, Any], bare: bool = False) -> Page:
    """Return a page as it was served. A `bare` page has only its body, like a file."""
    body = (shared / "policies" / name / row["file"]).read_bytes()
    if bare:
        return Page(body)
    headers = tuple((key.lower(), value) for key, value in row["headers"].items())
    return Page(body, row["headers"].get("content-type", ""), row["status"], row["final_url"], headers)


def documents(shared: Path, name: str, kind: str) -> list[tuple[str, Document]]:
    found = [row for row in rows(shared, name).values() if row["kind"].startswith(kind)]
    return [(row["file"], read(page(shared, name, row)).document) for row in found]


def spoken(file: Path) -> list[str]:
    lines = (normalise(line) for line in file.read_text(encoding="utf-8").splitlines())
    return [word for line in lines if line for word in split_marker(line)[1].split()]


def words(document: Document) -> list[str]:
    return [word for line in document.lines() for word in line.split()]


@pytest.mark.parametrize("name", NAMES)
def test_all_words_of_the_policy_and_no_other_words_are_read(shared: Path, name: str) -> None:
    ((_, document),) = documents(shared, name, "base")
    wanted, found = spoken(shared / "policies" / name / "base.txt"), words(document)
    missing, others = Counter(wanted) - Counter(found), Counter(found) - Counter(wanted)
    print(f"{name}: {1 - missing.total() / len(wanted):.2%} of {len(wanted)} words, {others.total()} others")
    assert not missing
    assert not others
    assert found == wanted


@pytest.mark.parametrize("name", NAMES)
def test_lines_are_as_a_reader_sees_them(shared: Path, name: str) -> None:
    """A line includes its list number if the markup has the number. In the expected text, a clause and its heading
    are one line."""
    ((_, document),) = documents(shared, name, "base")
    shown: set[str] = set()
    for section in document.sections:
        blocks = [f"{block.marker} {block.text}".strip() for block in section.blocks]
        shown.update([section.title, *blocks, *(f"{section.title} {block}" for block in blocks[:1])])
    text = (shared / "policies" / name / "base.txt").read_text(encoding="utf-8")
    lines = [normalise(line) for line in text.splitlines() if line.strip()]
    exact = sum(line in shown for line in lines)
    print(f"{name}: {exact} of {len(lines)} lines")
    assert exact == len(lines)


@pytest.mark.parametrize("name", NAMES)
def test_outline_languages_and_dates_are_those_that_a_reader_sees(shared: Path, name: str) -> None:
    ((_, document),) = documents(shared, name, "base")
    assert len(document.sections) == SECTIONS[name]
    assert document.languages == LANGUAGES.get(name, ("en",))
    assert [f"{stated.kind} {stated.day}" for stated in document.dates] == [DATES[name]][: bool(DATES[name])]


@pytest.mark.parametrize("name", NAMES)
def test_page_that_changes_only_around_its_policy_gives_the_same_document(shared: Path, name: str) -> None:
    """Words, addresses, rights links, headings and languages stay the same. Only the form of list numbers may
    differ.
    """
    ((_, base),) = documents(shared, name, "base")
    noise = documents(shared, name, "noise")
    same = [file for file, document in noise if identity_words(document) == identity_words(base)]
    outlines = [file for file, document in noise if outline(document) == outline(base)]
    print(f"{name}: {len(same)} of {len(noise)} the same, {sum(d == base for _, d in noise)} equal in every field")
    assert len(noise) == 8
    assert same == outlines == [file for file, _ in noise]


def outline(document: Document) -> list[tuple[str, int, tuple[str, ...], str]]:
    return [(section.heading, section.level, section.path, section.language) for section in document.sections]


@pytest.mark.parametrize("name", NAMES)
def test_edited_page_gives_the_edited_words(shared: Path, name: str) -> None:
    edits = documents(shared, name, "edit")
    wrong = [f for f, d in edits if words(d) != spoken((shared / "policies" / name / f).with_suffix(".txt"))]
    print(f"{name}: {len(edits) - len(wrong)} of {len(edits)} edits")
    assert len(edits) == 29
    assert not wrong


@pytest.mark.parametrize("bare", [False, True], ids=["served", "file"])
@pytest.mark.parametrize("name", NAMES)
def test_only_pages_without_the_policy_are_screened_out(shared: Path, name: str, bare: bool) -> None:
    for row in rows(shared, name).values():
        if row["kind"] == "broken" or not bare or row["kind"] == "base":
            each = page(shared, name, row, bare)
            found = screen(each, read(each).document)
            assert (found is not None) == (row["kind"] == "broken"), (row["file"], found)


def test_no_real_policy_among_the_labelled_changes_is_screened_out(shared: Path) -> None:
    """Only short policies are tested, because only a short policy could be screened out. A long policy always has
    the words of a policy."""
    folder = shared / "changes"
    for row in map(json.loads, (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines()):
        for file in ("before.md", "after.md"):
            each = Page((folder / row["id"] / file).read_bytes())
            if not row["noise"] and len(each.body) < 12_000:
                assert screen(each, read(each).document) is None, (row["id"], file)
