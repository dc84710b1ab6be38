"""Validates the user's own profiles in the configuration file, and builds them. Each of them is based on a bundled
profile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import KW_ONLY, dataclass
from itertools import islice
from typing import Any

from clausewatch.config.checks import text, texts
from clausewatch.config.problems import Problems
from clausewatch.config.tables import ProfileTable, RuleTable
from clausewatch.config.variables import Location
from clausewatch.errors import suggestion
from differ.judgement.profiles import Profile, WordRule, load_profile, profile_names, tailored

MOST_ALTERNATIVES = 1000
"""Maximum number of patterns that result from one pattern with braces."""


@dataclass(frozen=True, slots=True)
class Tailoring:
    """The changes that a user's profile makes to a bundled profile."""

    name: str
    extends: str
    off: tuple[str, ...] = ()
    """Identifiers of rules that are switched off."""
    _: KW_ONLY
    material: tuple[str, ...] = ()
    """Topics whose findings the profile makes material. Findings on the topics in `quiet` are not material."""
    quiet: tuple[str, ...] = ()
    rules: tuple[WordRule, ...] = ()

    def profile(self) -> Profile:
        """Return the profile with these changes.

        Raises ProfileError if the changes refer to an unknown rule or profile.
        """
        base = load_profile(self.extends)
        return tailored(base, self.name, off=self.off, material=self.material, quiet=self.quiet, words=self.rules)


def bundled_profiles() -> dict[str, Profile]:
    """Return the bundled profiles, by name."""
    return {name: load_profile(name) for name in profile_names()}


def read_tailorings(tables: Mapping[str, Any], problems: Problems) -> tuple[Tailoring, ...]:
    """Return the changes in each `[profile.NAME]` table of the file. Tables with problems are left out."""
    read = [_tailoring(name, values, problems) for name, values in tables.items()]
    return tuple(tailoring for tailoring in read if tailoring is not None)


def _tailoring(name: str, values: Any, problems: Problems) -> Tailoring | None:
    location: Location = ("profile", name)
    _check_name(name, problems)
    table = problems.table(values, location, ProfileTable)
    raw = values if isinstance(values, dict) else {}
    rows = [row if isinstance(row, dict) else {} for row in _list(raw.get("rule"))]
    rules = [problems.table(row, (*location, "rule", number), RuleTable) for number, row in enumerate(rows)]
    base = _base(raw, location, problems)
    if base is not None:
        _check_off(raw, base, location, problems)
        _check_rules(rows, base, location, problems)
    _check_topics(raw, location, problems)
    if table is None or problems.has(location):
        return None
    own = tuple(_rule(rule) for rule in rules if rule is not None)
    return Tailoring(name, table.extends, table.off, material=table.material, quiet=table.quiet, rules=own)


def _rule(table: RuleTable) -> WordRule:
    return WordRule(
        table.rule, table.words, table.topic, severity=table.severity, source=table.source, material=table.material
    )


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _check_name(name: str, problems: Problems) -> None:
    if name in profile_names():
        fix = f'choose another name, and write extends = "{name}" under it'
        problems.add(("profile", name), f"is a bundled profile: {fix}")
    elif not name or name != name.strip() or not name.isprintable():
        problems.add(("profile", name), "is not a profile name: write a word")


def _base(values: Mapping[str, Any], location: Location, problems: Problems) -> Profile | None:
    name = values.get("extends", "default")
    if not isinstance(name, str) or not name:
        return None
    if name not in profile_names():
        fix = suggestion(name, profile_names())
        problems.add((*location, "extends"), f'there is no bundled profile "{name}"; {fix}')
        return None
    return load_profile(name)


def _check_off(values: Mapping[str, Any], base: Profile, location: Location, problems: Problems) -> None:
    rules = sorted({rule.rule for rule in base.rules})
    for number, rule in texts(values, "off"):
        if rule not in rules:
            sentence = f'there is no rule "{rule}" in the profile {base.name}; {suggestion(rule, rules)}'
            problems.add((*location, "off", number), sentence)


def _check_topics(values: Mapping[str, Any], location: Location, problems: Problems) -> None:
    material = [topic for _, topic in texts(values, "material")]
    for number, topic in texts(values, "quiet"):
        if topic in material:
            problems.add(
                (*location, "quiet", number), f'"{topic}" is listed under `material` too: remove one of the two'
            )


def _check_rules(rows: list[dict[str, Any]], base: Profile, location: Location, problems: Problems) -> None:
    taken = {rule.rule for rule in base.rules} | {rule.rule for rule in base.plain.values()}
    names = [text(row, "rule") for row in rows]
    for number, (row, name) in enumerate(zip(rows, names, strict=True)):
        rule_location = (*location, "rule", number)
        if name in taken:
            problems.add(
                (*rule_location, "rule"), f'"{name}" is already a rule of the profile {base.name}: choose another name'
            )
        elif name and name in names[:number]:
            first = names.index(name) + 1
            problems.add((*rule_location, "rule"), f'"{name}" is already the name of rule[{first}]: choose another')
        for position, pattern in texts(row, "words"):
            for wrong in islice(_wrong_pattern(pattern), 1):
                problems.add((*rule_location, "words", position), f'"{pattern}" {wrong}')


def _wrong_pattern(pattern: str) -> Iterator[str]:
    """Yield the problems of a pattern. It is also a problem if the pattern can never match."""
    # Few configurations have patterns, and these modules take long to import.
    from differ.language.lexicon import LexiconError, Patterns, expand
    from differ.language.words import plain, words

    try:
        alternatives = list(islice(expand(pattern), MOST_ALTERNATIVES + 1))
        if len(alternatives) > MOST_ALTERNATIVES:
            yield f"expands to more than {MOST_ALTERNATIVES} patterns: write several shorter ones"
            return
        Patterns({"words": alternatives})
    except LexiconError as error:
        yield f"cannot be read: {error}"
        return
    for alternative in alternatives:
        for part in alternative.replace("-", " ").split():
            word = part.removesuffix("*")
            if part != ".." and word and words(word) != [plain(word)]:
                yield f"can never match: {part!r} is not a word of letters or digits, with * only at its end"
