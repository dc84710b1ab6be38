"""Erases a person: their name and addresses leave the rows, and then the database's files."""

from __future__ import annotations

import secrets
from dataclasses import KW_ONLY, dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from archive.storage.database import Archive
from archive.storage.tables import AlertRow, DeliveryRow, ReviewRow, SubscriptionRow
from archive.upkeep.vacuum import vacuum
from notifier.outbox.subscriptions import cancel, present, subscription

FORGOTTEN = "forgotten"
"""Replaces a name or an address, followed by a number."""

TABLES = ("subscription", "alert", "delivery", "review")


@dataclass(frozen=True, slots=True)
class Erased:
    """The result of erasing a person."""

    deliveries: int
    """Number of messages, sent or not, whose recipient and content were erased."""
    alerts: int
    """Number of alerts with a new ID: the old one was a hash with the name in it."""
    cancelled: int
    """Number of messages that had not been sent, and no longer will be."""
    _: KW_ONLY
    reviews: int
    """Number of reviews whose author was erased; their text stays."""
    also_at: tuple[str, ...]
    """Other subscriptions made on the command line that go to one of the addresses; they are left as they are."""


def erase_person(archive: Archive, name: str, now: datetime) -> Erased | None:
    """Erase a person from every row, and the remains of those rows from the files; None if nobody has the name.

    What was sent, and when, remains without a recipient, and reviews remain without an author. The chain over the
    evidence has no names of people in it, and is not touched. Earlier copies of the database, and logs of a database
    server, are not reached.
    """
    with archive.writing() as session:
        row, reviews = subscription(session, name), _erase_reviews(session, name)
        if row is None and not reviews:
            return None
        erased = (
            Erased(0, 0, 0, reviews=reviews, also_at=())
            if row is None
            else _erase_subscription(session, row, reviews, now)
        )
        # Subscriptions that the person made for others stay theirs, without the name.
        session.execute(update(SubscriptionRow).where(SubscriptionRow.created_by == name).values(created_by=FORGOTTEN))
    vacuum(archive, TABLES)
    return erased


def _erase_subscription(session: Session, row: SubscriptionRow, reviews: int, now: datetime) -> Erased:
    also_at = _also_at(session, row)
    deliveries, alerts = _erase_deliveries(session, row), _erase_alerts(session, row)
    erased = Erased(deliveries, alerts, cancel(session, row), reviews=reviews, also_at=also_at)
    row.subscriber, row.settings, row.created_by = f"{FORGOTTEN} {row.id}", None, ""
    row.removed_at, row.forgotten_at = row.removed_at or now, now
    return erased


def _erase_reviews(session: Session, name: str) -> int:
    """Remove a name from the reviews; return the number of reviews changed."""
    mine = session.scalars(select(ReviewRow).where(ReviewRow.by == name)).all()
    for review in mine:
        review.by = FORGOTTEN
    return len(mine)


def _also_at(session: Session, row: SubscriptionRow) -> tuple[str, ...]:
    mine = set(session.scalars(select(DeliveryRow.recipient).where(DeliveryRow.subscription_id == row.id))) - {""}
    others = [other for other in present(session, ()) if other.name != row.subscriber]
    return tuple(other.name for other in others if mine & {target.recipient for target in other.via})


def _erase_deliveries(session: Session, row: SubscriptionRow) -> int:
    deliveries = session.scalars(select(DeliveryRow).where(DeliveryRow.subscription_id == row.id)).all()
    for delivery in deliveries:
        # An error may quote the address, and a digest or a first message the name.
        delivery.recipient, delivery.error, delivery.payload = f"{FORGOTTEN} {delivery.id}", "", {}
    return len(deliveries)


def _erase_alerts(session: Session, row: SubscriptionRow) -> int:
    alerts = session.scalars(select(AlertRow.id).where(AlertRow.subscription_id == row.id)).all()
    for alert in alerts:
        # The number is a hash of the name and more: with a guess at the name, it could be verified.
        session.execute(update(AlertRow).where(AlertRow.id == alert).values(id=secrets.token_hex(8)))
    return len(alerts)
