"""Tests the pairing of statements. A statement stays, moves, is edited, is new, or is gone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from zlib import crc32

import pytest

from differ.language.statements import Statement, statements, whole_blocks
from differ.matching.alignment import Pair, align
from tests.differ.policies import document

CLAUSES = (
    "The ferry sails at dawn and comes back before the evening tide.",
    "Passengers may bring a bicycle when there is room on deck.",
    "Dogs travel for nothing but must stay beside their owner.",
    "Lost umbrellas wait in the office behind the ticket booth.",
    "The captain decides whether the weather allows a crossing.",
)


def paired(before: Sequence[str], after: Sequence[str]) -> list[Pair]:
    """Align two texts. Each clause is a paragraph of its own."""
    return align(statements(document("\n\n".join(before))), statements(document("\n\n".join(after)))).pairs


def texts(pair: Pair) -> tuple[str | None, str | None]:
    """Return the texts of a pair."""
    return (pair.before.text if pair.before else None, pair.after.text if pair.after else None)


def different(pairs: Sequence[Pair]) -> list[tuple[str | None, str | None]]:
    """Return the texts of the pairs that differ."""
    return [texts(pair) for pair in pairs if texts(pair)[0] != texts(pair)[1]]


def test_equal_texts_are_paired_clause_by_clause() -> None:
    pairs = paired(CLAUSES, CLAUSES)
    assert [texts(pair) for pair in pairs] == [(clause, clause) for clause in CLAUSES]
    assert not any(pair.moved for pair in pairs)


def test_edited_clause_is_paired_with_itself() -> None:
    edited = CLAUSES[1].replace("a bicycle", "two bicycles")
    assert different(paired(CLAUSES, [CLAUSES[0], edited, *CLAUSES[2:]])) == [(CLAUSES[1], edited)]


def test_new_clause_has_no_partner() -> None:
    new = "Season tickets are sold in spring."
    assert different(paired(CLAUSES, [*CLAUSES[:2], new, *CLAUSES[2:]])) == [(None, new)]


def test_removed_clause_keeps_its_place() -> None:
    pairs = paired(CLAUSES, [*CLAUSES[:2], *CLAUSES[3:]])
    assert texts(pairs[2]) == (CLAUSES[2], None)
    assert different(pairs) == [(CLAUSES[2], None)]


def test_moved_clause_is_one_pair() -> None:
    pairs = paired(CLAUSES, [*CLAUSES[1:], CLAUSES[0]])
    assert different(pairs) == []
    assert [pair.after.text for pair in pairs if pair.moved and pair.after] == [CLAUSES[0]]


def test_moved_clause_with_a_changed_word_is_one_pair() -> None:
    edited = CLAUSES[0].replace("evening", "morning")
    assert different(paired(CLAUSES, [*CLAUSES[1:], edited])) == [(CLAUSES[0], edited)]


def test_doubled_clause_has_one_new_copy() -> None:
    assert different(paired(CLAUSES, [*CLAUSES, CLAUSES[2]])) == [(None, CLAUSES[2])]


def test_clauses_with_different_words_are_not_paired() -> None:
    other = "Quarrels among neighbours belong before a wise judge."
    assert set(different(paired(CLAUSES[:1], [other]))) == {(CLAUSES[0], None), (None, other)}


def test_short_lines_are_paired_only_at_the_same_place() -> None:
    """Two lines may share two words by chance. So "blue sails" at a different place counts as a different line."""
    before = ["Old sails", *CLAUSES]
    assert (("Old sails", "New sails")) in different(paired(before, ["New sails", *CLAUSES]))
    assert (("Old sails", "New sails")) not in different(paired(before, [*CLAUSES, "New sails"]))


def test_heading_is_not_paired_with_a_paragraph() -> None:
    before = statements(document("## Bicycles on deck are welcome\n\nOne clause."))
    after = statements(document("Bicycles on deck are very welcome\n\nOne clause."))
    pairs = [pair for pair in align(before, after).pairs if pair.before and pair.after]
    assert [(pair.before.text, pair.after.text) for pair in pairs if pair.before and pair.after] == [
        ("One clause.", "One clause.")
    ]


@pytest.mark.parametrize("step", [1, 2, 3])
def test_every_statement_is_in_exactly_one_pair(step: int) -> None:
    after = [clause.replace("the", "a") for clause in CLAUSES[::step]] + list(CLAUSES[:step])
    one, other = (statements(document("\n\n".join(text))) for text in (CLAUSES, after))
    pairs = align(one, other).pairs
    assert positions(pair.before for pair in pairs) == list(range(len(one)))
    assert positions(pair.after for pair in pairs) == list(range(len(other)))


def positions(side: Iterable[Statement | None]) -> list[int]:
    """Return the sorted positions of statements."""
    return sorted(statement.position for statement in side if statement)


def test_very_many_similar_lines_are_compared_within_the_budget() -> None:
    """A thousand lines with the same few words would make half a million pairs. The result says that the alignment is
    coarse."""
    one, other = (statements(document("\n\n".join(alike(1000, text)))) for text in (7, 11))
    aligned = align(one, other)
    assert aligned.coarse
    assert positions(pair.before for pair in aligned.pairs) == list(range(len(one)))


def alike(count: int, text: int) -> list[str]:
    """Return lines of nine words. Each word occurs in about thirty other lines."""
    return [
        " ".join(f"{letter}{crc32(f'{text} {n} {letter}'.encode()) % 31}" for letter in "abcdefghi")
        for n in range(count)
    ]


def test_a_split_sentence_is_one_edit() -> None:
    """If one sentence became two sentences, its words are neither new nor gone."""
    before = "We keep bills for ten years and send them to the tax office each spring by post."
    after = "We keep bills for ten years. Each spring we send them to the tax office by post."
    pairs = align(statements(document(f"# Notice\n\n{before}")), statements(document(f"# Notice\n\n{after}"))).pairs
    assert all(pair.before and pair.after for pair in pairs)


def test_three_sentences_that_were_joined_are_one_edit() -> None:
    """A run of `test_generated` with another seed found that the first of three sentences was reported as removed."""
    parts = "We may note which teas you like.", "We may then offer you others.", "We keep such notes for a year."
    joined = "We may note which teas you like; we may then offer you others; we keep such notes for a year."
    before, after = (statements(document(f"# Notice\n\n{text}")) for text in (" ".join(parts), joined))
    assert all(pair.before and pair.after for pair in align(before, after).pairs)


def test_a_redline_does_not_merge_blocks() -> None:
    before, after = "One long walk, and two short ones.", "One long walk\n\nand two short ones."
    pairs = align(
        whole_blocks(document(f"# Notice\n\n{before}")),
        whole_blocks(document(f"# Notice\n\n{after}")),
        join=False,
    ).pairs
    assert len(pairs) == 3
