"""Pairs the statements of two documents. A statement is equal, moved, edited, new or gone."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import pairwise

from differ.language.statements import Statement

SIMILAR = 0.5
"""Minimum share of words that the two statements of a pair have in common."""
SIMILAR_IN_PLACE = 0.34
"""Minimum share of common words if both statements are between the same unchanged neighbours."""
SHORT = 4
"""Minimum number of words in a statement. A shorter statement is not paired with a statement in a different place."""
COMMON_WORD = 40
"""Maximum number of unpaired statements that may contain a word that is used to find pairs. A more frequent word is not
used, because it occurs in many unrelated statements.
"""
JOINED = 0.75
"""Minimum share of common words for a split or joined sentence. A statement A has no partner, and its neighbour B is
paired with C. If at least this share of A's words is in C, A belongs to C too: C was split into A and B, or A and B
were joined to C.
"""
PAIR_BUDGET = 200_000
"""Maximum number of possible pairs that are compared."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A statement before and after an edit. For a new statement, `before` is None. For a removed statement, `after` is
    None."""

    before: Statement | None
    after: Statement | None
    moved: bool = False


@dataclass(slots=True)
class Alignment:
    """All pairs in the order of the new document. Removed statements are at their old position."""

    pairs: list[Pair] = field(default_factory=list)
    coarse: bool = False
    """Whether the limit for possible pairs was reached."""


def align(before: Sequence[Statement], after: Sequence[Statement], *, join: bool = True) -> Alignment:
    """Pair the statements of two documents. If `join` is true and a sentence was split, the sentence is paired with
    both parts."""
    matches = anchors([s.words for s in before], [s.words for s in after])
    moved = set(moves(before, after, matches))
    matches |= dict(moved)
    place_before, place_after = places(before, after, {k: v for k, v in matches.items() if (k, v) not in moved})
    similar, coarse = similar_pairs(before, after, matches, place_before=place_before, place_after=place_after)
    moved |= {(i, j) for i, j in similar if place_before[i] != place_after[j]}
    matches |= dict(similar)
    pairs = ordered_pairs(before, after, matches, moved)
    return Alignment(rejoined(pairs, before, after, matches) if join else pairs, coarse)


def rejoined(
    pairs: Sequence[Pair], before: Sequence[Statement], after: Sequence[Statement], matches: Mapping[int, int]
) -> list[Pair]:
    """Return the pairs. If a sentence was split, or if sentences were joined, all parts are in one pair."""
    left, right = absorb(before, after, matches), absorb(after, before, {j: i for i, j in matches.items()})
    gone, new = ({part.position for parts in homes.values() for part in parts} for homes in (left, right))
    return [joined_pair(pair, left, right) for pair in pairs if not absorbed(pair, gone, new)]


def absorbed(pair: Pair, gone: Set[int], new: Set[int]) -> bool:
    """Whether a removed or added statement is part of another pair."""
    if pair.after is None:
        return pair.before is not None and pair.before.position in gone
    return pair.before is None and pair.after.position in new


def absorb(
    side: Sequence[Statement], other: Sequence[Statement], matches: Mapping[int, int]
) -> dict[int, tuple[Statement, ...]]:
    """Find the unpaired statements of one side that belong to a paired neighbour, because they are parts of the same
    sentence. Return all parts of such a sentence in order. The key is the position of the neighbour.
    """
    homes: dict[int, list[int]] = {}
    taken: set[int] = set()
    for step in (1, -1):
        for home in sorted(matches, reverse=step < 0):
            index = home + step
            while 0 <= index < len(side) and index not in matches and index not in taken:
                members = homes.get(home, [home])
                if not fits_beside(side[index], [side[member] for member in members], other[matches[home]]):
                    break
                homes[home] = [*members, index]
                taken.add(index)
                index += step
    return {home: tuple(side[index] for index in sorted(members)) for home, members in homes.items()}


def fits_beside(statement: Statement, parts: Sequence[Statement], partner: Statement) -> bool:
    """Whether most words of a statement are in the partner of its neighbour. Words that are also in the neighbour do
    not count.
    """
    if not statement.words or (statement.kind == "heading") != (partner.kind == "heading"):
        return False
    rest = Counter(partner.words) - Counter(word for part in parts for word in part.words)
    return (rest & Counter(statement.words)).total() >= JOINED * len(statement.words)


Parts = Mapping[int, tuple[Statement, ...]]


def joined_pair(pair: Pair, left: Parts, right: Parts) -> Pair:
    """Return a pair with all parts of its sentences."""
    before, after = pair.before, pair.after
    if before and before.position in left:
        before = joined_statement(left[before.position])
    if after and after.position in right:
        after = joined_statement(right[after.position])
    same = before is pair.before and after is pair.after
    return pair if same else replace(pair, before=before, after=after)


def joined_statement(parts: Sequence[Statement]) -> Statement:
    """Return several statements as one, with the position of the first."""
    text = " ".join(part.text for part in parts)
    return replace(parts[0], text=text, words=tuple(word for part in parts for word in part.words))


def ordered_pairs(
    before: Sequence[Statement], after: Sequence[Statement], matches: dict[int, int], moved: set[tuple[int, int]]
) -> list[Pair]:
    """List all pairs in the order of the new document. A removed statement comes directly before the statement that
    followed it in the old document.
    """
    back = {j: i for i, j in matches.items()}
    pairs: list[Pair] = []
    gone = iter(sorted(set(range(len(before))) - set(matches)))
    next_gone = next(gone, None)
    for j, statement in enumerate(after):
        i = back.get(j)
        if i is not None and (i, j) not in moved:
            while next_gone is not None and next_gone < i:
                pairs.append(Pair(before[next_gone], None))
                next_gone = next(gone, None)
        pairs.append(Pair(None if i is None else before[i], statement, i is not None and (i, j) in moved))
    while next_gone is not None:
        pairs.append(Pair(before[next_gone], None))
        next_gone = next(gone, None)
    return pairs


def anchors(before: Sequence[Hashable], after: Sequence[Hashable]) -> dict[int, int]:
    """Match equal keys in order. Unique keys are matched first, as in patience diff. After that, equal neighbours of
    matched keys are matched.
    """
    unique_before, unique_after = unique(before), unique(after)
    candidates = [(i, unique_after[key]) for key, i in unique_before.items() if key in unique_after]
    matches = dict(longest_increasing(sorted(candidates)))
    extend(before, after, matches)
    return matches


def unique(keys: Sequence[Hashable]) -> dict[Hashable, int]:
    """Return the positions of the keys that occur once."""
    counts = Counter(keys)
    return {key: index for index, key in enumerate(keys) if counts[key] == 1}


def longest_increasing(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest series of pairs, sorted by their first number, in which the second numbers increase too."""
    tails: list[int] = []
    ends: list[int] = []
    links: list[int] = []
    for index, (_, second) in enumerate(pairs):
        at = bisect_left(tails, second)
        links.append(ends[at - 1] if at else -1)
        if at == len(tails):
            tails.append(second)
            ends.append(index)
        else:
            tails[at], ends[at] = second, index
    chain: list[tuple[int, int]] = []
    index = ends[-1] if ends else -1
    while index >= 0:
        chain.append(pairs[index])
        index = links[index]
    return chain[::-1]


