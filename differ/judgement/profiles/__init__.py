"""Reads profiles. A profile says which effects are material, how severe they are, and on which source each rule is
based."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, get_args

from differ.explanation import ENGLISH, report_languages, sentences
from differ.model import SEVERITIES, TOPICS, Direction, Severity, direction

if TYPE_CHECKING:
    from differ.judgement.concept_effects import Effect
    from differ.judgement.relevance import Watched
    from differ.language.lexicon import Patterns

Reasons = Mapping[str, Mapping[str, Any]]
"""Sentences by language and rule. Most rules also have a sentence for each direction."""


class ProfileError(ValueError):
    """A profile is invalid. The message names the file, the rule and the problem."""


@dataclass(frozen=True, slots=True)
class EffectRule:
    """A rule of a profile, which gives a kind of effect its topic and severity."""

    rule: str
    """Identifier of the rule. It begins with a group: T1 recipients, T2 conditions, T3 transfers, T4 rights, T5
    withdrawal, T7 owner, T8 contact.
    """
    watched: Watched
    effects: tuple[str, ...]
    _: KW_ONLY
    topic: str
    source: str
    severity: Mapping[str, Severity]
    """Severity by direction."""

    def fits(self, effect: Effect) -> bool:
        """Whether the rule applies to this effect."""
        return effect.watched == self.watched and effect.kind in self.effects

    def direction(self, effect: Effect) -> Direction:
        """Return the direction of an effect, as one of the directions for which the rule has a severity. If the rule
        has no severity for reversed statements, the added and removed words decide.
        """
        return effect.direction if effect.direction in self.severity else direction(effect.gone, effect.new)


@dataclass(frozen=True, slots=True)
class PlainRule:
    """A rule for findings without an effect."""

    rule: str
    source: str


@dataclass(frozen=True, slots=True)
class WordRule:
    """A user's own rule, about certain words that are added or removed."""

    rule: str
    patterns: tuple[str, ...]
    """Patterns as in a lexicon: `{a,b}` for alternatives, `*` at a word's end, `..` for a few words."""
    topic: str
    _: KW_ONLY
    severity: Severity
    source: str
    material: bool = True

    def found(self, text: Sequence[str]) -> tuple[str, ...]:
        """Return the words of a text that match the rule, in order."""
        mentions = _patterns(self.patterns).find(text)
        return tuple(" ".join(text[mention.start : mention.end]) for mention in mentions)


@cache
def _patterns(patterns: tuple[str, ...]) -> Patterns:
    from differ.language.lexicon import Patterns  # only profiles with rules of their own need the lexicon's modules

    return Patterns({"words": patterns})


@dataclass(frozen=True, slots=True)
class Profile:
    """A set of rules, and the clauses under which findings are reported."""

    name: str
    title: str
    rules: tuple[EffectRule, ...]
    _: KW_ONLY
    clauses: Mapping[str, tuple[str, ...]]
    """Fine topics of each clause; empty if the profile defines no clauses."""
    plain: Mapping[str, PlainRule]
    """Rules for findings without an effect, by name: structure, other, link, words."""
    words: tuple[WordRule, ...] = ()
    """The user's own rules."""
    material_topics: frozenset[str] = frozenset()
    """Fine topics outside sharing and rights that the user made material."""
    quiet_topics: frozenset[str] = frozenset()
    """Fine topics that the user made quiet."""

    def is_material(self, topic: str, *, watched: bool) -> bool:
        """Whether a finding of a topic is material. Unless the user configured something else, the findings on sharing
        and rights are material.
        """
        return topic not in self.quiet_topics and (watched or topic in self.material_topics)

    def rule(self, effect: Effect) -> EffectRule | None:
        """Return the first rule that fits an effect, or None."""
        return next((rule for rule in self.rules if rule.fits(effect)), None)

    def clause(self, topic: str) -> str | None:
        """Return the clause that covers a fine topic, or None."""
        return next((clause for clause, topics in self.clauses.items() if topic in topics), None)


@cache
def profile_names() -> tuple[str, ...]:
    """Return the names of the bundled profiles, sorted."""
    return tuple(
        sorted(f.name[:-5] for f in resources.files("differ.judgement.profiles").iterdir() if f.name.endswith(".toml"))
    )


