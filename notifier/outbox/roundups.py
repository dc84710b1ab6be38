"""Merges alerts that pile up for one target into one message. For example, the changes of two hundred policies become
one mail."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.storage.database import Archive
from archive.storage.tables import DeliveryRow, SubscriptionRow
from notifier.audience.order import Waiting
from notifier.audience.subscriptions import Target
from notifier.outbox.deliveries import OPEN, Planned, chain_head, reopen
from notifier.outbox.knowledge import ROUNDUP, changes_of

KINDS = ("alert", ROUNDUP)
"""Kinds of deliveries that report changes."""

MERGED = "merged with other changes into one message"
"""Reason for cancelling a delivery that a roundup replaces."""


def merge_alerts(archive: Archive, from_changes: int, now: datetime) -> None:
    """Replace the open alerts of each target by one roundup, if they report at least `from_changes` changes.

    If a target already has an open roundup, all open alerts of the target are added to that roundup, so that messages
    stay in order. If a process is sending to a target, the deliveries to this target are not changed."""
    with archive.writing() as session:
        for rows in _open_by_target(session):
            changes = sorted({change for row in rows for change in changes_of(row)})
            joins = any(row.kind == ROUNDUP for row in rows)
            if len(rows) == 1 or any(row.state == "sending" for row in rows):
                continue
            if joins or len(changes) >= from_changes:
                _merge(session, rows, changes, now)


def held_until_the_end(
    archive: Archive, waiting: Iterable[Waiting], since: datetime, from_changes: int
) -> Collection[int]:
    """Return the deliveries that wait for the end of the run that began at `since`.

    These deliveries are for targets with many changes in this run. In the same run, a message was already sent to each
    of these targets."""
    ids = {delivery.id for delivery in waiting}
    with archive.reading() as session:
        query = (
            select(DeliveryRow)
            .where(DeliveryRow.planned_at >= since, DeliveryRow.kind.in_(KINDS))
            .where(DeliveryRow.state.in_((*OPEN, "accepted")))
        )
        changes: dict[tuple[int, Target], set[int]] = {}
        had: set[tuple[int, Target]] = set()
        open_rows: dict[int, tuple[int, Target]] = {}
        for row in session.scalars(query):
            target = row.subscription_id, Target(row.channel, row.recipient)
            changes.setdefault(target, set()).update(changes_of(row))
            if row.state == "accepted":
                had.add(target)
            elif row.id in ids:
                open_rows[row.id] = target
    many = {target for target in had if len(changes[target]) >= from_changes}
    return {row for row, target in open_rows.items() if target in many}


def _open_by_target(session: Session) -> list[list[DeliveryRow]]:
    """Return the open deliveries that report changes, one list for each target, the oldest first."""
    target = DeliveryRow.subscription_id, DeliveryRow.channel, DeliveryRow.recipient
    query = select(DeliveryRow).where(DeliveryRow.kind.in_(KINDS), DeliveryRow.state.in_(OPEN))
    rows = session.scalars(query.order_by(*target, DeliveryRow.id)).all()
    return [list(group) for _, group in groupby(rows, lambda row: (row.subscription_id, row.channel, row.recipient))]


def _merge(session: Session, rows: Sequence[DeliveryRow], changes: list[int], now: datetime) -> None:
    whole = next((row for row in rows if row.kind == ROUNDUP and changes_of(row) == changes), None)
    for row in rows:
        if row is not whole:
            row.state, row.error = "cancelled", MERGED
    if whole is not None:
        return  # the roundup already reports all these changes
    names = hashlib.sha256(" ".join(map(str, changes)).encode()).hexdigest()[:16]
    payload = {"changes": changes, "head": chain_head(session)}
    planned = Planned(ROUNDUP, names, payload, urgent=any(row.urgent for row in rows))
    subscription = session.get_one(SubscriptionRow, rows[0].subscription_id)
    target = Target(rows[0].channel, rows[0].recipient)
    oldest = min((row.planned_at for row in rows if row.planned_at is not None), default=now)
    reopen(session, subscription, planned, target=target, planned_at=oldest, now=now)
