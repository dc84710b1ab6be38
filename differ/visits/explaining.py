"""Explains a comparison. It shows how each changed clause was read, and why the clause is reported or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass, replace

from differ.judgement.concept_effects import Effect
from differ.judgement.effects import effects
from differ.judgement.frames import Frame, frames
from differ.language.statements import Statement, statements
from differ.matching.alignment import Pair, align
from differ.matching.renaming import renames
from differ.model import Comparison, Finding, Suppression
from differ.visits.linked_addresses import relink
from differ.visits.page_noise import unmask
from document.model import Document


@dataclass(frozen=True, slots=True)
class Clause:
    """A statement in one of the texts, with its reading."""

    text: str
    frames: tuple[Frame, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One changed clause."""

    section: str
    before: Clause | None
    after: Clause | None
    _: KW_ONLY
    effects: tuple[Effect, ...]
    """Effects of the edit, judged only by the words of the clause."""
    findings: tuple[Finding, ...]
    suppressed: tuple[Suppression, ...]


def explain(before: Document, after: Document, comparison: Comparison) -> Iterator[Explanation]:
    """Yield an explanation for each changed clause, in the order of the new text."""
    unmasked = unmask(before, after)
    old = relink(unmasked.before, unmasked.after).before
    one, other = statements(old), statements(unmasked.after)
    aligned = align(one, other)
    renamed = renames(aligned.pairs, other)
    for pair in aligned.pairs:
        restyled = replace(pair, before=renamed.apply(pair.before)) if pair.before else pair
        explanation = explained(restyled, comparison)
        if explanation.findings or explanation.suppressed:
            yield explanation


def explained(pair: Pair, comparison: Comparison) -> Explanation:
    """Return the explanation of a pair, with the findings and suppressions about the same words."""
    texts = (text(pair.before), text(pair.after))
    quiet = tuple(piece for piece in comparison.suppressed if (piece.before, piece.after) == texts)
    return Explanation(
        next(side.section for side in (pair.after, pair.before) if side),
        clause(pair.before),
        clause(pair.after),
        effects=() if quiet else tuple(effects(pair.before, pair.after)),
        findings=tuple(finding for finding in comparison.findings if (finding.before, finding.after) == texts),
        suppressed=quiet,
    )


def text(statement: Statement | None) -> str:
    """Return a statement's text, or ""."""
    return statement.text if statement else ""


def clause(statement: Statement | None) -> Clause | None:
    """Return a statement with its reading, or None."""
    return Clause(statement.text, frames(statement)) if statement else None
