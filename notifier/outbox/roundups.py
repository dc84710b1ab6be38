"""Merges alerts into one message if many of them wait for the same target. For example, the changes of two hundred
policies become one mail.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.storage.database import Archive
from archive.storage.tables import DeliveryRow, SubscriptionRow
from notifier.audience.order import Waiting
from notifier.audience.subscriptions import Target
from notifier.outbox.deliveries import OPEN, Planned, reopen
from notifier.outbox.knowledge import ROUNDUP, Reader, changes_of

KINDS = ("alert", ROUNDUP)
"""Kinds of deliveries that report changes."""

MERGED = "merged with other changes into one message"
"""Reason for cancelling a delivery that a roundup replaces."""


def merge_alerts(archive: Archive, from_changes: int, now: datetime, *, run_began: datetime | None = None) -> None:
    """Replace the open alerts of each target by one roundup, if these alerts report at least `from_changes` changes.

    If a target already has an open roundup, all open alerts of the target are added to that roundup, so that messages
    stay in order. Some alerts are held until the end of a run; see `held_until_the_end`. If a critical change is sent
    to their target before that, all waiting alerts go into the same message. If a process is sending to a target, the
    deliveries to this target are not changed.
    """
    with archive.writing() as session:
        busy = set[Reader]() if run_began is None else _busy_readers(session, run_began, from_changes)
        for reader, rows in _open_by_reader(session).items():
            changes = sorted({change for row in rows for change in changes_of(row)})
            joins = any(row.kind == ROUNDUP or (row.urgent and reader in busy) for row in rows)
            if len(rows) == 1 or any(row.state == "sending" for row in rows):
                continue
            if joins or len(changes) >= from_changes:
                _merge(session, rows, changes, now)


def held_until_the_end(
    archive: Archive, waiting: Iterable[Waiting], run_began: datetime, from_changes: int
) -> Collection[int]:
    """Return the deliveries that wait for the end of the run that began at `run_began`.

    Their targets have many changes in this run, and each target already got a message in this run. A delivery with a
    critical change does not wait.
    """
    with archive.reading() as session:
        busy = _busy_readers(session, run_began, from_changes)
        ids = [delivery.id for delivery in waiting if Reader(delivery.subscription, delivery.target) in busy]
        rows = (session.get_one(DeliveryRow, number) for number in ids)
        return {
            row.id
            for row in rows
            if row.kind in KINDS and not row.urgent and (row.planned_at or run_began) >= run_began
        }


def _busy_readers(session: Session, since: datetime, from_changes: int) -> set[Reader]:
    """Return the readers with many changes. Such a reader has accepted a message after the time `since`. At least
    `from_changes` changes after that time were reported or will be reported to the reader.
    """
    query = (
        select(DeliveryRow)
        .where(DeliveryRow.planned_at >= since, DeliveryRow.kind.in_(KINDS))
        .where(DeliveryRow.state.in_((*OPEN, "accepted")))
    )
    changes: defaultdict[Reader, set[int]] = defaultdict(set)
    notified: set[Reader] = set()
    for row in session.scalars(query):
        changes[Reader.of(row)].update(changes_of(row))
        if row.state == "accepted":
            notified.add(Reader.of(row))
    return {reader for reader in notified if len(changes[reader]) >= from_changes}


def _open_by_reader(session: Session) -> dict[Reader, list[DeliveryRow]]:
    """Return the open deliveries that report changes, the oldest first, by the reader."""
    query = select(DeliveryRow).where(DeliveryRow.kind.in_(KINDS), DeliveryRow.state.in_(OPEN))
    rows: defaultdict[Reader, list[DeliveryRow]] = defaultdict(list)
    for row in session.scalars(query.order_by(DeliveryRow.id)):
        rows[Reader.of(row)].append(row)
    return rows


def _merge(session: Session, rows: Sequence[DeliveryRow], changes: list[int], now: datetime) -> None:
    whole = next((row for row in rows if row.kind == ROUNDUP and changes_of(row) == changes), None)
    for row in rows:
        if row is not whole:
            row.state, row.error = "cancelled", MERGED
    if whole is not None:
        return  # the roundup already reports all these changes
    names = hashlib.sha256(" ".join(map(str, changes)).encode()).hexdigest()[:16]
    planned = Planned(ROUNDUP, names, {"changes": changes}, urgent=any(row.urgent for row in rows))
    subscription = session.get_one(SubscriptionRow, rows[0].subscription_id)
    target = Target(rows[0].channel, rows[0].recipient)
    oldest = min((row.planned_at for row in rows if row.planned_at is not None), default=now)
    reopen(session, subscription, planned, target=target, planned_at=oldest, now=now)
