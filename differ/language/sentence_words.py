"""Reads the words of each language that matter for sentences: short forms, and answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from languages import records


@dataclass(frozen=True, slots=True)
class SentenceWords:
    """The words of one language, from its `sentences.toml`."""

    short_forms: Sequence[str]
    """Short forms whose full stop does not end a sentence, in small letters, without the last full stop."""
    answers: Sequence[str]
    """Whole answers to a question."""
    denials: Sequence[str]
    """Answers that deny what was asked."""


@cache
def short_forms() -> frozenset[str]:
    """Return the short forms of all languages."""
    return frozenset(form for _, words in records("sentences", SentenceWords) for form in words.short_forms)


@cache
def answers() -> frozenset[str]:
    """Return the whole answers of all languages."""
    return frozenset(answer for _, words in records("sentences", SentenceWords) for answer in words.answers)


@cache
def denials() -> frozenset[str]:
    """Return the answers of all languages that deny what was asked."""
    return frozenset(denial for _, words in records("sentences", SentenceWords) for denial in words.denials)
