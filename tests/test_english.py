"""Tests the rules for English in CONTRIBUTING.md that a program can check."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.documents import DOCUMENTS
from tests.sources import PROJECT

PACKAGES = (
    "archive",
    "benchmarks",
    "clausewatch",
    "crawler",
    "differ",
    "document",
    "languages",
    "notifier",
    "tests",
)
SOURCES = [source for package in PACKAGES for source in sorted((PROJECT / package).rglob("*.py"))]

DECISIONS = sorted((PROJECT / "docs" / "decisions").glob("*.md"))

MOST_WHERE = 20
"""Maximum number of the word "where" in 10,000 words of docstrings, comments and documents."""

FORBIDDEN = re.compile(
    r"\b(anew|whoever|(?:is|are|was|were) no (?!longer\b|more than\b|later\b|earlier\b)(\w+))", re.IGNORECASE
)
"""Words that the rules forbid. "There is no" and "here is no" are allowed, although they match."""

NO_OPENERS = {
    *("As", "Because", "But", "By", "For", "From", "How", "If", "In", "It", "Not", "Nobody", "Nothing", "Of", "On"),
    *("Since", "So", "That", "Then", "There", "These", "They", "This", "Those", "To", "Under", "What", "When", "Where"),
    *("Which", "Who", "Whoever", "Whom", "Whose", "With", "Without"),
}
"""Words with which a docstring may not begin, because they are neither a verb nor a noun."""
NO_ONE = re.compile(r"One (?:that|of|who|whose|which|by|is|more)\b")


@dataclass(frozen=True, slots=True)
class Docstring:
    """The docstring of an attribute, a function, a class or a module."""

    line: int
    text: str
    of_test: bool
    """Whether the docstring belongs to a test. It is then a sentence about the tested behaviour, and may begin with any
    word.
    """


@cache
def docstrings(source: Path) -> tuple[Docstring, ...]:
    """Return the docstrings of a file."""
    return tuple(
        Docstring(statement.lineno, statement.value.value, of_test=getattr(node, "name", "").startswith("test_"))
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        for statement in _body(node)
        if isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _body(node: ast.AST) -> list[ast.stmt]:
    body = getattr(node, "body", None)
    return body if isinstance(body, list) else []


@cache
def written(source: Path) -> tuple[tuple[int, str], ...]:
    """Return the docstrings and comments of a file with their line numbers."""
    return (*((each.line, each.text) for each in docstrings(source)), *comments(source))


def comments(source: Path) -> Iterator[tuple[int, str]]:
    tokens = tokenize.generate_tokens(io.StringIO(source.read_text(encoding="utf-8")).readline)
    yield from ((token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT)


def prose(document: Path) -> str:
    """Return the text of a document. Leave out examples, code spans and emphasised words."""
    text = re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`]*`|\*\w+\*", "", text)


def forbidden(text: str) -> list[str]:
    """Return the forbidden words that occur in a text."""
    plain = re.sub(r"\s+", " ", re.sub(r"`[^`]*`|\"[^\"]*\"|“[^”]*”", "", text))
    return [
        match[0]
        for match in FORBIDDEN.finditer(plain)
        if not re.search(r"\b(?:there|here) $", plain[: match.start()], re.IGNORECASE)
    ]


def place(source: Path, line: int) -> str:
    return f"{source.relative_to(PROJECT)}:{line}"


def test_docstrings_and_comments_are_plain() -> None:
    wrong = {
        place(source, line): words for source in SOURCES for line, text in written(source) if (words := forbidden(text))
    }
    assert not wrong


@pytest.mark.parametrize("document", [*DOCUMENTS, *DECISIONS], ids=lambda path: path.name)
def test_documents_are_plain(document: Path) -> None:
    assert forbidden(prose(document)) == []


def begins_well(text: str) -> bool:
    """Return whether the rules allow the first word of a docstring."""
    first = re.match(r"\W*(\w*)", text)
    return first is not None and first[1] not in NO_OPENERS and not NO_ONE.match(text)


def test_docstrings_begin_with_a_verb_or_a_noun() -> None:
    wrong = [
        place(source, each.line)
        for source in SOURCES
        for each in docstrings(source)
        if not each.of_test and not begins_well(each.text)
    ]
    assert not wrong


@pytest.mark.parametrize(
    "text", ["What it is.", "How it ends.", "Of which there are two.", "One that waits.", "`That` one."]
)
def test_the_check_of_openers_can_fail(text: str) -> None:
    assert not begins_well(text)


def words() -> Counter[str]:
    """Return the number of occurrences of each word in all docstrings, comments and documents."""
    texts = [text for source in SOURCES for _, text in written(source)]
    texts += [prose(document) for document in [*DOCUMENTS, *DECISIONS]]
    return Counter(re.findall(r"[a-z']+", " ".join(texts).lower()))


def test_where_is_rare_and_less_frequent_than_if() -> None:
    counts = words()
    where = 10_000 * counts["where"] / counts.total()
    assert counts["where"] < counts["if"]
    assert where < MOST_WHERE, f"{where:.1f}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is no policy.", ["is no policy"]),
        ("Written anew by whoever asks.", ["anew", "whoever"]),
        ("There is no policy, and it is no longer watched.", []),
        ('The error says "this is no URL".', []),
        ("Those\nare no words.", ["are no words"]),
    ],
)
def test_the_check_of_forbidden_words_can_fail(text: str, expected: list[str]) -> None:
    assert forbidden(text) == expected
