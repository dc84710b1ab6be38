"""Keeps waiting messages in line with the configuration: they go only to the present targets of their subscriber."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from archive.storage.database import Archive
from archive.storage.tables import DeliveryRow, SubscriptionRow
from notifier.audience.planning import ABSENCE
from notifier.audience.subscriptions import Subscriber, Target, targets_of
from notifier.outbox.deliveries import Planned, add_deliveries
from notifier.outbox.subscriptions import cancel, present, subscription

MOVED = "`via` no longer names this target"
"""Reason for cancelling a delivery because its message goes to another target. A delivery that a roundup replaced is
never made due again."""


def reroute(archive: Archive, configured: Iterable[Subscriber], now: datetime) -> None:
    """Cancel deliveries that wait for former targets of a subscriber, and plan them for the present targets.

    So a channel can be renamed and a recipient replaced while messages wait. If the subscriber is missing from the
    configuration, its messages are kept for `ABSENCE` and then cancelled.
    """
    with archive.writing() as session:
        for subscriber in present(session, configured):
            row = subscription(session, subscriber.name)
            if row is not None:
                _follow(session, row, targets_of(subscriber), now)
        absent = select(SubscriptionRow).where(SubscriptionRow.removed_at < now - ABSENCE)
        for row in session.scalars(absent).all():
            cancel(session, row)


def _follow(session: Session, row: SubscriptionRow, targets: Iterable[Target], now: datetime) -> None:
    present_targets = tuple(targets)
    waiting = session.scalars(
        select(DeliveryRow)
        .where(DeliveryRow.subscription_id == row.id, DeliveryRow.state == "due")
        .order_by(DeliveryRow.id)
    ).all()
    orphans = [delivery for delivery in waiting if Target(delivery.channel, delivery.recipient) not in present_targets]
    for orphan in orphans:
        orphan.state, orphan.error = "cancelled", MOVED
        _revive(session, orphan, present_targets, now)
        planned = Planned(orphan.kind, orphan.key, orphan.payload, change_id=orphan.change_id, urgent=orphan.urgent)
        add_deliveries(session, row, planned, targets=present_targets, now=orphan.planned_at or now)


def _revive(session: Session, orphan: DeliveryRow, targets: Iterable[Target], now: datetime) -> None:
    """Make the same message due again at targets at which it was cancelled before."""
    for target in targets:
        session.execute(
            update(DeliveryRow)
            .where(
                DeliveryRow.subscription_id == orphan.subscription_id,
                DeliveryRow.kind == orphan.kind,
                DeliveryRow.key == orphan.key,
                DeliveryRow.channel == target.channel,
                DeliveryRow.recipient == target.recipient,
                DeliveryRow.state == "cancelled",
                DeliveryRow.error == MOVED,
            )
            .values(state="due", due_at=now, attempts=0)
        )
