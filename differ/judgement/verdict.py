"""Turns an effect into a finding: its rule, its severity, and the sentence that explains it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass

from differ.judgement.concept_effects import Effect
from differ.judgement.profiles import EffectRule, Profile
from differ.language.statements import Statement
from differ.matching.alignment import Pair
from differ.matching.wording import word_edits
from differ.model import SEVERITIES, Edit, Finding, Severity

REASONS_IN = "en"
"""Language of `Finding.reason`. Other languages are in its translations."""
LISTED_WORDS = 6
"""Maximum number of words that a reason quotes."""


def gravest(rules: Iterable[tuple[EffectRule, Effect]]) -> tuple[EffectRule, Effect]:
    """Return the rule with the highest severity; the first one if several have it."""
    return min(rules, key=lambda pair: SEVERITIES.index(pair[0].severity[pair[0].direction(pair[1])]))


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict of a rule about an edit."""

    rule: str
    source: str
    topic: str
    _: KW_ONLY
    severity: Severity
    material: bool
    reasons: Mapping[str, str]
    """The sentences that explain it, by language."""

    def finding(
        self, profile: Profile, *, section: str, language: str, before: str, after: str, edits: tuple[Edit, ...]
    ) -> Finding:
        """Return the finding for this verdict about two texts."""
        return Finding(
            topic=self.topic,
            section=section,
            language=language,
            material=self.material,
            severity=self.severity,
            rule=self.rule,
            source=self.source,
            clause=profile.clause(self.topic),
            before=before,
            after=after,
            reason=self.reasons[REASONS_IN],
            edits=edits,
            translations=tuple(translation for translation in self.reasons.items() if translation[0] != REASONS_IN),
        )

    def about(self, pair: Pair, present: Statement, profile: Profile) -> Finding:
        """Return the finding for this verdict about a pair of statements."""
        before, after = text_or_empty(pair.before), text_or_empty(pair.after)
        return self.finding(
            profile,
            section=present.section,
            language=present.language,
            before=before,
            after=after,
            edits=word_edits(before, after),
        )


def verdict(rule: EffectRule, effect: Effect, profile: Profile) -> Verdict:
    """Return the verdict of a rule about an effect."""
    towards = rule.direction(effect)
    reasons = {
        language: explanation(sentences[towards], effect.gone, effect.new)
        for language, sentences in rule.sentences.items()
    }
    material = profile.is_material(rule.topic, watched=True)
    return Verdict(
        rule.rule, rule.source, rule.topic, severity=rule.severity[towards], material=material, reasons=reasons
    )


def explanation(template: str, gone: tuple[str, ...], new: tuple[str, ...]) -> str:
    """Return the sentence that explains an effect, with the deciding words."""
    return template.format(gone=listed(gone), new=listed(new))


def listed(names: tuple[str, ...]) -> str:
    """Return words as a list in quotation marks, at most `LISTED_WORDS` of them."""
    shown = ", ".join(f"“{name}”" for name in names[:LISTED_WORDS])
    more = len(names) - LISTED_WORDS
    return f"{shown} and {more} more" if more > 0 else shown or "—"


def plain_finding(
    pair: Pair, present: Statement, profile: Profile, *, name: str, topic: str, severity: Severity
) -> Finding:
    """Return a finding for which the profile has no rule. A finding that was judged only by structure is material. It
    may matter, so a person must look at it."""
    plain = profile.plain[name]
    material = profile.is_material(topic, watched=name == "structure")
    return Verdict(
        plain.rule, plain.source, topic, severity=severity, material=material, reasons=plain.sentences
    ).about(pair, present, profile)


def text_or_empty(statement: Statement | None) -> str:
    """Return a statement's text, or ""."""
    return statement.text if statement else ""
