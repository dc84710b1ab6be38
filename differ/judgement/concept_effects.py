"""Compares the concepts in a statement before and after an edit: which were added, removed or reversed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Literal

from differ.judgement.relevance import Watched
from differ.language.meaning import Meaning, canonical
from differ.language.polarity import LEVELS, NEVER, PLAIN, is_condition
from differ.matching.equivalence import SLIGHT
from differ.model import Direction, direction

"""`loosened` means that a negation was removed. `tightened` means that a negation was added."""
TURNS = ("loosened", "tightened")
"""Directions of effects that reverse a statement. If such an effect is reported, two other effects are not reported:
the effect on the negation itself, and the effect on the word "may" or "will" that the negation replaced.
"""
By = Literal["word", "concept", "count"]


@dataclass(frozen=True, slots=True)
class EffectPart:
    """A kind of effect, and the concepts that cause it."""

    kind: str
    concepts: tuple[str, ...]
    by: By = "concept"
    """The kind of difference that counts as a change. `word`: a change of the words counts, even if both words have the
    same concept, such as "banks" and "insurers". `concept`: only a change of the concept counts. `count`: only a change
    in the number of mentions counts.
    """


Levels = frozenset[tuple[str, str]]
"""Pairs of a concept and its level."""

GRANT = "right.grant"
HEDGE_REACH = 1
"""Maximum number of words between "may" and "have the right"."""
GENERIC = ("right.rights", GRANT)
"""Concepts that mention a right but do not say which right."""
WITHDRAWAL = "consent.withdraw"
FORM = "form"
"""The thing that changed if people still agree, but in a different form."""
FREE = ("exercise.free", PLAIN)
REWORDED = ("act", "transfer", "merger", "threshold", "channel")
"""Kinds of effects whose words may take another form: "we report" became "is reported"."""
HELD = ("consent.withdraw", "optout", "complaint")
"""Things that people can do, apart from the named rights."""
NEGATION = EffectPart("condition", ("negation", "nobody"), by="count")
CONDITION = EffectPart("condition", ("limiter", "modality", "scope"))
SHARING_PARTS = (
    EffectPart("sale", ("sell",)),
    EffectPart("recipient", ("recipient",), by="word"),
    EffectPart("merger", ("merger",), by="word"),
    EffectPart("safeguard", ("transfer.safeguard", "encryption"), by="word"),
    EffectPart("place", ("place.kept",)),
    EffectPart("transfer", ("transfer.abroad",)),
    EffectPart("consent", ("consent", "optout")),
    EffectPart("notice", ("notify",)),
    EffectPart("threshold", ("threshold",), by="word"),
    EffectPart("risk", ("risk",)),
    EffectPart(
        "data",
        ("data.aggregate", "data.sensitive", "data.contact", "data.financial", "data.device", "data.content"),
        by="word",
    ),
    EffectPart("own", ("purpose.own",)),
    EffectPart("purpose", ("purpose",), by="word"),
    EffectPart("act", ("share", "receive", "tracks", "public")),
    NEGATION,
    CONDITION,
)
"""Parts of effects on sharing, in the order in which they describe a new or removed statement."""
RIGHTS_PARTS = (
    EffectPart("withdrawal", (WITHDRAWAL,)),
    EffectPart("arbitration", ("complaint.arbitration",)),
    EffectPart("complaint", ("complaint",), by="word"),
    EffectPart("fee", ("exercise.fee", "exercise.free")),
    EffectPart("identity", ("exercise.identity",), by="word"),
    EffectPart("refusal", ("exercise.refuse",)),
    EffectPart("deadline", ("exercise.deadline",)),
    EffectPart("optout", ("optout", "default")),
    EffectPart("right", ("right",)),
    EffectPart("consent", ("consent",)),
    EffectPart("channel", ("exercise",)),
    EffectPart("anytime", ("anytime",)),
    NEGATION,
    CONDITION,
)
"""Parts of effects on rights, in the order in which they describe a new or removed statement."""
PARTS: dict[Watched, tuple[EffectPart, ...]] = {"sharing": SHARING_PARTS, "rights": RIGHTS_PARTS}


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect of an edit."""

    watched: Watched
    kind: str
    """The kind of the effect: the kind of an `EffectPart`, or one of country, name, controller, address, deadline, fee,
    statement, wording.
    """
    direction: Direction
    _: KW_ONLY
    gone: tuple[str, ...] = ()
    """The deciding words of the text before."""
    new: tuple[str, ...] = ()
    """The deciding words of the text after."""
    things: tuple[str, ...] = ()
    """The concepts of these words, such as "right.object"."""
    minor: bool = False
    """Whether the effect only completes the explanation of another effect. It is never reported alone."""


def added_or_removed(subject: Watched, kind: str, words: tuple[str, ...], *, new: bool) -> Effect:
    """Return the effect of words that only one of two texts has. They are added or removed."""
    if new:
        return Effect(subject, kind, "added", new=words)
    return Effect(subject, kind, "removed", gone=words)


