"""What an edit of one statement does: which concepts it adds, takes away or turns round."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from differ.countries import countries
from differ.equivalence import changed_words
from differ.meaning import Meaning, canonical, heading_topics, lead_meaning, meaning
from differ.statements import Statement
from differ.words import TOKEN, plain

Direction = Literal["added", "removed", "changed", "loosened", "tightened"]
"""Loosened: a negation or a safeguard went; tightened: one came."""

Watched = Literal["sharing", "rights"]
Parts = tuple[tuple[str, tuple[str, ...]], ...]

KINDS_OF_DATA = ("contact", "financial", "device", "content", "professional")

SHARING_PARTS: Parts = (
    ("sale", ("sell",)),
    ("recipient", ("recipient",)),
    ("merger", ("merger",)),
    ("safeguard", ("transfer.safeguard",)),
    ("transfer", ("transfer.abroad",)),
    ("consent", ("consent", "optout")),
    ("notice", ("notify",)),
    ("threshold", ("threshold",)),
    ("risk", ("risk",)),
    ("data", ("data.aggregate", "data.sensitive", *(f"data.{kind}" for kind in KINDS_OF_DATA))),
    ("purpose", ("purpose",)),
    ("act", ("share", "receive", "public")),
    ("condition", ("negation", "limiter", "modality", "scope")),
)
"""Effects on sharing, and the concepts that make them; the gravest first."""

RIGHTS_PARTS: Parts = (
    ("withdrawal", ("consent.withdraw",)),
    ("complaint", ("complaint",)),
    ("fee", ("exercise.fee",)),
    ("identity", ("exercise.identity",)),
    ("refusal", ("exercise.refuse",)),
    ("deadline", ("exercise.deadline",)),
    ("optout", ("optout", "default")),
    ("right", ("right",)),
    ("consent", ("consent",)),
    ("channel", ("exercise.contact", "exercise.dpo", "exercise")),
    ("condition", ("negation", "limiter", "modality", "scope")),
)
"""The same for rights."""

ADDRESS = re.compile(r"@|^https?://|^www\.")
SENTENCE_BREAKS = frozenset(".:!?;")
NAME = re.compile(r"[A-ZÀ-ÖØ-Þ][\w&.-]*")


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that an edit does."""

    watched: Watched
    kind: str
    """The first of a row of `SHARING_PARTS` or `RIGHTS_PARTS`, or country, name, controller, address, number,
    statement, wording."""
    direction: Direction
    gone: tuple[str, ...] = ()
    """The words that decided, as the text before has them."""
    new: tuple[str, ...] = ()
    """The same of the text after."""


def relevance(statement: Statement) -> frozenset[Watched]:
    """Return which watched subjects a statement is about: `sharing`, `rights`, both or none."""
    sense = meaning(statement.words, statement.language)
    if sense is None:
        return frozenset()
    heads = heading_topics(statement.path, statement.language)
    lead = lead_meaning(statement)
    found: set[Watched] = set()
    if about_sharing(sense, statement, heads, lead):
        found.add("sharing")
    if about_rights(sense, statement, heads, lead):
        found.add("rights")
    return frozenset(found)


def about_sharing(sense: Meaning, statement: Statement, heads: frozenset[str], lead: Meaning | None) -> bool:
    """Whether a statement says who gets the data."""
    if shares(sense) or goes_abroad(sense, statement) or changes_owner(sense):
        return True
    listed = statement.kind in ("item", "row") or bool(statement.lead)
    if lead is not None and listed and (shares(lead) or (lead.has("recipient") and lead.has("share", "receive"))):
        return True
    if heads & {"sharing", "transfer"}:
        return listed or sense.has("recipient", "share", "sell", "consent", "transfer", "data.aggregate")
    return False


def shares(sense: Meaning) -> bool:
    """Whether data is given, sold, or received by somebody else."""
    data = sense.has("data")
    recipients = [mention for mention in sense.of("recipient") if not comes_from(sense, mention.start)]
    if sense.has("sell") and (data or recipients):
        return True
    if sense.has("share") and (recipients or data):
        return True
    return bool(recipients) and data and sense.has("receive")


def comes_from(sense: Meaning, start: int) -> bool:
    """Whether a recipient is named as a source: "information from our partners"."""
    return "from" in sense.words[max(0, start - 3) : start]


def goes_abroad(sense: Meaning, statement: Statement) -> bool:
    """Whether data is kept in, or sent to, another country."""
    if sense.has("transfer.safeguard"):
        return True
    if not sense.has("transfer.store"):
        return False
    return sense.has("data") and (sense.has("transfer.abroad") or bool(countries(statement.text)))


def changes_owner(sense: Meaning) -> bool:
    """Whether data goes along with the company."""
    return sense.has("merger") and (sense.has("share", "data", "sell", "transfer", "recipient.buyers"))


