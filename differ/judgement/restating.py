"""Recognises statements that only seem to be removed or added, because the same section says the same in different
words. For example, two sentences were joined, a sentence was split, or a paragraph was reworded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from differ.judgement.relevance import relevance
from differ.language.countries import countries
from differ.language.lexicon import load_lexicon
from differ.language.meaning import canonical, meaning
from differ.language.names import companies, names
from differ.language.roles import is_address
from differ.language.statements import Statement
from differ.matching.alignment import Pair
from differ.matching.equivalence import OPERATIVE, SLIGHT

NAMED = ("recipient", "data", "purpose", "merger", "transfer", "encryption", "complaint", "threshold", "exercise")
"""Concepts for which the words must be the same too. For example, a statement about "banks" does not restate a
statement about "insurers".
"""
WEAK = ("modality", "scope", "negation", "nobody")
"""Concepts that a restatement may lack, because the level of the other concepts shows what is denied."""
SIGNS = 2
"""Minimum number of signs in a statement that can be recognised in different words."""

SHARED = 0.6
"""Minimum share of a statement's words that its restatement must contain too."""

Sign = tuple[str, str]


class Restatements:
    """The statements of both documents by section."""

    def __init__(self, pairs: Iterable[Pair]) -> None:
        self._gone: defaultdict[tuple[str, ...], list[Statement]] = defaultdict(list)
        self._new: defaultdict[tuple[str, ...], list[Statement]] = defaultdict(list)
        self._signs: dict[Statement, frozenset[Sign]] = {}
        for pair in pairs:
            for side, statements in ((pair.before, self._gone), (pair.after, self._new)):
                if side is not None:
                    statements[side.path].append(side)

    def of(self, pair: Pair) -> bool:
        """Whether everything in an added or removed statement is also said in the other document, by one
        statement of the same section.
        """
        statement = pair.after or pair.before
        if statement is None or statement.kind in (
            "item",
            "row",
        ):  # an entry of a list may be a name, which can consist of any words
            return False
        own = self._signs_of(statement)
        if len(own) < SIGNS:
            return False
        others = (self._gone if pair.before is None else self._new)[statement.path]
        return any(
            own <= self._signs_of(other) and shares_words(statement, other) and relevance(statement) <= relevance(other)
            for other in others
        )

    def _signs_of(self, statement: Statement) -> frozenset[Sign]:
        if statement not in self._signs:
            self._signs[statement] = signs(statement)
        return self._signs[statement]


def shares_words(statement: Statement, other: Statement) -> bool:
    """Whether most words of a statement are in another statement, in any order and inflection."""
    lexicon = load_lexicon(statement.language)
    if lexicon is None:
        return False
    own, words = (set(canonical(side.words, lexicon)) for side in (statement, other))
    return len(own & words) >= SHARED * len(own)


def signs(statement: Statement) -> frozenset[Sign]:
    """Return the signs of a statement. The signs are its concepts with their levels, the words of the concepts in
    `NAMED`, and its numbers, addresses, companies and countries.
    """
    sense = meaning(statement.words, statement.language)
    if sense is None:
        return frozenset()
    levels = {
        sign for sign in sense.said_of(*OPERATIVE) if sign[0] not in SLIGHT and sign[0].partition(".")[0] not in WEAK
    }
    words = {("word", word) for word, _ in sense.named(*NAMED)}
    numbers = {("number", word) for word in statement.words if word[0].isdigit() or is_address(word)}
    places = {("place", code) for code in countries(statement.text, statement.language)}
    called = {("name", name) for name in (*companies(statement.text), *names(statement, sense))}
    return frozenset(levels | words | numbers | places | called)
