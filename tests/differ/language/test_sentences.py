"""Tests the ends of sentences in each language that has sentence rules. In the test cases, `|` marks the end of each
sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from differ.language.sentences import LONGEST, sentences
from languages import languages_with

TABLES = Path(__file__).with_name("sentence_ends")
CASES = [(path.stem, line) for path in sorted(TABLES.glob("*.txt")) for line in path.read_text("utf-8").splitlines()]


def expected(case: str) -> tuple[str, ...]:
    return tuple(case.split(" | "))


@pytest.mark.parametrize(("language", "case"), CASES)
def test_sentences_end_where_a_reader_sees_an_end(language: str, case: str) -> None:
    assert sentences(" ".join(expected(case)), language) == expected(case)


@pytest.mark.parametrize("language", languages_with("sentences"))
def test_every_language_has_at_least_forty_cases(language: str) -> None:
    assert sum(code == language for code, _ in CASES) >= 40


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Gilt seit dem 3. März 2024.", 1),
        ("Berlaku sampai 31 Des. 2026.", 1),
        ("Ask Mr. Bell, Hr. Docht or Sdr. Bagas, e.g. Today.", 1),
        ("Lentera Tbk. Kami menjual lampu.", 2),
        ("Мы храним имя. Мы не храним адрес.", 2),
        ("Zapalamy lampy. Świecą całą noc. Śpimy w dzień.", 3),
        ("我们不出售数据。我们保存三年！请联系我们。", 3),
        ("हम डेटा नहीं बेचते। हम लिखते हैं।", 2),
        ("هل تباع القائمة؟ لا تباع.", 2),
    ],
)
def test_a_text_in_an_unknown_language_is_split_by_the_rules_of_all_languages(text: str, count: int) -> None:
    assert len(sentences(text)) == count


def test_a_sentence_without_an_end_is_cut() -> None:
    text = "lamp, " * (LONGEST // 3)
    assert all(len(sentence) <= LONGEST for sentence in sentences(text))
    assert "".join(sentences(text)).replace(" ", "") == text.replace(" ", "")
