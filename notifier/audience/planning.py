"""Decides which findings become alerts for which subscribers, and when a delivery is retried. All functions are pure.

A finding is sent if two scopes ask for it: the present scope, and the scope that was in force when the finding was
recorded. So a subscription never covers records from before it was first seen. If a subscription becomes wider, the new
part applies only to later records. The order of records comes from the archive's sequence of changes, and does not
depend on a clock.
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
"""The waits after the first failed attempt, after the second, and so on. The last wait is repeated for all further
attempts. The first waits are zero, so that the next run sends the message after a short failure of the server.
"""

JITTER = 0.2
"""Maximum jitter, as a share of the wait."""

ATTEMPTS = 13
"""Number of failed attempts after which a delivery is given up. With the waits in `BACK_OFF` this takes about four
days.
"""

LONGEST_WAIT = 2 * BACK_OFF[-1]
"""Upper limit for waits and claims. If a stored time is further in the future, the clock was wrong when it was
stored.
"""

ROUNDUP_FROM = 10
"""Default for the minimum number of changes that are merged into one message to a target."""

ABSENCE = timedelta(days=7)
"""Time that a subscriber may be missing from the configuration. During this time, the subscriber's messages wait, and
nothing is lost."""

LEASE = timedelta(minutes=5)
"""Time for which a claimed delivery belongs to the process that claimed it. It is longer than any send can take."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Limits. If a limit is reached, operators are notified of a problem."""

    trouble_after: int = 3
    """Number of visits in a row that do not find the policy."""
    critical_waiting: timedelta = timedelta(minutes=30)
    """Maximum time that a critical alert may wait."""
    waiting: timedelta = timedelta(hours=6)
    """Maximum time that a message other than a critical alert may wait. Quiet hours are not counted."""


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
    """A scope, and the last change before it came into force."""

    after: int
    """Number of the newest change in the archive when the scope was first seen; 0 if there were no changes."""
    scope: SubscriptionScope


@dataclass(frozen=True, slots=True)
class RecordedChange:
    """The parts of a recorded change that planning needs."""

    id: int
    """Number of the change in the archive's sequence."""
    policy: str
    tags: tuple[str, ...]
    _: KW_ONLY
    version: int
    recorded_at: datetime
    findings: tuple[RecordedFinding, ...]
    """All findings of the change, ordered by position."""
    returns_to: int | None = None
    """Number of the earlier version whose text returned, or None."""
    net_from: int | None = None
    """The version that a net change begins with. None if the change is not a net change."""


@dataclass(frozen=True, slots=True)
class PlannedAlert:
    """An alert to be sent."""

    id: str
    finding_id: int


@dataclass(frozen=True, slots=True)
class PlannedMessage:
    """All alerts of one change for one subscriber, and their targets."""

    change_id: int
    alerts: tuple[PlannedAlert, ...]
    targets: tuple[Target, ...]
    """Targets of the message; empty if the alerts wait for the next digest."""
    _: KW_ONLY
    urgent: bool = False
    """Whether the message is critical. A critical message is sent at once, even in quiet hours."""


def amended(history: tuple[DatedScope, ...], subscriber: Subscriber, newest: int) -> tuple[DatedScope, ...]:
    """Return the history of scopes with the present scope added. If the scope did not change, the history stays the
    same.

    `newest` is the number of the newest change in the archive.
    """
    scope = SubscriptionScope.of(subscriber)
    if history and history[-1].scope == scope:
        return history
    return (*history, DatedScope(newest, scope))


def in_force(history: Iterable[DatedScope], change: int) -> SubscriptionScope | None:
    """Return the scope that was in force when a change was recorded; None if the subscription was not known then."""
    scopes = [dated.scope for dated in history if dated.after < change]
    return scopes[-1] if scopes else None


