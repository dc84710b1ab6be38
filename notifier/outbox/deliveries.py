"""Adds deliveries: a row for each target of a message."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.storage.tables import ChainEntryRow, DeliveryRow, SubscriptionRow
from notifier.audience.subscriptions import Target

OPEN = ("due", "sending")
"""States of deliveries that were not accepted yet and will be tried again."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A message to the targets of one subscription."""

    kind: str
    """Kind of the message: alert, digest, welcome, or operator."""
    key: str
    """Stable key of the message. It is unique within the kind and the subscription, so that no target gets the message
    twice."""
    payload: dict[str, Any] = field(default_factory=dict)
    _: KW_ONLY
    change_id: int | None = None
    urgent: bool = False
    """Whether the message is sent even in quiet hours."""


def add_deliveries(
    session: Session, row: SubscriptionRow, planned: Planned, *, targets: Iterable[Target], now: datetime
) -> int:
    """Add a delivery, due now, for each target that has no delivery of this message yet. Return the number of added
    deliveries."""
    planned_before = select(DeliveryRow.channel, DeliveryRow.recipient).where(
        DeliveryRow.subscription_id == row.id, DeliveryRow.kind == planned.kind, DeliveryRow.key == planned.key
    )
    existing = {(channel, recipient) for channel, recipient in session.execute(planned_before)}
    new = [target for target in targets if (target.channel, target.recipient) not in existing]
    session.add_all(_due(row, planned, target, now) for target in new)
    session.flush()
    return len(new)


def reopen(
    session: Session, row: SubscriptionRow, planned: Planned, *, target: Target, planned_at: datetime, now: datetime
) -> None:
    """Make a delivery due now. If this delivery was cancelled because another delivery replaced it, its row is used
    again. Otherwise a new row is added.
    """
    existing = session.scalar(
        select(DeliveryRow).where(
            DeliveryRow.subscription_id == row.id,
            DeliveryRow.kind == planned.kind,
            DeliveryRow.key == planned.key,
            DeliveryRow.channel == target.channel,
            DeliveryRow.recipient == target.recipient,
        )
    )
    if existing is None:
        add_deliveries(session, row, planned, targets=[target], now=planned_at)
    elif existing.state == "cancelled":
        existing.state, existing.due_at, existing.attempts = "due", now, 0
        existing.payload, existing.urgent, existing.error = planned.payload, planned.urgent, ""
        session.flush()


def _due(row: SubscriptionRow, planned: Planned, target: Target, now: datetime) -> DeliveryRow:
    return DeliveryRow(
        kind=planned.kind,
        key=planned.key,
        urgent=planned.urgent,
        payload=planned.payload,
        change_id=planned.change_id,
        subscription_id=row.id,
        channel=target.channel,
        recipient=target.recipient,
        planned_at=now,
        state="due",
        due_at=now,
        attempts=0,
        accepted_at=None,
        error="",
    )


def chain_head(session: Session) -> str:
    """Return the head of the evidence chain, as messages quote it: in the text form of `archive.evidence.chain.Head`.

    The head is read in the transaction that claims the message for sending. So the head covers all evidence in the
    message, and is never older than the head in an earlier message.
    """
    query = select(ChainEntryRow.sequence, ChainEntryRow.hash).order_by(ChainEntryRow.sequence.desc()).limit(1)
    sequence, digest = session.execute(query).one()
    return f"{sequence}:{digest}"
