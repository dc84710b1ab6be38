"""Decides whether an effect is better or worse for the reader.

The effect of a time depends on whom the time limits: "we answer within 30 days" limits the company, and "you may object
within 30 days" limits the reader.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from differ.explanation import Explanation, compared_amounts
from differ.judgement.concept_effects import Effect
from differ.judgement.relevance import abilities
from differ.language.lexicon import under
from differ.language.meaning import Meaning
from differ.model import Direction

Bearing = Literal["worse", "better", "other"]

MORE_IS_BETTER = {
    "sharing": frozenset(("consent", "safeguard", "notice", "place")),
    "rights": frozenset(
        (
            "right",
            "optout",
            "withdrawal",
            "complaint",
            "channel",
            "address",
            "name",
            "statement",
            "consent",
            "deadline",
            "anytime",
        )
    ),
}
"""Kinds of effects that are better for the reader if something is added. For example, an added right is better."""
MORE_IS_WORSE = {
    "sharing": frozenset(
        (
            "sale",
            "recipient",
            "merger",
            "transfer",
            "data",
            "own",
            "purpose",
            "act",
            "name",
            "advertiser",
            "country",
            "threshold",
            "statement",
        )
    ),
    "rights": frozenset(("arbitration", "identity", "refusal", "term")),
}
OWN_ACTS = ("right.object", "right.restrict", "consent.withdraw", "optout", "complaint")
"""Acts of the reader that can have a time limit. In "you may ask for a copy within 30 days", the company may have to
answer within this time.
"""
PROTECTING = ("consent", "safeguard", "notice", "condition", "deadline")
"""Kinds of effects that protect the reader. If such an effect is `loosened`, the company has fewer duties."""


def bearing(effect: Effect) -> Bearing:
    """Return whether an effect is better or worse for the reader. Return `other` if the kind of the effect does not
    show this.
    """
    if effect.direction in ("loosened", "tightened"):
        freer: Bearing = "better" if effect.watched == "rights" and effect.kind not in PROTECTING else "worse"
        return freer if effect.direction == "loosened" else opposite(freer)
    if effect.direction == "changed":
        return "other"
    more: Bearing = "other"
    if effect.kind in MORE_IS_BETTER[effect.watched]:
        more = "better"
    elif effect.kind in MORE_IS_WORSE[effect.watched]:
        more = "worse"
    return more if effect.direction == "added" else opposite(more)


def opposite(one: Bearing) -> Bearing:
    """Return the bearing of the reverse edit."""
    reverse: dict[Bearing, Bearing] = {"worse": "better", "better": "worse", "other": "other"}
    return reverse[one]


def directed(effects: Iterable[Effect], one: Meaning, other: Meaning) -> list[Effect]:
    """Return the effects of an edit on rights. The effect of a time that limits the reader gets the kind `term`. A time
    that became longer is `loosened`, and a time that became shorter is `tightened`. The words "at any time" count only
    if they belong to an act of the reader.
    """
    made = [with_direction(effect, one, other) for effect in effects]
    made = [effect for effect in made if effect.kind != "anytime" or limits_reader((one, other), "anytime")]
    if any(effect.kind == "anytime" for effect in made):
        made = [effect for effect in made if not (effect.kind == "condition" and under_all(effect, "modality"))]
    return made


def with_direction(effect: Effect, one: Meaning, other: Meaning) -> Effect:
    """Return the effect of a time with its kind and direction. Any other effect is returned as it is."""
    if effect.kind != "deadline":
        return effect
    kind = "deadline"
    if all(sense.has(*OWN_ACTS) for sense in (one, other)) and limits_reader((one, other), "exercise.deadline"):
        kind = "term"
    elif effect.direction == "changed" and (abilities(one) or abilities(other)):
        return effect
    turns: dict[str, Direction] = {"more": "loosened", "less": "tightened"}
    compared = compared_amounts(Explanation("", effect.gone, effect.new))
    return replace(effect, kind=kind, direction=turns.get(compared, effect.direction))


def under_all(effect: Effect, group: str) -> bool:
    """Whether all concepts of an effect belong to a group."""
    return bool(effect.things) and all(under(thing, (group,)) for thing in effect.things)


def limits_reader(senses: Iterable[Meaning], concept: str) -> bool:
    """Whether a time in one of the statements belongs to an act of the reader: "you may object within 20 days"."""
    return any(is_of_reader(sense, time.start) for sense in senses for time in sense.of(concept))


def is_of_reader(sense: Meaning, position: int) -> bool:
    """Whether the last person before a position who does something is the reader. Before the first person, the first
    person after the position counts.
    """
    asked = {index for one in sense.of("exercise") for index in range(one.start, one.end + 1)}
    company = sense.lexicon.company - sense.lexicon.owners
    doers = {index: False for index, word in enumerate(sense.words) if word in company and index not in asked}
    doers |= dict.fromkeys(abilities(sense), True)
    before = [index for index in doers if index < position]
    nearest = max(before) if before else min(doers, default=None)
    return nearest is not None and doers[nearest]
