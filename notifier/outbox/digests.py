"""Plans digests: each tells what was recorded since the last one, and the alerts that waited for it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from archive.model import IMPORTED, Change, Query, Version
from archive.questions.status import PolicyStatus, statuses
from archive.storage.database import Archive
from archive.storage.tables import AlertRow, ChangeRow, FetchRow, FindingRow, PolicyRow, SubscriptionRow, VersionRow
from archive.storage.version_reader import read_versions
from notifier.audience.subscriptions import Subscriber, covers_policy, targets_of
from notifier.contents.digest import ENDINGS, MOST_CHANGES, Account, Digest, Recap, Watch, digest_due
from notifier.contents.welcome import trouble
from notifier.outbox.alerts import FOR_THE_DIGEST
from notifier.outbox.contents import ACCOUNT, read_digest
from notifier.outbox.deliveries import Planned, add_deliveries, chain_head
from notifier.outbox.subscriptions import present, registered, subscription


@dataclass(frozen=True, slots=True)
class Writing:
    """How a digest is written."""

    until: datetime
    """The end of its period."""
    now: datetime
    by_hand: bool = False


def plan_digests(archive: Archive, configured: Iterable[Subscriber], now: datetime) -> int:
    """Plan the digests that are due, once for each period; return how many.

    A period ends at a moment of the subscriber's schedule. What was recorded is counted by the archive's sequence, so
    that it is told once whatever clocks do. Call it after `plan_alerts`.
    """
    with archive.reading() as session:
        waiting = [each for each in present(session, configured) if _moment(session, each, now) is not None]
    if not waiting:
        return 0
    standing = statuses(archive, now)
    planned = 0
    with archive.writing() as session:
        for subscriber in waiting:
            row = registered(session, subscriber, now)
            moment = _moment(session, subscriber, now)
            if moment is not None:
                _write(session, row, subscriber, standing, Writing(moment, now))
                planned += 1
    return planned


def plan_digest_now(archive: Archive, subscriber: Subscriber, now: datetime) -> None:
    """Plan a digest of what was recorded since the last one, due or not; the schedule goes on from it."""
    standing = statuses(archive, now)
    with archive.writing() as session:
        row = registered(session, subscriber, now)
        _write(session, row, subscriber, standing, Writing(now, now, by_hand=True))


def preview_digest(archive: Archive, subscriber: Subscriber, now: datetime) -> Digest | None:
    """Return the digest that `plan_digest_now` would plan, and plan nothing.

    None where no run has met the subscriber.
    """
    standing = statuses(archive, now)
    with archive.reading() as session:
        row = subscription(session, subscriber.name)
        if row is None or row.removed_at is not None:
            return None
        account = _account(session, row, subscriber, standing, Writing(now, now, by_hand=True))
        return read_digest(session, row.id, subscriber.name, FOR_THE_DIGEST, account)


def _moment(session: Session, subscriber: Subscriber, now: datetime) -> datetime | None:
    """Return the moment of the schedule that a digest is to be planned for, or None."""
    row = subscription(session, subscriber.name)
    if row is None or row.removed_at is not None or row.digested_until is None:
        return None
    return digest_due(subscriber, row.digested_until, now)


def _write(
    session: Session, row: SubscriptionRow, subscriber: Subscriber, standing: Sequence[PolicyStatus], at: Writing
) -> None:
    account = _account(session, row, subscriber, standing, at)
    # The beginning, too, names the period: a clock that is set back comes to the same end twice.
    key = f"{at.until.isoformat()} after {row.digested_fetch_id}.{row.digested_change_id}"
    waiting = update(AlertRow).where(AlertRow.subscription_id == row.id, AlertRow.digest == FOR_THE_DIGEST)
    session.execute(waiting.values(digest=key))
    planned = Planned("digest", key, ACCOUNT.dump_python(account, mode="json"))
    add_deliveries(session, row, planned, targets_of(subscriber), at.now)
    row.digested_until = at.until
    row.digested_fetch_id = session.scalar(select(func.max(FetchRow.id))) or 0
    row.digested_change_id = session.scalar(select(func.max(ChangeRow.id))) or 0


def _account(
    session: Session, row: SubscriptionRow, subscriber: Subscriber, standing: Sequence[PolicyStatus], at: Writing
) -> Account:
    covered = [each for each in standing if covers_policy(subscriber, each.name, each.tags)]
    names = [each.name for each in covered]
    visits = _visits(session, row.digested_fetch_id or 0)
    changes = _changes(session, row.digested_change_id or 0, names)
    recaps = _recaps(session, row, changes[:MOST_CHANGES])
    return Account(
        since=row.digested_until or row.since,
        until=at.until,
        rhythm=None if at.by_hand or subscriber.digest is None else subscriber.digest.rhythm,
        watches=tuple(
            _watch(each, visits[each.name]) for each in covered if each.retired_at is None or visits[each.name]
        ),
        changes=recaps,
        changes_left_out=len(changes) - len(recaps),
        head=chain_head(session),
    )


def _visits(session: Session, after: int) -> defaultdict[str, Counter[str]]:
    """Return how many visits of each policy ended how, of those recorded after a place in the archive's sequence."""
    query = (
        select(PolicyRow.name, FetchRow.outcome, func.count())
        .join(FetchRow, FetchRow.policy_id == PolicyRow.id)
        .where(FetchRow.id > after, ~FetchRow.identity.startswith(IMPORTED.rstrip()))
        .group_by(PolicyRow.name, FetchRow.outcome)
    )
    visits: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for name, outcome, count in session.execute(query):
        visits[name][outcome] = count
    new = select(PolicyRow.name).join(VersionRow, VersionRow.policy_id == PolicyRow.id)
    for name in session.scalars(new.where(VersionRow.number == 1, ~VersionRow.boundary, VersionRow.fetch_id > after)):
        visits[name] += Counter(first=1, changed=-1)  # an addition leaves out what comes to nothing
    return visits


