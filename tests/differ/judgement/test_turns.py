"""Tests edits that turn a sentence into its opposite. The sentences are in prose, in lists and in tables. An edit by
which the reader loses is material and severe. An edit by which the reader gains is never critical. An edit that keeps
the meaning is quiet.
"""

from __future__ import annotations

import tomllib

import pytest

from differ.model import Comparison
from tests.differ.policies import SENTENCES, compared, policy

TURNS = tomllib.loads((SENTENCES / "turns.toml").read_text(encoding="utf-8"))
SHAPES = {
    "prose": "{}",
    "item": "- {}\n- The sun shines on the lake.",
    "row": "| Topic | Rule |\n|---|---|\n| Data | {} |",
}
PROMISES = ("consent", "exception")
"""Kinds of sentences for which a loss is critical."""
UNDER = {"time": "rights", "exercise": "rights"}
"""The heading under which a kind is tested. All other kinds are tested under a heading without a topic."""


def turns(*kinds: str) -> list[object]:
    """Return the pairs of some kinds in all languages and shapes. The name of each case has its kind, language and
    shape."""
    return [
        pytest.param(kind, language, shape, pair, id=f"{kind} {language} {shape} {number}")
        for kind in kinds
        for language, table in TURNS[kind].items()
        for shape in SHAPES
        for number, pair in enumerate(table["pairs"], 1)
    ]


def turned(kind: str, language: str, shape: str, before: str, after: str) -> Comparison:
    """Compare two policies that differ in one sentence. If `before` or `after` is empty, that policy does not have the
    sentence.
    """
    old, new = (
        policy(language, SHAPES[shape].format(text) if text else "", UNDER.get(kind, "plain"))
        for text in (before, after)
    )
    return compared(old, new, language)


@pytest.mark.parametrize("kind", TURNS)
def test_each_kind_has_twelve_pairs_in_each_language(kind: str) -> None:
    assert {language: len(table["pairs"]) for language, table in TURNS[kind].items()} == {"en": 12, "id": 12}


@pytest.mark.parametrize(
    ("kind", "language", "shape", "pair"), turns(*PROMISES, "safeguard", "time", "exercise", "complaint", "member")
)
def test_a_loss_is_severe_and_a_gain_is_never_critical(kind: str, language: str, shape: str, pair: list[str]) -> None:
    better, worse = pair
    lost, won = turned(kind, language, shape, better, worse), turned(kind, language, shape, worse, better)
    assert lost.severity in (("critical",) if kind in PROMISES else ("critical", "high"))
    assert won.material
    assert won.severity != "critical"


@pytest.mark.parametrize(("kind", "language", "shape", "pair"), turns("same"))
def test_a_condition_in_other_words_is_quiet(kind: str, language: str, shape: str, pair: list[str]) -> None:
    assert not turned(kind, language, shape, *pair).material
    assert not turned(kind, language, shape, *reversed(pair)).material


@pytest.mark.parametrize(("kind", "language", "shape", "pair"), turns(*PROMISES))
def test_a_new_or_removed_sentence_about_sharing_is_material(
    kind: str, language: str, shape: str, pair: list[str]
) -> None:
    for sentence in pair:
        assert turned(kind, language, shape, "", sentence).material
        assert turned(kind, language, shape, sentence, "").material