def part_effect(subject: Watched, part: EffectPart, one: Meaning, other: Meaning) -> Effect | None:
    """Return the effect of one part's concepts, or None if these concepts did not change."""
    if part.by == "count":
        return count_effect(subject, part, one, other)
    before, after = compared_levels(part, one, other)
    left, right = one.named(*part.concepts), other.named(*part.concepts)
    moved = {word for word, _ in left} ^ {word for word, _ in right}
    if not is_hedged(subject, one, other) and says_the_same(subject, part, before ^ after, moved):
        return None
    things = moved_things(part, before, after)
    towards = turn(dict(before - after), dict(after - before)) or promise_moved(before, after)
    if towards:
        return Effect(subject, part.kind, towards, gone=wordings(left), new=wordings(right), things=things)
    gone, new = only_in(left, right), only_in(right, left)
    if is_reworded(part, unsaid(gone, other), unsaid(new, one)):
        return None
    if part.by == "word" and left.keys() != right.keys():
        towards = direction_of_words(gone, new)
    elif before == after:
        return None
    else:
        towards = direction_of_levels(before - after, after - before)
        new = new or gone
    if part.kind == "threshold":
        towards = order_moved(one, other, towards)
    return Effect(subject, part.kind, towards, gone=wordings(gone), new=wordings(new), things=things)


def moved_things(part: EffectPart, before: Levels, after: Levels) -> tuple[str, ...]:
    """Return the concepts that came, or else those that went. If only the form of a consent changed, return `FORM`."""
    if part.kind == "consent" and only_in_form(before, after):
        return (FORM,)
    return specific(concept for concept, _ in (after - before) or (before - after))


def only_in_form(before: Levels, after: Levels) -> bool:
    """Whether both texts need a consent, and only its form is different: "written consent" became "consent"."""
    old, new = ({level for concept, level in levels if is_condition(concept)} for levels in (before, after))
    moved = {concept for concept, _ in before ^ after}
    return old == new == {PLAIN} and all(is_condition(one) and one != "consent.implied" for one in moved)


def is_hedged(subject: Watched, one: Meaning, other: Meaning) -> bool:
    """Whether only one of two texts says for certain that the reader has a right."""
    return subject == "rights" and one.has(GRANT) and other.has(GRANT) and hedges(one) != hedges(other)


def hedges(sense: Meaning) -> bool:
    """Whether a text says that the reader only may have a right: "you may also have the right to appeal"."""
    return any(
        0 <= grant.start - may.end <= HEDGE_REACH for grant in sense.of(GRANT) for may in sense.of("modality.may")
    )


def compared_levels(part: EffectPart, one: Meaning, other: Meaning) -> tuple[Levels, Levels]:
    """Return the concepts of a part in both texts, with their levels, as they are compared."""
    before, after = (free_if_never(sense.said_of(*part.concepts)) for sense in (one, other))
    if part.kind != "right":
        return before, after
    held = one.said_of(*HELD)
    denied = any(level == NEVER for _, level in before | after)
    return without_generic(before, after, same=bool(held) and not denied and held == other.said_of(*HELD))


def is_reworded(part: EffectPart, gone: Collection[object], new: Collection[object]) -> bool:
    """Whether only the form of a part's words changed. `gone` and `new` are the mentions with a word that the other
    text does not have."""
    return part.kind in REWORDED and not gone and not new


def unsaid(named: Mapping[tuple[str, str], str], other: Meaning) -> dict[tuple[str, str], str]:
    """Return the mentions of one text with a word that the other text does not have in any form. "Reported to" is not
    new if the other text has "we report"."""
    words = set(canonical(other.words, other.lexicon))
    return {key: wording for key, wording in named.items() if not words.issuperset(key[0].split())}


def specific(concepts: Iterable[str]) -> tuple[str, ...]:
    """Return concepts, sorted. If at least one concept says which right is meant, the concepts in `GENERIC` are left
    out.
    """
    found = sorted(set(concepts))
    return tuple(concept for concept in found if concept not in GENERIC) or tuple(found)


def says_the_same(
    subject: Watched, part: EffectPart, levels: Collection[tuple[str, str]], words: Collection[str]
) -> bool:
    """Whether a difference in a part has no effect. For example, "we answer" became "we will answer". In a statement
    about rights, "you control" may also become "you can control". If only the act before a recipient was reversed, the
    act has an effect, but the recipient has none.
    """
    concepts = {concept for concept, _ in levels}
    if concepts and concepts <= SLIGHT:
        return True
    if subject == "rights" and concepts and concepts <= SLIGHT | {"modality.may"}:
        return True  # "may" and "must" are not equal
    return part.kind == "recipient" and not words


