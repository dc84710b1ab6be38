"""Compares two documents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from differ.judgement.judging import Surroundings, is_unchanged, judge, suppression
from differ.judgement.profiles import Profile, load_profile
from differ.judgement.timing import timing
from differ.language.lexicon import load_lexicon
from differ.language.statements import Statement, statements
from differ.matching.alignment import Alignment, align
from differ.matching.regrouping import regrouped
from differ.matching.renaming import renames
from differ.model import Comparison, Finding, Suppression, Timing
from differ.visits.link_changes import moved_links, retargeted_links
from differ.visits.linked_addresses import relink
from differ.visits.page_noise import unmask, without_noise
from document.model import Document


def compare(before: Document, after: Document, profile: Profile | None = None) -> Comparison:
    """Compare two versions of a policy, and judge the changes with a profile (by default `default`)."""
    unmasked = unmask(before, after)
    relinked = relink(unmasked.before, unmasked.after)
    comparison = judged(relinked.before, unmasked.after, profile or load_profile())
    rewritten = (*unmasked.suppressed, *relinked.suppressed)
    suppressed = (*comparison.suppressed, *rewritten)
    changed = comparison.changed or bool(rewritten)
    return without_noise(replace(comparison, changed=changed, suppressed=suppressed), before, after)


def judged(before: Document, after: Document, profile: Profile) -> Comparison:
    """Compare two texts without looking for noise on their pages."""
    one, other = statements(before), statements(after)
    aligned = align(one, other)
    renamed = renames(aligned.pairs, other)
    styled = [renamed.apply(statement) for statement in one] if renamed.pairs else one
    findings: list[Finding] = []
    suppressed: list[Suppression] = []
    restyled = [
        replace(pair, before=renamed.apply(pair.before)) if pair.before and renamed.pairs else pair
        for pair in aligned.pairs
    ]
    around = Surroundings(styled, other, restyled)
    same = regrouped(restyled)
    for place, pair in enumerate(restyled):
        if is_unchanged(pair):  # nearly all pairs are unchanged
            continue
        pair_findings, quiet = ([], [suppression(pair, same[place])]) if place in same else judge(pair, profile, around)
        findings += pair_findings
        suppressed += quiet
    if not any(finding.material for finding in findings):
        findings += moved_links(before, after, profile)
    suppressed += retargeted_links(before, after)
    changed = [s.words for s in one] != [s.words for s in other]
    dates = timing(before, after, other, changed=changed)
    return Comparison(
        changed=changed,
        findings=tuple(findings),
        suppressed=tuple(suppressed),
        judged_by="lexicon" if all(load_lexicon(s.language) for s in touched(aligned) or other) else "structure",
        coarse=aligned.coarse,
        timing=replace(dates, date_alone=date_alone(dates, findings, suppressed)),
        drift=drift(findings, after),
    )


def date_alone(dates: Timing, findings: list[Finding], suppressed: list[Suppression]) -> bool:
    """Whether two versions differ only in the date that they state."""
    moved = None not in (dates.stated_before, dates.stated_after) and dates.stated_before != dates.stated_after
    return moved and not findings and all(piece.reason == "date" for piece in suppressed)


def drift(findings: Iterable[Finding], after: Document) -> tuple[str, ...]:
    """Return the languages of a page that a change did not update: the text changed materially in another language, but
    not in these languages.
    """
    changed = {finding.language for finding in findings if finding.material}
    spoken = [language for language in after.languages if load_lexicon(language) is not None]
    return tuple(language for language in spoken if language not in changed) if changed & set(spoken) else ()


def touched(aligned: Alignment) -> list[Statement]:
    """Return the statements that differ."""
    return [
        statement
        for pair in aligned.pairs
        if pair.before is None or pair.after is None or pair.before.words != pair.after.words
        for statement in (pair.before, pair.after)
        if statement is not None
    ]
