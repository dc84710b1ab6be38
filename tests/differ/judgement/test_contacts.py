"""Tests which edits of contact details are reported. A masked e-mail address, for example, is not an edit."""

from __future__ import annotations

import pytest

from differ.model import Comparison
from tests.differ.policies import compared, policy


def edit(before: str, after: str, heading: str = "Contact", language: str = "en") -> Comparison:
    """Compare two policies that differ in one passage, which has its own heading."""
    old, new = (policy(language, f"## {heading}\n\n{passage}") for passage in (before, after))
    return compared(old, new, language)


def test_a_masked_address_is_the_same_address() -> None:
    comparison = edit(
        "To have your data deleted, write to us at [email protected].",
        "To have your data deleted, write to us at desk@lantern.example.",
    )
    assert comparison.findings == ()
    assert {piece.reason for piece in comparison.suppressed} == {"masked-address"}


def test_a_changed_address_is_reported() -> None:
    comparison = edit(
        "For a copy of your data write to us at desk@lantern.example.",
        "For a copy of your data write to us at help@lantern.example.",
    )
    assert comparison.topics == ("rights",)


def test_an_address_without_https_is_the_same_address() -> None:
    assert not edit(
        "You can opt out at https://www.lantern.example/choices.", "You can opt out at lantern.example/choices."
    ).material


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("We note your name.", "We note your name and your phone number."),
        ("We answer within the shop.", "When you contact us by letter, we keep it."),
        ("The server counts page views.", "The server counts page requests of your browser."),
    ],
)
def test_contact_words_outside_a_section_on_rights_are_not_material(before: str, after: str) -> None:
    assert not edit(before, after, heading="What we collect").material


def test_a_changed_postal_address_after_a_sentence_on_rights_is_reported() -> None:
    lead = "If you have questions about your rights, please contact our data protection officer"
    comparison = edit(
        f"{lead}\n\nMill Lane 4\n\n0131 44 820", f"{lead}\n\nHigh Street 19\n\n0131 44 820", heading="Who we are"
    )
    assert comparison.topics == ("rights",)


def test_the_year_of_a_copyright_line_is_not_an_address() -> None:
    lead = "If you have questions about your rights, please contact our data protection officer."
    assert not edit(f"{lead}\n\n© 2024 Lantern", f"{lead}\n\n© 2025 Lantern", heading="Who we are").material


def test_a_masked_address_in_indonesian_text_is_the_same_address() -> None:
    comparison = edit(
        "Untuk menghapus data Anda, hubungi kami di [email protected].",
        "Untuk menghapus data Anda, hubungi kami di meja@lentera.example.",
        language="id",
    )
    assert comparison.findings == ()


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("E-mail: desk@lantern.example", "en"),
        ("Contact form: https://lantern.example/contact", "en"),
        ("Surel: meja@lentera.example", "id"),
    ],
)
def test_a_removed_contact_that_was_a_heading_is_reported(line: str, language: str) -> None:
    """A run of `test_completeness` with another seed found that a removed contact in a heading was not reported."""
    assert edit(f"##### {line}", "", language=language).findings != ()


def test_a_heading_that_names_the_source_of_a_copy_is_not_a_contact() -> None:
    assert edit("##### Content from: https://lantern.example/privacy", "").findings == ()
