"""Finds the effects of an edit to one statement: what it adds, removes or reverses."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from differ.judgement import frames
from differ.judgement.bearing import directed, under_all
from differ.judgement.concept_effects import (
    CONDITION,
    NEGATION,
    PARTS,
    TURNS,
    WITHDRAWAL,
    Effect,
    EffectPart,
    added_or_removed,
    direction_of_levels,
    part_effect,
    specific,
    wordings,
)
from differ.judgement.open_words import filled_slot, joined_member, residue
from differ.judgement.recipients import runs
from differ.judgement.relevance import (
    DESTINATION_REACH,
    NAMED_RIGHTS,
    Watched,
    asks_consent,
    bears_on_request,
    denies_right,
    gives_right,
    is_address_line,
    names_right,
    relevance,
    says_right,
    sends,
    sent_away,
)
from differ.language.countries import countries, without_place
from differ.language.lexicon import under
from differ.language.meaning import Meaning, meaning
from differ.language.names import companies, names
from differ.language.polarity import NEVER, PLAIN
from differ.language.roles import WEB
from differ.language.statements import Statement, is_line
from differ.model import Direction, direction
from differ.quotation import without_limiter

BOUNDS = ("fee", "identity", "refusal", "deadline")
"""Kinds of effects that concern rights only if they limit a request."""
LIMITS = ("fee", "identity", "deadline")
"""Kinds of bounds that can limit a right in the same statement that gives the right."""
SHARING_ACTS = ("share", "sell", "receive", "public", "transfer", "recipient", "merger")
"""Concepts that say that data reaches somebody."""
LIMITED_RIGHT = "limited"
"""Kind of the effect of a new or removed statement that gives a right and also limits it."""
ADVERTISER = "advertiser"
"""Kind of the effect of an added or removed name of a recipient that advertises."""
SPILLS = ("consent",)
"""Kinds of effects on sharing that also concern rights. If something needs people's consent, people can control it."""
STATEMENT = 4
"""Minimum number of words in a line that counts as the name of a right."""
SENTENCE_ENDS = (".", ":", ";", "!", "?", ")", "…", "»", "”", '"')
HEAD_END = re.compile(r" \| |: | - |(?<=\w), ")
"""Matches the character after a name. The name begins a row of a table or an item of a list."""


def effects(before: Statement | None, after: Statement | None) -> list[Effect]:
    """Return the effects of an edit on the watched subjects. A new or removed statement counts as an edit too."""
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
            replace(effect, watched="rights", kind="consent")
            for effect in all_effects
            if effect.kind in SPILLS and not effect.minor
        ]
    return all_effects


def controller_effect(before: Statement | None, after: Statement | None) -> list[Effect]:
    """Return the effect if a different company is now named as responsible for the data."""
    senses = [meaning(statement.words, statement.language) for statement in (before, after) if statement is not None]
    if not any(sense is not None and sense.has("controller") for sense in senses):
        return []
    old, new = (companies(statement.text) if statement else {} for statement in (before, after))
    gone = tuple(sorted(name for key, name in old.items() if key not in new))
    came = tuple(sorted(name for key, name in new.items() if key not in old))
    return [Effect("sharing", "controller", direction(gone, came), gone=gone, new=came)] if gone or came else []


def whole(subject: Watched, before: Statement | None, after: Statement | None) -> list[Effect]:
    """Return the effects of a new or removed statement. If the statement has a concept that counts, the effect is about
    its gravest concept. Otherwise the effect is that an entry of a list was added or removed.
    """
    statement = after or before
    sense = meaning(statement.words, statement.language) if statement else None
    if statement is None or sense is None or sense.has("announcement"):
        return []
    towards: Direction = "added" if after else "removed"
    if subject == "rights" and is_address_line(statement):
        return [Effect(subject, "address", towards, gone=whole_text(before), new=whole_text(after))]
    if subject == "sharing" and lists_name(statement, sense):
        return [Effect(subject, name_kind(sense), towards, gone=head_of(before), new=head_of(after))]
    parts = parts_that_count(subject, (sense, statement))
    made = whole_effects(subject, telling_parts(parts, sense), sense, new=after is not None)
    if subject == "sharing":
        made = opening_name(statement, sense, new=after is not None) + made
    return made or unread(subject, statement, sense, towards)


def unread(subject: Watched, statement: Statement, sense: Meaning, towards: Direction) -> list[Effect]:
    """Return the effects of a new or removed statement without a concept that counts: something is sent to somebody,
    or an entry of a list was added or removed.
    """
    if subject == "sharing" and (sent := destinations(statement, sense, new=towards == "added")):
        return sent
    reported = is_listed(statement) and (subject == "sharing" or len(sense.words) >= STATEMENT)
    return [Effect(subject, "statement", towards)] if reported else []


