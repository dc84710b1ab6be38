"""Turns an effect into a finding: its rule, its severity, and the sentence that explains it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import KW_ONLY, dataclass, replace

from differ.explanation import PART, Explanation
from differ.judgement.concept_effects import Effect
from differ.judgement.profiles import EffectRule, Profile
from differ.language.statements import Statement
from differ.matching.alignment import Pair
from differ.matching.wording import word_edits
from differ.model import SEVERITIES, Edit, Finding, Severity

FURTHER = 2
"""Maximum number of further effects that an explanation names."""
VAGUE = ("act", "promise", "condition", "wording", "statement", "transfer", "risk")
"""Kinds of effects that are too vague to be named as further effects in an explanation."""


def gravest(rules: Iterable[tuple[EffectRule, Effect]]) -> tuple[EffectRule, Effect]:
    """Return the rule with the highest severity. If several rules have this severity, a rule about a sale comes first,
    then a rule about a promise that is given up. A rule about a condition comes last. Minor effects do not count.
    """
    ranks = {"sale": -2, "promise": -1, "condition": 1}
    return min(
        (pair for pair in rules if not pair[1].minor),
        key=lambda pair: (severity_index(*pair), ranks.get(pair[1].kind, 0)),
    )


def severity_index(rule: EffectRule, effect: Effect) -> int:
    """Return the index of a rule's severity in `SEVERITIES`. The index of the highest severity is 0."""
    return SEVERITIES.index(rule.severity[rule.direction(effect)])


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict of a rule about an edit."""

    rule: str
    source: str
    topic: str
    _: KW_ONLY
    severity: Severity
    material: bool
    explanation: Explanation

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
            explanation=self.explanation,
            edits=edits,
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


def verdict(rule: EffectRule, effect: Effect, profile: Profile, others: Sequence[Explanation] = ()) -> Verdict:
    """Return the verdict of a rule about an effect. `others` explain further effects of the same edit."""
    return Verdict(
        rule.rule,
        rule.source,
        rule.topic,
        severity=rule.severity[rule.direction(effect)],
        material=profile.is_material(rule.topic, watched=True),
        explanation=replace(explained(rule, effect), also=tuple(others)),
    )


def explained(rule: EffectRule, effect: Effect) -> Explanation:
    """Return the explanation of one effect."""
    kind = "anonymity" if effect.things == ("data.aggregate",) else effect.kind
    code = PART.join((rule.rule, kind, rule.direction(effect)))
    return Explanation(code, effect.gone, effect.new, things=effect.things)


def further(rules: Iterable[tuple[EffectRule, Effect]], main: Effect) -> list[Explanation]:
    """Return explanations of the other effects of an edit, the gravest first. Each explanation must name at least one
    word that no earlier explanation names.
    """
    said = {*main.gone, *main.new}
    explanations = []
    for rule, effect in sorted(rules, key=lambda pair: (pair[1].kind == "channel", severity_index(*pair))):
        words = {*effect.gone, *effect.new}
        fresh = any(not any(word in text or text in word for text in said) for word in words)
        if effect.kind not in (*VAGUE, main.kind) and fresh:
            explanations.append(explained(rule, effect))
            said |= words
    return explanations[:FURTHER]


def plain_finding(
    pair: Pair, present: Statement, profile: Profile, *, name: str, topic: str, severity: Severity
) -> Finding:
    """Return a finding about an edit to which no rule for effects applies. A finding that was judged only by structure
    is material, because a person must look at it.
    """
    plain = profile.plain[name]
    material = profile.is_material(topic, watched=name == "structure")
    return Verdict(
        plain.rule, plain.source, topic, severity=severity, material=material, explanation=Explanation(plain.rule)
    ).about(pair, present, profile)


def text_or_empty(statement: Statement | None) -> str:
    """Return a statement's text, or ""."""
    return statement.text if statement else ""
