"""Plans first messages. Each target of a subscription gets one first message, after the subscription's policies were
visited.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.model import Version
from archive.questions.history import document, latest_versions
from archive.questions.inventories import version_inventories
from archive.questions.status import PolicyStatus, statuses
from archive.storage.database import Archive
from archive.storage.tables import DeliveryRow, PolicyRow, VersionRow
from differ.judgement.inventory import Inventory, inventory
from notifier.audience.subscriptions import Subscriber, covers_policy, targets_of, unheard_topics
from notifier.contents.welcome import Inception, Promises, Watched, promises, watched
from notifier.outbox.contents import INCEPTION
from notifier.outbox.deliveries import Planned, add_deliveries
from notifier.outbox.subscriptions import present, subscription, welcome_key

LONGEST_WAIT = timedelta(days=1)
"""Time after which the first message is written even if some policies were not visited. Such policies may never be
visited."""


def plan_welcomes(archive: Archive, subscribers: Iterable[Subscriber], now: datetime) -> int:
    """Plan the first messages that are due. Return the number of subscriptions that get a first message.

    Subscriptions must be registered first. A target that is added later gets its own first message.
    """
    configured = tuple(subscribers)
    with archive.reading() as session:
        new = {
            subscriber: seen
            for subscriber in present(session, configured)
            if subscriber.welcome and (seen := _unwelcomed(session, subscriber))
        }
    if not new:
        return 0
    standing = [status for status in statuses(archive, now) if status.retired_at is None]
    ready = [subscriber for subscriber, seen in new.items() if _is_ready(_covered(subscriber, standing), seen, now)]
    policies = _policies(
        archive, {status.name: status for subscriber in ready for status in _covered(subscriber, standing)}
    )
    with archive.writing() as session:
        for subscriber in ready:
            row = subscription(session, subscriber.name)
            if row is not None and row.removed_at is None:
                covered = _covered(subscriber, standing)
                inception = Inception(
                    now,
                    tuple(policies[status.name] for status in covered),
                    asked=replace(subscriber, via=()),
                    unheard=_unheard(present(session, configured), covered),
                )
                planned = Planned("welcome", welcome_key(row), INCEPTION.dump_python(inception, mode="json"))
                add_deliveries(session, row, planned, targets=targets_of(subscriber), now=now)
    return len(ready)


def awaited_welcomes(archive: Archive, configured: Iterable[Subscriber]) -> list[datetime]:
    """Return the latest times at which the missing first messages are written. At such a time, a message is written
    even if some policies were not visited.
    """
    with archive.reading() as session:
        seen = [_unwelcomed(session, subscriber) for subscriber in present(session, configured) if subscriber.welcome]
    return [since + LONGEST_WAIT for since in seen if since is not None]


def _unwelcomed(session: Session, subscriber: Subscriber) -> datetime | None:
    """Return the start of a subscription if one of its targets has no first message yet; else None."""
    row = subscription(session, subscriber.name)
    if row is None or row.removed_at is not None:
        return None
    mine = DeliveryRow.subscription_id == row.id, DeliveryRow.kind == "welcome", DeliveryRow.key == welcome_key(row)
    welcomed = {
        tuple(pair) for pair in session.execute(select(DeliveryRow.channel, DeliveryRow.recipient).where(*mine))
    }
    missing = any((target.channel, target.recipient) not in welcomed for target in targets_of(subscriber))
    return row.created_at if missing else None


def _covered(subscriber: Subscriber, standing: Sequence[PolicyStatus]) -> list[PolicyStatus]:
    return [status for status in standing if covers_policy(subscriber, status.name, status.tags)]


def _unheard(
    everyone: Sequence[Subscriber], covered: Sequence[PolicyStatus]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    topics = [(status.name, unheard_topics(everyone, status.name, status.tags)) for status in covered]
    return tuple((name, missing) for name, missing in topics if missing)


def _is_ready(covered: Sequence[PolicyStatus], seen: datetime, now: datetime) -> bool:
    visited = [status.last_check is not None for status in covered]
    return any(visited) and (all(visited) or now - seen >= LONGEST_WAIT)


def _policies(archive: Archive, covered: dict[str, PolicyStatus]) -> dict[str, Watched]:
    """Return the state and the promises of each policy. This can be slow, because texts may have to be read."""
    query = select(PolicyRow.name, VersionRow.seen_at).join(VersionRow, VersionRow.policy_id == PolicyRow.id)
    with archive.reading() as session:
        firsts: dict[str, datetime] = dict(session.execute(query.where(VersionRow.number == 1)).all())
    latest = {name: version for name, version in latest_versions(archive).items() if name in covered}
    listed = version_inventories(archive, latest.values())
    return {
        name: watched(
            status,
            firsts.get(name),
            _promises(archive, latest[name], listed.get((name, latest[name].number))) if name in latest else None,
        )
        for name, status in covered.items()
    }


def _promises(archive: Archive, version: Version, listed: Inventory | None) -> Promises:
    """Return the promises of a version. If the promises are not listed yet, the text is read."""
    text = document(archive, version)
    return promises(text, inventory(text) if listed is None else listed)
