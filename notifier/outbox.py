"""The rows behind the messages: subscriptions, alerts and deliveries. The only user of sessions in this floor.

A change of state is a row, and sending is another: what is planned stays planned whatever happens to a server or to us.
A delivery goes from `due` to `sending` while a process tries it, and from there to `accepted`, to `dead`, or back to
`due` at a later time. A process that dies while sending leaves its claim; the claim ends by itself after
`planning.LEASE`, or at once by `release_claims`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, and_, func, or_, select, update
from sqlalchemy.orm import Session

from archive.database import Archive
from archive.flapping import Verdict, verdicts
from archive.model import Query, Version
from archive.schema import AlertRow, ChangeRow, DeliveryRow, FindingRow, PolicyRow, SubscriptionRow, VersionRow
from archive.stored import read_versions
from differ.model import Timing
from notifier.notice import Alert, Notice, Seen
from notifier.planning import (
    LEASE,
    Asked,
    PlannedMessage,
    RecordedChange,
    Scope,
    amended,
    next_attempt,
    plan,
    still_needed,
)
from notifier.subscriptions import Subscriber, Target


@dataclass(frozen=True, slots=True)
class Open:
    """A delivery that may be claimed."""

    id: int
    target: Target


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this process may try, once."""

    id: int
    target: Target
    attempts: int
    """This one included."""
    notice: Notice


@dataclass(frozen=True, slots=True)
class Standing:
    """What the outbox holds."""

    waiting: int
    """Deliveries that are not accepted yet and will be tried again."""
    dead: int
    """Deliveries that were given up."""


def register(archive: Archive, subscribers: Iterable[Subscriber], now: datetime) -> None:
    """Note which subscriptions there are, and what each asks for from here on.

    Call it before anything is fetched: a subscription hears of what is recorded after it was first seen.
    """
    with archive.writing() as session:
        for subscriber in subscribers:
            _registered(session, subscriber, now)


def plan_alerts(archive: Archive, subscribers: Iterable[Subscriber], now: datetime) -> int:
    """Plan the alerts and deliveries of everything recorded since the last planning; return how many alerts are new.

    Planning twice gives the same as planning once. What a text that goes back and forth changes is held, and planned
    once one text has stayed.
    """
    planned = 0
    with archive.writing() as session:
        for subscriber in subscribers:
            row = _registered(session, subscriber, now)
            changes = _changes_after(session, row.scope["planned"], _held(row))
            if not changes:
                continue
            fates = _verdicts(session, changes)
            ripe = [change for change in changes if fates.get(change.id, "tell") == "tell"]
            for message in plan(subscriber, _history(row), ripe, _told(session, row, ripe)):
                planned += _add(session, row, message, now)
            held = [change.id for change in changes if fates.get(change.id) == "hold"]
            _note_planned(row, max(changes[-1].id, row.scope["planned"]), held)
    return planned


def release_claims(archive: Archive, now: datetime) -> None:
    """Give back what a process that is gone had claimed, and the attempt with it: it says nothing of the server.

    Only for who holds the lock that all senders take.
    """
    with archive.writing() as session:
        session.execute(
            update(DeliveryRow)
            .where(DeliveryRow.state == "sending")
            .values(state="due", due_at=now, attempts=DeliveryRow.attempts - 1)
        )


def open_deliveries(archive: Archive, now: datetime, *, early: bool = False) -> tuple[Open, ...]:
    """Return the deliveries to try now, those with the fewest attempts first; with `early` also those that still wait.

    A dead channel's old deliveries so come after everybody's new ones.
    """
    with archive.reading() as session:
        rows = session.scalars(
            select(DeliveryRow).where(_open(now, early=early)).order_by(DeliveryRow.attempts, DeliveryRow.id)
        )
        return tuple(Open(row.id, Target(row.channel, row.recipient)) for row in rows)


def claim(archive: Archive, delivery: int, now: datetime, *, early: bool = False) -> Claimed | None:
    """Take a delivery for this process, or return None where another one has it or it is done."""
    with archive.writing() as session:
        taken = session.execute(
            update(DeliveryRow)
            .where(DeliveryRow.id == delivery, _open(now, early=early))
            .values(state="sending", due_at=now + LEASE, attempts=DeliveryRow.attempts + 1)
        )
        if cast(CursorResult[Any], taken).rowcount != 1:
            return None
        row = session.get_one(DeliveryRow, delivery)
        return Claimed(row.id, Target(row.channel, row.recipient), row.attempts, _notice(session, row))