def extend(before: Sequence[Hashable], after: Sequence[Hashable], matches: dict[int, int]) -> None:
    """Match further equal keys in the gaps between matched keys. The order stays the same."""
    bounds = [(-1, -1), *sorted(matches.items()), (len(before), len(after))]
    for (i0, j0), (i1, j1) in pairwise(bounds):
        places: dict[Hashable, list[int]] = defaultdict(list)
        for j in range(j1 - 1, j0, -1):
            places[after[j]].append(j)
        floor = j0
        for i in range(i0 + 1, i1):
            while places[before[i]] and places[before[i]][-1] <= floor:
                places[before[i]].pop()
            if places[before[i]]:
                floor = matches[i] = places[before[i]].pop()


def moves(before: Sequence[Statement], after: Sequence[Statement], matches: dict[int, int]) -> list[tuple[int, int]]:
    """Match unpaired statements that are equal, even if their positions differ."""
    taken = set(matches.values())
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for j in range(len(after) - 1, -1, -1):
        if j not in taken:
            places[after[j].words].append(j)
    return [(i, places[s.words].pop()) for i, s in enumerate(before) if i not in matches and places.get(s.words)]


def places(
    before: Sequence[Statement], after: Sequence[Statement], matches: dict[int, int]
) -> tuple[list[int], list[int]]:
    """Return, for each statement, the number of matched statements before it. Statements with equal numbers are in the
    same place."""
    taken = set(matches.values())
    return count_up(len(before), matches.keys()), count_up(len(after), taken)


