"""Finds runs of statements that say the same but are divided differently. For example, a sentence became a list, or a
list became a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from differ.language.lexicon import load_lexicon
from differ.language.meaning import canonical
from differ.language.statements import Statement
from differ.matching.alignment import Pair, joined_statement
from differ.matching.equivalence import equivalent


def regrouped(pairs: Sequence[Pair]) -> dict[int, str]:
    """Return the indexes of the pairs whose words are only divided differently, each with the reason why the pair is
    not reported.
    """
    reasons: dict[int, str] = {}
    for places in runs_of_changes(pairs):
        before = [side for place in places if (side := pairs[place].before)]
        after = [side for place in places if (side := pairs[place].after)]
        reason = same_in_parts(before, after) if len(places) > 1 and before and after else None
        if reason is not None:
            reasons |= dict.fromkeys(places, reason)
    return reasons


def runs_of_changes(pairs: Sequence[Pair]) -> Iterator[list[int]]:
    """Yield runs of changed pairs that follow each other within a section. A run is the list of their indexes."""

    def changed(place: int) -> tuple[bool, str]:
        pair = pairs[place]
        side = pair.after or pair.before
        same = pair.before and pair.after and pair.before.words == pair.after.words
        return not same and not pair.moved, side.section if side else ""

    for (differs, _), places in groupby(range(len(pairs)), changed):
        if differs:
            yield list(places)


def same_in_parts(before: Sequence[Statement], after: Sequence[Statement]) -> str | None:
    """Return why two runs say the same, or None if they may differ. Two runs say the same if one run is a single
    statement and the other run has the parts of this statement, or if both runs have the same words in the same order.
    """
    lexicon = load_lexicon(after[0].language)
    if lexicon is None or len(before) == len(after) == 1:
        return None
    one, other = joined_statement(before), joined_statement(after)
    left, right = (canonical(side.words, lexicon) for side in (one, other))
    if 1 in (len(before), len(after)) and set(left) == set(right):
        return equivalent(one, other, lexicon)
    return "grammar" if left == right else None
