"""Marks the changed words of a clause before and after the change, and shortens the unchanged text around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from differ.model import Edit, Finding
from notifier.texts.sanitize import inert

CONTEXT = 80
"""Maximum length, in code points, of the unchanged text that is shown before an edit, and of the text after it."""

MARKED = 600
"""Maximum length, in code points, of a deleted or inserted run."""

SIDE = 1600
"""Maximum length, in code points, of one side."""

SUMMARY = 400
"""Maximum length, in code points, of one side in a summary."""

NARROW = 20
"""The same as `CONTEXT`, for a side that would be too long for a summary."""

ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class TextRun:
    """A run of words on one side of a clause."""

    text: str
    marked: bool
    """Whether the words are only on this side."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a change: a clause before the change, or a clause after the change."""

    runs: tuple[TextRun, ...]
    shortened: bool
    """Whether words were left out. An ellipsis replaces them."""

    @property
    def text(self) -> str:
        """The words without marks."""
        return "".join(run.text for run in self.runs)


def short(side: Side | None) -> Side | None:
    """Return a side for a summary, with at most `SUMMARY` code points. Unchanged text is left out before changed words
    are left out."""
    if side is None or len(side.text) <= SUMMARY:
        return side
    last = len(side.runs) - 1
    runs = [
        run if run.marked or not last else _narrowed(run, NARROW if place else 0, NARROW if place < last else 0)
        for place, run in enumerate(side.runs)
    ]
    return _limited(runs, SUMMARY, shortened=True)


def before(finding: Finding) -> Side | None:
    """Return the old clause with its deleted words marked, or None if the clause is new."""
    return _side(finding.before, finding.edits, "delete") if finding.before else None


def after(finding: Finding) -> Side | None:
    """Return the new clause with its inserted words marked, or None if the clause was deleted."""
    return _side(finding.after, finding.edits, "insert") if finding.after else None


def marked(side: Side, brackets: str) -> str:
    """Return the text of a side, with brackets around its marked words. `brackets` consists of the opening bracket, a
    bar, and the closing bracket, such as "[-|-]".
    """
    opening, _, closing = brackets.partition("|")
    words = []
    for run in side.runs:
        body = run.text.strip()
        left, right = run.text[: len(run.text) - len(run.text.lstrip())], run.text[len(run.text.rstrip()) :]
        words.append(f"{left}{opening}{body}{closing}{right}" if run.marked and body else run.text)
    return "".join(words).strip()


def _side(clause: str, edits: tuple[Edit, ...], marking: str) -> Side:
    """Mark the changed words of one side. If an edit has no words on this side, an empty run marks its place."""
    if edits:
        runs = [
            TextRun(_spaced(edit.text) if edit.operation in ("keep", marking) else "", edit.operation != "keep")
            for edit in edits
        ]
    else:
        runs = [TextRun(inert(clause), marked=False)]
    kept = [_shortened(run, runs[:position], runs[position + 1 :]) for position, run in enumerate(runs)]
    return _limited([run for run in kept if run.text], SIDE, shortened=kept != runs)


def _spaced(text: str) -> str:
    """Clean a text with `inert`, but keep the spaces at its ends, which separate it from its neighbours."""
    if not text.strip():
        return " " if text else ""
    left = " " if text[0].isspace() else ""
    right = " " if text[-1].isspace() else ""
    return f"{left}{inert(text)}{right}"


def _shortened(run: TextRun, earlier: list[TextRun], later: list[TextRun]) -> TextRun:
    if run.marked:
        return TextRun(_without_middle(run.text, MARKED * 2 // 3, MARKED // 3), marked=True)
    if not earlier and not later:
        return TextRun(_without_middle(run.text, MARKED, 0), marked=False)
    return _narrowed(run, CONTEXT if earlier else 0, CONTEXT if later else 0)


def _narrowed(run: TextRun, head: int, tail: int) -> TextRun:
    """Leave out the middle of unchanged text."""
    return TextRun(_without_middle(run.text, head, tail), marked=False)


def _without_middle(text: str, head: int, tail: int) -> str:
    """Leave out the middle of a text if that saves more than a few words. The text is cut at spaces."""
    if len(text) <= head + tail + 40:
        return text
    start = text[:head].rpartition(" ")[0] + " " if " " in text[:head] else text[:head]
    end = text[len(text) - tail :] if tail else ""
    if " " in end:
        end = " " + end.partition(" ")[2]
    return f"{start}{ELLIPSIS}{end}"


def _limited(runs: Sequence[TextRun], room: int, *, shortened: bool) -> Side:
    """Leave out text that exceeds the size of a side."""
    kept: list[TextRun] = []
    for run in runs:
        if len(run.text) > room:
            kept.append(TextRun(run.text[:room] + ELLIPSIS, run.marked))
            return Side(tuple(kept), shortened=True)
        kept.append(run)
        room -= len(run.text)
    return Side(tuple(kept), shortened)