def count_up(length: int, marked: object) -> list[int]:
    """Return, for each position, the number of marked positions before it."""
    counts, count = [], 0
    for index in range(length):
        counts.append(count)
        count += index in marked  # type: ignore[operator]  # dict keys or a set
    return counts


def similar_pairs(
    before: Sequence[Statement],
    after: Sequence[Statement],
    matches: dict[int, int],
    *,
    place_before: Sequence[int],
    place_after: Sequence[int],
) -> tuple[list[tuple[int, int]], bool]:
    """Pair unpaired statements that have most of their words in common. The most similar pairs come first."""
    taken = set(matches.values())
    left = [i for i in range(len(before)) if i not in matches]
    right = [j for j in range(len(after)) if j not in taken]
    candidates, coarse = proposals(
        before, after, left=left, right=right, place_before=place_before, place_after=place_after
    )
    words_before, words_after = counted(before, left), counted(after, right)
    scored = []
    for i, j in candidates:
        here = place_before[i] == place_after[j]
        score = likeness(words_before[i], words_after[j])
        short = min(len(before[i].words), len(after[j].words)) < SHORT
        if (before[i].kind == "heading") != (after[j].kind == "heading") and score < 1:
            continue
        if score >= (SIMILAR_IN_PLACE if here else SIMILAR) and (here or not short):
            bonus = 0.15 * here + 0.05 * (before[i].path == after[j].path)
            scored.append((-(score + bonus), abs(i - j), i, j))
    pairs: dict[int, int] = {}
    used: set[int] = set()
    for _, _, i, j in sorted(scored):
        if i not in pairs and j not in used:
            pairs[i] = j
            used.add(j)
    return sorted(pairs.items()), coarse


def proposals(
    before: Sequence[Statement],
    after: Sequence[Statement],
    *,
    left: Sequence[int],
    right: Sequence[int],
    place_before: Sequence[int],
    place_after: Sequence[int],
) -> tuple[set[tuple[int, int]], bool]:
    """Return the possible pairs. The two statements of such a pair are in the same place, or have a rare word in
    common."""
    by_word: dict[str, list[int]] = defaultdict(list)
    by_place: dict[int, list[int]] = defaultdict(list)
    for j in right:
        by_place[place_after[j]].append(j)
        for word in set(after[j].words):
            by_word[word].append(j)
    proposed: set[tuple[int, int]] = set()
    for i in left:
        near = by_place.get(place_before[i], ())
        if len(near) <= COMMON_WORD:
            proposed.update((i, j) for j in near)
        for word in set(before[i].words):
            if len(by_word.get(word, ())) <= COMMON_WORD:
                proposed.update((i, j) for j in by_word.get(word, ()))
        if len(proposed) > PAIR_BUDGET:
            return proposed, True
    return proposed, False


def counted(statements: Sequence[Statement], positions: Iterable[int]) -> dict[int, Counter[str]]:
    """Return the word counts of the statements at these positions."""
    return {position: Counter(statements[position].words) for position in positions}


def likeness(one: Counter[str], other: Counter[str]) -> float:
    """Return the share of common words, from 0 to 1: the Dice coefficient of the word counts."""
    common = sum(min(one[word], other[word]) for word in one.keys() & other.keys())
    return 2 * common / (one.total() + other.total())
