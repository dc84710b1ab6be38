"""Tests list numbers and bullets."""

from __future__ import annotations

import pytest

from document import identity_words, read
from document.model import Page
from document.text.numbering import count, follows, rendered, split_marker, starts


@pytest.mark.parametrize(
    ("text", "marker", "words"),
    [
        ("3. SHARING", "3.", "SHARING"),
        ("3) Sharing", "3)", "Sharing"),
        ("(IV) Sharing", "(IV)", "Sharing"),
        ("A. Sharing", "A.", "Sharing"),
        ("3.1.2 Sharing by law:", "3.1.2", "Sharing by law:"),
        ("3.1. we share", "3.1.", "we share"),
        ("• point", "•", "point"),
        ("- point", "-", "point"),
        ("1. (a) both", "1. (a)", "both"),
        ("2.5 million readings", "", "2.5 million readings"),
        ("5 (five) years", "", "5 (five) years"),
        ("2018. was a year", "", "2018. was a year"),
        ("J. R. Smith wrote", "", "J. R. Smith wrote"),
        ("U.S. law", "", "U.S. law"),
        ("e-mail", "", "e-mail"),
        ("3.", "", "3."),
        ("", "", ""),
    ],
)
def test_typed_numbers_and_bullets_are_separated_from_the_text(text: str, marker: str, words: str) -> None:
    assert split_marker(text) == (marker, words)


@pytest.mark.parametrize(
    ("value", "style", "shown"),
    [
        (3, "decimal", "3"),
        (28, "lower-alpha", "ab"),
        (4, "upper-roman", "IV"),
        (0, "lower-roman", "0"),
        (7, "decimal-leading-zero", "07"),
    ],
)
def test_generated_numbers_look_as_in_a_browser(value: int, style: str, shown: str) -> None:
    assert rendered(value, style) == shown


@pytest.mark.parametrize(
    ("before", "after"), [("2.", "3."), ("H.", "I."), ("I.", "J."), ("(III)", "(IV)"), ("3.1", "3.2"), ("(h)", "(i)")]
)
def test_next_number_of_a_series_follows(before: str, after: str) -> None:
    assert follows(count(after), count(before))


@pytest.mark.parametrize(("before", "after"), [("2.", "4."), ("2.", "3)"), ("3.1", "4.2"), ("•", "•"), ("A.", "2.")])
def test_other_numbers_do_not_follow(before: str, after: str) -> None:
    assert not follows(count(after), count(before))


def test_first_numbers_start_a_series() -> None:
    assert all(starts(count(marker)) for marker in ("1.", "A.", "(i)", "3.1"))
    assert not any(starts(count(marker)) for marker in ("2.", "B.", "•", ""))


def page(body: str) -> Page:
    return Page(f"<html lang='en'><body><main>{body}</main></body></html>".encode(), "text/html")


def test_typed_number_and_generated_number_are_the_same_version() -> None:
    """A page with typed list numbers and a page with list numbers from the markup have the same text."""
    typed = page("<h2>1. Uses</h2><p>We use it to:</p><p>a) bill you;</p><p>b) write to you.</p><p>• Or not.</p>")
    marked = page(
        "<ol><li><h2>Uses</h2><p>We use it to:</p><ol type=a><li>bill you;</li><li>write to you.</li></ol>"
        "<ul><li>Or not.</li></ul></li></ol>"
    )
    one, other = read(typed).document, read(marked).document
    assert identity_words(one) == identity_words(other)
    assert [block.kind for section in one.sections for block in section.blocks] == ["paragraph", "item", "item", "item"]
    shapes = [[(b.kind, b.text, b.depth) for s in document.sections for b in s.blocks] for document in (one, other)]
    assert shapes[0] == shapes[1]