def still_needed(history: tuple[DatedScope, ...], planned: int) -> tuple[DatedScope, ...]:
    """Return the part of a history of scopes that can still matter for changes after the change `planned`."""
    past = [dated for dated in history if dated.after <= planned]
    return (*past[-1:], *(dated for dated in history if dated.after > planned))


def plan(
    subscriber: Subscriber,
    history: Iterable[DatedScope],
    changes: Iterable[RecordedChange],
    told_versions: Collection[tuple[str, int]] = (),
) -> tuple[PlannedMessage, ...]:
    """Return a message for each change that has findings for the subscriber.

    `told_versions` are the versions whose changes the subscriber was notified of, as pairs of a policy and a version.
    If such a change is undone, the subscriber is notified of that too, even if the topics and the severity do not
    match.
    """
    history, heard = tuple(history), set(told_versions)
    messages = []
    for change in changes:
        scope = in_force(history, change.id)
        if scope is None:
            continue
        message = plan_message(subscriber, scope, change, undone=undoes(change, heard))
        if message is not None:
            messages.append(message)
            heard.add((change.policy, change.version))
    return tuple(messages)


def plan_message(
    subscriber: Subscriber, scope: SubscriptionScope, change: RecordedChange, *, undone: bool
) -> PlannedMessage | None:
    """Return the message about a change, or None if the change has no finding that the subscriber must receive.
    `undone` is true if the change undoes a change of which the subscriber was notified. In this case, all findings are
    sent.
    """
    findings = asked_findings(subscriber, scope, change)
    if not findings and undone and covers_policy(subscriber, change.policy, change.tags):
        findings = list(enumerate(change.findings))
    findings = [(position, recorded) for position, recorded in findings if not recorded.is_false_alarm]
    if not findings:
        return None
    alerts = (PlannedAlert(alert_id(subscriber.name, change, position), recorded.id) for position, recorded in findings)
    urgent = any(recorded.finding.severity == "critical" for _, recorded in findings)
    return PlannedMessage(change.id, tuple(alerts), _targets(subscriber, urgent=urgent), urgent=urgent)


def _targets(subscriber: Subscriber, *, urgent: bool) -> tuple[Target, ...]:
    """Return the targets of a message. The result is empty if the message waits for the next digest."""
    waits = subscriber.alerts == "digest" and subscriber.digest is not None and not urgent
    return () if waits else targets_of(subscriber)


def asked_findings(
    subscriber: Subscriber, scope: SubscriptionScope, change: RecordedChange
) -> list[tuple[int, RecordedFinding]]:
    """Return the findings of a change that both scopes ask for: the scope at the time of the change, and the present
    scope. Each finding is paired with its position.
    """
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
    """Whether a change undoes a change that was sent: it restores the text from before that change."""
    if change.returns_to is None:
        return False
    return any((change.policy, number) in told_versions for number in range(change.returns_to + 1, change.version))


def alert_id(subscriber: str, change: RecordedChange, position: int) -> str:
    """Return 16 hexadecimal digits that identify a finding for a subscriber. The digits are the same each time the
    finding is planned."""
    version = str(change.version) if change.net_from is None else f"{change.net_from} to {change.version}"
    facts = (subscriber, change.policy, version, change.recorded_at.isoformat(), str(position))
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16]


def next_attempt(
    attempts: int, now: datetime, *, jitter: float = 0.0, not_before: datetime | None = None
) -> datetime | None:
    """Return the time of the next attempt after `attempts` failures. Return None if the delivery was given up.

    `jitter`, from 0 to 1, lengthens the wait by up to `JITTER`. So deliveries that failed together are not all retried
    together. `not_before` is the time that the service asked for. It can lengthen the wait, but not beyond the longest
    wait in `BACK_OFF`.
    """
    if attempts >= ATTEMPTS:
        return None
    due = now + BACK_OFF[min(attempts, len(BACK_OFF)) - 1] * (1 + JITTER * jitter)
    return due if not_before is None else max(due, min(not_before, now + BACK_OFF[-1]))
