"""Tests the phrases of each language. Each language has all phrases with the same placeholders, and writes dates in
its own way."""

from __future__ import annotations

from datetime import UTC, date, datetime
from string import Formatter

import pytest

from clausewatch.output.inventory_text import CLASSES, RIGHTS
from differ.model import SEVERITIES, TOPICS
from languages import languages_with
from notifier.audience.subscriptions import Language
from notifier.texts.phrases import phrases_for

OTHERS = [language for language in languages_with("messages") if language != "en"]


def blanks(phrase: str) -> set[str]:
    """Return the placeholders of a phrase."""
    return {name for _, name, _, _ in Formatter().parse(phrase) if name is not None}


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_the_same_phrases_with_the_same_placeholders(language: Language) -> None:
    english, other = phrases_for("en").texts, phrases_for(language).texts
    assert list(other) == list(english)
    assert {key: blanks(text) for key, text in other.items()} == {key: blanks(text) for key, text in english.items()}


@pytest.mark.parametrize("language", OTHERS)
def test_no_phrase_is_left_untranslated(language: Language) -> None:
    """Phrases without words, such as those that have only placeholders, need not be translated."""
    english, other = phrases_for("en").texts, phrases_for(language).texts
    same = {key for key in english if english[key] == other[key]}
    assert same == {
        "date.day",
        "list.between",
        "recipient.of",
        "subject.whole",
        "digest.watch",
        "roundup.count",
        "news.line",
    }


@pytest.mark.parametrize("language", languages_with("messages"))
def test_every_topic_and_severity_has_a_name_and_advice(language: Language) -> None:
    known = phrases_for(language)
    wanted = [f"topic.{topic}" for topic in TOPICS] + [f"advice.topic.{topic}" for topic in TOPICS]
    wanted += [f"severity.{severity}" for severity in SEVERITIES] + [f"advice.{severity}" for severity in SEVERITIES]
    assert not [key for key in wanted if not known.texts.get(key)]
    assert len(set(known.months)) == 12


@pytest.mark.parametrize("language", languages_with("messages"))
def test_every_right_and_every_class_of_recipients_has_a_name(language: Language) -> None:
    known = phrases_for(language)
    assert not [right for right in RIGHTS if known.name("right", right) == right and "." in right]
    assert {right.replace(".", "_") for right in RIGHTS} <= {key.removeprefix("right.") for key in known.texts}
    assert all(f"recipient.{kind}" in known.texts for kind in CLASSES)


@pytest.mark.parametrize(
    ("language", "day", "moment"),
    [
        ("en", "1 May 2024", "22 November 2026, 09:04 UTC"),
        ("id", "1 Mei 2024", "22 November 2026, pukul 09.04 UTC"),
    ],
)
def test_dates_are_written_as_usual_in_the_language(language: Language, day: str, moment: str) -> None:
    known = phrases_for(language)
    assert known.day(date(2024, 5, 1)) == day
    assert known.moment(datetime(2026, 11, 22, 9, 4, tzinfo=UTC)) == moment


@pytest.mark.parametrize(
    ("language", "two", "three"), [("en", "a and b", "a, b and c"), ("id", "a dan b", "a, b, dan c")]
)
def test_lists_are_joined_as_usual_in_the_language(language: Language, two: str, three: str) -> None:
    known = phrases_for(language)
    assert [known.listed([]), known.listed(["a"]), known.listed(["a", "b"])] == ["", "a", two]
    assert known.listed(["a", "b", "c"]) == three


def test_inserted_values_are_never_read_as_phrases() -> None:
    assert phrases_for("en").say("foot.sent", subscriber="{policy} {0.__class__}") == (
        "Sent to {policy} {0.__class__} by Clausewatch."
    )


def test_a_missing_name_is_replaced_by_the_inert_key() -> None:
    assert phrases_for("id").name("tongue", "pt\x1b") == "pt"
