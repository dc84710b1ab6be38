"""Decides whether the words of an edit were read as a whole sentence. If they were not, no sentence must claim what the
edit means for people: the explanation only quotes the words.

A word such as "third parties" is counted in any passage about sharing. Only a disclosure by the company, with the word
as its receiver, says that third parties get data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from differ.explanation import PART, Explanation
from differ.judgement.concept_effects import TURNS
from differ.judgement.frames import CHANNELS, Frame, disclosures, giver
from differ.judgement.relevance import (
    abilities,
    comes_from,
    denies_right,
    gives_right,
    names_right,
    prices_copy,
    says_right,
    takes,
    to_reader,
)
from differ.language.meaning import Meaning, heading_topics, lead_meaning, meaning
from differ.language.polarity import NEVER
from differ.language.statements import Statement
from differ.matching.alignment import Pair
from differ.model import watched_topic
from differ.quotation import occurs

NAMES = ("name", "advertiser", "statement")
"""Kinds of effects of entries of a list or a table."""
GENERAL = ("address", "country", "place", "wording", "controller", "merger")
"""Kinds of effects whose sentences say only that words are in a passage."""
GROUNDS = ("recipient.authorities", "threshold.order")
"""Concepts of a disclosure that somebody demands. A request alone may be a request of the reader."""
RIGHTS_HEADINGS = {"rights", "choices", "contact"}
LONG = 10
"""Minimum number of words with a meaning in a long statement."""
KEPT = 1 / 3
"""Minimum share of these words that both statements have, if one is an edit of the other."""
GIVEN, LISTED = 8, 5
"""Maximum numbers of words between an act and its first receiver, and between two receivers."""
OWNED_BEFORE = 2
"""Maximum number of words between the reader and a right: "you have the right"."""


def hedged(explanation: Explanation, topic: str, pair: Pair) -> Explanation:
    """Return an explanation of an edit that says which of its effects are certain."""
    further = tuple(hedged(one, topic, pair) for one in explanation.also)
    return replace(explanation, certain=is_certain(explanation, topic, pair), also=further)


def is_certain(explanation: Explanation, topic: str, pair: Pair) -> bool:
    """Whether the sentences that an effect is about were read."""
    _, kind, towards = explanation.code.split(PART)
    if kind in GENERAL:
        return True
    if pair.before is not None and pair.after is not None and is_rewritten(pair.before, pair.after):
        return False
    if kind == "condition" and towards in TURNS:
        return True
    sides = concerned(explanation, towards, pair)
    if kind == "recipient" and towards not in TURNS and any(denies(statement) for statement, _ in sides):
        return False
    return all(is_understood(kind, topic, statement, words) for statement, words in sides)


def concerned(explanation: Explanation, towards: str, pair: Pair) -> list[tuple[Statement, tuple[str, ...]]]:
    """Return the statements that an effect is about, each with its words. If a statement was reversed, only statements
    that have the words count."""
    sides = [(pair.before, explanation.gone, "added"), (pair.after, explanation.new, "removed")]
    return [
        (statement, words)
        for statement, words, other in sides
        if statement is not None and towards != other and (towards not in TURNS or has_words(statement, words))
    ]


def denies(statement: Statement) -> bool:
    """Whether a statement denies something."""
    sense = meaning(statement.words, statement.language)
    return sense is not None and sense.has("negation", "nobody")


def has_words(statement: Statement, words: Iterable[str]) -> bool:
    """Whether a statement has some of the words of an effect."""
    return any(occurs(word, statement.text) for word in words)


def is_rewritten(before: Statement, after: Statement) -> bool:
    """Whether two long statements have so few words in common that they may be about different things."""
    senses = [meaning(statement.words, statement.language) for statement in (before, after)]
    one, other = (set(sense.lexicon.content_words(sense.words)) if sense else set() for sense in senses)
    shorter = min(len(one), len(other))
    return shorter >= LONG and len(one & other) < shorter * KEPT


def is_understood(kind: str, topic: str, statement: Statement, words: Iterable[str]) -> bool:
    """Whether a statement says what an effect of a kind claims about some of its words."""
    sense = meaning(statement.words, statement.language)
    if sense is None:
        return False
    if watched_topic(topic) == "sharing":
        return is_disclosed(kind, statement, sense, words)
    return is_entitled(kind, statement, sense)


def is_disclosed(kind: str, statement: Statement, sense: Meaning, words: Iterable[str]) -> bool:
    """Whether the company, or a receiver, does something with data in a statement. A receiver among the words must be a
    receiver of that act."""
    if kind in NAMES and "sharing" in heading_topics(statement.path, statement.language):
        return True
    if (kind == "consent" and not to_reader(sense)) or (kind == "threshold" and not sense.has(*GROUNDS)):
        return False
    if kind == "transfer" and sense.has("data") and not sense.has("limiter.except"):
        return True
    if kind == "sale" and sense.has("merger"):
        return False
    if kind == "recipient":
        return set(words) <= receivers(statement, sense)
    return any(frame.action and does(frame, sense) for frame in disclosures(statement, sense))


def does(frame: Frame, sense: Meaning) -> bool:
    """Whether the company gives the data, or a receiver gets the data. An act that never happens counts only if nothing
    else in the sentence is denied."""
    by_other = bool(frame.who) and frame.who not in sense.lexicon.readers
    return by_other and (frame.polarity == NEVER or not sense.free("negation", "nobody"))


def receivers(statement: Statement, sense: Meaning) -> set[str]:
    """Return the words for those to whom a statement, or the introduction of its list, says that data is given, or for
    those who get data themselves."""
    listed = sorted((one for one in sense.of("recipient") if not comes_from(sense, one)), key=lambda one: one.start)
    found = {sense.said(one) for one in listed if takes(sense, one)}
    for start in (*given(sense), *introduced(statement)):
        end, reach = start, GIVEN
        for one in listed:
            if 0 <= one.start - end <= reach:
                found.add(sense.said(one))
                end, reach = one.end, LISTED
    return found


def given(sense: Meaning) -> list[int]:
    """Return the indexes after words that say that data is given away, and not by the reader."""
    people = sense.lexicon.readers - sense.lexicon.possessives
    acts = sense.of("share", "sell", "transfer.abroad")
    return [act.end for act in acts if giver(sense, act) not in people]


def introduced(statement: Statement) -> list[int]:
    """Return the index of the beginning of an entry, if the introduction of its list says that data is given away."""
    lead = lead_meaning(statement)
    return [0] if lead is not None and given(lead) else []


def is_entitled(kind: str, statement: Statement, sense: Meaning) -> bool:
    """Whether a statement says what people can do."""
    lead = lead_meaning(statement)
    if kind in NAMES:
        return bool(RIGHTS_HEADINGS & heading_topics(statement.path, statement.language))
    test = TESTS.get(kind, names_right)
    return test(sense) or (lead is not None and says_right(lead) and kind != "channel")


def has_right(sense: Meaning) -> bool:
    """Whether the reader has a right, or is denied a right."""
    if gives_right(sense) or denies_right(sense) or (names_right(sense) and abilities(sense)):
        return True
    near = (sense.words[max(0, right.start - OWNED_BEFORE) : right.end] for right in sense.of("right.grant"))
    return any(sense.lexicon.readers.intersection(words) for words in near)


def reaches(sense: Meaning) -> bool:
    """Whether a statement names a way to reach somebody."""
    return sense.has(*CHANNELS) or any("@" in word for word in sense.words)


def complains(sense: Meaning) -> bool:
    """Whether the reader can complain, and not only somebody settles disputes."""
    return sense.has("complaint.privacy") or (to_reader(sense) and bool(abilities(sense)))


def agrees(sense: Meaning) -> bool:
    """Whether a statement speaks of the reader's consent or refusal in so many words."""
    return to_reader(sense) and any(mention.concept != "consent.implied" for mention in sense.of("consent"))


def asks(sense: Meaning) -> bool:
    """Whether a statement is about a request or a right."""
    return names_right(sense) or any(mention.concept == "exercise" for mention in sense.mentions)


def prices(sense: Meaning) -> bool:
    """Whether a statement is about the cost of a request or of a copy."""
    return asks(sense) or prices_copy(sense)


TESTS: dict[str, Callable[[Meaning], bool]] = {
    "right": has_right,
    "limited": has_right,
    "deadline": asks,
    "fee": prices,
    "channel": reaches,
    "consent": agrees,
    "optout": to_reader,
    "complaint": complains,
    "arbitration": to_reader,
    "withdrawal": to_reader,
    "condition": says_right,
}
"""Tests of a statement on rights, by the kind of an effect."""
