"""Decides whether a sentence says that something happens, never happens, or happens only on a condition.

Polarity is a product of signs, as in arithmetic. A negation of the act, an exception, and the word that adds a
condition each change the sign. So "not without consent" means the same as "only with consent". "Without consent" and
"whether or not you consent" mean the opposite.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field

from differ.language.lexicon import Mention, under
from differ.language.sentences import denials

NEGATION_REACH = 5
"""Maximum distance, in words, from a negation to the word that it reverses."""
OBJECT_REACH = 6
"""Maximum distance, in words, from an act to a word such as "nobody" that reverses it."""
NEED_REACH = 4
"""Maximum distance, in words, from a consent to words such as "is not required"."""

ACTS = ("share", "sell", "receive", "shown", "merger", "transfer", "notify")
TURNED = (*ACTS, "right", "optout", "data.aggregate", "encryption", "consent.withdraw", "exercise.fee")
"""Concepts that a negation reverses. A concept includes all its subconcepts."""
GIVING = ("share", "sell")
TAKERS = ("recipient", "public")
NEGATIONS = ("negation", "nobody")
NEVER, CONDITIONAL, PLAIN = "never", "conditional", "plain"
LEVELS = (NEVER, CONDITIONAL, PLAIN)
"""Levels of permission in a sentence, from least to most."""


def is_condition(concept: str) -> bool:
    """Whether a concept is a consent that something depends on. Withdrawing a consent is a right instead."""
    return under(concept, ("consent",)) and concept != "consent.withdraw"


@dataclass(frozen=True, slots=True)
class Polarity:
    """The polarity of the mentions in a sentence."""

    levels: Mapping[Mention, str]
    """The level of each mention that is not `plain`."""
    consumed: frozenset[Mention]
    """Negations and words such as "only" that decide the level of another mention. They do not count as mentions
    themselves.
    """


def polarity(text: Sequence[str], mentions: Sequence[Mention], readers: Container[str] = ()) -> Polarity:
    """Return the polarity of the mentions of one sentence. `readers` are words for the reader."""
    signs = Signs(text, mentions, readers)
    if not signs.of(*NEGATIONS, "limiter.except", "regardless", "consent"):
        return Polarity({}, frozenset())
    levels = {mention: signs.level(mention) for mention in mentions}
    within = {turn for turn in signs.of(*NEGATIONS) if any(holds(phrase, turn) for phrase in signs.of("exercise"))}
    kept = {mention: level for mention, level in levels.items() if level != PLAIN}
    return Polarity(kept, frozenset(signs.consumed | within))


def holds(phrase: Mention, turn: Mention) -> bool:
    """Whether a negation is part of a set phrase: "without charge"."""
    return phrase.start <= turn.start and turn.end <= phrase.end


@dataclass(slots=True)
class Signs:
    """The signs in one sentence."""

    text: Sequence[str]
    mentions: Sequence[Mention]
    readers: Container[str] = ()
    """Words for the reader."""
    consumed: set[Mention] = field(default_factory=set)
    """Negations and words such as "only" that decide the level of another mention."""

    def of(self, *concepts: str) -> list[Mention]:
        """Return the mentions of these concepts and their subconcepts."""
        return [mention for mention in self.mentions if under(mention.concept, concepts)]

    def level(self, mention: Mention) -> str:
        """Return the level of a mention: `never`, `conditional` or `plain`."""
        if is_condition(mention.concept):
            withdrawn = any(holds(act, mention) for act in self.of("consent.withdraw"))
            return PLAIN if withdrawn or self.needed(mention) else NEVER
        if under(mention.concept, TAKERS):
            return self.of_recipient(mention)
        if mention.concept == "complaint":
            negations = self.denying(mention)
        elif under(mention.concept, TURNED):
            negations = self.turning(mention)
        else:
            return PLAIN
        self.consumed.update(negations)
        if not under(mention.concept, GIVING):
            return NEVER if negations else PLAIN
        return self.of_act(mention, bool(negations))

    def of_act(self, act: Mention, denied: bool) -> str:
        """Return the level of an act of disclosure. `denied` says whether a negation reverses the act. An act is
        conditional if it has a condition, or if it is denied with an exception.
        """
        exceptions = self.exceptions(act, denied)
        consents = self.of("consent")
        if denied:
            tied = [consent for consent in consents if consent.start > act.start or self.flips(consent)]
            opens = exceptions or self.of("now") or [consent for consent in tied if self.needed(consent)]
            self.consumed.update(exceptions)
            return CONDITIONAL if opens else NEVER
        if any(self.needed(consent) for consent in consents if is_condition(consent.concept)):
            self.consumed.update(self.of("limiter.only", "limiter.subject"))
            return CONDITIONAL
        return PLAIN

    def exceptions(self, act: Mention, denied: bool) -> list[Mention]:
        """Return the exceptions of an act. If the act is denied, they come after the act, or begin the sentence: "save
        as described, we never share"."""
        excepting = self.of("limiter.except")
        return [limit for limit in excepting if not denied or limit.start == 0 or limit.start > act.start]

    def of_recipient(self, mention: Mention) -> str:
        """Return the level of a recipient, or of a word such as "anyone". It is the level of the act before the
        recipient. An exception between the act and the recipient reverses this level."""
        acts = [act for act in self.of(*GIVING) if act.start < mention.start]
        if not acts or not self.turning(acts[-1]):
            return PLAIN
        excepted = any(acts[-1].start < limit.start <= mention.start for limit in self.of("limiter.except"))
        return PLAIN if excepted else NEVER

    def needed(self, consent: Mention) -> bool:
        """Whether a mentioned consent is needed."""
        flips = self.flips(consent)
        if not flips:
            return True
        self.consumed.update(flip for flip in flips if flip.concept != "regardless")
        if any(flip.concept == "regardless" for flip in flips) or self.denied_need(consent):
            return False
        acts = self.of(*ACTS, "use", "collection")
        before = [act for act in acts if act.end <= flips[0].start]
        act = before[-1] if before else next((act for act in acts if act.start >= consent.end), None)
        if act is not None:
            return bool({*self.turning(act)} - {flips[0]})
        return any(not flips[0].start < turn.end <= consent.end for turn in self.of(*NEGATIONS) if turn is not flips[0])

    def flips(self, consent: Mention) -> list[Mention]:
        """Return the words that reverse a consent: "without", "unless", "no", "regardless of", "is not required"."""
        start = consent.start - NEGATION_REACH
        ties = [
            tie for tie in self.of(*NEGATIONS, "limiter.except", "regardless") if start <= tie.start <= consent.start
        ]
        acts = [act for act in self.of(*GIVING) if act.start < consent.start]
        near = [tie for tie in ties if not any(tie.end <= act.start for act in acts)]
        return near[-1:] or ([consent] if self.denied_need(consent) else [])

    def denied_need(self, consent: Mention) -> bool:
        """Whether the words after a consent say that it is not needed."""
        needs = [need for need in self.of("need") if 0 <= need.start - consent.end <= NEED_REACH]
        return any(consent.end <= turn.start <= need.start for need in needs for turn in self.of(*NEGATIONS))

    def turning(self, mention: Mention) -> list[Mention]:
        """Return the negations that reverse a mention. Such a negation is shortly before the mention, or is the object
        of the mentioned act ("to nobody").
        """
        near = [
            turn
            for turn in self.of(*NEGATIONS)
            if 0 <= mention.start - turn.start <= NEGATION_REACH and self.reaches(turn, mention)
        ]
        if under(mention.concept, GIVING):
            near += [turn for turn in self.of("nobody") if 0 <= turn.start - mention.end <= OBJECT_REACH]
            near += [turn for turn in self.of("negation") if turn.end == len(self.text) and self.text[-1] in denials()]
        return near

    def denying(self, mention: Mention) -> list[Mention]:
        """Return the negations that deny a complaint. They deny the words for a complaint and the authority after these
        words: "you may not complain to the ombudsman"."""
        earlier = [other for other in self.of("complaint") if other.start <= mention.start]
        modal = max((verb.start for verb in self.of("modality") if verb.start < mention.start), default=0)
        return [
            turn
            for other in earlier
            for turn in self.turning(other)
            if turn.start >= modal - 1 and self.denies_reader(turn, other)
        ]

    def denies_reader(self, turn: Mention, mention: Mention) -> bool:
        """Whether a negation says what the reader cannot do: "you may not complain", "no right to complain". In "if we
        cannot solve your complaint", it does not."""
        if any(turn.end <= grant.start < mention.start for grant in self.of("right.grant")):
            return True
        verbs = [verb.start for verb in self.of("modality") if verb.end == turn.start]
        start = min((turn.start, *verbs))
        return start > 0 and self.text[start - 1] in self.readers

    def reaches(self, turn: Mention, mention: Mention) -> bool:
        """Whether a negation applies to a mention. It does not apply if a modal verb between the two begins another
        clause ("not sell but may share"), unless the verb belongs to the negation. "Not only" denies nothing. "Not
        needed" denies only a need. "Without" applies only to its condition.
        """
        if any(only.start == turn.end for only in self.of("limiter.only")):
            return False
        if any(turn.end <= need.start <= turn.end + 1 and need.end < mention.start for need in self.of("need")):
            return False
        modal = any(turn.end < word.start < mention.start for word in self.of("modality"))
        return not modal and not any(
            turn.end <= tie.start < mention.start
            for tie in self.of("consent", "limiter.except", "notify", "exercise.refuse")
        )
