"""Profiles of materiality as data: which effects are material, how severe, and who says so."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, get_args

from differ.effects import Direction, Effect, direction
from differ.model import SEVERITIES, Severity
from differ.relevance import Watched

REPORTS = ("en", "id")
"""Languages in which a reason can be given."""


class ProfileError(ValueError):
    """A profile cannot be used: the message says which file, which rule and what is wrong."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What one kind of effect means."""

    rule: str
    """Its identifier, after the taxonomy: T1 recipients, T2 conditions, T3 transfers, T4 rights, T5 withdrawal,
    T7 owner, T8 contact."""
    watched: Watched
    effects: tuple[str, ...]
    topic: str
    source: str
    severity: Mapping[str, Severity]
    """By direction."""
    sentences: Mapping[str, Mapping[str, str]]
    """By language and direction."""

    def fits(self, effect: Effect) -> bool:
        """Whether the rule speaks of this effect."""
        return effect.watched == self.watched and effect.kind in self.effects

    def direction(self, effect: Effect) -> Direction:
        """Return the direction of an effect in the rule's own terms: where it says nothing of negations, what came or
        went decides."""
        return effect.direction if effect.direction in self.severity else direction(effect.gone, effect.new)


@dataclass(frozen=True, slots=True)
class Profile:
    """A set of rules, and the clauses that findings are reported under."""

    name: str
    title: str
    rules: tuple[Rule, ...]
    clauses: Mapping[str, tuple[str, ...]]
    """Fine topics by clause; empty where the profile has none."""

    def rule(self, effect: Effect) -> Rule | None:
        """Return the first rule that fits an effect, or None."""
        return next((rule for rule in self.rules if rule.fits(effect)), None)

    def clause(self, topic: str) -> str | None:
        """Return the clause under which a fine topic is reported, or None."""
        return next((clause for clause, topics in self.clauses.items() if topic in topics), None)


@cache
def profile_names() -> tuple[str, ...]:
    """Return the names of the bundled profiles, sorted."""
    return tuple(sorted(f.name[:-5] for f in resources.files("differ.profiles").iterdir() if f.name.endswith(".toml")))


@cache
def load_profile(name: str = "default") -> Profile:
    """Return a bundled profile. Raises ProfileError where there is none of this name, or its file cannot be used."""
    if name not in profile_names():
        raise ProfileError(f"there is no profile {name!r}; there are: {', '.join(profile_names())}")
    text = (resources.files("differ.profiles") / f"{name}.toml").read_text(encoding="utf-8")
    try:
        content = tomllib.loads(text)
        rules = tuple(read_rule(row, content["sources"]) for row in content.get("rule", ()))
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise ProfileError(f"profile {name}: {error}") from error
    base = load_profile(content["extends"]) if "extends" in content else None
    return Profile(
        name=content["name"],
        title=content["title"],
        rules=rules + (base.rules if base else ()),
        clauses={clause: tuple(topics) for clause, topics in content.get("clauses", {}).items()},
    )


def read_rule(row: Mapping[str, Any], sources: Mapping[str, str]) -> Rule:
    """Return a rule from its row, checked: known directions, severities and a sentence for each direction."""
    for towards, severity in row["severity"].items():
        if towards not in get_args(Direction) or severity not in SEVERITIES:
            raise ProfileError(f"rule {row['rule']}: severity {towards} = {severity!r} is not known")
        for language in REPORTS:
            if towards not in row[language]:
                raise ProfileError(f"rule {row['rule']}: no sentence in {language!r} for {towards!r}")
    return Rule(
        rule=row["rule"],
        watched=row["watched"],
        effects=tuple(row["effect"].split()),
        topic=row["topic"],
        source=sources[row["source"]],
        severity=row["severity"],
        sentences={language: row[language] for language in REPORTS},
    )