def note_accepted(archive: Archive, delivery: int, now: datetime) -> None:
    """Commit that a server has accepted a delivery."""
    _settle(archive, delivery, {"state": "accepted", "accepted_at": now, "error": ""})


def note_failed(archive: Archive, claimed: Claimed, now: datetime, error: str, *, permanent: bool) -> bool:
    """Commit that an attempt failed, and return whether the delivery is tried again.

    `error` is shown to people: it holds no secret.
    """
    due = None if permanent else next_attempt(claimed.attempts, now)
    if due is None:
        _settle(archive, claimed.id, {"state": "dead", "error": error})
        return False
    _settle(archive, claimed.id, {"state": "due", "due_at": due, "error": error})
    return True


def revive(archive: Archive, now: datetime) -> int:
    """Make every dead delivery due again with all its attempts, and return how many there were."""
    with archive.writing() as session:
        revived = session.execute(
            update(DeliveryRow).where(DeliveryRow.state == "dead").values(state="due", due_at=now, attempts=0)
        )
        return cast(CursorResult[Any], revived).rowcount


def standing(archive: Archive) -> Standing:
    """Count what waits and what was given up."""
    with archive.reading() as session:
        counts = dict(session.execute(select(DeliveryRow.state, func.count()).group_by(DeliveryRow.state)).all())
    return Standing(waiting=counts.get("due", 0) + counts.get("sending", 0), dead=counts.get("dead", 0))


def _open(now: datetime, *, early: bool) -> ColumnElement[bool]:
    due = DeliveryRow.state == "due"
    return or_(
        due if early else and_(due, DeliveryRow.due_at <= now),
        and_(DeliveryRow.state == "sending", DeliveryRow.due_at <= now),
    )


def _settle(archive: Archive, delivery: int, values: dict[str, Any]) -> None:
    with archive.writing() as session:
        session.execute(update(DeliveryRow).where(DeliveryRow.id == delivery).values(**values))


def _registered(session: Session, subscriber: Subscriber, now: datetime) -> SubscriptionRow:
    """Return the subscription's row with the present scope at the end of its history."""
    newest = session.scalar(select(func.max(ChangeRow.id))) or 0
    # The lock is for databases that let two processes plan at once.
    row = session.scalar(select(SubscriptionRow).where(SubscriptionRow.subscriber == subscriber.name).with_for_update())
    if row is None:
        history = amended((), subscriber, newest)
        row = SubscriptionRow(subscriber=subscriber.name, scope=_stored(history, newest), since=now)
        session.add(row)
        session.flush()
        return row
    history = _history(row)
    present = amended(history, subscriber, newest)
    if present != history:
        row.scope = _stored(present, row.scope["planned"], _held(row))
        row.since = now
    return row


def _note_planned(row: SubscriptionRow, planned: int, held: list[int]) -> None:
    oldest = min([planned, *(change - 1 for change in held)])
    row.scope = _stored(still_needed(_history(row), oldest), planned, held)


def _stored(history: tuple[Asked, ...], planned: int, held: Iterable[int] = ()) -> dict[str, Any]:
    scopes = [{"after": asked.after, **asdict(asked.scope)} for asked in history]
    return {"planned": planned, "asked": scopes, "held": list(held)}


def _held(row: SubscriptionRow) -> list[int]:
    """Return the changes whose alerts wait for a text to stay."""
    return list(row.scope.get("held", ()))


def _history(row: SubscriptionRow) -> tuple[Asked, ...]:
    return tuple(
        Asked(each["after"], Scope(tuple(each["topics"]), each["severity"], tuple(each["policies"])))
        for each in row.scope["asked"]
    )


def _changes_after(session: Session, planned: int, held: Iterable[int]) -> list[RecordedChange]:
    """Return the changes recorded after a place in the archive's sequence, and those that are held, in its order."""
    recorded = select(ChangeRow.version_id).where(or_(ChangeRow.id > planned, ChangeRow.id.in_(held)))
    tags: dict[str, list[Any]] = dict(session.execute(select(PolicyRow.name, PolicyRow.tags)).all())
    changes = [
        RecordedChange(
            version.change.id,
            version.policy,
            tuple(tags[version.policy]),
            version.number,
            version.change.recorded_at,
            version.change.findings,
            version.returns_to,
        )
        for version in read_versions(session, [VersionRow.id.in_(recorded), ~VersionRow.boundary], Query())
        if version.change is not None
    ]
    return sorted(changes, key=lambda change: change.id)


