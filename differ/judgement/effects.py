"""Effects of an edit to one statement: the concepts that it adds, removes or reverses."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from difflib import SequenceMatcher
from typing import Literal

from differ.judgement.relevance import Watched, bears_on_request, is_address_line, names_right, relevance, says_right
from differ.language.countries import countries
from differ.language.meaning import Meaning, canonical, meaning
from differ.language.names import companies, names
from differ.language.polarity import LEVELS, NEVER, is_condition
from differ.language.roles import is_address
from differ.language.statements import Statement, is_line
from differ.matching.addresses import address_occurs
from differ.matching.equivalence import changed_words, time_limits

Direction = Literal["added", "removed", "changed", "loosened", "tightened"]
"""Loosened: a negation was removed; tightened: one was added."""

TURNS = ("loosened", "tightened")
"""Directions that report a reversal, so that the negation and the "may" or "will" that it replaced are not reported."""

By = Literal["word", "concept", "count"]


@dataclass(frozen=True, slots=True)
class EffectPart:
    """A kind of effect, and the concepts that cause it."""

    kind: str
    concepts: tuple[str, ...]
    by: By = "concept"
    """Whether other words for the same concept are a change ("banks" became "insurers"), or only another concept or
    another number of mentions."""


NEGATION = EffectPart("condition", ("negation", "nobody"), by="count")
CONDITION = EffectPart("condition", ("limiter", "modality", "scope"))
SHARING_PARTS = (
    EffectPart("sale", ("sell",)),
    EffectPart("recipient", ("recipient",), by="word"),
    EffectPart("merger", ("merger",), by="word"),
    EffectPart("safeguard", ("transfer.safeguard", "encryption"), by="word"),
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
    EffectPart("purpose", ("purpose",), by="word"),
    EffectPart("act", ("share", "receive", "public")),
    NEGATION,
    CONDITION,
)
"""Effects on sharing, in the order in which they name a new or removed statement."""

RIGHTS_PARTS = (
    EffectPart("withdrawal", ("consent.withdraw",)),
    EffectPart("complaint", ("complaint",), by="word"),
    EffectPart("fee", ("exercise.fee", "exercise.free")),
    EffectPart("identity", ("exercise.identity",)),
    EffectPart("refusal", ("exercise.refuse",)),
    EffectPart("deadline", ("exercise.deadline",)),
    EffectPart("optout", ("optout", "default")),
    EffectPart("right", ("right",)),
    EffectPart("consent", ("consent",)),
    EffectPart("channel", ("exercise",)),
    NEGATION,
    CONDITION,
)
"""The same for rights."""

PARTS: dict[Watched, tuple[EffectPart, ...]] = {"sharing": SHARING_PARTS, "rights": RIGHTS_PARTS}

BOUNDS = ("fee", "identity", "refusal", "deadline")
"""Effects that are effects on rights only if they bound a request."""

SPILLS = ("consent",)
"""Effects on sharing that are effects on rights too: people control what needs their consent."""

STATEMENT = 4
"""A line of fewer words names no right by itself."""

HEAD_END = re.compile(r" \| |: | - |(?<=\w), ")
"""The end of the name with which a row or an item begins."""

MEMBER_REACH = 12
"""Maximum distance, in words, from an act of giving to a member of the lists after it."""
UNIT_REACH = 3
"""Maximum distance, in words, from a number to what it counts."""


@dataclass(frozen=True, slots=True)
class Effect:
    """A single effect of an edit."""

    watched: Watched
    kind: str
    """The kind of a part, or country, name, controller, address, deadline, fee, statement, wording."""
    direction: Direction
    _: KW_ONLY
    gone: tuple[str, ...] = ()
    """The words that decided, as in the text before."""
    new: tuple[str, ...] = ()
    """The words that decided, as in the text after."""


def effects(before: Statement | None, after: Statement | None) -> list[Effect]:
    """Return the effects of an edit on the watched subjects; a new or removed statement is an edit too."""
    watched: list[Watched] = [
        subject for statement in (before, after) if statement for subject in sorted(relevance(statement))
    ]
    all_effects: list[Effect] = []
    for subject in dict.fromkeys(watched):
        if before is not None and after is not None:
            all_effects += edited(subject, before, after)
        else:
            all_effects += whole(subject, before, after)
    all_effects += controller_effect(before, after)
    if "rights" not in watched:
        all_effects += [
            replace(effect, watched="rights", kind="consent") for effect in all_effects if effect.kind in SPILLS
        ]
    return all_effects


def controller_effect(before: Statement | None, after: Statement | None) -> list[Effect]:
    """Return the effect if another company is named as responsible for the data."""
    senses = [meaning(statement.words, statement.language) for statement in (before, after) if statement is not None]
    if not any(sense is not None and sense.has("controller") for sense in senses):
        return []
    old, new = (companies(statement.text) if statement else {} for statement in (before, after))
    gone = tuple(sorted(name for key, name in old.items() if key not in new))
    came = tuple(sorted(name for key, name in new.items() if key not in old))
    return [Effect("sharing", "controller", direction(gone, came), gone=gone, new=came)] if gone or came else []


def whole(subject: Watched, before: Statement | None, after: Statement | None) -> list[Effect]:
    """Return the effects of a new or removed statement: those of its gravest concept, else of its presence."""
    statement = after or before
    sense = meaning(statement.words, statement.language) if statement else None
    if statement is None or sense is None or sense.has("announcement"):
        return []
    towards: Direction = "added" if after else "removed"
    if subject == "rights" and is_address_line(statement):
        return [Effect(subject, "address", towards, gone=whole_text(before), new=whole_text(after))]
    if subject == "sharing" and lists_name(statement, sense):
        return [Effect(subject, "name", towards, gone=head_of(before), new=head_of(after))]
    part = gravest_part(parts_that_count(subject, (sense, statement)), sense)
    if part is not None:
        return [whole_effect(subject, part, sense.named(*part.concepts), new=after is not None)]
    reported = is_listed(statement) and (subject == "sharing" or len(sense.words) >= STATEMENT)
    return [Effect(subject, "statement", towards)] if reported else []


def parts_that_count(subject: Watched, *read: tuple[Meaning, Statement]) -> list[EffectPart]:
    """Return the parts of a subject; of rights those that bound a request only if one is spoken of."""
    bounded = subject == "sharing" or any(bears_on_request(sense, statement) for sense, statement in read)
    return [part for part in PARTS[subject] if bounded or part.kind not in BOUNDS]


def gravest_part(parts: Iterable[EffectPart], sense: Meaning) -> EffectPart | None:
    """Return the first part whose concepts a statement names; negations and conditions do not count by themselves."""
    telling = (part for part in parts if part not in (NEGATION, CONDITION))
    return next((part for part in telling if sense.named(*part.concepts) and not only_generic(sense, part)), None)


def lists_name(statement: Statement, sense: Meaning) -> bool:
    """Whether a statement is an entry of a list that names somebody, and does not otherwise say who receives data."""
    entry = is_listed(statement) and (" | " in statement.text or is_line(statement.text))
    return entry and not sense.has("sell", "recipient") and bool(names(statement, sense))


def is_listed(statement: Statement) -> bool:
    """Whether a statement is an entry of a list or a table."""
    return statement.kind in ("item", "row")


def head_of(statement: Statement | None) -> tuple[str, ...]:
    """Return the first cell of a row or the beginning of an item: who is listed."""
    return (HEAD_END.split(statement.text, maxsplit=1)[0],) if statement else ()


def whole_text(statement: Statement | None) -> tuple[str, ...]:
    """Return a statement's text as the words that decided, or nothing."""
    return (statement.text,) if statement else ()


