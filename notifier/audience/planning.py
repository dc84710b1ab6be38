"""Plans which findings become alerts for whom, and when a delivery is retried. Pure.

A finding is sent if both the scope that was in force when it was recorded and the present scope ask for it. So a
subscription is not notified of anything recorded before it was first seen, and a widened subscription is not notified
of anything it newly asks for that was recorded before the widening was seen. Before and after are counted by the
archive's sequence of changes, which does not depend on a clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import KW_ONLY, dataclass, replace
from datetime import datetime, timedelta

from archive.model import RecordedFinding
from differ.model import Severity
from notifier.audience.subscriptions import Subscriber, Target, asks_for, covers_policy, targets_of

BACK_OFF = (
    timedelta(0),
    timedelta(0),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
)
"""The wait after the first failed attempt, the second, …; the last wait repeats. The first waits are zero: a
server that was down for a moment gets the message in the next run, however soon that is."""

JITTER = 0.2
"""Maximum jitter, as a share of the wait."""

ATTEMPTS = 13
"""Number of failed attempts after which a delivery is dead: with the waits above, after some four days."""

LONGEST_WAIT = 2 * BACK_OFF[-1]
"""Upper limit for waits and claims. A time further in the future was written while the clock was ahead."""

ROUNDUP_FROM = 10
"""Default number of changes for one target that become one message."""

ABSENCE = timedelta(days=7)
"""Time that a subscriber may be missing from the configuration: until then its messages wait, and nothing is lost."""

LEASE = timedelta(minutes=5)
"""Time for which a claimed delivery belongs to the process that claimed it: longer than any send may take."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Limits from which operators are notified of a trouble."""

    trouble_after: int = 3
    """Visits in a row that did not show a policy."""
    critical_waiting: timedelta = timedelta(minutes=30)
    """Time that a critical alert may wait."""
    waiting: timedelta = timedelta(hours=6)
    """Time that any other message may wait; quiet hours are not counted."""


@dataclass(frozen=True, slots=True)
class SubscriptionScope:
    """The findings that a subscription asks for."""

    topics: tuple[str, ...]
    severity: Severity
    policies: tuple[str, ...]
    _: KW_ONLY
    clauses: tuple[str, ...] = ()

    @classmethod
    def of(cls, subscriber: Subscriber) -> SubscriptionScope:
        """Return the scope that the configuration gives a subscriber."""
        return cls(subscriber.topics, subscriber.severity, subscriber.policies, clauses=subscriber.clauses)


@dataclass(frozen=True, slots=True)
class DatedScope:
    """A scope, and the change after which it is in force."""

    after: int
    """The number of the newest change in the archive when it was first seen; 0 if there was none."""
    scope: SubscriptionScope


@dataclass(frozen=True, slots=True)
class RecordedChange:
    """A change in the archive, as far as planning needs it."""

    id: int
    """The change's number in the archive's sequence."""
    policy: str
    tags: tuple[str, ...]
    _: KW_ONLY
    version: int
    recorded_at: datetime
    findings: tuple[RecordedFinding, ...]
    """All findings of the change, in the order of their positions."""
    returns_to: int | None = None
    """The earlier version whose text came back with it."""


@dataclass(frozen=True, slots=True)
class PlannedAlert:
    """An alert to be sent."""

    id: str
    finding_id: int


@dataclass(frozen=True, slots=True)
class PlannedMessage:
    """All alerts of one change for one subscriber, and where they go."""

    change_id: int
    alerts: tuple[PlannedAlert, ...]
    targets: tuple[Target, ...]
    """Targets of the message; empty if the next digest lists the alerts instead."""
    _: KW_ONLY
    urgent: bool = False
    """Whether it is critical: sent at once, even in quiet hours."""


def amended(history: tuple[DatedScope, ...], subscriber: Subscriber, newest: int) -> tuple[DatedScope, ...]:
    """Return the history with the present scope at its end; unchanged if the scope is the same.

    `newest` is the number of the newest change in the archive.
    """
    scope = SubscriptionScope.of(subscriber)
    if history and history[-1].scope == scope:
        return history
    return (*history, DatedScope(newest, scope))