def parts_that_count(subject: Watched, *read: tuple[Meaning, Statement]) -> list[EffectPart]:
    """Return the parts of a subject that are compared. For a right, the limits of requests are compared only if
    the subject mentions a request.
    """
    bounded = subject == "sharing" or any(bears_on_request(sense, statement) for sense, statement in read)
    return [part for part in PARTS[subject] if bounded or part.kind not in BOUNDS]


def telling_parts(parts: Iterable[EffectPart], sense: Meaning) -> list[EffectPart]:
    """Return the parts whose concepts a statement mentions, without the parts for negations, conditions and "at any
    time". If the statement grants or denies a right, the right comes before its limits. A statement that denies that a
    consent can be taken back does not say whether a consent is needed.
    """
    rights_first = sense.has("right.grant") or denies_right(sense)
    ordered = sorted(parts, key=lambda part: rights_first and part.kind in BOUNDS)
    telling = (part for part in ordered if part not in (NEGATION, CONDITION) and part.kind != "anytime")
    if (WITHDRAWAL, NEVER) in sense.said_of(WITHDRAWAL):
        telling = (part for part in telling if part.kind != "consent")
    return [part for part in telling if sense.named(*part.concepts) and not only_generic(sense, part)]


def lists_name(statement: Statement, sense: Meaning) -> bool:
    """Whether a statement is a list entry that contains a name. The entry must say nothing else about recipients."""
    entry = is_listed(statement) and (" | " in statement.text or is_line(statement.text))
    return entry and not sense.has("sell", "recipient") and bool(names(statement, sense))


def opening_name(statement: Statement, sense: Meaning, *, new: bool) -> list[Effect]:
    """Return the effect of a name at the beginning of an entry that also describes the named company: "Larkpost Ltd,
    which …". In other statements, the words near the name decide whether it is a recipient.
    """
    if not is_listed(statement) or sense.lexicon.capitals or " | " in statement.text:
        return []
    found = (run.text for run in runs(statement, sense.lexicon) if run.start == 0)
    name = tuple(without_place(text, statement.language) for text in found)
    return [added_or_removed("sharing", name_kind(sense), name, new=new)] if name else []


def destinations(statement: Statement, sense: Meaning, *, new: bool) -> list[Effect]:
    """Return the effects of the names and countries to which the company sends something for which there is no
    concept: "we send X-ray images to Larkpost in India".
    """
    if not sends(sense, statement):
        return []
    lands = tuple(countries(statement.text, statement.language).values())
    places = {place for act in sent_away(sense) for place in range(act.end, act.end + DESTINATION_REACH)}
    near = [] if sense.lexicon.capitals else [run for run in runs(statement, sense.lexicon) if run.start in places]
    receivers = tuple(without_place(run.text, statement.language) for run in near if run.text not in lands)
    found = (("name", receivers), ("country", lands))
    return [added_or_removed("sharing", kind, words, new=new) for kind, words in found if words]


def name_kind(sense: Meaning) -> str:
    """Return the kind of the effect of a name. A name in a statement about advertising is the name of an advertiser. A
    statement with a negation is an exception, because it may say that the company does not advertise.
    """
    advertises = sense.has("purpose.marketing", "recipient.advertising") and not sense.has("negation")
    return ADVERTISER if advertises else "name"


def is_listed(statement: Statement) -> bool:
    """Whether a statement is an entry of a list or a table."""
    return statement.kind in ("item", "row")


def head_of(statement: Statement | None) -> tuple[str, ...]:
    """Return the first cell of a row or the beginning of an item, which names the recipient."""
    if statement is None:
        return ()
    head = without_limiter(HEAD_END.split(statement.text, maxsplit=1)[0].rstrip(";"))
    return (without_place(head, statement.language),)


def whole_text(statement: Statement | None) -> tuple[str, ...]:
    """Return the whole text of a statement as the only item. If there is no statement, return an empty tuple."""
    return (statement.text,) if statement else ()


def only_generic(sense: Meaning, part: EffectPart) -> bool:
    """Whether the general word "rights" is the only concept of `part` that the statement mentions."""
    return all(concept == "right.rights" for concept, _ in sense.said_of(*part.concepts))


def whole_effects(subject: Watched, parts: Iterable[EffectPart], sense: Meaning, *, new: bool) -> list[Effect]:
    """Return the effects of an added or removed statement. All effects after the first are minor."""
    made = [whole_effect(subject, part, sense, new=new) for part in parts]
    return made[:1] + [replace(effect, minor=True) for effect in made[1:]]


