"""Explains a finding: its code and facts become a sentence in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from functools import cache
from typing import Any

from differ.quotation import Side, excerpt, occurrences, quotes
from languages import languages_with, read_table

ENGLISH = "en"
"""The language of a reader whose language has no sentences."""
LISTED_WORDS = 6
"""Maximum number of words that a sentence quotes."""
PART = "/"
"""Separator between the parts of a code."""
_CODE = re.compile(r"[A-Z]+\d*\.\w+(?:/\w+/\w+)?")
_AMOUNT = re.compile(r"(?:\S+ )*?(\d+)((?: \w+)+)")
"""Matches words with an amount and its unit, such as "14 days". If there are several numbers, the last one counts."""

NO_SIDE = Side()
COSTS: Mapping[tuple[str, ...], str] = {("exercise.fee",): "charged", ("exercise.free",): "free"}
"""Names of the sentences for a changed cost. The key is the concepts of the cost after the change."""

Facts = Sequence[Sequence[str]]
"""Pairs of a role and a text, as the archive stores them. The roles are `gone`, `new`, `thing` and `also`. A pair with
the role `also` contains the code of a further explanation, and the pairs after it are the facts of that explanation.
"""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The reason why an edit is reported, as a code and facts. Old archives have sentences instead of codes."""

    code: str
    """The rule, the kind of effect and its direction, such as "T1.recipient/recipient/added". If a rule has no kind and
    no direction, the code is only the rule. An old explanation has a sentence here.
    """
    gone: tuple[str, ...] = ()
    """The deciding words of the text before."""
    new: tuple[str, ...] = ()
    """The deciding words of the text after."""
    _: KW_ONLY
    things: tuple[str, ...] = ()
    """The concepts that were affected, such as "right.object"."""
    also: tuple[Explanation, ...] = ()
    """Further effects of the same edit, the gravest first."""
    translations: tuple[tuple[str, str], ...] = ()
    """An old explanation in other languages: pairs of a language and a sentence."""

    @property
    def is_sentence(self) -> bool:
        """Whether this is an old explanation, which is a sentence and not a code."""
        return _CODE.fullmatch(self.code) is None

    def in_language(self, language: str, before: Side = NO_SIDE, after: Side = NO_SIDE) -> str:
        """Return the explanation as a text in a language, or in English if the language has no sentences. The deciding
        words are quoted as the texts before and after have them."""
        if self.is_sentence:
            return dict(self.translations).get(language, self.code)
        parts = (self, *self.also)
        return " ".join(dict.fromkeys(sentence(part, language, before=before, after=after) for part in parts))

    def facts(self) -> list[list[str]]:
        """Return the facts as pairs, for the archive."""
        if self.is_sentence:
            return [list(pair) for pair in self.translations]
        own = [("gone", self.gone), ("new", self.new), ("thing", self.things)]
        pairs = [[role, text] for role, texts in own for text in texts]
        for further in self.also:
            pairs += [["also", further.code], *further.facts()]
        return pairs


def stored_explanation(code: str, facts: Facts) -> Explanation:
    """Return an explanation from its stored form, the reverse of `Explanation.facts`."""
    explanation = Explanation(code)
    if explanation.is_sentence:
        return replace(explanation, translations=tuple((language, text) for language, text in facts))
    first, *further = split_facts(code, facts)
    return replace(first, also=tuple(further))


def split_facts(code: str, facts: Facts) -> Iterator[Explanation]:
    """Yield the first explanation and the further ones, each with its facts."""
    start = next((index for index, (role, _) in enumerate(facts) if role == "also"), len(facts))
    texts = {role: tuple(text for kind, text in facts[:start] if kind == role) for role in ("gone", "new", "thing")}
    yield Explanation(code, texts["gone"], texts["new"], things=texts["thing"])
    if start < len(facts):
        yield from split_facts(facts[start][1], facts[start + 1 :])


