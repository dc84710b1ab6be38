"""Plans digests. Each digest covers the time since the last digest, and lists the alerts that waited for it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from archive.model import IMPORTED, Change, Query, Version
from archive.questions.status import PolicyStatus, statuses
from archive.storage.database import Archive
from archive.storage.tables import (
    IS_STEP,
    AlertRow,
    ChangeRow,
    FetchRow,
    FindingRow,
    PolicyRow,
    SubscriptionRow,
    VersionRow,
)
from archive.storage.version_reader import read_versions
from notifier.audience.subscriptions import Subscriber, covers_policy, targets_of
from notifier.contents.digest import ENDINGS, MOST_CHANGES, Account, Digest, Recap, Watch, digest_due
from notifier.contents.welcome import trouble, trouble_reason
from notifier.outbox.alerts import FOR_THE_DIGEST
from notifier.outbox.contents import ACCOUNT, read_digest
from notifier.outbox.deliveries import Planned, add_deliveries, chain_head
from notifier.outbox.news import DIGEST, forget_news, waiting_news
from notifier.outbox.subscriptions import present, registered, subscription


def plan_digests(archive: Archive, configured: Iterable[Subscriber], now: datetime) -> int:
    """Plan the digests that are due, one for each period. Return the number of digests. A digest is due once a
    scheduled time has passed. Its period ends now. The archive's sequence decides which records belong to a digest. So
    each record is in exactly one digest, even if clocks change. Call this function after `plan_alerts`, and after a
    run. Otherwise a visit in progress would begin in one period and be counted in the next period."""
    with archive.reading() as session:
        waiting = [subscriber for subscriber in present(session, configured) if _is_due(session, subscriber, now)]
    if not waiting:
        return 0
    standing = statuses(archive, now)
    planned = 0
    with archive.writing() as session:
        for subscriber in waiting:
            row = registered(session, subscriber, now)
            if _is_due(session, subscriber, now):
                _Draft(session, row, subscriber, standing=standing, until=now).plan()
                planned += 1
    return planned


def plan_digest_now(archive: Archive, subscriber: Subscriber, now: datetime) -> None:
    """Plan a digest of the time since the last digest, even if no digest is due. The schedule continues from now."""
    standing = statuses(archive, now)
    with archive.writing() as session:
        row = registered(session, subscriber, now)
        _Draft(session, row, subscriber, standing=standing, until=now, by_hand=True).plan()


def preview_digest(archive: Archive, subscriber: Subscriber, now: datetime) -> Digest | None:
    """Return the digest that `plan_digest_now` would plan, without planning it.

    The result is None if no run has recorded the subscriber yet.
    """
    standing = statuses(archive, now)
    with archive.reading() as session:
        row = subscription(session, subscriber.name)
        if row is None or row.removed_at is not None:
            return None
        account = _Draft(session, row, subscriber, standing=standing, until=now, by_hand=True).account()
        return read_digest(session, row, FOR_THE_DIGEST, account)


def _is_due(session: Session, subscriber: Subscriber, now: datetime) -> bool:
    """Return True if a scheduled time passed since the last digest."""
    row = subscription(session, subscriber.name)
    if row is None or row.removed_at is not None or row.digested_until is None:
        return False
    return digest_due(subscriber, row.digested_until, now)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A digest that is being planned."""

    session: Session
    row: SubscriptionRow
    subscriber: Subscriber
    _: KW_ONLY
    standing: Sequence[PolicyStatus]
    until: datetime
    """End of the period, which is now."""
    by_hand: bool = False

    def plan(self) -> None:
        """Plan the digest with the alerts that wait for it, and start the next period."""
        row, account = self.row, self.account()
        # The key includes the start of the period, because two periods may have the same end after a clock was set
        # back.
        key = f"{self.until.isoformat()} after {row.digested_fetch_id}.{row.digested_change_id}"
        waiting = update(AlertRow).where(AlertRow.subscription_id == row.id, AlertRow.digest == FOR_THE_DIGEST)
        self.session.execute(waiting.values(digest=key))
        planned = Planned("digest", key, ACCOUNT.dump_python(account, mode="json"))
        add_deliveries(self.session, row, planned, targets=targets_of(self.subscriber), now=self.until)
        forget_news(self.session, row, DIGEST)
        row.digested_until = self.until
        row.digested_fetch_id = self.session.scalar(select(func.max(FetchRow.id))) or 0
        row.digested_change_id = self.session.scalar(select(func.max(ChangeRow.id))) or 0

    def account(self) -> Account:
        """Return the account of the period."""
        session, row, schedule = self.session, self.row, self.subscriber.digest
        covered = [status for status in self.standing if covers_policy(self.subscriber, status.name, status.tags)]
        visits = _visits(session, row.digested_fetch_id or 0)
        changes = _changes(session, row.digested_change_id or 0, [status.name for status in covered])
        recaps = _recaps(session, row, changes[:MOST_CHANGES])
        return Account(
            since=row.digested_until or row.since,
            until=self.until,
            rhythm=None if self.by_hand or schedule is None else schedule.rhythm,
            watches=tuple(
                _watch(status, visits[status.name])
                for status in covered
                if status.retired_at is None or visits[status.name]
            ),
            changes=recaps,
            changes_left_out=len(changes) - len(recaps),
            head=chain_head(session),
            news=waiting_news(session, row, DIGEST),
        )