def in_force(history: Iterable[DatedScope], change: int) -> SubscriptionScope | None:
    """Return the scope that was in force when a change was recorded, or None if the subscription was not yet known."""
    scopes = [dated.scope for dated in history if dated.after < change]
    return scopes[-1] if scopes else None


def still_needed(history: tuple[DatedScope, ...], planned: int) -> tuple[DatedScope, ...]:
    """Return the part of a history that can still apply to a change after `planned`."""
    past = [dated for dated in history if dated.after <= planned]
    return (*past[-1:], *(dated for dated in history if dated.after > planned))


def plan(
    subscriber: Subscriber,
    history: Iterable[DatedScope],
    changes: Iterable[RecordedChange],
    told_versions: Collection[tuple[str, int]] = (),
) -> tuple[PlannedMessage, ...]:
    """Return a message for each change with findings that the subscriber must receive.

    `told_versions` are the policies and versions of whose change the subscriber was notified: somebody who was notified
    that a text went is also notified that it is back, whatever the topics and severity of that change are.
    """
    history, heard = tuple(history), set(told_versions)
    messages = []
    for change in changes:
        scope = in_force(history, change.id)
        if scope is None:
            continue
        findings = asked_findings(subscriber, scope, change)
        if not findings and undoes(change, heard) and covers_policy(subscriber, change.policy, change.tags):
            findings = list(enumerate(change.findings))
        findings = [(position, recorded) for position, recorded in findings if not recorded.is_false_alarm]
        if findings:
            alerts = [
                PlannedAlert(alert_id(subscriber.name, change, position), recorded.id)
                for position, recorded in findings
            ]
            urgent = any(recorded.finding.severity == "critical" for _, recorded in findings)
            messages.append(
                PlannedMessage(change.id, tuple(alerts), _targets(subscriber, urgent=urgent), urgent=urgent)
            )
            heard.add((change.policy, change.version))
    return tuple(messages)


def _targets(subscriber: Subscriber, *, urgent: bool) -> tuple[Target, ...]:
    """Return the targets of a message; empty if it waits for the next digest."""
    waits = subscriber.alerts == "digest" and subscriber.digest is not None and not urgent
    return () if waits else targets_of(subscriber)


def asked_findings(
    subscriber: Subscriber, scope: SubscriptionScope, change: RecordedChange
) -> list[tuple[int, RecordedFinding]]:
    """Return the findings, with their positions, that both the scope of that time and the present scope ask for."""
    then = replace(
        subscriber,
        topics=scope.topics,
        severity=scope.severity,
        policies=scope.policies,
        clauses=scope.clauses,
    )
    return [
        (position, recorded)
        for position, recorded in enumerate(change.findings)
        if asks_for(subscriber, change.policy, change.tags, recorded.finding)
        and asks_for(then, change.policy, change.tags, recorded.finding)
    ]


def undoes(change: RecordedChange, told_versions: Collection[tuple[str, int]]) -> bool:
    """Whether a change brings back a text from before a change that was sent."""
    if change.returns_to is None:
        return False
    return any((change.policy, number) in told_versions for number in range(change.returns_to + 1, change.version))


def alert_id(subscriber: str, change: RecordedChange, position: int) -> str:
    """Return 16 hexadecimal digits that name a finding to a subscriber, the same whenever it is planned."""
    facts = (subscriber, change.policy, str(change.version), change.recorded_at.isoformat(), str(position))
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16]


def next_attempt(
    attempts: int, now: datetime, *, jitter: float = 0.0, not_before: datetime | None = None
) -> datetime | None:
    """Return when a delivery that failed `attempts` times is due again, or None if it is dead.

    `jitter`, from 0 to 1, lengthens the wait by up to `JITTER`, so that deliveries that failed together do not all
    retry together.
    `not_before` is the time that the service asks for: it lengthens a wait, up to the longest of `BACK_OFF`.
    """
    if attempts >= ATTEMPTS:
        return None
    due = now + BACK_OFF[min(attempts, len(BACK_OFF)) - 1] * (1 + JITTER * jitter)
    return due if not_before is None else max(due, min(not_before, now + BACK_OFF[-1]))