def only_generic(sense: Meaning, part: EffectPart) -> bool:
    """Whether a part has only the word "rights" in it."""
    return all(concept == "right.rights" for concept, _ in sense.said_of(*part.concepts))


def whole_effect(subject: Watched, part: EffectPart, named: dict[tuple[str, str], str], *, new: bool) -> Effect:
    """Return the effect of a statement that came or went: a new promise not to do something tightens."""
    wording = wordings(named)
    promised = all(level == NEVER for _, level in named)
    if new:
        return Effect(subject, part.kind, "tightened" if promised else "added", new=wording)
    return Effect(
        subject, part.kind, "loosened" if promised else "removed", gone=wording, new=wording if promised else ()
    )


def edited(subject: Watched, before: Statement, after: Statement) -> list[Effect]:
    """Return the effects of an edit on one watched subject."""
    one, other = meaning(before.words, before.language), meaning(after.words, after.language)
    if one is None or other is None:
        return []
    if subject == "rights" and is_address_line(after):
        return [Effect(subject, "address", "changed", gone=whole_text(before), new=whole_text(after))]
    parts = parts_that_count(subject, (one, before), (other, after))
    of_parts = [effect for part in parts if (effect := part_effect(subject, part, one, other))]
    kept = of_parts + residue(subject, before, after, one)
    if subject == "rights":
        kept = bearing_on_rights(kept, {part.kind for part in parts}, (one, other))
    elif all(effect.kind == "wording" for effect in kept):
        kept += joined_member(one, other)
    return without_turned_conditions(kept)