def _verdicts(session: Session, changes: Iterable[RecordedChange]) -> dict[int, Verdict]:
    """Return what becomes of the alerts of those changes that are of flapping versions."""
    ids = [change.id for change in changes]
    query = select(ChangeRow).join(VersionRow, VersionRow.id == ChangeRow.version_id)
    rows = session.scalars(query.where(ChangeRow.id.in_(ids), VersionRow.flapping)).all()
    found: dict[int, Mapping[int, Verdict]] = {}
    for policy_id in {row.version.policy_id for row in rows}:
        quiet = timedelta(seconds=session.get_one(PolicyRow, policy_id).flap_quiet_seconds)
        found[policy_id] = verdicts(read_versions(session, [VersionRow.policy_id == policy_id], Query()), quiet)
    return {row.id: found[row.version.policy_id][row.version.number] for row in rows}


def _told(session: Session, row: SubscriptionRow, changes: Iterable[RecordedChange]) -> set[tuple[str, int]]:
    """Return the policies and versions that a subscription was told of, of those policies whose text came back."""
    names = {change.policy for change in changes if change.returns_to is not None}
    if not names:
        return set()
    query = (
        select(PolicyRow.name, VersionRow.number)
        .join(VersionRow, VersionRow.policy_id == PolicyRow.id)
        .join(ChangeRow, ChangeRow.version_id == VersionRow.id)
        .join(FindingRow, FindingRow.change_id == ChangeRow.id)
        .join(AlertRow, AlertRow.finding_id == FindingRow.id)
        .where(AlertRow.subscription_id == row.id, PolicyRow.name.in_(names))
        .distinct()
    )
    return {(name, number) for name, number in session.execute(query)}


def _add(session: Session, row: SubscriptionRow, message: PlannedMessage, now: datetime) -> int:
    for alert in message.alerts:
        session.add(AlertRow(id=alert.id, finding_id=alert.finding_id, subscription_id=row.id, planned_at=now))
    for target in message.targets:
        session.add(
            DeliveryRow(
                kind="alert",
                key=str(message.change_id),
                change_id=message.change_id,
                subscription_id=row.id,
                channel=target.channel,
                recipient=target.recipient,
                state="due",
                due_at=now,
                attempts=0,
                accepted_at=None,
                error="",
            )
        )
    session.flush()
    return len(message.alerts)


def _notice(session: Session, delivery: DeliveryRow) -> Notice:
    change = session.get_one(ChangeRow, delivery.change_id)
    policy = session.get_one(PolicyRow, change.version.policy_id)
    numbers = (change.version.number - 1, change.version.number)
    earlier, later = read_versions(
        session, [VersionRow.policy_id == policy.id, VersionRow.number.in_(numbers)], Query()
    )
    former = None
    if later.returns_to is not None:
        same_text = [VersionRow.policy_id == policy.id, VersionRow.number == later.returns_to]
        (former,) = read_versions(session, same_text, Query())
    return Notice(
        subscriber=session.get_one(SubscriptionRow, delivery.subscription_id).subscriber,
        policy=policy.name,
        url=policy.url,
        earlier=_seen(earlier),
        later=_seen(later),
        alerts=_alerts(session, delivery, later),
        judged_by=change.judged_by,
        coarse=change.coarse,
        timing=later.change.timing if later.change else Timing(),
        drift=later.change.drift if later.change else (),
        former=None if former is None else _seen(former),
        flapping=later.flapping,
        confirmed=later.confirmed,
    )


def _seen(version: Version) -> Seen:
    return Seen(version.number, version.seen_at, version.last_seen_at, version.stated)


def _alerts(session: Session, delivery: DeliveryRow, version: Version) -> tuple[Alert, ...]:
    recorded = {each.id: each.finding for each in version.change.findings} if version.change else {}
    rows = session.scalars(
        select(AlertRow)
        .join(FindingRow, FindingRow.id == AlertRow.finding_id)
        .where(FindingRow.change_id == delivery.change_id, AlertRow.subscription_id == delivery.subscription_id)
        .order_by(FindingRow.position)
    )
    return tuple(Alert(row.id, recorded[row.finding_id]) for row in rows)
