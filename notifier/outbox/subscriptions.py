"""Stores subscriptions with their scopes. Subscriptions come from the configuration or from the command line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from archive.storage.database import Archive
from archive.storage.tables import ChangeRow, DeliveryRow, FetchRow, SubscriptionRow
from notifier.audience.planning import ABSENCE, DatedScope, amended, still_needed
from notifier.audience.subscriptions import Subscriber
from notifier.outbox.knowledge import scope_history
from notifier.outbox.news import NewsReader, announce

CONFIGURATION, COMMAND_LINE = "configuration", "command line"
"""Origins of a subscription."""

_SETTINGS = TypeAdapter(Subscriber)


class NameTakenError(Exception):
    """A subscription with this name already exists."""


class NoSubscriptionError(Exception):
    """No subscription with this name was made on the command line."""


@dataclass(frozen=True, slots=True)
class Made:
    """A subscription made on the command line."""

    subscriber: Subscriber
    by: str
    """Login of the person who made the subscription."""
    at: datetime


def everyone(archive: Archive, configured: Iterable[Subscriber]) -> tuple[Subscriber, ...]:
    """Return the subscribers of the configuration and of the command line."""
    with archive.reading() as session:
        return present(session, configured)


def present(session: Session, configured: Iterable[Subscriber]) -> tuple[Subscriber, ...]:
    """Return the subscribers of the configuration and of the command line. If both have a subscriber with the same
    name, the configuration's subscriber is used. Command-line subscriptions are read in the transaction that uses them,
    so that a subscription that was just removed is not used.
    """
    named = tuple(configured)
    names = {subscriber.name for subscriber in named}
    others = (_SETTINGS.validate_python(row.settings) for row in _made(session) if row.subscriber not in names)
    return (*named, *others)


def register(archive: Archive, configured: Iterable[Subscriber], now: datetime) -> None:
    """Record the subscriptions and their present scopes. Call this function with the whole configuration before
    anything is fetched. A subscription covers only records from after the time when it was first seen. A subscription
    that is missing from the configuration is removed. If the subscription comes back within `ABSENCE`, it has missed
    nothing. If it comes back later, it is treated as new. Changes to the list of policies become news for subscriptions
    that existed before.
    """
    with archive.writing() as session:
        everybody = present(session, configured)
        announce(session, _news_readers(session, everybody, now))
        for subscriber in everybody:
            registered(session, subscriber, now)
        names = [subscriber.name for subscriber in everybody]
        gone = update(SubscriptionRow).where(SubscriptionRow.subscriber.not_in(names))
        session.execute(gone.where(SubscriptionRow.removed_at.is_(None)).values(removed_at=now))


def _news_readers(session: Session, everybody: Iterable[Subscriber], now: datetime) -> list[NewsReader]:
    rows = [(subscription(session, subscriber.name), subscriber) for subscriber in everybody]
    return [
        NewsReader(
            row,
            subscriber,
            scope_history(row)[-1].scope.policies,
            awaits_welcome=subscriber.welcome and not _is_welcomed(session, row),
        )
        for row, subscriber in rows
        if row is not None and (row.removed_at is None or _was_missing(row, now))
    ]


def welcome_key(row: SubscriptionRow) -> str:
    """Return the key of a subscription's first messages. A subscription that comes back gets new first messages."""
    return (row.created_at or row.since).isoformat()


def _is_welcomed(session: Session, row: SubscriptionRow) -> bool:
    """Whether a first message of a subscription was planned."""
    mine = DeliveryRow.subscription_id == row.id, DeliveryRow.kind == "welcome", DeliveryRow.key == welcome_key(row)
    return session.scalar(select(DeliveryRow.id).where(*mine).limit(1)) is not None


def made(archive: Archive) -> tuple[Made, ...]:
    """Return the present command-line subscriptions, oldest first."""
    with archive.reading() as session:
        return tuple(
            Made(_SETTINGS.validate_python(row.settings), row.created_by, row.created_at or row.since)
            for row in _made(session)
        )


def _made(session: Session) -> list[SubscriptionRow]:
    query = select(SubscriptionRow).where(SubscriptionRow.source == COMMAND_LINE, SubscriptionRow.removed_at.is_(None))
    return list(session.scalars(query.order_by(SubscriptionRow.created_at, SubscriptionRow.id)))