def without_turned_conditions(kept: Sequence[Effect]) -> list[Effect]:
    """Return effects without those on conditions if another effect says what was turned."""
    turned = any(effect.kind != "condition" and effect.direction in TURNS for effect in kept)
    return [effect for effect in kept if not (turned and effect.kind == "condition")]


def bearing_on_rights(
    possible: Iterable[Effect], counted_kinds: Collection[str], senses: tuple[Meaning, Meaning]
) -> list[Effect]:
    """Return those effects that bear on rights; bounds of a request only if they are among the kinds that count."""
    idle = set(BOUNDS).difference(counted_kinds)
    return [effect for effect in possible if effect.kind not in idle and touches_rights(effect, senses)]


def touches_rights(effect: Effect, senses: tuple[Meaning, Meaning]) -> bool:
    """Whether an effect bears on rights, given the statement before and after: a condition if a right is named, a name
    if it is a contact, a place if rights are mentioned at all."""
    if effect.kind in ("condition", "consent"):
        turned = effect.direction in TURNS
        return any(names_right(sense) or (turned and says_right(sense)) for sense in senses)
    if effect.kind == "name":
        return any(sense.has("exercise.dpo", "exercise.contact", "exercise.post", "complaint") for sense in senses)
    if effect.kind in ("country", "wording"):
        return any(says_right(sense) for sense in senses)
    return True


def part_effect(subject: Watched, part: EffectPart, one: Meaning, other: Meaning) -> Effect | None:
    """Return the effect of the concepts of one part, or None if they stayed the same."""
    if part.by == "count":
        return count_effect(subject, part, one, other)
    before, after = one.said_of(*part.concepts), other.said_of(*part.concepts)
    left, right = one.named(*part.concepts), other.named(*part.concepts)
    if says_the_same(subject, part, before ^ after, {word for word, _ in left} ^ {word for word, _ in right}):
        return None
    towards = turn(dict(before - after), dict(after - before))
    if towards:
        return Effect(subject, part.kind, towards, gone=wordings(left), new=wordings(right))
    gone, new = only_in(left, right), only_in(right, left)
    if part.by == "word" and left.keys() != right.keys():
        return Effect(subject, part.kind, direction_of_words(gone, new), gone=wordings(gone), new=wordings(new))
    if before == after:
        return None
    return Effect(subject, part.kind, direction(before - after, after - before), gone=wordings(gone), new=wordings(new))


