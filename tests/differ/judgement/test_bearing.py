"""Tests the bearing of effects: an effect is better for the reader, worse, or neither. If an edit is reversed, its
effect is reversed too.
"""

from __future__ import annotations

from collections import Counter

import pytest

from differ.judgement.bearing import Bearing, bearing, opposite
from differ.judgement.effects import effects
from differ.language.statements import Statement, statements
from tests.chance import seeded
from tests.differ.policies import document, policy
from tests.quality.plantings import PLAIN, TURNS

EDITS = 60
"""Number of edits drawn for each language. Half of them swap two unrelated sentences."""


def statement(language: str, sentence: str) -> Statement | None:
    """Return a sentence as a statement of a policy, or None if the sentence is empty."""
    read = statements(document(policy(language, sentence), language)) if sentence else ()
    return next((one for one in read if one.text == sentence), None)


def bearings(language: str, before: str, after: str) -> Counter[tuple[str, str, Bearing]]:
    """Count the main effects of an edit by subject, kind and bearing."""
    found = effects(statement(language, before), statement(language, after))
    return Counter((effect.watched, effect.kind, bearing(effect)) for effect in found if not effect.minor)


@pytest.mark.parametrize("language", ["en", "id"])
def test_the_reverse_of_worse_is_better(language: str) -> None:
    chance = seeded(20261130)
    turns = [pair for kind in TURNS for pair in TURNS[kind][language]["pairs"]]
    single = [(sentence, "") for subject in ("sharing", "rights") for sentence in PLAIN[language][subject]]
    drawn = chance.sample([*turns, *single], EDITS // 2)
    mixed = [(chance.choice(turns)[0], chance.choice(turns)[1]) for _ in range(EDITS // 2)]
    for before, after in (*drawn, *mixed):
        there, back = bearings(language, before, after), bearings(language, after, before)
        turned = Counter({(subject, kind, opposite(one)): count for (subject, kind, one), count in there.items()})
        assert turned == back, (before, after)


@pytest.mark.parametrize("language", ["en", "id", "fr"])
@pytest.mark.parametrize(("subject", "gain"), [("sharing", "worse"), ("rights", "better")])
def test_a_new_sentence_on_sharing_is_worse_and_a_new_sentence_on_rights_is_better(
    language: str, subject: str, gain: Bearing
) -> None:
    for sentence in PLAIN[language][subject]:
        new = bearings(language, "", sentence)
        cost = {kind for _, kind, _ in new} == {"fee"}
        assert cost or gain in {one for _, _, one in new}, sentence
        assert opposite(gain) not in {one for _, _, one in new}, sentence
