"""Claims deliveries for sending, and records the outcome.

A delivery is first `due`. It is `sending` while a process tries to send it. Then it is `accepted`, `dead`, or `due`
again at a later time. If a process dies while it sends, its claim expires after `planning.LEASE`, or ends at once with
`release_claims`. Deliveries for a removed subscription or target become `cancelled`; see `amending`."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Select, and_, case, func, or_, select, true, update
from sqlalchemy.orm import Session

from archive.storage.database import Archive
from archive.storage.tables import ChangeRow, DeliveryRow, SubscriptionRow, VersionRow
from archive.storage.version_reader import change_between
from notifier.audience.order import Waiting, in_order
from notifier.audience.planning import LEASE, LONGEST_WAIT, next_attempt
from notifier.audience.subscriptions import Target
from notifier.channels.outcome import Failed
from notifier.outbox.contents import MessageContent, read_content, recap_comparisons
from notifier.outbox.deliveries import OPEN
from notifier.outbox.knowledge import (
    REPORTING,
    ROUNDUP,
    Reader,
    changes_of,
    spans_by_change,
    spans_of,
    waiting_changes,
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this process may try once."""

    id: int
    target: Target
    attempts: int
    """Number of attempts, including the present attempt."""
    _: KW_ONLY
    kind: str
    """Kind of the delivery: alert, roundup, digest, welcome, or operator."""
    notice: MessageContent
    until: datetime
    """Time at which the claim expires. Then another process may try the delivery."""