def says_the_same(
    subject: Watched, part: EffectPart, levels: Collection[tuple[str, str]], words: Collection[str]
) -> bool:
    """Whether a difference in a part is without effect: for rights, "you control" became "you can control"; for
    recipients, the act was reversed, which is an effect of the act."""
    if subject == "rights" and {concept for concept, _ in levels} == {"modality.may"}:
        return True  # "may" against "must" is not the same
    return part.kind == "recipient" and not words


def only_in(one: Mapping[tuple[str, str], str], other: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    """Return the mentions that only the first of two texts has."""
    return {key: wording for key, wording in one.items() if key not in other}


def turn(before: Mapping[str, str], after: Mapping[str, str]) -> Direction | None:
    """Return the direction in which the level of a concept in both texts changed: more is allowed, or less; if consent
    is no longer needed, more is allowed."""
    if before and after and all(map(is_condition, (*before, *after))):  # "without consent" and "with prior consent"
        before, after = ({"consent": level} for level in (weakest(before), weakest(after)))
    for concept in sorted(before.keys() & after.keys()):
        if before[concept] == after[concept]:
            continue
        more = LEVELS.index(after[concept]) > LEVELS.index(before[concept])
        return "loosened" if more != is_condition(concept) else "tightened"
    return None


def weakest(levels: Mapping[str, str]) -> str:
    """Return the level of a consent that is mentioned in several words: it is needed if any says so."""
    return max(levels.values(), key=LEVELS.index)


def direction_of_words(gone: Collection[tuple[str, str]], new: Collection[tuple[str, str]]) -> Direction:
    """Return the direction of words that came and went: loosened if they are no longer ruled out, tightened if they
    are ruled out now."""
    if gone and not new and all(level == NEVER for _, level in gone):
        return "loosened"
    if new and not gone and all(level == NEVER for _, level in new):
        return "tightened"
    return direction(gone, new)


def count_effect(subject: Watched, part: EffectPart, one: Meaning, other: Meaning) -> Effect | None:
    """Return the effect of more or fewer mentions, or None if their number is the same."""
    left, right = (Counter(map(sense.said, sense.free(*part.concepts))) for sense in (one, other))
    if left.total() == right.total():
        return None
    gone, new = tuple(sorted(left - right)), tuple(sorted(right - left))
    return Effect(subject, part.kind, "loosened" if left.total() > right.total() else "tightened", gone=gone, new=new)


def wordings(named: dict[tuple[str, str], str]) -> tuple[str, ...]:
    """Return the words of mentions for a reader, each once, sorted."""
    return tuple(sorted(set(named.values())))


def direction(gone: Collection[object], new: Collection[object]) -> Direction:
    """Return the direction of an edit that took some words and brought others."""
    if gone and new:
        return "changed"
    return "added" if new else "removed"


def joined_member(one: Meaning, other: Meaning) -> list[Effect]:
    """Return the effect of one more or one fewer member of what is given away or of its receivers, in words that no
    concept names: "to hotels" became "to hotels and casinos"."""
    if came := joined_words(one, other):
        return [] if joined_words(other, one) else [Effect("sharing", "data", "added", new=came)]
    left = joined_words(other, one)
    return [Effect("sharing", "data", "removed", gone=left)] if left else []


def joined_words(one: Meaning, other: Meaning) -> tuple[str, ...]:
    """Return the words that only the second text has as a member of a list after an act of giving; none if it lacks any
    word of the first."""
    steps = SequenceMatcher(None, one.words, other.words, autojunk=False).get_opcodes()
    if any(tag in ("delete", "replace") and one.lexicon.content_words(one.words[i1:i2]) for tag, i1, i2, _, _ in steps):
        return ()
    joined: list[str] = []
    for tag, _, _, start, end in steps:
        if tag != "equal" and is_joined(other, start, end) and follows_giving(other, start):
            joined += other.lexicon.content_words(other.words[start:end])
    return tuple(joined)


def is_joined(sense: Meaning, start: int, end: int) -> bool:
    """Whether a word that joins members of a list is among some words, or beside them."""
    return any(word in sense.lexicon.joining for word in sense.words[max(0, start - 1) : end + 1])


def follows_giving(sense: Meaning, start: int) -> bool:
    """Whether words are among what is given, or those who get it: no purpose or condition comes between."""
    for act in sense.of("share", "sell", "receive"):
        if act.start < start <= act.end + MEMBER_REACH:
            between = (other.start for other in sense.of("purpose", "limiter", "consent", "threshold", "modality"))
            return not any(act.end <= other <= start for other in between)
    return False


def residue(subject: Watched, before: Statement, after: Statement, sense: Meaning) -> list[Effect]:
    """Return the effects of words that no concept names: addresses, numbers, countries, names, other words."""
    gone, new = changed_words(before.words, after.words)
    lands, other_lands = (countries(statement.text, statement.language) for statement in (before, after))
    left, right = canonical(gone, sense.lexicon), canonical(new, sense.lexicon)
    kinds: list[tuple[str, Iterable[str], Iterable[str]]] = [
        ("country", new_names(other_lands, lands), new_names(lands, other_lands)),
        ("address", moved_addresses(gone, after), moved_addresses(new, before)),
        ("deadline", counted(gone, before, sense.lexicon.units), counted(new, after, sense.lexicon.units)),
        ("fee", counted(gone, before, sense.lexicon.money), counted(new, after, sense.lexicon.money)),
        ("limit", *moved_limits(before, after, sense)),
        ("name", named(before, sense, gone), named(after, sense, new)),
        ("wording", (word for word in left if word not in right), (word for word in right if word not in left)),
    ]
    residual = []
    for kind, taken, brought in kinds:
        words_gone, words_new = tuple(sorted(set(taken))), tuple(sorted(set(brought)))
        if words_gone != words_new:
            residual.append(Effect(subject, kind, direction(words_gone, words_new), gone=words_gone, new=words_new))
    return residual


def new_names(old: dict[str, str], new: dict[str, str]) -> list[str]:
    """Return the countries that only the second names, as written."""
    return [name for code, name in new.items() if code not in old]


def moved_addresses(changed: Iterable[str], other: Statement) -> list[str]:
    """Return the changed words that are addresses, and are not in the other statement in any form."""
    return [word for word in changed if is_address(word) and not address_occurs(word, other.words)]


def counted(changed: Sequence[str], statement: Statement, units: frozenset[str]) -> list[str]:
    """Return the changed numbers that count one of the units, with the unit: "14 days"."""
    sense = meaning(statement.words, statement.language)
    numbers = sense.lexicon.numbers if sense else frozenset()
    counts = []
    for index, word in enumerate(statement.words):
        if word in changed and (word[0].isdigit() or word in numbers):
            following = statement.words[index + 1 : index + 1 + UNIT_REACH]
            reach = next((step for step, other in enumerate(following, 1) if other in units), None)
            if reach is not None:
                counts.append(" ".join(statement.words[index : index + 1 + reach]))
            elif index and statement.words[index - 1] in units:
                counts.append(f"{statement.words[index - 1]} {word}")
    return [count for count in counts if not any(count != other and count in other for other in counts)]


def moved_limits(before: Statement, after: Statement, sense: Meaning) -> tuple[list[str], list[str]]:
    """Return the dates that limit a promise in only one of two statements: "until 31 May 2027"."""
    left, right = (Counter(time_limits(statement.words, sense.lexicon)) for statement in (before, after))
    return sorted((left - right).elements()), sorted((right - left).elements())


def named(statement: Statement, sense: Meaning, changed: Iterable[str]) -> list[str]:
    """Return the changed words of a statement that are names, as written."""
    written = names(statement, sense)
    return [written[word] for word in changed if word in written]
