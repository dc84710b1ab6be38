"""Compares the dates that a policy states about itself before and after a change. Finds silent edits, notice periods
and deadlines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from differ.language.lexicon import load_lexicon
from differ.language.meaning import meaning
from differ.language.statements import Statement
from differ.model import Timing
from document.model import Document

UNIT_REACH = 3
"""Maximum distance, in words, from a number to the unit that it counts."""
LONGEST_NAME = 3
"""Maximum number of words in the name of a number, such as the Indonesian "empat puluh lima"."""
LONGEST_WINDOW = 365
"""Maximum length of a notice or objection window in days. A larger number is not the length of a window."""


def timing(before: Document, after: Document, statements: tuple[Statement, ...], *, changed: bool) -> Timing:
    """Compare the dates of two versions. `statements` are the statements of `after`."""
    old, new = newest(before), newest(after)
    effective = max((stated.day for stated in after.dates if stated.kind == "effective"), default=None)
    days, text = window(statements)
    return Timing(
        stated_before=old,
        stated_after=new,
        silent=changed and old is not None and days_stated(before) == days_stated(after),
        effective=effective,
        window_days=days,
        due=end_of_window(published(after), effective, days),
        window_text=text,
    )


def newest(document: Document) -> date | None:
    """Return the latest date that a document states about itself, or None. The date of writing is preferred to the
    effective date."""
    return published(document) or max(days_stated(document), default=None)


def published(document: Document) -> date | None:
    """Return the latest date of update or revision that a document states, or None."""
    return max((stated.day for stated in document.dates if stated.kind != "effective"), default=None)


def days_stated(document: Document) -> set[date]:
    """Return all dates that a document states about itself."""
    return {stated.day for stated in document.dates}


def end_of_window(stated: date | None, effective: date | None, days: int | None) -> date | None:
    """Return the end of a window. Return None if the policy does not state the length of the window, or no date from
    which to count.
    """
    if days is None:
        return None
    if effective is not None and (stated is None or effective > stated):
        return effective
    return stated + timedelta(days=days) if stated else None


def window(statements: tuple[Statement, ...]) -> tuple[int | None, str]:
    """Return the first notice or objection window for changes of the policy: its length in days, and its sentence."""
    for statement in statements:
        days = days_named(statement) if may_speak_of_change(statement) else None
        sense = meaning(statement.words, statement.language) if days else None  # the slowest check comes last
        if sense and sense.has("change") and sense.has("notify", "right.object", "exercise.deadline"):
            return days, statement.text
    return None, ""


def may_speak_of_change(statement: Statement) -> bool:
    """Whether a statement has a unit of time, and a word that may begin a phrase about a change. This quick check
    avoids slower checks.
    """
    lexicon = load_lexicon(statement.language)
    if lexicon is None or lexicon.days.keys().isdisjoint(statement.words):
        return False
    return any(lexicon.concepts.begins("change", word) for word in statement.words)


def days_named(statement: Statement) -> int | None:
    """Return the first number of days, weeks or months in a statement, converted to days. The result is None if the
    number is too large for a window."""
    lexicon = load_lexicon(statement.language)
    if lexicon is None:
        return None
    for index in range(len(statement.words)):
        number, after = number_at(statement.words, index, lexicon.values)
        near = statement.words[after : after + UNIT_REACH]
        days = number * next((lexicon.days[unit] for unit in near if unit in lexicon.days), 0)
        if 0 < days <= LONGEST_WINDOW:
            return days
    return None


def number_at(words: Sequence[str], index: int, names: Mapping[str, int]) -> tuple[int, int]:
    """Return the number that begins at a word, and the index of the word after it. The number may be digits, or a name
    of several words. If no number begins there, it is 0.
    """
    if words[index].isdecimal():
        return int(words[index]), index + 1
    for length in range(LONGEST_NAME, 0, -1):
        name = " ".join(words[index : index + length])
        if name in names:
            return names[name], index + length
    return 0, index + 1
