"""Finds messages that have waited too long. Their readers do not know the news in them yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import KW_ONLY, dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.storage.database import Archive
from archive.storage.tables import DeliveryRow, SubscriptionRow
from notifier.audience.planning import Thresholds
from notifier.audience.subscriptions import Subscriber, Target
from notifier.audience.timing import Schedule
from notifier.outbox.contents import OPERATOR
from notifier.outbox.deliveries import OPEN
from notifier.outbox.subscriptions import present

REPORTS_ON_MESSAGES = ("undelivered", "waiting")
"""Kinds of trouble that are about messages. A report about such a trouble is never a trouble itself. Otherwise, reports
about reports would never end.
"""


@dataclass(frozen=True, slots=True)
class Overdue:
    """Messages for one subscriber that should already have reached one of the subscriber's targets."""

    subscription_id: int
    subscriber: str
    target: Target
    _: KW_ONLY
    urgent: bool
    """Whether these messages are critical alerts."""
    oldest: int
    """Number of the delivery that has waited longest."""
    since: datetime
    """Time from which this delivery could have been sent."""
    count: int
    why: str
    """The last error, with secrets masked, or the reason why there was no attempt. It is "" if there was no error and
    no attempt yet.
    """


def overdue(
    archive: Archive,
    configured: Iterable[Subscriber],
    channels: Collection[str],
    now: datetime,
    *,
    thresholds: Thresholds,
) -> list[Overdue]:
    """Return the messages that have waited longer than the limits; see `overdue_messages`."""
    with archive.reading() as session:
        return overdue_messages(session, present(session, configured), channels, now, thresholds=thresholds)


@dataclass(frozen=True, slots=True)
class Held:
    """Messages that wait for quiet hours to end."""

    count: int
    until: datetime | None
    """The earliest time at which one of these messages can be sent. None if no message waits."""


def held_messages(archive: Archive, configured: Iterable[Subscriber], now: datetime) -> Held:
    """Count the messages that wait for quiet hours to end."""
    with archive.reading() as session:
        everyone = present(session, configured)
        resting = {subscriber.name: subscriber for subscriber in everyone if subscriber.is_quiet(now)}
        query = (
            select(SubscriptionRow.subscriber, func.count())
            .join(DeliveryRow, DeliveryRow.subscription_id == SubscriptionRow.id)
            .where(DeliveryRow.state.in_(OPEN), ~DeliveryRow.urgent, SubscriptionRow.subscriber.in_(list(resting)))
            .group_by(SubscriptionRow.subscriber)
        )
        counts = dict(session.execute(query).all())
    ends = [
        subscriber.quiet.next_end(now, subscriber.timezone)
        for name, subscriber in resting.items()
        if subscriber.quiet is not None and name in counts
    ]
    return Held(sum(counts.values()), min(ends, default=None))


def overdue_messages(
    session: Session,
    subscribers: Iterable[Subscriber],
    channels: Collection[str],
    now: datetime,
    *,
    thresholds: Thresholds,
) -> list[Overdue]:
    """Return the messages that have waited longer than the limits, by subscriber and target, the longest wait first.

    A message that no configured channel can send is overdue at once. Quiet hours are not counted. `channels` are the
    names of the configured channels.
    """
    by_name = {subscriber.name: subscriber for subscriber in subscribers}
    query = (
        select(DeliveryRow, SubscriptionRow.subscriber)
        .join(SubscriptionRow, SubscriptionRow.id == DeliveryRow.subscription_id)
        .where(DeliveryRow.state.in_(OPEN))
        .order_by(DeliveryRow.id)
    )
    groups: dict[tuple[int, str, Target, bool], list[tuple[DeliveryRow, datetime]]] = {}
    for row, name in session.execute(query):
        since = _sendable_since(row, by_name.get(name), now)
        limit = thresholds.critical_waiting if row.urgent else thresholds.waiting
        if is_report_on_messages(row) or since is None:
            continue
        if row.channel not in channels or name not in by_name or now - since >= limit:
            target = Target(row.channel, row.recipient)
            groups.setdefault((row.subscription_id, name, target, row.urgent), []).append((row, since))
    messages = [
        Overdue(
            subscription_id,
            name,
            target,
            urgent=urgent,
            oldest=rows[0][0].id,
            since=min(since for _, since in rows),
            count=len(rows),
            why=_why(rows[0][0], name, by_name, channels),
        )
        for (subscription_id, name, target, urgent), rows in groups.items()
    ]
    return sorted(messages, key=lambda waiting: (waiting.since, waiting.oldest))


def is_report_on_messages(row: DeliveryRow) -> bool:
    """Whether a delivery reports on other deliveries."""
    return row.kind == OPERATOR and row.key.startswith(REPORTS_ON_MESSAGES)


def _sendable_since(row: DeliveryRow, subscriber: Subscriber | None, now: datetime) -> datetime | None:
    """Return the time from which a message could have been sent; None if it waits for quiet hours to end."""
    since = row.planned_at or row.due_at
    if row.urgent or subscriber is None or subscriber.quiet is None:
        return since
    if subscriber.is_quiet(now):
        return None
    morning = Schedule("daily", subscriber.quiet.end).last(now, subscriber.timezone)
    return max(since, morning)


def _why(row: DeliveryRow, name: str, by_name: Mapping[str, Subscriber], channels: Collection[str]) -> str:
    if name not in by_name:
        return f"the configuration names no subscriber {name!r}"
    if row.channel not in channels:
        return f"the configuration names no channel {row.channel!r}"
    return row.error
