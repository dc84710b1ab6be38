"""Who is told of which finding."""

from __future__ import annotations

import pytest

from differ.model import Severity
from notifier.subscriptions import Channel, Subscriber, Target, asks_for
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
def test_a_target_is_read_from_what_the_configuration_says(text: str, target: Target) -> None:
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
def test_topics_decide(topics: tuple[str, ...], topic: str, material: bool, told: bool) -> None:
    """Watched topics ask for what is material, fine topics for all of their own."""
    subscriber = Subscriber("Desk", (), topics=topics)
    assert asks_for(subscriber, "Teahouse", (), of(topic, "high", material=material)) is told


@pytest.mark.parametrize(("severity", "told"), [("low", False), ("medium", True), ("high", True), ("critical", True)])
def test_the_threshold_of_severity_is_the_lowest_that_is_told(severity: Severity, told: bool) -> None:
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


def test_everything_material_is_told_where_nothing_is_configured() -> None:
    assert asks_for(DESK, "Teahouse", (), of("rights", "low", material=True))