@dataclass(frozen=True, slots=True)
class DeliveryCounts:
    """Number of deliveries by state."""

    waiting: int
    """Deliveries that were not accepted yet and will be retried."""
    dead: int
    """Deliveries that were given up."""


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Messages for one subscriber that were given up at one target."""

    subscriber: str
    target: Target
    count: int
    _: KW_ONLY
    error: str
    """Error of the last message, with secrets masked."""


def release_claims(archive: Archive, now: datetime) -> None:
    """Release the claims of a process that died. The attempts of that process are not counted, because they say nothing
    about the server. Only the process that has the senders' lock may call this function. If the archive is on a
    database server, claims are not released, and end only when they expire. The reason is that the server's lock ends
    with the connection, while the process may still live.
    """
    holder_may_live = archive.engine.dialect.name != "sqlite"
    with archive.writing() as session:
        session.execute(
            update(DeliveryRow)
            .where(DeliveryRow.state == "sending", _ended(now) if holder_may_live else true())
            .values(state="due", due_at=now, attempts=DeliveryRow.attempts - 1)
        )


def open_deliveries(
    archive: Archive,
    now: datetime,
    *,
    early: bool = False,
    readers: Collection[str] | None = None,
    resting: Collection[str] = (),
) -> tuple[Waiting, ...]:
    """Return the deliveries to try now. Deliveries with the fewest attempts come first. So if a channel does not work,
    its old deliveries come after all new deliveries. If `early` is true, deliveries that still wait after a failure are
    included. Deliveries for subscribers that are not among the `readers` are held back, because a subscriber may be
    missing from the configuration by mistake. Subscribers that are `resting` are in quiet hours. For these subscribers,
    only two kinds of deliveries are returned: urgent deliveries, and the deliveries that must be sent before them.
    """
    ended, asleep = _ended(now), SubscriptionRow.subscriber.in_(list(resting))
    query = (
        select(DeliveryRow, VersionRow.policy_id, VersionRow.number, ended, asleep)
        .join(SubscriptionRow, SubscriptionRow.id == DeliveryRow.subscription_id)
        .outerjoin(ChangeRow, ChangeRow.id == DeliveryRow.change_id)
        .outerjoin(VersionRow, VersionRow.id == ChangeRow.version_id)
        .where(DeliveryRow.state.in_(OPEN))
    )
    if readers is not None:
        query = query.where(SubscriptionRow.subscriber.in_(list(readers)))
    with archive.reading() as session:
        waiting = [
            Waiting(
                row.id,
                Target(row.channel, row.recipient),
                row.subscription_id,
                policy=policy,
                version=version,
                attempts=row.attempts,
                is_due=has_ended or early,
                is_claimed=row.state == "sending" and not has_ended,
                may_disturb=row.urgent or not is_asleep,
            )
            for row, policy, version, has_ended, is_asleep in session.execute(query)
        ]
    return tuple(in_order(waiting))


def claim(archive: Archive, delivery: int, now: datetime, *, early: bool = False) -> Claimed | None:
    """Claim a delivery for this process.

    Return None if another process has claimed it, if it is done, or if an older delivery of its thread is not done.
    Also return None if the policy has a newer version than the delivery reports, because the next pass amends such a
    delivery. If `early` is true, a delivery that still waits after a failure can be claimed too.
    """
    with archive.writing() as session:
        if session.scalar(_siblings(session, delivery, older=True).limit(1)) is not None:
            return None
        row = session.get_one(DeliveryRow, delivery)
        if _follows_roundup(session, row) or not _holds(session, row):
            return None
        taken = session.execute(
            update(DeliveryRow)
            .where(DeliveryRow.id == delivery, _open(now, early=early))
            .values(state="sending", due_at=now + LEASE, attempts=DeliveryRow.attempts + _counted(now))
        )
        if cast(CursorResult[Any], taken).rowcount != 1:
            return None
        session.refresh(row)
        return Claimed(
            row.id,
            Target(row.channel, row.recipient),
            row.attempts,
            kind=row.kind,
            notice=read_content(session, row),
            until=row.due_at,
        )


def _counted(now: datetime) -> ColumnElement[int]:
    """Return 1 for an attempt that counts, otherwise 0.

    The first attempt always counts. A further attempt counts only if the delivery is due. So a delivery is not given up
    because of many early attempts in one hour.
    """
    return case((or_(DeliveryRow.due_at <= now, DeliveryRow.attempts == 0), 1), else_=0)


def _holds(session: Session, row: DeliveryRow) -> bool:
    """Whether a delivery still reports the right comparisons. Each comparison must lead from the version that the
    reader knows to the current version."""
    if row.kind not in REPORTING:
        return True
    if any(change_between(session, span) is None for span in recap_comparisons(session, row)):
        return False
    reported = sorted(spans_by_change(session, changes_of(row)).values())
    return reported == spans_of(session, Reader.of(row), waiting_changes(session, row))


def note_accepted(archive: Archive, delivery: int, now: datetime) -> None:
    """Record that a server accepted a delivery, and commit."""
    _settle(archive, delivery, {"state": "accepted", "accepted_at": now, "error": ""})


def note_failed(archive: Archive, claimed: Claimed, now: datetime, failed: Failed) -> bool:
    """Record that an attempt failed, and commit. Return whether the delivery will be retried.

    If the claim had expired and another process tried the delivery, the result of that process stays.
    """
    jitter = hashlib.sha256(f"{claimed.id} {claimed.attempts}".encode()).digest()[0] / 255
    again = next_attempt(claimed.attempts, now, jitter=jitter, not_before=failed.not_before)
    if failed.permanent or again is None:
        _settle(archive, claimed.id, {"state": "dead", "error": failed.reason}, claimed)
        return False
    _settle(archive, claimed.id, {"state": "due", "due_at": again, "error": failed.reason}, claimed)
    with archive.writing() as session:  # the newer deliveries of the same message thread get the same wait
        newer = _siblings(session, claimed.id, older=False).where(
            DeliveryRow.state == "due", DeliveryRow.due_at < again
        )
        session.execute(
            update(DeliveryRow).where(DeliveryRow.id.in_(session.scalars(newer).all())).values(due_at=again)
        )
    return True


def revive(archive: Archive, now: datetime) -> int:
    """Make every dead delivery due again. Its attempts are counted from zero. Return the number of these deliveries."""
    with archive.writing() as session:
        revived = session.execute(
            update(DeliveryRow).where(DeliveryRow.state == "dead").values(state="due", due_at=now, attempts=0)
        )
        return cast(CursorResult[Any], revived).rowcount


def send_again(archive: Archive, delivery: int, now: datetime) -> bool:
    """Make a delivery due now, and count its attempts from zero, if it was given up or waits after a failure. Return
    whether it was such a delivery.
    """
    failed = or_(DeliveryRow.state == "dead", and_(DeliveryRow.state == "due", DeliveryRow.attempts > 0))
    with archive.writing() as session:
        revived = session.execute(
            update(DeliveryRow).where(DeliveryRow.id == delivery, failed).values(state="due", due_at=now, attempts=0)
        )
        return cast(CursorResult[Any], revived).rowcount == 1


def delivery_counts(archive: Archive) -> DeliveryCounts:
    """Count waiting and dead deliveries."""
    with archive.reading() as session:
        counts = dict(session.execute(select(DeliveryRow.state, func.count()).group_by(DeliveryRow.state)).all())
    return DeliveryCounts(waiting=counts.get("due", 0) + counts.get("sending", 0), dead=counts.get("dead", 0))


def given_up(archive: Archive) -> tuple[GivenUp, ...]:
    """Return the targets at which messages were given up, with the last error for each."""
    last = func.max(DeliveryRow.id)
    query = (
        select(SubscriptionRow.subscriber, DeliveryRow.channel, DeliveryRow.recipient, func.count(), last)
        .join(SubscriptionRow, SubscriptionRow.id == DeliveryRow.subscription_id)
        .where(DeliveryRow.state == "dead")
        .group_by(SubscriptionRow.subscriber, DeliveryRow.channel, DeliveryRow.recipient)
        .order_by(last)
    )
    with archive.reading() as session:
        return tuple(
            GivenUp(subscriber, Target(channel, recipient), count, error=session.get_one(DeliveryRow, latest).error)
            for subscriber, channel, recipient, count, latest in session.execute(query).all()
        )


def _siblings(session: Session, delivery: int, *, older: bool) -> Select[int]:
    """Select the waiting deliveries that have the same target, subscription and policy as a delivery, but are about an
    older version.

    If `older` is false, select those about a newer version. Only alerts have such siblings, because other kinds of
    messages are not about a single version.
    """
    row = session.get_one(DeliveryRow, delivery)
    change = None if row.change_id is None else session.get_one(ChangeRow, row.change_id)
    policy, number = (0, 0) if change is None else (change.version.policy_id, change.version.number)
    return (
        select(DeliveryRow.id)
        .join(ChangeRow, ChangeRow.id == DeliveryRow.change_id)
        .join(VersionRow, VersionRow.id == ChangeRow.version_id)
        .where(
            VersionRow.policy_id == policy,
            Reader.of(row).deliveries,
            DeliveryRow.state.in_(OPEN),
            DeliveryRow.id != delivery,
            VersionRow.number < number if older else VersionRow.number > number,
        )
    )


def _follows_roundup(session: Session, row: DeliveryRow) -> bool:
    """Whether an alert must wait for a roundup. It must wait if the roundup goes to the same target and may report an
    older change of the same policy.
    """
    roundup = select(DeliveryRow.id).where(
        DeliveryRow.subscription_id == row.subscription_id,
        DeliveryRow.channel == row.channel,
        DeliveryRow.recipient == row.recipient,
        DeliveryRow.kind == ROUNDUP,
        DeliveryRow.state.in_(OPEN),
    )
    return row.kind == "alert" and session.scalar(roundup.limit(1)) is not None


def _open(now: datetime, *, early: bool) -> ColumnElement[bool]:
    due = DeliveryRow.state == "due"
    return or_(
        due if early else and_(due, _ended(now)),
        and_(DeliveryRow.state == "sending", _ended(now)),
    )


def _ended(now: datetime) -> ColumnElement[bool]:
    """Whether a wait or claim is over. A wait or claim that ends too far in the future counts as over, because it was
    written while a clock was wrong."""
    return or_(DeliveryRow.due_at <= now, DeliveryRow.due_at > now + LONGEST_WAIT)


def _settle(archive: Archive, delivery: int, values: dict[str, Any], claimed: Claimed | None = None) -> None:
    query = update(DeliveryRow).where(DeliveryRow.id == delivery)
    if claimed is not None:
        query = query.where(DeliveryRow.state == "sending", DeliveryRow.due_at == claimed.until)
    with archive.writing() as session:
        session.execute(query.values(**values))
