"""Finds word-level edits between two texts, by diff-match-patch in word mode."""

from __future__ import annotations

from collections.abc import Sequence

from diff_match_patch import diff_match_patch

from differ.language.words import tokenize
from differ.model import Edit

WORD_BUDGET = 4_000_000
"""Budget of one comparison in word mode, as the product of the two texts' tokens. Past it, a pair is shown as replaced
whole."""

SURROGATES = 0xD800
PLANE_ONE = 0x10000


def word_edits(before: str, after: str) -> tuple[Edit, ...]:
    """Return the edits that turn one text into the other, word by word, tidied for a reader.

    The same texts give the same edits on every machine: diff-match-patch runs without its clock.
    """
    if before == after:
        return (Edit("keep", before),) if before else ()
    left, right = tokenize(before), tokenize(after)
    if len(left) * len(right) > WORD_BUDGET:
        return tuple(edit for edit in (Edit("delete", before), Edit("insert", after)) if edit.text)
    return merged_edits(token_edits(left, right))


def token_edits(left: Sequence[str], right: Sequence[str]) -> list[tuple[int, list[str]]]:
    """Diff two token lists by giving each distinct token a character of its own."""
    codes: dict[str, str] = {}
    names: dict[str, str] = {}

    def encode(token: str) -> str:
        if token not in codes:
            number = len(codes) + 1
            code = chr(number if number < SURROGATES else PLANE_ONE + number)
            codes[token], names[code] = code, token
        return codes[token]

    engine = diff_match_patch()
    engine.Diff_Timeout = 0  # its time-out is wall clock: a loaded machine would find other edits
    diffs = engine.diff_main("".join(map(encode, left)), "".join(map(encode, right)), False)
    engine.diff_cleanupSemantic(diffs)
    return [(operation, [names[code] for code in run]) for operation, run in diffs]


def merged_edits(diffs: Sequence[tuple[int, list[str]]]) -> tuple[Edit, ...]:
    """Join runs of one operation, deletions before insertions."""
    edits: list[Edit] = []
    deleted = inserted = ""
    for operation, run in [*diffs, (0, [])]:
        text = "".join(run)
        if operation == -1:
            deleted += text
        elif operation == 1:
            inserted += text
        else:
            edits += [edit for edit in (Edit("delete", deleted), Edit("insert", inserted)) if edit.text]
            deleted = inserted = ""
            if text:
                edits.append(Edit("keep", text))
    return tuple(edits)


def before_text(edits: Sequence[Edit]) -> str:
    """Return the text that the edits start from."""
    return "".join(edit.text for edit in edits if edit.operation != "insert")


def after_text(edits: Sequence[Edit]) -> str:
    """Return the text that the edits lead to."""
    return "".join(edit.text for edit in edits if edit.operation != "delete")
