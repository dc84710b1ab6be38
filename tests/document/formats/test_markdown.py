"""Tests Markdown and plain text."""

from __future__ import annotations

import pytest

from document import read
from document.formats.markdown import looks_like_markdown
from document.model import Page


def lines(text: str, content_type: str = "text/markdown") -> list[str]:
    return list(read(Page(text.encode(), content_type)).document.lines())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a *b* __c__ `d` [e](https://x.example) ![f](g.png)", ["a b c d e"]),
        ("snake_case_name stays", ["snake_case_name stays"]),
        ("1\\. not a list, 2 \\* 3", ["not a list, 2 * 3"]),
        ("one\ntwo  \nthree", ["one two", "three"]),
        ("> quoted\n> still", ["quoted still"]),
        ("```\na\nb\n```", ["a", "b"]),
        ("a<br>b", ["a", "b"]),
        ("| a<br>b<BR/>c | d |\n|---|---|\n| e<p>f</p>g | h |", ["a b c | d", "e f g | h"]),
        ("a<div>b</div>c ![](x.png)d", ["a b c d"]),
        ("30<sup>2</sup> days[^3] ~~and nights~~ a<del>b</del>c", ["30 2 days a c"]),
        ("| a | b |\n|---|---|\n| c | d |", ["a | b", "c | d"]),
        ("x\n---\ny", ["x", "y"]),
        ("x\n\n---\n\ny", ["x", "y"]),
        ("- a\n  goes on\n- b", ["a goes on", "b"]),
    ],
)
def test_markdown_marks_are_not_words(text: str, expected: list[str]) -> None:
    assert lines(text) == expected


def test_text_without_markdown_marks_is_plain_text() -> None:
    assert not looks_like_markdown("Privacy\n\nWe keep letters. 2 * 3 = 6.")
    assert looks_like_markdown("# Privacy")
    assert looks_like_markdown("See [this](https://x.example).")


def test_plain_text_keeps_its_lines_unless_they_were_wrapped_by_hand() -> None:
    assert lines("One line.\nAnother line.", "text/plain") == ["One line.", "Another line."]
    wrapped = "This line is wrapped by hand after some sixty letters or\nmore of them.\n\nAnother paragraph."
    assert lines(wrapped, "text/plain") == [
        "This line is wrapped by hand after some sixty letters or more of them.",
        "Another paragraph.",
    ]