def whole_effect(subject: Watched, part: EffectPart, sense: Meaning, *, new: bool) -> Effect:
    """Return the effect of an added or removed statement. If a statement gives a right and limits it, the effect names
    both the right and the limit."""
    kind, concepts = part.kind, part.concepts
    if kind in LIMITS and gives_right(sense):
        kind, concepts = LIMITED_RIGHT, (*NAMED_RIGHTS, *concepts)
    levels, wording = sense.said_of(*concepts), wordings(sense.named(*concepts))
    things = specific(concept for concept, _ in levels)
    if new:
        return Effect(subject, kind, direction_of_levels(frozenset(), levels), new=wording, things=things)
    towards = direction_of_levels(levels, frozenset())
    return Effect(subject, kind, towards, gone=wording, new=wording if towards in TURNS else (), things=things)


def edited(subject: Watched, before: Statement, after: Statement) -> list[Effect]:
    """Return the effects of an edit on one watched subject."""
    one, other = meaning(before.words, before.language), meaning(after.words, after.language)
    if one is None or other is None:
        return []
    if subject == "rights" and is_address_line(after):
        return [Effect(subject, "address", "changed", gone=whole_text(before), new=whole_text(after))]
    if subject == "sharing":
        one, other = without_readers_modals(one), without_readers_modals(other)
    parts = parts_that_count(subject, (one, before), (other, after))
    of_parts = [effect for part in parts if (effect := part_effect(subject, part, one, other))]
    kept = [effect for effect in of_parts if not is_worded_channel(effect, before, after)]
    kept += residue(subject, before, after, one)
    if all(effect.kind == "wording" for effect in kept):
        kept += unnamed_effects(subject, before, after, (one, other))
    if subject == "rights":
        kept = without_bounds_of_turned_right(kept)
        kept = bearing_on_rights(kept, {part.kind for part in parts}, (one, other))
    kept = with_asking(kept, one, other)
    kept = without_turned_conditions(kept)
    if subject == "rights":
        return without_times_of_request(directed(without_turned_withdrawal(kept), one, other))
    return without_withdrawal(with_promises(with_places(kept, one), one, other), one, other)


def with_asking(kept: list[Effect], one: Meaning, other: Meaning) -> list[Effect]:
    """Return the effects of an edit. If people could only refuse something, and are now asked first, the effect on
    consent is `tightened`, and for the reverse it is `loosened`. The effect on the choice to refuse is then left out.
    """
    towards: Direction = "tightened" if refuses(one) and asks_first(other) else "loosened"
    if towards == "loosened" and not (asks_first(one) and refuses(other)):
        return kept
    gone, new = (wordings(sense.named("consent", "optout")) for sense in (one, other))
    return [
        replace(effect, direction=towards, gone=gone, new=new) if effect.kind == "consent" else effect
        for effect in kept
        if effect.kind != "optout"
    ]


def refuses(sense: Meaning) -> bool:
    """Whether people can only refuse what a statement says: "unless you opt out"."""
    choices = sense.said_of("consent", "optout")
    return bool(choices) and all(under(concept, ("optout",)) and level != NEVER for concept, level in choices)


def asks_first(sense: Meaning) -> bool:
    """Whether people must agree to what a statement says: "if you agree"."""
    return bool(choices := sense.said_of("consent", "optout")) and all(
        under(concept, ("consent",)) and concept not in (WITHDRAWAL, "consent.implied") and level == PLAIN
        for concept, level in choices
    )


def with_promises(kept: Iterable[Effect], one: Meaning, other: Meaning) -> list[Effect]:
    """Return the effects on sharing. If the text before says that an act never happens, and the text after says without
    a condition that it happens, the kind of its effect is `promise`."""
    return [
        replace(effect, kind="promise")
        if effect.kind == "act" and effect.direction == "loosened" and is_given_up(effect.things, one, other)
        else effect
        for effect in kept
    ]


def is_given_up(acts: Iterable[str], one: Meaning, other: Meaning) -> bool:
    """Whether a promise that one of the acts never happens is given up without a condition."""
    before, after = one.said_of(*acts), other.said_of(*acts)
    return any(level == NEVER for _, level in before) and {level for _, level in after} == {PLAIN}


def with_places(kept: Sequence[Effect], one: Meaning) -> list[Effect]:
    """Return the effects on sharing of an edit of the place of data. The effect on the place says what changed, so an
    effect on "may" is left out. If the data could be somewhere else before, and now stays in a place, the effect on the
    countries is minor.
    """
    placed = {effect.kind: effect for effect in kept if effect.kind in ("place", "country")}
    if not placed:
        return [*kept]
    left = [
        effect
        for effect in kept
        if effect.kind != "condition" or not ("place" in placed or under_all(effect, "modality"))
    ]
    returned = "place" in placed and placed["place"].direction == "added"
    if returned and one.has("modality.may", "transfer.abroad"):
        return [replace(effect, minor=True) if effect.kind == "country" else effect for effect in left]
    return left


