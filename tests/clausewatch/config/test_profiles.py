"""Tests a user's own profiles.

A profile in the configuration may change parts of a bundled profile. Wrong values are reported with their place.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from clausewatch.config import Configuration, load
from clausewatch.errors import ConfigurationError
from clausewatch.explanation.hints import grouped, hints
from clausewatch.explanation.summary import summary
from differ.judgement.profiles import load_profile, profile_names

OURS = """
[crawl]
contact = "desk@cloakroom.test"

[profile.ours]
extends = "kenalan"
off = ["T1.name", "T4.place"]
material = ["retention", "security"]
quiet = ["choices"]

[[profile.ours.rule]]
rule = "own.fees"
words = ["{fee,charge}*", "administration cost"]
topic = "other"
severity = "medium"
source = "Our contract with the vendor, section 4"

[[profile.ours.rule]]
rule = "own.lions"
words = ["lion"]
topic = "security"
severity = "low"
source = "The zoo"
material = false

[[policy]]
name = "Cloakroom"
url = "https://cloakroom.test/privacy"
profile = "ours"
"""

Load = Callable[[str], Configuration]


@pytest.fixture
def read(tmp_path: Path) -> Load:
    """Return a function that loads a configuration text."""

    def load_text(text: str) -> Configuration:
        path = tmp_path / "watch.toml"
        path.write_text(text, encoding="utf-8")
        return load(path, {})

    return load_text


@pytest.fixture
def problems(read: Load) -> Callable[[str], tuple[str, ...]]:
    """Return a function that returns the problems in a configuration text."""

    def find(text: str) -> tuple[str, ...]:
        with pytest.raises(ConfigurationError) as caught:
            read(text)
        return caught.value.problems

    return find


Problems = Callable[[str], tuple[str, ...]]


def test_every_key_of_a_profile_has_its_effect(read: Load) -> None:
    configuration = read(OURS)
    ours, base = configuration.profiles["ours"], load_profile("kenalan")
    assert configuration.policies[0].profile == ours.name == "ours"
    assert {rule.rule for rule in base.rules} - {rule.rule for rule in ours.rules} == {"T1.name", "T4.place"}
    assert ours.clauses == base.clauses
    assert ours.is_material("retention", watched=False)
    assert not ours.is_material("choices", watched=True)
    fees, lions = ours.words
    assert (fees.rule, fees.topic, fees.severity, fees.material) == ("own.fees", "other", "medium", True)
    assert fees.source == "Our contract with the vendor, section 4"
    assert fees.found(["they", "charge", "fees", "and", "an", "administration", "cost"]) == (
        "charge",
        "fees",
        "administration cost",
    )
    assert not lions.material


def test_the_bundled_profiles_can_always_be_used(read: Load) -> None:
    assert set(read("").profiles) == set(profile_names())
    assert set(read(OURS).profiles) == {*profile_names(), "ours"}


def test_an_empty_profile_equals_the_default_profile(read: Load) -> None:
    mine = read("[profile.mine]\n").profiles["mine"]
    assert mine.rules == load_profile("default").rules
    assert (mine.words, mine.material_topics, mine.quiet_topics) == ((), frozenset(), frozenset())


@pytest.mark.parametrize(
    ("wrong", "right", "problem"),
    [
        (
            '"T1.name", "T4.place"',
            '"T1.name", "T4.plaice"',
            "profile.ours.off[2]: there is no rule \"T4.plaice\" in the profile kenalan; did you mean 'T4.place'?",
        ),
        (
            '"retention",',
            '"retension",',
            "profile.ours.material[1]: \"retension\" is not known; did you mean 'retention'?",
        ),
        ('["choices"]', '["choice"]', "profile.ours.quiet[1]: \"choice\" is not known; did you mean 'choices'?"),
        ('["choices"]', '["security"]', 'profile.ours.quiet[1]: "security" is listed under `material` too'),
        ('["choices"]', '"choices"', "profile.ours.quiet: must be a list"),
        (
            'extends = "kenalan"',
            'extends = "kenalen"',
            "profile.ours.extends: there is no bundled profile \"kenalen\"; did you mean 'kenalan'?",
        ),
        ('extends = "kenalan"', 'extends = "ours"', 'profile.ours.extends: there is no bundled profile "ours"'),
        ("quiet = ", "silent = ", "profile.ours.silent: unknown key"),
        (
            'topic = "other"',
            'topic = "others"',
            "profile.ours.rule[1].topic: \"others\" is not known; did you mean 'other'?",
        ),
        (
            'severity = "low"',
            'severity = "lo"',
            "profile.ours.rule[2].severity: \"lo\" is not known; did you mean 'low'?",
        ),
        ('source = "The zoo"\n', "", "profile.ours.rule[2].source: is missing"),
        (
            'source = "The zoo"',
            'sauce = "The zoo"',
            "profile.ours.rule[2].sauce: unknown key; did you mean 'source'?",
        ),
        ("material = false", "material = 0", "profile.ours.rule[2].material: must be true or false"),
        ('"own.lions"', '"own.fees"', 'profile.ours.rule[2].rule: "own.fees" is already the name of rule[1]'),
        ('"own.lions"', '"T1.sale"', 'profile.ours.rule[2].rule: "T1.sale" is already a rule of the profile kenalan'),
        ('"own.lions"', '"N.other"', 'profile.ours.rule[2].rule: "N.other" is already a rule'),
        ('["lion"]', "[]", "profile.ours.rule[2].words: is an empty list"),
        ('["lion"]', '["{lion,tiger"]', 'profile.ours.rule[2].words[1]: "{lion,tiger" cannot be read: '),
        ('["lion"]', '[".. lion"]', 'profile.ours.rule[2].words[1]: ".. lion" cannot be read: '),
        ('["lion"]', '["lion", "lion, tiger"]', 'profile.ours.rule[2].words[2]: "lion, tiger" can never match'),
        ('["lion"]', '["li*on"]', "can never match: 'li*on' is not a word"),
        ('["lion"]', f'["{"{a,b}" * 40}"]', "expands to more than 1000 patterns"),
        (
            "[profile.ours]",
            "[profile.kenalan]",
            "profile.kenalan: is a bundled profile: choose another name, and write ext",
        ),
        ("[profile.ours]", '[profile." "]', "is not a profile name"),
        (
            'profile = "ours"',
            'profile = "hours"',
            "policy[1].profile (Cloakroom): there is no profile \"hours\"; did you mean 'ours'?",
        ),
    ],
)
def test_the_error_for_a_meaningless_value_says_where_it_is_and_how_to_fix_it(
    problems: Problems, wrong: str, right: str, problem: str
) -> None:
    assert wrong in OURS
    found = problems(OURS.replace(wrong, right, 1))
    assert any(problem in sentence for sentence in found), found


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("profile = 3", "profile: must be a table of tables: head each with [profile.NAME]"),
        ("[profile]\nours = 3", "profile.ours: must be a table: head it with [profile.ours]"),
        (
            "[profile.ours]\nrule = 3",
            "profile.ours.rule: must be a list of tables: head each with [[profile.ours.rule]]",
        ),
        ("[profile.ours.rule]\n", "profile.ours.rule: must be a list of tables: head each with [[profile.ours.rule]]"),
        ("[profile.ours]\nrule = [3]", "profile.ours.rule[1]: must be a list of tables"),
    ],
)
def test_a_profile_of_the_wrong_shape_is_explained(problems: Problems, text: str, problem: str) -> None:
    [sentence] = problems(text)
    assert sentence.startswith(problem)


def test_every_problem_of_a_profile_is_reported_at_once(problems: Problems) -> None:
    text = OURS.replace("retention", "retension").replace("T1.name", "T1.nam").replace('"lion"', '"*"')
    assert [sentence.partition(":")[0] for sentence in problems(text)] == [
        "profile.ours.material[1]",
        "profile.ours.off[1]",
        "profile.ours.rule[2].words[1]",
    ]


def test_a_policy_that_names_a_profile_with_a_problem_is_not_reported_too(problems: Problems) -> None:
    """Only the profile is reported, not the policy that names it."""
    assert len(problems(OURS.replace("T1.name", "T1.nam"))) == 1


def test_the_check_explains_the_changes_of_each_own_profile(read: Load) -> None:
    [line] = [line for line in summary(read(OURS)) if line.startswith("Profile")]
    assert line == (
        "Profile      ours: as kenalan; without T1.name and T4.place; changes to retention and security are material; "
        'changes to choices are not; rule own.fees (other, medium, material) if "{fee,charge}*" or '
        '"administration cost" comes or goes; rule own.lions (security, low, not material) if "lion" comes or goes'
    )


def test_check_warns_of_a_profile_that_no_policy_uses(read: Load) -> None:
    unused = OURS.replace('profile = "ours"', "")
    assert "profile ours: no policy uses it" in list(grouped(hints(read(unused))))
    assert not any(warning.startswith("profile") for warning in grouped(hints(read(OURS))))
