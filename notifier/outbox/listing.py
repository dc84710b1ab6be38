"""Lists deliveries: the messages that were sent, and the messages that wait. For a waiting message, the list shows the
recipient, the reason why it waits, and the time of the next attempt.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, case, select

from archive.storage.database import Archive
from archive.storage.tables import ChangeRow, DeliveryRow, PolicyRow, SubscriptionRow, VersionRow
from notifier.audience.subscriptions import Target
from notifier.outbox.deliveries import OPEN

ListedState = Literal["waiting", "sending", "accepted", "given up", "cancelled"]

STATES: dict[str, ListedState] = {
    "due": "waiting",
    "sending": "sending",
    "accepted": "accepted",
    "dead": "given up",
    "cancelled": "cancelled",
}
"""The words for the states of `DeliveryRow`."""


@dataclass(frozen=True, slots=True)
class ListedDelivery:
    """A message to one target."""

    id: int
    state: ListedState
    subscriber: str
    target: Target
    _: KW_ONLY
    kind: str
    """Kind of the message: alert, digest, welcome, or operator."""
    policy: str
    """Policy of an alert; "" for other kinds of messages."""
    version: int | None
    """Version of an alert; None for other kinds of messages."""
    urgent: bool
    """Whether the message is sent even in quiet hours."""
    planned_at: datetime | None
    """Time of planning; None if an older program planned it without a time."""
    next_attempt: datetime | None
    """Earliest time of the next attempt; None if the message does not wait."""
    attempts: int
    accepted_at: datetime | None
    error: str
    """Error of the last attempt, with secrets masked."""

    @property
    def can_be_sent_again(self) -> bool:
        """Whether the message was given up, or waits after a failure."""
        return self.state == "given up" or (self.state == "waiting" and self.attempts > 0)


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """A filter that selects the deliveries to list. The values "" and None select all deliveries."""

    policy: str = ""
    target: Target | None = None
    state: ListedState | None = None
    """State of the deliveries. If it is None, deliveries in all states are listed, and accepted deliveries come
    last."""


def list_deliveries(archive: Archive, wanted: DeliveryFilter, limit: int) -> tuple[ListedDelivery, ...]:
    """Return at most `limit` deliveries. Waiting deliveries come first, then deliveries that were given up, then all
    others. In each group, the newest delivery comes first."""
    rank = case((DeliveryRow.state.in_(OPEN), 0), (DeliveryRow.state == "dead", 1), else_=2)
    query = (
        select(DeliveryRow, SubscriptionRow.subscriber, PolicyRow.name, VersionRow.number)
        .join(SubscriptionRow, SubscriptionRow.id == DeliveryRow.subscription_id)
        .outerjoin(ChangeRow, ChangeRow.id == DeliveryRow.change_id)
        .outerjoin(VersionRow, VersionRow.id == ChangeRow.version_id)
        .outerjoin(PolicyRow, PolicyRow.id == VersionRow.policy_id)
        .where(*_conditions(wanted))
        .order_by(rank, DeliveryRow.id.desc())
        .limit(limit)
    )
    with archive.reading() as session:
        return tuple(
            ListedDelivery(
                row.id,
                STATES[row.state],
                subscriber,
                Target(row.channel, row.recipient),
                kind=row.kind,
                policy=policy or "",
                version=version,
                urgent=row.urgent,
                planned_at=row.planned_at,
                next_attempt=row.due_at if row.state == "due" else None,
                attempts=row.attempts,
                accepted_at=row.accepted_at,
                error=row.error,
            )
            for row, subscriber, policy, version in session.execute(query)
        )


def _conditions(wanted: DeliveryFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.policy:
        conditions.append(PolicyRow.name == wanted.policy)
    if wanted.target is not None:
        conditions.append(DeliveryRow.channel == wanted.target.channel)
        if wanted.target.recipient:
            conditions.append(DeliveryRow.recipient == wanted.target.recipient)
    if wanted.state is not None:
        conditions.append(DeliveryRow.state.in_([state for state, name in STATES.items() if name == wanted.state]))
    return conditions
