"""Tests the conclusions from the dates of two versions."""

from __future__ import annotations

from datetime import date

import pytest

from differ import compare
from differ.judgement.timing import window
from differ.language.statements import statements
from differ.model import Timing
from document import read
from document.model import Block, Document, ExtractionOptions, Page, Section

NOTICE = "We will notify you 30 days before we change this policy."


def document(dates: str, said: str = "We share your data with couriers.") -> Document:
    text = (
        f"# Ferry privacy policy\n\nThis policy says what we do with data about you. {dates}\n\n## Sharing\n\n{said}\n"
    )
    return read(Page(text.encode(), "text/markdown"), ExtractionOptions(languages=("en",))).document


def timing(before: str, after: str, said: str = "We share your data with shops.") -> Timing:
    return compare(document(before), document(after, said)).timing


@pytest.mark.parametrize(
    ("before", "after", "silent"),
    [
        ("Last updated: 4 May 2024.", "Last updated: 4 May 2024.", True),
        ("Effective date: 4 May 2024.", "Effective date: 4 May 2024.", True),
        ("Last updated: 4 May 2024.", "Last updated: 5 May 2024.", False),
        ("Last updated: 4 May 2024.", "Last updated: 4 May 2024. Effective date: 1 June 2024.", False),
        ("Welcome aboard.", "Welcome aboard.", False),
    ],
)
def test_an_edit_is_silent_if_every_stated_date_stays(before: str, after: str, silent: bool) -> None:
    assert timing(before, after).silent is silent


def test_an_edit_of_the_date_alone_is_not_silent() -> None:
    found = compare(document("Last updated: 4 May 2024."), document("Last updated: 5 June 2024.")).timing
    assert (found.date_alone, found.silent) == (True, False)
    assert (found.stated_before, found.stated_after) == (date(2024, 5, 4), date(2024, 6, 5))
    assert not timing("Last updated: 4 May 2024.", "Last updated: 5 June 2024.").date_alone


@pytest.mark.parametrize(
    ("dates", "due"),
    [
        ("Last updated: 10 March 2026. Effective date: 1 December 2026.", date(2026, 12, 1)),
        ("Effective date: 1 December 2026.", date(2026, 12, 1)),
        ("Last updated: 10 March 2026.", date(2026, 4, 9)),
        ("Welcome aboard.", None),
    ],
)
def test_a_notice_period_ends_on_the_effective_date_or_is_counted_from_the_stated_date(
    dates: str, due: date | None
) -> None:
    found = timing("Last updated: 4 May 2024.", dates, NOTICE)
    assert (found.window_days, found.window_text, found.due) == (30, NOTICE, due)


@pytest.mark.parametrize(
    ("number", "days"),
    [("empat belas", 14), ("tiga puluh", 30), ("empat puluh lima", 45), ("14", 14), ("tujuh", 7)],
)
def test_a_notice_period_can_be_a_number_of_several_words(number: str, days: int) -> None:
    sentence = f"Bila kebijakan ini berubah, kami mengumumkannya di situs {number} hari sebelumnya."
    (statement,) = statements(Document((Section("", "", 0, (), "id", (Block("paragraph", sentence),)),), ("id",)))
    assert window((statement,)) == (days, sentence)


def test_the_stated_date_is_the_date_of_writing_and_not_the_effective_date() -> None:
    found = timing("Last updated: 4 May 2024.", "Last updated: 10 March 2026. Effective date: 1 December 2026.")
    assert (found.stated_after, found.effective) == (date(2026, 3, 10), date(2026, 12, 1))
