"""Tests which findings become alerts, and when a failed delivery is tried again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from archive.model import RecordedFinding
from notifier.audience.planning import (
    ATTEMPTS,
    DatedScope,
    RecordedChange,
    SubscriptionScope,
    alert_id,
    amended,
    next_attempt,
    plan,
    still_needed,
)
from notifier.audience.subscriptions import Subscriber, Target
from notifier.audience.timing import Schedule
from tests.notifier.changes import CONSENT, NOW, of

DESK = Subscriber("Desk", (Target("mail", "a@example.org"), Target("chat"), Target("mail", "a@example.org")))
FROM_THE_START = (DatedScope(0, SubscriptionScope.of(DESK)),)


def change(number: int, *findings: RecordedFinding) -> RecordedChange:
    return RecordedChange(number, "Teahouse", ("vendor",), version=number + 1, recorded_at=NOW, findings=findings)


SHARED = RecordedFinding(11, CONSENT)
KEPT = RecordedFinding(12, of("retention", "low", material=False))


def test_a_message_has_all_alerts_of_one_change() -> None:
    other = RecordedFinding(13, of("rights", "low", material=True))
    (message,) = plan(DESK, FROM_THE_START, [change(1, SHARED, KEPT, other)])
    assert [alert.finding_id for alert in message.alerts] == [11, 13]


def test_a_target_named_twice_gets_one_message() -> None:
    (message,) = plan(DESK, FROM_THE_START, [change(1, SHARED)])
    assert message.targets == (Target("mail", "a@example.org"), Target("chat"))


def test_a_digest_subscriber_gets_only_critical_findings_at_once() -> None:
    later = replace(DESK, alerts="digest", digest=Schedule("weekly"))
    grave, plain = SHARED, RecordedFinding(14, of("sharing", "high", material=True))
    quiet, urgent = plan(later, FROM_THE_START, [change(1, plain), change(2, plain, grave)])
    assert (quiet.targets, quiet.urgent, len(quiet.alerts)) == ((), False, 1)
    assert (len(urgent.targets), urgent.urgent, len(urgent.alerts)) == (2, True, 2)


def test_alerts_for_a_digest_subscriber_without_digest_are_sent_at_once() -> None:
    (message,) = plan(replace(DESK, alerts="digest"), FROM_THE_START, [change(1, SHARED)])
    assert message.targets


def test_a_change_that_the_subscriber_did_not_ask_for_makes_no_message() -> None:
    assert plan(DESK, FROM_THE_START, [change(1, KEPT)]) == ()


def test_a_new_subscription_covers_only_changes_recorded_after_it() -> None:
    history = amended((), DESK, 5)
    messages = plan(DESK, history, [change(5, SHARED), change(6, SHARED)])
    assert [message.change_id for message in messages] == [6]


def test_a_widened_subscription_covers_added_topics_only_in_later_changes() -> None:
    """The subscription had some topics already before it was changed. For these topics, no change of a policy is left
    unreported.
    """
    wider = replace(DESK, topics=("sharing", "rights", "retention"))
    history = amended(amended((), DESK, 5), wider, 7)
    messages = plan(wider, history, [change(7, SHARED, KEPT), change(8, SHARED, KEPT)])
    assert [[alert.finding_id for alert in message.alerts] for message in messages] == [[11], [11, 12]]


def test_a_narrowed_subscription_gets_nothing_about_the_removed_topics() -> None:
    narrower = replace(DESK, topics=("rights",))
    assert plan(narrower, amended(FROM_THE_START, narrower, 7), [change(7, SHARED), change(8, SHARED)]) == ()


def test_an_unchanged_subscription_does_not_change_its_history() -> None:
    assert amended(FROM_THE_START, DESK, 9) == FROM_THE_START


def test_the_history_of_a_subscription_keeps_only_scopes_that_later_changes_need() -> None:
    wide, narrow = SubscriptionScope.of(DESK), SubscriptionScope(("rights",), "low", ())
    history = (DatedScope(0, wide), DatedScope(3, narrow), DatedScope(9, wide))
    assert still_needed(history, 2) == history
    assert still_needed(history, 3) == history[1:]
    assert still_needed(history, 20) == history[2:]


def test_alert_ids_are_stable_and_differ_by_subscriber_and_finding() -> None:
    first = alert_id("Desk", change(1), 0)
    assert first == alert_id("Desk", change(1), 0)
    assert (
        len({first, alert_id("Board", change(1), 0), alert_id("Desk", change(1), 1), alert_id("Desk", change(2), 0)})
        == 4
    )


def test_a_failed_delivery_is_tried_in_the_next_run_and_later_after_longer_and_longer_waits() -> None:
    waits = [(next_attempt(attempts, NOW) or NOW) - NOW for attempts in range(1, ATTEMPTS)]
    assert waits[0] == timedelta(0)
    assert waits == sorted(waits)
    assert timedelta(days=3) < sum(waits, timedelta(0)) < timedelta(days=5)


def test_deliveries_that_failed_together_are_retried_at_different_times() -> None:
    waits = [(next_attempt(5, NOW, jitter=jitter) or NOW) - NOW for jitter in (0.0, 0.5, 1.0)]
    assert waits == [timedelta(minutes=15), timedelta(minutes=16, seconds=30), timedelta(minutes=18)]


def test_a_service_can_lengthen_a_wait_up_to_a_limit_and_never_shorten_it() -> None:
    asked = [NOW - timedelta(1), NOW + timedelta(seconds=30), NOW + timedelta(hours=5), NOW + timedelta(days=900)]
    waits = [(next_attempt(3, NOW, not_before=moment) or NOW) - NOW for moment in asked]
    assert waits == [timedelta(minutes=1), timedelta(minutes=1), timedelta(hours=5), timedelta(days=1)]


def test_a_delivery_is_given_up_after_its_last_attempt() -> None:
    assert next_attempt(ATTEMPTS - 1, NOW) is not None
    assert next_attempt(ATTEMPTS, NOW) is None
