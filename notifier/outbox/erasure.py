"""Erases a person: removes the person's name and addresses from the rows, and then from the database's files."""

from __future__ import annotations

import secrets
from dataclasses import KW_ONLY, dataclass, replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from archive.access.people import erase_from_desk
from archive.storage.database import Archive
from archive.storage.tables import (
    AlertRow,
    AssignmentRow,
    DeliveryRow,
    PolicyNoteRow,
    QuietReviewRow,
    ReviewRow,
    SubscriptionRow,
)
from archive.upkeep.vacuum import vacuum
from notifier.outbox.subscriptions import cancel, present, subscription

FORGOTTEN = "forgotten"
"""Word that replaces an erased name or address. A number follows this word."""

TABLES = (
    "subscription",
    "alert",
    "delivery",
    "review",
    "quiet_review",
    "policy_note",
    "assignment",
    "person",
    "desk_access",
)


@dataclass(frozen=True, slots=True)
class Erased:
    """The results of erasing a person."""

    deliveries: int
    """Number of messages, sent or not, whose recipient and contents were erased."""
    alerts: int
    """Number of alerts with a new ID. The old ID was a hash that included the name."""
    cancelled: int
    """Number of unsent messages that were cancelled."""
    _: KW_ONLY
    reviews: int
    """Number of reviews whose author was erased. Their text stays."""
    also_at: tuple[str, ...]
    """Other command-line subscriptions that use one of the person's addresses. These subscriptions are not changed."""
    at_desk: bool = False
    """Whether the person could sign in at the desk, or was named in its access log."""


def erase_person(archive: Archive, name: str, now: datetime) -> Erased | None:
    """Erase a person from all rows, and remove the old contents of these rows from the database's files. Return None if
    nobody has the name. The records of sent messages stay, without the recipient. Reviews stay, without the author. The
    evidence chain contains no names of people and is not changed. Earlier copies of the database and the logs of a
    database server are not changed either.
    """
    with archive.writing() as session:
        at_desk = erase_from_desk(session, name, FORGOTTEN)
        row, reviews = subscription(session, name), _erase_reviews(session, name)
        if row is None and not reviews and not at_desk:
            return None
        erased = (
            Erased(0, 0, 0, reviews=reviews, also_at=())
            if row is None
            else _erase_subscription(session, row, reviews, now)
        )
        erased = replace(erased, at_desk=at_desk)
        # Subscriptions that the person made for other people stay, without the person's name.
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
    """Remove a name from reviews, notes and assignments. Return the number of changed reviews."""
    mine = [
        *session.scalars(select(ReviewRow).where(ReviewRow.by == name)),
        *session.scalars(select(QuietReviewRow).where(QuietReviewRow.by == name)),
    ]
    for review in mine:
        review.by = FORGOTTEN
    for notes in (PolicyNoteRow, AssignmentRow):
        session.execute(update(notes).where(notes.by == name).values(by=FORGOTTEN))
    session.execute(update(AssignmentRow).where(AssignmentRow.person == name).values(person=""))
    return len(mine)


def _also_at(session: Session, row: SubscriptionRow) -> tuple[str, ...]:
    mine = set(session.scalars(select(DeliveryRow.recipient).where(DeliveryRow.subscription_id == row.id))) - {""}
    others = [other for other in present(session, ()) if other.name != row.subscriber]
    return tuple(other.name for other in others if mine & {target.recipient for target in other.via})


def _erase_deliveries(session: Session, row: SubscriptionRow) -> int:
    deliveries = session.scalars(select(DeliveryRow).where(DeliveryRow.subscription_id == row.id)).all()
    for delivery in deliveries:
        # An error may quote the address. A digest or a first message may contain the name.
        delivery.recipient, delivery.error, delivery.payload = f"{FORGOTTEN} {delivery.id}", "", {}
    return len(deliveries)


def _erase_alerts(session: Session, row: SubscriptionRow) -> int:
    alerts = session.scalars(select(AlertRow.id).where(AlertRow.subscription_id == row.id)).all()
    for alert in alerts:
        # The ID is a hash that includes the name. Somebody who guesses the name could check the guess with it.
        session.execute(update(AlertRow).where(AlertRow.id == alert).values(id=secrets.token_hex(8)))
    return len(alerts)
