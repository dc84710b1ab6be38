"""Tests the HTML pages that commands write.

No page needs another file. Words of policies and of the configuration are escaped, so that they cannot act as markup.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from archive.recording.recorder import record
from differ.explanation import Explanation
from differ.rewrite import CLAUSES
from tests.archive.visits import HOUR, JUDGED, SHARING, START, seen, watch, written
from tests.clausewatch.questions.test_diff import Page
from tests.clausewatch.watched import CONFIGURATION, call, configured, opened, watched

QUESTIONS = {
    "history": ["history"],
    "history of one": ["history", "Teahouse", "--suppressed"],
    "show": ["show", "Teahouse"],
    "inventory": ["show", "Teahouse", "--inventory"],
    "diff": ["diff", "Teahouse"],
    "sides": ["diff", "Teahouse", "--side-by-side"],
    "blame": ["blame", "Teahouse"],
    "dropped": ["blame", "Teahouse", "--dropped"],
    "search": ["search", "nobody"],
    "status": ["status"],
}
HOSTILE = "<script>alert(1)</script> <!-- \u202e nobody. <img src=x onerror=alert(1)>"


@pytest.mark.parametrize("words", QUESTIONS.values(), ids=QUESTIONS)
def test_a_page_needs_no_other_file_and_shows_hostile_words_as_text(tmp_path: Path, words: list[str]) -> None:
    """The words of a policy and of a configuration try to insert elements, a comment and reversed text into our
    page.
    """
    with opened(tmp_path) as archive:
        watch(archive)
        record(archive, seen(START, written("Nobody sees it, " + HOSTILE), None), START)
        judged = replace(
            JUDGED, findings=(replace(SHARING, section=HOSTILE, explanation=Explanation(HOSTILE), edits=()),)
        )
        record(archive, seen(START + HOUR, written(HOSTILE), 1, judged), START + HOUR)
    path = configured(tmp_path, CONFIGURATION + f'[[policy]]\nname = "<b>{"x" * 9}"\nurl = "https://b.example/"\n')
    text = call(path, *words, "--format", "html").stdout
    page = Page(text)
    assert text.startswith("<!doctype html>")
    assert not {"script", "img", "link", "iframe", "form", "object", "b"} & set(page.tags)
    assert not {"src", "href", "action", "onclick", "onload", "onerror"} & {name for name, _ in page.attributes}
    assert not any(each in text for each in ("url(", "@import", "\u202e"))
    assert "default-src 'none'" in text
    assert "@media print" in text
    assert "All times are UTC." in text.rsplit("<p", 1)[1]


def test_the_page_of_a_limited_history_says_that_versions_are_missing(tmp_path: Path) -> None:
    path = watched(tmp_path)
    page = call(path, "history", "--limit", "1", "--format", "html").stdout
    assert "Shown are the 1 latest of 2 versions." in page
    result = call(path, "history", "--limit", "1", "--format", "json")
    assert "the 1 latest of 2 versions" in result.stderr
    assert "the 1 latest of 2 versions" in " ".join(call(path, "history", "--limit", "1").stdout.split())
    assert "Shown are" not in call(path, "history", "--limit", "2").stdout


def test_texts_side_by_side_show_removed_words_left_and_added_words_right(tmp_path: Path) -> None:
    path = watched(tmp_path)
    shown = call(path, "diff", "Teahouse", "--side-by-side").stdout
    (line,) = (each for each in shown.splitlines() if " | " in each and "cooks" in each)
    left, right = line.split(" | ")
    assert "[-Only-] our" in left
    assert "{+" not in left
    assert "partners" in right
    assert "[-" not in right
    page = Page(call(path, "diff", "Teahouse", "--side-by-side", "--format", "html").stdout)
    assert ("data-label", "Before") in page.attributes
    assert "table" not in Page(call(path, "diff", "Teahouse", "--format", "html").stdout).tags


@pytest.mark.parametrize("words", [QUESTIONS["diff"], QUESTIONS["history of one"]], ids=["diff", "history"])
def test_the_page_of_a_rewrite_begins_with_its_summary_by_topic(tmp_path: Path, words: list[str]) -> None:
    reason = Explanation("T1.recipient/recipient/added", new=("list brokers",))
    with opened(tmp_path) as archive:
        watch(archive)
        record(archive, seen(START, written("Nobody sees it."), None), START)
        findings = (replace(SHARING, explanation=reason),) * CLAUSES
        judged = replace(JUDGED, findings=findings)
        record(archive, seen(START + HOUR, written("Everybody sees it."), 1, judged), START + HOUR)
    page = call(configured(tmp_path, CONFIGURATION), *words, "--format", "html").stdout
    head = f"Large parts of the policy were rewritten: {CLAUSES} clauses on sharing or rights changed."
    assert page.index(head) < page.index("newly named are “list brokers”") < page.index('<div class="finding">')
    assert page.count(head) == 1
