"""Tests profiles. A profile says which edits are material, how severe an edit is, and which clause an edit belongs
to."""

from __future__ import annotations

from string import Formatter

import pytest

from differ import compare, load_profile, profile_names
from differ.explanation import report_languages, sentences
from differ.judgement.concept_effects import RIGHTS_PARTS, SHARING_PARTS
from differ.judgement.profiles import EffectRule, Profile, ProfileError, WordRule, read_rule, tailored
from differ.model import SEVERITIES, TOPICS, watched_topic
from tests.differ.policies import document, policy

ROW = {
    "rule": "X.act",
    "watched": "sharing",
    "effect": "act",
    "topic": "sharing",
    "source": "law",
    "severity": {"added": "high"},
}
SOURCES = {"law": "A law"}
REASONS = {"en": {"X.act": {"added": "New: {new}."}}, "id": {"X.act": {"added": "Baru: {new}."}}}


def rules(name: str = "default") -> tuple[EffectRule, ...]:
    """Return the rules of a bundled profile."""
    return load_profile(name).rules


def judged(before: str, after: str, profile: Profile) -> list[tuple[str, str, bool]]:
    """Return the rule, topic and materiality of each finding about an edit."""
    found = compare(document(policy("en", before)), document(policy("en", after)), profile).findings
    return [(finding.rule, finding.topic, finding.material) for finding in found]


def test_default_and_kenalan_are_bundled() -> None:
    assert {"default", "kenalan"} <= set(profile_names())


def test_unknown_profile_is_refused_and_the_error_lists_the_known_profiles() -> None:
    with pytest.raises(ProfileError, match=r"no profile 'strict'.*default"):
        load_profile("strict")


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.rule)
def test_rule_has_a_source_a_watched_topic_and_sentences_with_its_words(rule: EffectRule) -> None:
    assert rule.source
    assert watched_topic(rule.topic) == rule.watched
    for direction, severity in rule.severity.items():
        assert severity in SEVERITIES
        for language in report_languages():
            template = sentences(language)[rule.rule][direction]
            fields = {name for _, name, _, _ in Formatter().parse(template) if name}
            assert fields <= {"gone", "new", "before", "after", "things"}


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.rule)
def test_removing_a_right_is_never_milder_than_adding_it(rule: EffectRule) -> None:
    """The rules on sharing, arbitration and limits of time are not tested here, because for them an addition is worse
    than a removal.
    """
    taken = rule.watched == "sharing" or {"arbitration", "term"}.intersection(rule.effects)
    if {"added", "removed"} <= rule.severity.keys() and not taken:
        assert SEVERITIES.index(rule.severity["removed"]) <= SEVERITIES.index(rule.severity["added"])


@pytest.mark.parametrize(
    ("watched", "parts"), [("sharing", SHARING_PARTS), ("rights", RIGHTS_PARTS)], ids=["sharing", "rights"]
)
def test_every_kind_of_effect_has_a_rule(watched: str, parts: tuple[object, ...]) -> None:
    """If a kind of effect had no rule, nobody would be notified of it."""
    spoken = {kind for rule in rules() if rule.watched == watched for kind in rule.effects}
    assert {part.kind for part in parts} <= spoken  # type: ignore[attr-defined]  # parts of one kind


def test_kenalan_has_six_clauses_and_the_default_rules() -> None:
    kenalan = load_profile("kenalan")
    assert set(kenalan.clauses) == {"I", "II", "III", "IV", "V", "VI"}
    assert kenalan.rules == rules()
    assert kenalan.clause("sale") == "III"
    assert load_profile().clause("sale") is None


def test_row_with_an_unknown_severity_is_refused() -> None:
    with pytest.raises(ProfileError, match=r"X\.act.*'dire'"):
        read_rule({**ROW, "severity": {"added": "dire"}}, SOURCES, REASONS)


def test_rule_with_an_unknown_source_is_refused() -> None:
    with pytest.raises(ProfileError, match=r"X\.act: there is no source 'rumour'"):
        read_rule({**ROW, "source": "rumour"}, SOURCES, REASONS)


def test_rule_without_a_sentence_for_each_direction_is_refused() -> None:
    with pytest.raises(ProfileError, match=r"no sentence in 'id' for 'added'"):
        read_rule(ROW, SOURCES, {**REASONS, "id": {"X.act": {}}})


def test_a_language_may_lack_a_rule_but_not_english() -> None:
    assert read_rule(ROW, SOURCES, {**REASONS, "id": {}}).rule == "X.act"
    with pytest.raises(ProfileError, match=r"rule X\.act: no sentence in 'en'"):
        read_rule(ROW, SOURCES, {"id": REASONS["id"]})


def test_rule_without_a_sentence_on_negations_reports_a_removed_negation_as_added() -> None:
    """The rule has no sentence for a removed negation. So it reports that an act was added."""
    from differ.judgement.concept_effects import Effect

    rule = read_rule(ROW, SOURCES, REASONS)
    assert rule.direction(Effect("sharing", "act", "loosened", gone=(), new=("share",))) == "added"


def test_rule_that_is_switched_off_makes_no_finding() -> None:
    before, after = "We share your data with our bank.", "We share your data with our bank and our advertisers."
    assert ("T1.recipient", "sharing", True) in judged(before, after, load_profile())
    quiet = tailored(load_profile(), "mine", off=["T1.recipient"])
    assert "T1.recipient" not in {rule for rule, _, _ in judged(before, after, quiet)}


def test_topic_that_the_user_calls_material_becomes_material() -> None:
    before, after = "Cookies are eaten by five of us.", "Cookies are eaten by six of us."
    assert judged(before, after, load_profile())[0][1:] == ("cookies", False)
    wide = tailored(load_profile(), "mine", material=["cookies"])
    assert judged(before, after, wide)[0][1:] == ("cookies", True)


def test_topic_that_the_user_calls_quiet_becomes_quiet() -> None:
    before, after = "We never sell your data.", "We may sell your data."
    quiet = tailored(load_profile(), "mine", quiet=["sale"])
    assert judged(before, after, quiet) == [("T1.sale", "sale", False)]


def test_rule_of_the_user_finds_its_words() -> None:
    own = WordRule("my.harbour", ("harbour*",), "other", severity="high", source="our own list")
    profile = tailored(load_profile(), "mine", words=[own])
    assert ("my.harbour", "other", True) in judged("Boats lie at the pier.", "Boats lie in the harbour.", profile)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"off": ["T1.recipients"]}, r"T1\.recipients.*T1\.recipient"),
        ({"material": ["cookie"]}, "cookie.*cookies"),
        ({"quiet": ["sales"]}, "sales.*sale"),
        ({"words": [WordRule("my", ("{open",), "other", severity="low", source="us")]}, "my.*brace"),
    ],
)
def test_error_names_the_mistake_of_the_user(wrong: dict[str, list[object]], said: str) -> None:
    with pytest.raises(ProfileError, match=said):
        tailored(load_profile(), "mine", **wrong)  # type: ignore[arg-type]  # wrong on purpose


def test_topics_of_rules_are_known() -> None:
    assert {rule.topic for rule in rules()} <= set(TOPICS)
    assert {topic for topics in load_profile("kenalan").clauses.values() for topic in topics} <= {*TOPICS, "risk"}