def _watch(status: PolicyStatus, visits: Counter[str]) -> Watch:
    return Watch(
        policy=status.name,
        checks=visits.total(),
        outcomes=tuple((outcome, visits[outcome]) for outcome in ENDINGS if visits[outcome]),
        health=status.health,
        trouble=trouble(status),
        trouble_since=status.trouble_since,
        version=status.versions,
        last_seen_at=status.last_seen_at,
    )


def _changes(session: Session, after: int, policies: Sequence[str]) -> list[int]:
    """Return the changes of policies recorded after a place in the archive's sequence, the newest first."""
    query = (
        select(ChangeRow.id)
        .join(VersionRow, VersionRow.id == ChangeRow.version_id)
        .join(PolicyRow, PolicyRow.id == VersionRow.policy_id)
        .where(ChangeRow.id > after, ~VersionRow.boundary, PolicyRow.name.in_(policies))
        .order_by(ChangeRow.id.desc())
    )
    return list(session.scalars(query))


def _recaps(session: Session, row: SubscriptionRow, changes: Sequence[int]) -> tuple[Recap, ...]:
    told = set(
        session.scalars(
            select(AlertRow.finding_id)
            .join(FindingRow, FindingRow.id == AlertRow.finding_id)
            .where(AlertRow.subscription_id == row.id, FindingRow.change_id.in_(changes))
        )
    )
    chosen = select(ChangeRow.version_id).where(ChangeRow.id.in_(changes))
    versions = read_versions(session, [VersionRow.id.in_(chosen)], Query())
    found = [(each, each.change) for each in versions if each.change is not None]
    found.sort(key=lambda pair: changes.index(pair[1].id))
    return tuple(_recap(version, change, told) for version, change in found)


def _recap(version: Version, change: Change, told: Collection[int]) -> Recap:
    silent = [each for each in change.findings if each.id not in told]
    untold = Counter(each.finding.topic for each in silent if not each.is_false_alarm)
    return Recap(
        policy=version.policy,
        version=version.number,
        seen_at=version.seen_at,
        told=sum(each.id in told for each in change.findings),
        severity=change.severity,
        topics=tuple(sorted(untold.items())),
        suppressed=len(change.suppressed),
        held=version.flapping and not any(each.id in told for each in change.findings),
        dismissed=sum(each.is_false_alarm for each in silent),
    )