def _visits(session: Session, after: int) -> defaultdict[str, Counter[str]]:
    """Count the visits to each policy by outcome, from a point in the archive's sequence on."""
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
        visits[name] += Counter(first=1, changed=-1)  # adding counters removes zeros
    return visits


def _watch(status: PolicyStatus, visits: Counter[str]) -> Watch:
    return Watch(
        policy=status.name,
        checks=visits.total(),
        outcomes=tuple((outcome, visits[outcome]) for outcome in ENDINGS if visits[outcome]),
        health=status.health,
        trouble=trouble(status),
        reason=trouble_reason(status),
        trouble_since=status.trouble_since,
        version=status.versions,
        last_seen_at=status.last_seen_at,
    )


def _changes(session: Session, after: int, policies: Sequence[str]) -> list[int]:
    """Return the changes of these policies after a point in the archive's sequence, newest first."""
    query = (
        select(ChangeRow.id)
        .join(VersionRow, VersionRow.id == ChangeRow.version_id)
        .join(PolicyRow, PolicyRow.id == VersionRow.policy_id)
        .where(IS_STEP, ChangeRow.id > after, ~VersionRow.boundary, PolicyRow.name.in_(policies))
        .order_by(ChangeRow.id.desc())
    )
    return list(session.scalars(query))


def _recaps(session: Session, row: SubscriptionRow, changes: Sequence[int]) -> tuple[Recap, ...]:
    told_ids = set(
        session.scalars(
            select(AlertRow.finding_id)
            .join(FindingRow, FindingRow.id == AlertRow.finding_id)
            .where(AlertRow.subscription_id == row.id, FindingRow.change_id.in_(changes))
        )
    )
    chosen = select(ChangeRow.version_id).where(ChangeRow.id.in_(changes))
    versions = read_versions(session, [VersionRow.id.in_(chosen)], Query())
    changed = [(version, version.change) for version in versions if version.change is not None]
    changed.sort(key=lambda pair: changes.index(pair[1].id))
    return tuple(_recap(version, change, told_ids) for version, change in changed)


def _recap(version: Version, change: Change, told_ids: Collection[int]) -> Recap:
    silent = [recorded for recorded in change.findings if recorded.id not in told_ids]
    untold = Counter(recorded.finding.topic for recorded in silent if not recorded.is_false_alarm)
    return Recap(
        policy=version.policy,
        version=version.number,
        seen_at=version.seen_at,
        told=sum(recorded.id in told_ids for recorded in change.findings),
        severity=change.severity,
        topics=tuple(sorted(untold.items())),
        suppressed=len(change.suppressed),
        held=version.flapping and not any(recorded.id in told_ids for recorded in change.findings),
        dismissed=sum(recorded.is_false_alarm for recorded in silent),
    )