def unnamed_effects(
    subject: Watched, before: Statement, after: Statement, senses: tuple[Meaning, Meaning]
) -> list[Effect]:
    """Return the effects of words that no concept names, by their place in a sentence."""
    joined = joined_member(*senses) if subject == "sharing" else []
    if joined or not (is_sentence(before) and is_sentence(after)):
        return joined
    return filled_slot(subject, before, after)


def without_readers_modals(sense: Meaning) -> Meaning:
    """Return a meaning without the verbs that say what the reader may do: "you can". They are not conditions of a
    disclosure."""
    kept = tuple(
        mention
        for mention in sense.mentions
        if not under(mention.concept, ("modality",))
        or sense.words[max(0, mention.start - 1)] not in sense.lexicon.readers
    )
    return replace(sense, mentions=kept)


def is_sentence(statement: Statement) -> bool:
    """Whether a statement is a sentence or an entry of a list. A row of menu items is not."""
    return is_listed(statement) or statement.text.endswith(SENTENCE_ENDS)


def is_worded_channel(effect: Effect, before: Statement, after: Statement) -> bool:
    """Whether only the words before an address changed: "e-mail us at" became "send an e-mail to"."""
    old, new = ({word for word in side.words if "@" in word or word.startswith(WEB)} for side in (before, after))
    return effect.kind == "channel" and bool(old) and old == new


def without_turned_conditions(kept: Sequence[Effect]) -> list[Effect]:
    """Return the effects without effects on conditions, if another effect says what was reversed."""
    turned = any(effect.kind != "condition" and effect.direction in TURNS for effect in kept)
    return [effect for effect in kept if not (turned and effect.kind == "condition")]


def without_bounds_of_turned_right(kept: Sequence[Effect]) -> list[Effect]:
    """Return the effects. If a right was granted and is now denied, or the reverse, the effects on the limits of the
    right are left out.
    """
    turned = any(effect.kind == "right" and effect.direction in TURNS for effect in kept)
    return [effect for effect in kept if not (turned and (effect.kind in BOUNDS or is_only_a_bound(effect)))]


def without_turned_withdrawal(kept: Iterable[Effect]) -> list[Effect]:
    """Return the effects. Whether people can take back a consent does not say whether a consent is needed. So an effect
    on a consent is left out if only taking back was denied or granted."""
    return [
        effect
        for effect in kept
        if not (effect.kind == "consent" and effect.direction in TURNS and effect.things == (WITHDRAWAL,))
    ]


def without_withdrawal(kept: Iterable[Effect], *senses: Meaning) -> list[Effect]:
    """Return the effects on sharing. If both statements are only about taking back a consent, their conditions do not
    concern sharing."""
    only = all(sense.has(WITHDRAWAL) and not sense.has(*SHARING_ACTS) for sense in senses)
    return [effect for effect in without_turned_withdrawal(kept) if not (only and effect.kind == "condition")]


def without_times_of_request(kept: Sequence[Effect]) -> list[Effect]:
    """Return the effects on rights. An effect on the way to make a request is left out if its words are only times that
    another effect names.
    """
    times = {word for effect in kept if effect.kind in ("deadline", "term") for word in (*effect.gone, *effect.new)}
    return [effect for effect in kept if effect.kind != "channel" or not times.issuperset((*effect.gone, *effect.new))]


def is_only_a_bound(effect: Effect) -> bool:
    """Whether an effect on a way to make a request is about a limit of the request, such as a time."""
    return (
        effect.kind == "channel" and bool(effect.things) and all(under(thing, frames.BOUNDS) for thing in effect.things)
    )


def bearing_on_rights(
    possible: Iterable[Effect], counted_kinds: Collection[str], senses: tuple[Meaning, Meaning]
) -> list[Effect]:
    """Return the effects that concern rights. Limits of a request are included only if their kind counts in these
    statements.
    """
    idle = set(BOUNDS).difference(counted_kinds)
    return [effect for effect in possible if effect.kind not in idle and touches_rights(effect, senses)]


def touches_rights(effect: Effect, senses: tuple[Meaning, Meaning]) -> bool:
    """Whether an effect concerns rights, given both statements. A condition concerns rights if a right is named. A
    consent concerns rights also if something depends on it. A name concerns rights if it is a contact. A place concerns
    rights if the statement mentions rights at all.
    """
    if effect.kind == "consent" and any(map(asks_consent, senses)):
        return True
    if effect.kind in ("condition", "consent"):
        loose = effect.direction in TURNS or all(sense.has("consent.withdraw") for sense in senses)
        return any(names_right(sense) or (loose and says_right(sense)) for sense in senses)
    if effect.kind == "name":
        return any(sense.has("exercise.dpo", "exercise.contact", "exercise.post", "complaint") for sense in senses)
    if effect.kind in ("country", "wording"):
        return any(says_right(sense) for sense in senses)
    if effect.kind == "anytime":
        return all(names_right(sense) or says_right(sense) for sense in senses)
    return True
