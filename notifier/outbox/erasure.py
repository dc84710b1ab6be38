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
"""What stands where a name or an address stood, with a number."""

TABLES = ("subscription", "alert", "delivery", "review")


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased of one person."""

    deliveries: int
    """Messages, sent or not, whose recipient and content were erased."""
    alerts: int
    """Alerts that have another number now: the former was made of the name."""
    cancelled: int
    """Messages that had not been sent, and are not any more."""
    _: KW_ONLY
    reviews: int
    """Reviews of findings that somebody forgotten made now; what was said in them stays."""
    also_at: tuple[str, ...]
    """Other subscriptions of the command line that go to one of the addresses: they are left as they are."""


def erase_person(archive: Archive, name: str, now: datetime) -> Erased | None:
    """Erase a person from every row, and what is left of those rows from the files; None where none has the name.

    What was told remains, and when, to nobody in particular, and what was said in reviews, by nobody in particular. The
    chain over the evidence holds no names of people, and is not touched. Copies that were made of the database before,
    and logs of a database server, are not reached.
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
        # Who made a subscription for others stays the maker of it, without the name.
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
    """Take a name out of the reviews; return how many there were."""
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
        # The number is a hash of the name, among others: who guesses the name could prove it.
        session.execute(update(AlertRow).where(AlertRow.id == alert).values(id=secrets.token_hex(8)))
    return len(alerts)
