"""Tests which subscribers receive a finding."""

from __future__ import annotations

from dataclasses import replace

import pytest

from differ.model import Severity
from notifier.audience.subscriptions import Channel, Subscriber, Target, asks_for, idle, operators
from tests.notifier.changes import of

DESK = Subscriber("Desk", (Target("mail", "desk@example.org"),))


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("desk:officer@example.org", Target("desk", "officer@example.org")),
        ("legal-chat", Target("legal-chat")),
        ("room:!id:matrix.example", Target("room", "!id:matrix.example")),
    ],
)
def test_a_target_is_read_from_the_configuration(text: str, target: Target) -> None:
    assert Target.parse(text) == target
    assert str(target) == text


def test_a_channel_does_not_show_its_address() -> None:
    assert "hunter2" not in repr(Channel("desk", "mailtos://me:hunter2@mail.example.org"))


@pytest.mark.parametrize(
    ("topics", "topic", "material", "told"),
    [
        (("sharing",), "sharing", True, True),
        (("sharing",), "merger", True, True),
        (("sharing",), "withdrawal", True, False),
        (("rights",), "withdrawal", True, True),
        (("rights",), "contact", True, True),
        (("sharing",), "sharing", False, False),
        (("sharing", "rights"), "retention", False, False),
        (("sharing", "rights"), "retention", True, True),
        (("retention",), "retention", False, True),
        (("retention",), "sharing", True, False),
        (("retention",), "other", True, False),
        (("contact",), "contact", False, True),
    ],
)
def test_topics_decide_which_findings_are_sent(topics: tuple[str, ...], topic: str, material: bool, told: bool) -> None:
    """A subscriber to sharing or rights gets the material findings of the topic. A subscriber to a finer topic, such
    as retention, gets all findings of that topic."""
    subscriber = Subscriber("Desk", (), topics=topics)
    assert asks_for(subscriber, "Teahouse", (), of(topic, "high", material=material)) is told


@pytest.mark.parametrize(("severity", "told"), [("low", False), ("medium", True), ("high", True), ("critical", True)])
def test_the_threshold_of_severity_is_the_lowest_that_is_reported(severity: Severity, told: bool) -> None:
    subscriber = Subscriber("Desk", (), severity="medium")
    assert asks_for(subscriber, "Teahouse", (), of("sharing", severity, material=True)) is told


@pytest.mark.parametrize(
    ("policies", "told"),
    [
        ((), True),
        (("Teahouse",), True),
        (("tag:vendor",), True),
        (("vendor",), False),
        (("tag:Teahouse",), False),
        (("Bakery", "tag:bank"), False),
    ],
)
def test_policies_are_chosen_by_name_or_by_tag(policies: tuple[str, ...], told: bool) -> None:
    subscriber = Subscriber("Desk", (), policies=policies)
    assert asks_for(subscriber, "Teahouse", ("vendor", "tea"), of("sharing", "high", material=True)) is told


@pytest.mark.parametrize(
    ("clauses", "topics", "clause", "told"),
    [
        (("II",), (), "II", True),
        (("II",), (), "III", False),
        (("II",), (), None, False),
        (("II", "V"), (), "V", True),
        (("II",), ("retention",), None, True),
        ((), ("sharing",), "II", False),
    ],
)
def test_a_subscriber_to_a_clause_gets_every_finding_of_that_clause(
    clauses: tuple[str, ...], topics: tuple[str, ...], clause: str | None, told: bool
) -> None:
    """These findings need not be material. The subscriber gets them in addition to the findings of the chosen
    topics.
    """
    subscriber = Subscriber("Desk", (), topics=topics, clauses=clauses)
    finding = replace(of("retention", "low", material=False), clause=clause)
    assert asks_for(subscriber, "Teahouse", (), finding) is told


def test_a_subscriber_that_matches_no_policy_is_found() -> None:
    lost, vendors = (replace(DESK, name=name, policies=(name,)) for name in ("Bakery", "tag:vendor"))
    assert idle([DESK, lost, vendors], [("Teahouse", ("vendor",))]) == (lost,)
    assert idle([DESK], []) == (DESK,)


def test_only_a_subscriber_with_operator_is_an_operator() -> None:
    watch = replace(DESK, name="Watch", operator=True, topics=())
    assert operators([DESK, watch]) == (watch,)
    assert not asks_for(watch, "Teahouse", (), of("sharing", "critical", material=True))


def test_all_material_findings_are_sent_if_no_topics_are_configured() -> None:
    assert asks_for(DESK, "Teahouse", (), of("rights", "low", material=True))
