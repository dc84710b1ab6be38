"""Explains a finding: its code and facts become a sentence in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from functools import cache
from string import Formatter
from typing import Any

from differ.quotation import Side, excerpt, occurrences, occurs, quotes
from differ.remainder import remainder
from languages import languages_with, read_table

ENGLISH = "en"
"""The language of a reader whose language has no sentences."""
LISTED_WORDS = 6
"""Maximum number of words that a sentence quotes."""
LISTED_PIECES = 3
"""Maximum number of further changed pieces of a clause that are quoted."""
PART = "/"
"""Separator between the parts of a code."""
_CODE = re.compile(r"[A-Z]+\d*\.\w+(?:/\w+/\w+)?")
_AMOUNT = re.compile(r"(?:\S+ )*?(\d+)((?: \w+)+)")
"""Matches words with an amount and its unit, such as "14 days". If there are several numbers, the last one counts."""

NO_SIDE = Side()
ABOUT_NAMES = ("T1.recipient", "T1.name", "T3.country", "T4.place", "T7.controller", "T2.data", "T2.purpose")
"""Rules whose sentences quote a name or a single thing. The whole clause would not fit into these sentences."""
NAMING = ("T1.name", "T7.controller")
"""Rules whose words are names."""
COSTS: Mapping[tuple[str, ...], str] = {("exercise.fee",): "charged", ("exercise.free",): "free"}
"""Names of the sentences for a changed cost. The key is the concepts of the cost after the change."""

Facts = Sequence[Sequence[str]]
"""Pairs of a role and a text, as the archive stores them. The roles are `gone`, `new`, `thing`, `doubt` and `also`. A
pair with the role `doubt` says that the sentence was not read as a whole. A pair with the role `also` contains the code
of a further explanation, and the pairs after it are the facts of that explanation.
"""
DOUBT = "doubt"


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
    certain: bool = True
    """Whether the sentence was read as a whole, so that the explanation may say what the edit means for people."""
    translations: tuple[tuple[str, str], ...] = ()
    """An old explanation in other languages: pairs of a language and a sentence."""

    @property
    def is_sentence(self) -> bool:
        """Whether this is an old explanation, which is a sentence and not a code."""
        return _CODE.fullmatch(self.code) is None

    def in_language(self, language: str, before: Side = NO_SIDE, after: Side = NO_SIDE) -> str:
        """Return the explanation as a text in a language, or in English if the language has no sentences. The deciding
        words are quoted as the texts before and after have them."""
        return " ".join(dict.fromkeys(one.text for one in worded([self], language, before, after)))

    def facts(self) -> list[list[str]]:
        """Return the facts as pairs, for the archive."""
        if self.is_sentence:
            return [list(pair) for pair in self.translations]
        own = [("gone", self.gone), ("new", self.new), ("thing", self.things)]
        pairs = [[role, text] for role, texts in own for text in texts]
        pairs += [] if self.certain else [[DOUBT, self.code]]
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
    certain = all(role != DOUBT for role, _ in facts[:start])
    yield Explanation(code, texts["gone"], texts["new"], things=texts["thing"], certain=certain)
    if start < len(facts):
        yield from split_facts(facts[start][1], facts[start + 1 :])


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an explanation, and the words of the clause that the sentence quotes."""

    text: str
    gone: tuple[str, ...] = ()
    """Quotations from the text before."""
    new: tuple[str, ...] = ()
    """Quotations from the text after."""


def worded(explanations: Iterable[Explanation], language: str, before: Side, after: Side) -> list[Sentence]:
    """Return the sentences that explain the findings about one clause. If the clause has further changed words, the
    last sentence quotes these words."""
    written: dict[Sentence, None] = {}
    all_judged = True
    for explanation in explanations:
        all_judged = all_judged and PART in explanation.code
        if explanation.is_sentence:
            written[Sentence(dict(explanation.translations).get(language, explanation.code))] = None
            continue
        for part in (explanation, *(part for part in explanation.also if part.certain)):
            written[sentence(part, language, before=before, after=after)] = None
    if all_judged and any(one.gone or one.new for one in written):
        further = further_words if before.text and after.text else whole_clause
        written |= dict.fromkeys(further(list(written), language, before, after))
    return list(written)


def whole_clause(written: Sequence[Sentence], language: str, before: Side, after: Side) -> Iterator[Sentence]:
    """Yield a sentence that quotes a clause which is new or gone, unless another sentence quotes the clause."""
    template = sentences(language)["words"]["went" if before.text else "came"]
    quoted = max((len(text) for one in written for text in (*one.gone, *one.new)), default=0)
    clause = excerpt(
        focused(before if before.text else after, [text for one in written for text in (*one.gone, *one.new)])
    )
    if clause and quoted < len(clause):
        yield Sentence(template.format(before=f"“{clause}”", after=f"“{clause}”"))