def about_rights(sense: Meaning, statement: Statement, heads: frozenset[str], lead: Meaning | None) -> bool:
    """Whether a statement says what people can do about their data."""
    if sense.has("consent.withdraw", "exercise.dpo"):
        return True
    if sense.has("right.rights") and sense.has(
        "right.access",
        "right.erase",
        "right.rectify",
        "right.object",
        "right.portability",
        "right.restrict",
        "right.automated",
        "right.informed",
        "optout",
        "complaint",
        "exercise",
        "data",
    ):
        return True
    if sense.has("optout") and (
        sense.has("exercise", "consent", "purpose.marketing", "data", "cookies", "sell")
        or heads & {"rights", "choices"}
    ):
        return True
    if sense.has("complaint") and (sense.has("exercise", "right", "data") or heads & {"rights", "contact"}):
        return True
    if sense.has("right.access", "right.rectify", "right.erase", "right.portability", "right.object") and sense.has(
        "modality.may", "exercise"
    ):
        return "you" in sense.words or "your" in sense.words or "anda" in sense.words
    if heads & {"rights", "choices"}:
        listed = statement.kind in ("item", "row") or bool(statement.lead)
        return listed or sense.has("right", "exercise", "consent", "complaint", "optout")
    if sense.has("exercise.contact") or ADDRESS.search(statement.text):
        return bool(heads & {"contact"}) or sense.has("right", "data")
    return False


def effects(before: Statement | None, after: Statement | None) -> list[Effect]:
    """Return what an edit does to the watched subjects; a new or removed statement is an edit too."""
    watched: list[Watched] = [
        subject for statement in (before, after) if statement for subject in sorted(relevance(statement))
    ]
    found: list[Effect] = []
    for subject in dict.fromkeys(watched):
        if before is not None and after is not None:
            found += edited(subject, before, after)
        else:
            found.append(Effect(subject, "statement", "added" if after else "removed"))
    return found


def edited(subject: Watched, before: Statement, after: Statement) -> list[Effect]:
    """Return the effects of an edit on one watched subject."""
    one, other = meaning(before.words, before.language), meaning(after.words, after.language)
    if one is None or other is None:
        return []
    parts = SHARING_PARTS if subject == "sharing" else RIGHTS_PARTS
    found = [effect for kind, concepts in parts if (effect := concept_effect(subject, kind, concepts, one, other))]
    return found + residue(subject, before, after, one)


def concept_effect(
    subject: Watched, kind: str, concepts: tuple[str, ...], one: Meaning, other: Meaning
) -> Effect | None:
    """Return the effect that the concepts of one kind make, or None where they stayed the same."""
    before, after = one.count(*concepts), other.count(*concepts)
    gone, new = set(before) - set(after), set(after) - set(before)
    if not gone and not new:
        return None
    turned = {word for _, word, _ in gone} & {word for _, word, _ in new}
    return Effect(
        subject,
        kind,
        turn(gone, turned) if turned else direction(gone, new),
        tuple(sorted({one.shown(concept, word) for concept, word, _ in gone})),
        tuple(sorted({other.shown(concept, word) for concept, word, _ in new})),
    )


def turn(gone: set[tuple[str, str, bool]], turned: set[str]) -> Direction:
    """Return whether a concept lost its negation or got one."""
    return "loosened" if any(negated for _, word, negated in gone if word in turned) else "tightened"


def direction(gone: Collection[object], new: Collection[object]) -> Direction:
    """Return the direction of an edit that took some words and brought others."""
    if gone and new:
        return "changed"
    return "added" if new else "removed"


def residue(subject: Watched, before: Statement, after: Statement, sense: Meaning) -> list[Effect]:
    """Return the effects of words that no concept names: addresses, numbers, countries, names, other words."""
    gone, new = changed_words(before.words, after.words)
    lands, other_lands = countries(before.text), countries(after.text)
    left, right = canonical(gone, sense.lexicon), canonical(new, sense.lexicon)
    kinds = (
        ("country", lands - other_lands, other_lands - lands),
        ("address", filter(ADDRESS.search, gone), filter(ADDRESS.search, new)),
        ("number", filter(starts_with_digit, gone), filter(starts_with_digit, new)),
        ("name", names(before.text, set(gone)), names(after.text, set(new))),
        ("wording", (word for word in left if word not in right), (word for word in right if word not in left)),
    )
    found = []
    for kind, taken, brought in kinds:
        words_gone, words_new = tuple(sorted(set(taken))), tuple(sorted(set(brought)))
        if words_gone != words_new:
            found.append(Effect(subject, kind, direction(words_gone, words_new), words_gone, words_new))
    return found


def starts_with_digit(word: str) -> bool:
    """Whether a word is a number."""
    return word[0].isdigit()


def names(text: str, changed: set[str]) -> set[str]:
    """Return the changed words that are written as names: with a capital inside a sentence that is not all capitals."""
    if text.isupper():
        return set()
    found, start = set(), True
    for token in TOKEN.findall(text):
        if token[0].isalnum():
            if not start and NAME.fullmatch(token) and plain(token) in changed:
                found.add(token)
            start = False
        elif token in SENTENCE_BREAKS:
            start = True
    return found