def add_subscription(archive: Archive, subscriber: Subscriber, by: str, now: datetime) -> None:
    """Add a command-line subscription. It covers records from now on.

    `by` is the login of the person who makes it. Raises NameTakenError. The caller must first check
    that no subscriber in the configuration has the same name.
    """
    with archive.writing() as session:
        row = subscription(session, subscriber.name)
        if row is not None and row.removed_at is None and row.source == COMMAND_LINE:
            raise NameTakenError(subscriber.name)
        if row is not None:
            row.removed_at = row.removed_at or now  # the subscription was in the configuration, and is not there now
        row = registered(session, subscriber, now, resume=False)
        row.source, row.settings = COMMAND_LINE, _SETTINGS.dump_python(subscriber, mode="json")
        row.created_by = by


def remove_subscription(archive: Archive, name: str, now: datetime) -> int:
    """Remove a command-line subscription. Return the number of cancelled messages.

    Raises NoSubscriptionError.
    """
    with archive.writing() as session:
        row = subscription(session, name)
        if row is None or row.source != COMMAND_LINE or row.removed_at is not None:
            raise NoSubscriptionError(name)
        row.removed_at, row.settings = now, None
        return cancel(session, row)


def cancel(session: Session, row: SubscriptionRow) -> int:
    """Cancel the waiting deliveries of a subscription; return their number."""
    waiting = session.scalars(
        select(DeliveryRow).where(DeliveryRow.subscription_id == row.id, DeliveryRow.state.in_(("due", "dead")))
    ).all()
    for delivery in waiting:
        delivery.state = "cancelled"
    return len(waiting)


def registered(session: Session, subscriber: Subscriber, now: datetime, *, resume: bool = True) -> SubscriptionRow:
    """Return the row of a subscription, and note the present scope in its history. Create the row if it does not exist.

    If `resume` is true, a subscription that was missing from the configuration for at most `ABSENCE` gets everything
    that it missed.
    """
    newest = session.scalar(select(func.max(ChangeRow.id))) or 0
    row = subscription(session, subscriber.name)
    if row is not None and resume and _was_missing(row, now):
        row.removed_at = None
    if row is None:
        row = SubscriptionRow(subscriber=subscriber.name, scope=_stored(amended((), subscriber, newest), newest))
        session.add(row)
        _begin(session, row, newest, now)
    elif row.removed_at is not None:
        row.scope = _stored(amended((), subscriber, newest), newest)
        row.source, row.settings, row.created_by = CONFIGURATION, None, ""
        _begin(session, row, newest, now)
    else:
        _amend(row, subscriber, newest, now)
        if row.created_at is None:  # first seen by a program that had no digests
            _begin_digests(session, row, newest, now)
    session.flush()
    return row


def _was_missing(row: SubscriptionRow, now: datetime) -> bool:
    """Whether a subscription was missing from the configuration for a short time, perhaps by mistake."""
    return row.source == CONFIGURATION and row.removed_at is not None and now - row.removed_at <= ABSENCE


def _begin(session: Session, row: SubscriptionRow, newest: int, now: datetime) -> None:
    row.since, row.removed_at = now, None
    _begin_digests(session, row, newest, now)


def _begin_digests(session: Session, row: SubscriptionRow, newest: int, now: datetime) -> None:
    row.created_at = row.digested_until = now
    row.digested_change_id = newest
    row.digested_fetch_id = session.scalar(select(func.max(FetchRow.id))) or 0


def _amend(row: SubscriptionRow, subscriber: Subscriber, newest: int, now: datetime) -> None:
    present = amended(scope_history(row), subscriber, newest)
    if present != scope_history(row):
        row.scope = _stored(present, row.scope["planned"], held_changes(row))
        row.since = now
    if row.digested_until is not None and row.digested_until > now:
        row.digested_until = now  # a clock was wrong, and digests would wait until that wrong time


def subscription(session: Session, name: str) -> SubscriptionRow | None:
    """Return the row of the subscription with this name, even if the subscription was removed."""
    return session.scalar(select(SubscriptionRow).where(SubscriptionRow.subscriber == name))


def note_planned(row: SubscriptionRow, planned: int, waiting: list[int]) -> None:
    """Record the last change for which alerts are planned, and the changes that are held back."""
    oldest = min([planned, *(change - 1 for change in waiting)])
    row.scope = _stored(still_needed(scope_history(row), oldest), planned, waiting)


def _stored(asked: tuple[DatedScope, ...], planned: int, waiting: Iterable[int] = ()) -> dict[str, Any]:
    scopes = [{"after": dated.after, **asdict(dated.scope)} for dated in asked]
    return {"planned": planned, "asked": scopes, "held": list(waiting)}


def held_changes(row: SubscriptionRow) -> list[int]:
    """Return the changes whose alerts wait for a text to settle."""
    return list(row.scope.get("held", ()))
