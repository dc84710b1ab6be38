"""Keeps waiting messages in line with the texts of the policies, and with the targets of the configuration. If further
versions are recorded while a delivery waits, the change in the delivery is replaced by a net change. The net change
leads from the version that the reader knows to the current version. If the reader knows the current text, the delivery
is cancelled.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from archive.storage.database import Archive
from archive.storage.tables import DeliveryRow, SubscriptionRow
from archive.storage.version_reader import Span, change_between
from differ.judgement.profiles import Profile
from notifier.audience.planning import ABSENCE
from notifier.audience.subscriptions import Subscriber, Target, targets_of
from notifier.outbox.alerts import add_alerts, is_urgent
from notifier.outbox.contents import recap_comparisons
from notifier.outbox.deliveries import OPEN, Planned, add_deliveries, reopen
from notifier.outbox.knowledge import (
    REPORTING,
    Reader,
    changes_of,
    known_versions,
    spans_by_change,
    spans_of,
    waiting_changes,
)
from notifier.outbox.subscriptions import cancel, present, subscription

SUPERSEDED = "the policy has changed since, so another message replaces it, or its reader knows the current text"
"""Reason for cancelling a delivery whose comparison is outdated."""

MOVED = "`via` no longer names this target"
"""Reason for cancelling a delivery whose message now goes to a different target. If the former target comes back, its
deliveries with this reason are made due again. A delivery that a roundup replaced has a different reason, and stays
cancelled.
"""

_OPEN_DELIVERIES = select(DeliveryRow).where(DeliveryRow.kind.in_(REPORTING), DeliveryRow.state.in_(OPEN))

ROUNDS = 3
"""Number of times that one pass looks for missing comparisons. It looks several times, because a run may record further
versions while texts are compared.
"""


def amend(
    archive: Archive, subscribers: Mapping[str, Subscriber], profiles: Mapping[str, Profile], now: datetime
) -> None:
    """Replace the changes in open deliveries. The new changes lead from the version that a reader knows to the current
    version. Missing net changes are compared and recorded first. In two cases, deliveries are left unchanged until the
    next pass: a process is sending to their target at this moment, or a run records versions of their policy in the
    meantime. If no delivery waits, nothing is written.
    """
    if not _anything_waits(archive):
        return
    from archive.recording.net_changes import record_net_change  # it imports all judges and readers

    for _ in range(ROUNDS):
        missing = _uncompared(archive)
        if not missing:
            break
        for span in sorted(missing):
            record_net_change(archive, span, profiles, now)
    with archive.writing() as session:
        for reader, rows in _open_by_reader(session).items():
            row = session.get_one(SubscriptionRow, reader.subscription_id)
            if row.subscriber in subscribers and not any(delivery.state == "sending" for delivery in rows):
                _Amendment(session, reader, row, subscriber=subscribers[row.subscriber], now=now).apply(rows)


def _anything_waits(archive: Archive) -> bool:
    with archive.reading() as session:
        return session.scalar(_OPEN_DELIVERIES.limit(1)) is not None


def _uncompared(archive: Archive) -> set[Span]:
    """Return the comparisons that open deliveries need and that are not recorded yet."""
    with archive.reading() as session:
        spans = set[Span]()
        recorded = set[Span]()
        for reader, rows in _open_by_reader(session).items():
            for row in rows:
                changes = waiting_changes(session, row)
                spans.update(spans_of(session, reader, changes))
                recorded.update(spans_by_change(session, changes).values())
                spans.update(recap_comparisons(session, row))
        return {span for span in spans - recorded if change_between(session, span) is None}


def _open_by_reader(session: Session) -> dict[Reader, list[DeliveryRow]]:
    rows: defaultdict[Reader, list[DeliveryRow]] = defaultdict(list)
    for row in session.scalars(_OPEN_DELIVERIES.order_by(DeliveryRow.id)):
        rows[Reader.of(row)].append(row)
    return rows


@dataclass(frozen=True, slots=True)
class _Amendment:
    session: Session
    reader: Reader
    row: SubscriptionRow
    _: KW_ONLY
    subscriber: Subscriber
    now: datetime

    def apply(self, rows: Sequence[DeliveryRow]) -> None:
        """Amend the open deliveries of one reader."""
        for row in rows:
            if row.kind == "digest":
                due = self._due(waiting_changes(self.session, row))
                if row.payload.get("reports") != due:
                    row.payload = row.payload | {"reports": due}
        alerts = [row for row in rows if row.kind != "digest"]
        waiting = {change for row in alerts for change in changes_of(row)}
        due = self._due(waiting)
        for row in alerts:
            if not set(changes_of(row)) <= set(due):
                row.state, row.error = "cancelled", SUPERSEDED
        covered = {change for row in alerts if row.state in OPEN for change in changes_of(row)}
        self._add([change for change in due if change not in covered], alerts)

    def _due(self, waiting: Collection[int]) -> list[int]:
        """Return the changes to report instead of the waiting changes, and add their alerts. If the comparison of a
        policy is not recorded yet, the waiting changes of that policy stay."""
        spans = spans_by_change(self.session, waiting)
        recorded = {span: change for change, span in spans.items()}
        due: list[int] = []
        for span in spans_of(self.session, self.reader, waiting):
            if span in recorded:
                due.append(recorded[span])
                continue
            change = change_between(self.session, span)
            if change is None:
                due += [number for number, waits in spans.items() if waits.policy_id == span.policy_id]
                continue
            known = known_versions(self.session, self.reader, {span.policy_id})[span.policy_id]
            if add_alerts(self.session, self.row, self.subscriber, change, known=known, now=self.now):
                due.append(change.id)
        return due

    def _add(self, changes: Iterable[int], replaced: Sequence[DeliveryRow]) -> None:
        oldest = min((row.planned_at for row in replaced if row.planned_at is not None), default=self.now)
        for change in changes:
            urgent = is_urgent(self.session, self.row, change)
            planned = Planned("alert", str(change), change_id=change, urgent=urgent)
            reopen(self.session, self.row, planned, target=self.reader.target, planned_at=oldest, now=self.now)


def reroute(archive: Archive, configured: Iterable[Subscriber], now: datetime) -> None:
    """Cancel deliveries that wait for former targets of a subscriber, and plan them for the present targets.

    So a channel can be renamed and a recipient replaced while messages wait. If the subscriber is missing from the
    configuration, its messages are kept for `ABSENCE` and then cancelled.
    """
    with archive.writing() as session:
        for subscriber in present(session, configured):
            row = subscription(session, subscriber.name)
            if row is not None:
                _follow(session, row, targets_of(subscriber), now)
        absent = select(SubscriptionRow).where(SubscriptionRow.removed_at < now - ABSENCE)
        for row in session.scalars(absent).all():
            cancel(session, row)


def _follow(session: Session, row: SubscriptionRow, targets: Iterable[Target], now: datetime) -> None:
    present_targets = tuple(targets)
    waiting = session.scalars(
        select(DeliveryRow)
        .where(DeliveryRow.subscription_id == row.id, DeliveryRow.state == "due")
        .order_by(DeliveryRow.id)
    ).all()
    orphans = [delivery for delivery in waiting if Target(delivery.channel, delivery.recipient) not in present_targets]
    for orphan in orphans:
        orphan.state, orphan.error = "cancelled", MOVED
        _revive(session, orphan, present_targets, now)
        planned = Planned(orphan.kind, orphan.key, orphan.payload, change_id=orphan.change_id, urgent=orphan.urgent)
        add_deliveries(session, row, planned, targets=present_targets, now=orphan.planned_at or now)


def _revive(session: Session, orphan: DeliveryRow, targets: Iterable[Target], now: datetime) -> None:
    """Make a message due again at those present targets at which it was cancelled before."""
    for target in targets:
        session.execute(
            update(DeliveryRow)
            .where(
                DeliveryRow.subscription_id == orphan.subscription_id,
                DeliveryRow.kind == orphan.kind,
                DeliveryRow.key == orphan.key,
                DeliveryRow.channel == target.channel,
                DeliveryRow.recipient == target.recipient,
                DeliveryRow.state == "cancelled",
                DeliveryRow.error == MOVED,
            )
            .values(state="due", due_at=now, attempts=0)
        )
