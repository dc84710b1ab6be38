"""Decides whether an effect is better or worse for the reader."""

from __future__ import annotations

from typing import Literal

from differ.judgement.concept_effects import Effect

Bearing = Literal["worse", "better", "other"]

MORE_IS_BETTER = {
    "sharing": frozenset(("consent", "safeguard", "notice")),
    "rights": frozenset(
        ("right", "optout", "withdrawal", "complaint", "channel", "address", "name", "statement", "consent")
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
    "rights": frozenset(("arbitration", "identity", "refusal", "deadline")),
}
PROTECTING = ("consent", "safeguard", "notice", "condition")
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