def further_words(written: Sequence[Sentence], language: str, before: Side, after: Side) -> Iterator[Sentence]:
    """Yield sentences that quote the changed words which the other sentences do not quote."""
    table = sentences(language)
    gone = remainder(before, after, (text for one in written for text in one.gone))
    new = remainder(after, before, (text for one in written for text in one.new))
    if gone:
        yield Sentence(table["further"]["gone"].format(gone=listed(gone, table, LISTED_PIECES)))
    if new:
        yield Sentence(table["further"]["new"].format(new=listed(new, table, LISTED_PIECES)))


def sentence(explanation: Explanation, language: str, *, before: Side = NO_SIDE, after: Side = NO_SIDE) -> Sentence:
    """Return the sentence for a code, with its facts. If no fact is left that the texts support, the sentence only says
    that the wording changed."""
    table = sentences(language)
    known = supported(explanation, before, after)
    if known is None:
        template, gone, new = table["unknown"], [excerpt(before)], [excerpt(after)]
    else:
        template, (gone, new) = template_of(known, table, before, after), quotations(known, before, after)
    text = template.format(
        gone=listed(gone, table),
        new=listed(new, table),
        before=clause(focused(before, explanation.gone), gone, table),
        after=clause(focused(after, explanation.new), new, table),
        things=", ".join(dict.fromkeys(named(explanation.things, table["things"]))),
    )
    fields = {name for _, name, _, _ in Formatter().parse(template)}
    return Sentence(
        text,
        (*(gone if "gone" in fields else ()), *([excerpt(before)] if "before" in fields and before.text else ())),
        (*(new if "new" in fields else ()), *([excerpt(after)] if "after" in fields and after.text else ())),
    )


def supported(explanation: Explanation, before: Side, after: Side) -> Explanation | None:
    """Return an explanation without the words that the other text has too, because these words are neither gone nor
    new. Return None if no words are left."""
    *code, towards = explanation.code.split(PART)
    edited = before.text and after.text and (explanation.gone or explanation.new)
    if not edited or towards not in ("added", "removed", "changed"):
        return explanation
    gone = () if towards == "added" else absent(explanation.gone, before, after)
    new = () if towards == "removed" else absent(explanation.new, after, before)
    if not (gone or new):
        return None
    direction = "changed" if gone and new else "added" if new else "removed"
    return replace(explanation, code=PART.join((*code, direction)), gone=gone, new=new)


def absent(words: Iterable[str], side: Side, other: Side) -> tuple[str, ...]:
    """Return the words of a side that the other side does not have."""
    return tuple(word for word in words if not all(occurs(text, other.text) for text in quotes([word], side)))


def quotations(explanation: Explanation, before: Side, after: Side) -> tuple[list[str], list[str]]:
    """Return the quotations from the text before and from the text after. Of a clause that is new or gone, the words
    around the deciding words are quoted too, unless the sentence is about names."""
    rule = explanation.code.partition(PART)[0]
    whole = bool(before.text) != bool(after.text) and PART in explanation.code and rule not in ABOUT_NAMES
    sides = ((before, explanation.gone), (after, explanation.new))
    gone, new = (
        [excerpt(focused(side, words))] if whole and words else quotes(words, side, are_names=rule in NAMING)
        for side, words in sides
    )
    return gone, new


def template_of(explanation: Explanation, table: Mapping[str, Any], before: Side, after: Side) -> str:
    """Return the sentence for a code, with placeholders. If the effect is not certain, the sentence only says which
    words came and went."""
    rule, kind, direction = (*explanation.code.split(PART), "", "")[:3]
    if not explanation.certain:
        turned = "came" if not before.text else "went" if not after.text else direction
        return str(table["words"].get(turned) or table["unknown"])
    template = table.get(f"{rule}{PART}{kind}") or table.get(rule) or table["unknown"]
    if isinstance(template, str):
        return template
    possible = (*variants(explanation, direction, before, after), direction)
    return str(next((template[name] for name in possible if name in template), table["unknown"]))


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


def focused(side: Side, words: Iterable[str]) -> Side:
    """Return a clause that is new or gone as a whole so that its deciding words count as its changed part."""
    places = sorted(place for word in words for place in occurrences(word, side.text))
    whole = side.changed == ((0, len(side.text)),)
    return replace(side, changed=tuple(places)) if whole and places else side


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
