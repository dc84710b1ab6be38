"""Finds the edits between two texts word by word, with diff-match-patch."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from diff_match_patch import diff_match_patch

from differ.language.words import tokenize
from differ.model import Edit

WORD_BUDGET = 4_000_000
"""Maximum cost of a comparison word by word. The cost is the product of the numbers of tokens in the two texts. If the
cost is higher, the whole text is shown as replaced."""

REMEMBERED = 16
"""Maximum number of pairs of texts whose edits are remembered, because each finding about a pair needs the edits of the
pair.
"""
SURROGATES = 0xD800
PLANE_ONE = 0x10000


@lru_cache(maxsize=REMEMBERED)
def word_edits(before: str, after: str) -> tuple[Edit, ...]:
    """Return the edits that turn one text into the other, word by word, in a readable form.

    The same texts give the same edits on every machine, because diff-match-patch runs without its time limit.
    """
    if before == after:
        return (Edit("keep", before),) if before else ()
    left, right = tokenize(before), tokenize(after)
    if len(left) * len(right) > WORD_BUDGET:
        return tuple(edit for edit in (Edit("delete", before), Edit("insert", after)) if edit.text)
    return merged_edits(token_edits(left, right))


def token_edits(left: Sequence[str], right: Sequence[str]) -> list[tuple[int, list[str]]]:
    """Compare two token lists. For the comparison, each different token is replaced by a different character."""
    codes: dict[str, str] = {}
    names: dict[str, str] = {}

    def encode(token: str) -> str:
        if token not in codes:
            number = len(codes) + 1
            code = chr(number if number < SURROGATES else PLANE_ONE + number)
            codes[token], names[code] = code, token
        return codes[token]

    engine = diff_match_patch()
    engine.Diff_Timeout = 0  # with a time limit, the edits would differ on a busy machine
    diffs = engine.diff_main("".join(map(encode, left)), "".join(map(encode, right)), False)
    engine.diff_cleanupSemantic(diffs)
    return [(operation, [names[code] for code in run]) for operation, run in diffs]


def merged_edits(diffs: Sequence[tuple[int, list[str]]]) -> tuple[Edit, ...]:
    """Join edits of the same kind. Deletions come before insertions."""
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
    """Return the text before the edits."""
    return "".join(edit.text for edit in edits if edit.operation != "insert")


def after_text(edits: Sequence[Edit]) -> str:
    """Return the text after the edits."""
    return "".join(edit.text for edit in edits if edit.operation != "delete")