@cache
def load_profile(name: str = "default") -> Profile:
    """Return a bundled profile. Raises ProfileError if it does not exist or its file is invalid."""
    if name not in profile_names():
        raise ProfileError(f"there is no profile {name!r}; there are: {', '.join(profile_names())}")
    text = (resources.files("differ.judgement.profiles") / f"{name}.toml").read_text(encoding="utf-8")
    try:
        content, reasons = tomllib.loads(text), read_reasons()
        rules = tuple(read_rule(row, content["sources"], reasons) for row in content.get("rule", ()))
        plain = {name: read_plain(row, content["sources"], reasons) for name, row in content.get("plain", {}).items()}
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise ProfileError(f"profile {name}: {error}") from error
    base = load_profile(content["extends"]) if "extends" in content else None
    return Profile(
        name=content["name"],
        title=content["title"],
        rules=rules + (base.rules if base else ()),
        clauses={clause: tuple(topics) for clause, topics in content.get("clauses", {}).items()},
        plain=plain or (base.plain if base else {}),
    )


def tailored(
    base: Profile,
    name: str,
    *,
    off: Collection[str] = (),
    material: Collection[str] = (),
    quiet: Collection[str] = (),
    words: Collection[WordRule] = (),
) -> Profile:
    """Return a user's profile. It is a bundled profile with the user's changes: rules switched off, topics made
    material or quiet, and rules added.

    Raises ProfileError for an unknown rule or topic, or an invalid pattern.
    """
    rules = {rule.rule for rule in base.rules}
    for unknown in sorted(set(off) - rules):
        raise ProfileError(
            f"profile {name}: there is no rule {unknown!r} to switch off; there are: {', '.join(sorted(rules))}"
        )
    for topic in sorted({*material, *quiet, *(rule.topic for rule in words)} - set(TOPICS)):
        raise ProfileError(f"profile {name}: there is no topic {topic!r}; there are: {', '.join(TOPICS)}")
    for rule in words:
        _check_patterns(name, rule)
    return replace(
        base,
        name=name,
        rules=tuple(rule for rule in base.rules if rule.rule not in off),
        words=(*base.words, *words),
        material_topics=base.material_topics | frozenset(material),
        quiet_topics=base.quiet_topics | frozenset(quiet),
    )


def _check_patterns(profile: str, rule: WordRule) -> None:
    from differ.language.lexicon import LexiconError

    try:
        _patterns(rule.patterns)
    except LexiconError as error:
        raise ProfileError(f"profile {profile}, rule {rule.rule}: {error}") from error


def read_plain(row: Mapping[str, Any], sources: Mapping[str, str], reasons: Reasons) -> PlainRule:
    """Return a plain rule from its row. Raises ProfileError if the rule has no sentence."""
    _sentences(row["rule"], reasons)
    return PlainRule(row["rule"], sources[row["source"]])


def read_rule(row: Mapping[str, Any], sources: Mapping[str, str], reasons: Reasons) -> EffectRule:
    """Return a rule from its row. Raises ProfileError if its source, a direction or a severity is unknown, or if a
    direction has no sentence.
    """
    by_language = _sentences(row["rule"], reasons)
    for towards, severity in row["severity"].items():
        if towards not in get_args(Direction) or severity not in SEVERITIES:
            raise ProfileError(f"rule {row['rule']}: severity {towards} = {severity!r} is not known")
        for language, texts in by_language.items():
            if towards not in texts:
                raise ProfileError(f"rule {row['rule']}: no sentence in {language!r} for {towards!r}")
    if row["source"] not in sources:
        raise ProfileError(f"rule {row['rule']}: there is no source {row['source']!r} in [sources]")
    return EffectRule(
        rule=row["rule"],
        watched=row["watched"],
        effects=tuple(row["effect"].split()),
        topic=row["topic"],
        source=sources[row["source"]],
        severity=row["severity"],
    )


@cache
def read_reasons() -> Reasons:
    """Return the sentences of each language for each rule."""
    return {language: sentences(language) for language in report_languages()}


def _sentences(rule: str, reasons: Reasons) -> dict[str, Any]:
    """Return the sentences for a rule. English must have all sentences. Other languages may lack sentences."""
    said = {language: texts[rule] for language, texts in reasons.items() if rule in texts}
    if ENGLISH not in said:
        raise ProfileError(f"rule {rule}: no sentence in {ENGLISH!r}")
    return said