def sentence(explanation: Explanation, language: str, *, before: Side = NO_SIDE, after: Side = NO_SIDE) -> str:
    """Return the sentence for a code, with its facts."""
    table = sentences(language)
    rule, kind, direction = (*explanation.code.split(PART), "", "")[:3]
    template = table.get(f"{rule}{PART}{kind}") or table.get(rule) or table["unknown"]
    if not isinstance(template, str):
        possible = (*variants(explanation, direction, before, after), direction)
        template = next((template[name] for name in possible if name in template), table["unknown"])
    gone, new = quotes(explanation.gone, before), quotes(explanation.new, after)
    return str(
        template.format(
            gone=listed(gone, table),
            new=listed(new, table),
            before=clause(before, gone, table),
            after=clause(after, new, table),
            things=", ".join(dict.fromkeys(named(explanation.things, table["things"]))),
        )
    )


def variants(explanation: Explanation, direction: str, before: Side, after: Side) -> Iterator[str]:
    """Yield the names of sentences that say more than the sentence for the direction. The facts decide which of them
    are possible.
    """
    if direction == "changed":
        yield from (name for name in (compared_amounts(explanation), compared_costs(explanation)) if name)
    if bool(before.text) != bool(after.text) or is_only_withdrawn(explanation, direction, before, after):
        yield f"{direction}_clause"
    groups = {thing.partition(".")[0] for thing in explanation.things} or {"member"}
    yield from (f"{direction}_{group}" for group in sorted(groups) if len(groups) == 1)


def is_only_withdrawn(explanation: Explanation, direction: str, before: Side, after: Side) -> bool:
    """Whether a denial, promise or permission came or went as a whole, although other words of its clause stayed. In
    "you cannot object or complain", which became "you may complain", the denial of objecting is gone, and objecting is
    not granted."""
    words = {*explanation.gone, *explanation.new}
    named = {any(occurrences(phrase, side.text) for phrase in words) for side in (before, after)}
    return direction in ("loosened", "tightened") and len(named) == 2


def compared_amounts(explanation: Explanation) -> str:
    """Return whether a time or cost became "more" or "less". Return "" if its unit changed, or if there are several
    times or costs.
    """
    if len(explanation.gone) != 1 or len(explanation.new) != 1:
        return ""
    old, new = _AMOUNT.fullmatch(explanation.gone[0]), _AMOUNT.fullmatch(explanation.new[0])
    if not (old and new) or old[2] != new[2] or old[1] == new[1]:
        return ""
    return "more" if int(new[1]) > int(old[1]) else "less"


def compared_costs(explanation: Explanation) -> str:
    """Return whether something became "charged" or "free", or ""."""
    return COSTS.get(explanation.things, "")


def clause(side: Side, words: Sequence[str], table: Mapping[str, Any]) -> str:
    """Return the clause in quotation marks, shortened. If its text is not known, return its deciding words."""
    return f"“{excerpt(side)}”" if side.text else listed(words, table)


def named(things: Iterable[str], names: Mapping[str, str]) -> list[str]:
    """Return the names of concepts. A concept without a name gets the name of its group. If there are no concepts,
    return a general name.
    """
    known = [names.get(thing) or names.get(thing.partition(".")[0]) for thing in things]
    return [name for name in known if name] or [names["any"]]


def listed(words: Sequence[str], table: Mapping[str, Any], most: int = LISTED_WORDS) -> str:
    """Return at most `most` words as a list in quotation marks. The others are counted."""
    shown = ", ".join(f"“{word}”" for word in words[:most])
    more = len(words) - most
    return f"{shown} {table['more'].format(count=more)}" if more > 0 else shown or "—"


@cache
def sentences(language: str) -> Mapping[str, Any]:
    """Return the sentences of a language. If the language does not have a sentence, the English sentence is used."""
    own = read_table(language, "reasons") if language in report_languages() else None
    english = read_table(ENGLISH, "reasons") or {}
    return {**english, **(own or {})}


def report_languages() -> tuple[str, ...]:
    """Return the languages that have sentences for reasons."""
    return languages_with("reasons")