def free_if_never(levels: Levels) -> Levels:
    """Return concepts with their levels. "No fee" becomes "free"."""
    return frozenset(FREE if level == ("exercise.fee", NEVER) else level for level in levels)


def without_generic(before: Levels, after: Levels, *, same: bool) -> tuple[Levels, Levels]:
    """Return the rights before and after. If both texts name the same rights, or if they are the same apart from the
    rights, the words "have the right" are left out. So "you have the right to object" and "you can object" say the
    same."""
    one, other = (frozenset(level for level in levels if level[0] not in GENERIC) for levels in (before, after))
    return (one, other) if one == other and (one or same) else (before, after)


def only_in(one: Mapping[tuple[str, str], str], other: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    """Return the mentions that occur only in the first of two texts."""
    return {key: wording for key, wording in one.items() if key not in other}


def turn(before: Mapping[str, str], after: Mapping[str, str]) -> Direction | None:
    """Return the direction in which the level of a concept changed. It is `loosened` if more is allowed, and
    `tightened` if less is allowed. If consent is no longer needed, more is allowed."""
    if before and after and all(map(is_condition, (*before, *after))):  # "without consent" became "with consent"
        before, after = ({"consent": level} for level in (weakest(before), weakest(after)))
    for concept in sorted(before.keys() & after.keys()):
        if before[concept] == after[concept]:
            continue
        more = LEVELS.index(after[concept]) > LEVELS.index(before[concept])
        return "loosened" if more != is_condition(concept) else "tightened"
    return None


def promise_moved(before: Levels, after: Levels) -> Direction | None:
    """Return the direction of a promise that was added or removed, or None. Such a promise says that an act never
    happens. This applies only if another mention of the same act is in both texts. For example, "we do not disclose
    names, but may disclose numbers" became "we disclose names, and may disclose numbers".
    """
    for one, other, towards in ((before, after, "loosened"), (after, before, "tightened")):
        kept = {concept for concept, _ in one & other if not is_condition(concept)}
        if any(level == NEVER and concept in kept for concept, level in one - other):
            return "loosened" if towards == "loosened" else "tightened"
    return None


def order_moved(one: Meaning, other: Meaning, towards: Direction) -> Direction:
    """Return the direction of an edit of the grounds of a disclosure: `tightened` if an order is now the only ground,
    in place of a weaker ground, and `loosened` if the reverse happened. If one of the texts has no ground, a word such
    as "only" must come or go with the order. All other edits keep their direction `towards`.
    """
    if needs_order(one) == needs_order(other):
        return towards
    limited = one.has("limiter.only") != other.has("limiter.only")
    if towards != "changed" and (not limited or (one.has("threshold") and other.has("threshold"))):
        return towards
    return "tightened" if needs_order(other) else "loosened"


def needs_order(sense: Meaning) -> bool:
    """Whether an order, such as an order of a court, is the only ground of a disclosure that a text names."""
    grounds = {mention.concept for mention in sense.of("threshold")}
    return grounds == {"threshold.order"}


def weakest(levels: Mapping[str, str]) -> str:
    """Return the level of a consent that is mentioned several times. The consent counts as needed if at least one
    mention says that it is needed.
    """
    return max(levels.values(), key=LEVELS.index)


def direction_of_words(gone: Collection[tuple[str, str]], new: Collection[tuple[str, str]]) -> Direction:
    """Return the direction of removed and added words. It is `loosened` if all removed words were about things that
    never happen. It is `tightened` if all added words are about such things.
    """
    if gone and not new and all(level == NEVER for _, level in gone):
        return "loosened"
    if new and not gone and all(level == NEVER for _, level in new):
        return "tightened"
    return direction(gone, new)


def direction_of_levels(gone: Levels, new: Levels) -> Direction:
    """Return the direction of concepts that an edit only added or only removed. If an edit adds a promise that
    something never happens, the direction is `tightened`. If it removes such a promise, the direction is `loosened`.
    For a statement that no consent is needed, the directions are the other way round.
    """
    if (gone and new) or not all(level == NEVER for _, level in (*gone, *new)):
        return direction(gone, new)
    allows = all(is_condition(concept) for concept, _ in (*gone, *new))
    return "tightened" if bool(new) != allows else "loosened"


def count_effect(subject: Watched, part: EffectPart, one: Meaning, other: Meaning) -> Effect | None:
    """Return the effect of more or fewer mentions, or None if the number of mentions is the same."""
    left, right = (Counter(map(sense.said, sense.free(*part.concepts))) for sense in (one, other))
    if left.total() == right.total():
        return None
    gone, new = tuple(sorted(left - right)), tuple(sorted(right - left))
    return Effect(subject, part.kind, "loosened" if left.total() > right.total() else "tightened", gone=gone, new=new)


def wordings(named: dict[tuple[str, str], str]) -> tuple[str, ...]:
    """Return the words of mentions as a reader sees them. They are sorted, and each occurs once."""
    return tuple(sorted(set(named.values())))
