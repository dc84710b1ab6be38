"""Tests sentences that are turned into their opposite, in prose, lists and tables, edited and new. A loss for the
reader is material and severe. A gain is never critical. The same meaning in other words is quiet."""

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
"""Kinds whose loss is critical."""
UNDER = {"time": "rights", "exercise": "rights"}
"""The heading under which a kind is tested. All other kinds are under a heading that says nothing."""


def turns(*kinds: str) -> list[object]:
    """Return the pairs of some kinds in all languages and shapes, with these as names."""
    return [
        pytest.param(kind, language, shape, pair, id=f"{kind} {language} {shape} {number}")
        for kind in kinds
        for language, table in TURNS[kind].items()
        for shape in SHAPES
        for number, pair in enumerate(table["pairs"], 1)
    ]


def turned(kind: str, language: str, shape: str, before: str, after: str) -> Comparison:
    """Compare two policies that differ in one sentence. An empty sentence is left out."""
    old, new = (
        policy(language, SHAPES[shape].format(text) if text else "", UNDER.get(kind, "plain"))
        for text in (before, after)
    )
    return compared(old, new, language)


@pytest.mark.parametrize("kind", TURNS)
def test_each_kind_has_twelve_pairs_in_each_language(kind: str) -> None:
    assert {language: len(table["pairs"]) for language, table in TURNS[kind].items()} == {"en": 12, "id": 12}


@pytest.mark.parametrize(
    ("kind", "language", "shape", "pair"), turns(*PROMISES, "safeguard", "time", "exercise", "member")
)
def test_a_loss_is_grave_and_a_gain_is_never_critical(kind: str, language: str, shape: str, pair: list[str]) -> None:
    better, worse = pair
    lost, won = turned(kind, language, shape, better, worse), turned(kind, language, shape, worse, better)
    assert lost.severity in (("critical",) if kind in PROMISES else ("critical", "high"))
    assert won.material
    assert won.severity != "critical"


@pytest.mark.parametrize(("kind", "language", "shape", "pair"), turns("same"))
def test_a_condition_in_another_form_is_quiet(kind: str, language: str, shape: str, pair: list[str]) -> None:
    assert not turned(kind, language, shape, *pair).material
    assert not turned(kind, language, shape, *reversed(pair)).material


@pytest.mark.parametrize(("kind", "language", "shape", "pair"), turns(*PROMISES))
def test_a_new_or_removed_sentence_on_giving_data_away_is_material(
    kind: str, language: str, shape: str, pair: list[str]
) -> None:
    for sentence in pair:
        assert turned(kind, language, shape, "", sentence).material
        assert turned(kind, language, shape, sentence, "").material
