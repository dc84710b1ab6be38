"""Plans alerts: a row for each finding and subscriber, and a delivery for each target of a message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from archive.flapping import AlertDecision, verdicts
from archive.model import Query
from archive.storage.database import Archive
from archive.storage.tables import IS_STEP, AlertRow, ChangeRow, FindingRow, PolicyRow, SubscriptionRow, VersionRow
from archive.storage.version_reader import earlier_number, read_change, read_versions
from archive.upkeep.restores import maybe_sent_before
from notifier.audience.planning import PlannedMessage, RecordedChange, in_force, plan, plan_message
from notifier.audience.subscriptions import Subscriber, Target, targets_of
from notifier.outbox.deliveries import Planned, add_deliveries
from notifier.outbox.knowledge import Known, former_number, scope_history
from notifier.outbox.subscriptions import held_changes, note_planned, present, registered

FOR_THE_DIGEST = ""
"""Value of `AlertRow.digest` for an alert that waits for the next digest."""


def plan_alerts(archive: Archive, subscribers: Iterable[Subscriber], now: datetime) -> int:
    """Plan the alerts and deliveries for all changes since the last planning. Return the number of new alerts.

    Subscriptions made on the command line are added to `subscribers`. A second call plans nothing more. Changes of a
    flapping text wait, and are planned as soon as the text has settled.
    """
    planned = 0
    with archive.writing() as session:
        for subscriber in present(session, subscribers):
            row = registered(session, subscriber, now)
            if subscriber.digest is None:
                _tell_at_once(session, row, targets_of(subscriber), now)
            changes = _changes_after(session, row.scope["planned"], held_changes(row))
            if not changes:
                continue
            fates = _verdicts(session, changes)
            ripe = [change for change in changes if fates.get(change.id, "tell") in ("tell", "remind")]
            for message in plan(subscriber, scope_history(row), ripe, _told(session, row, ripe)):
                planned += _add(session, row, message, now)
            waiting = [change.id for change in changes if fates.get(change.id) == "hold"]
            note_planned(row, max(changes[-1].id, row.scope["planned"]), waiting)
    return planned


def _changes_after(session: Session, planned: int, held: Iterable[int]) -> list[RecordedChange]:
    """Return the changes after a point in the archive's sequence, and the changes that were held back. All are in the
    order of the sequence."""
    recorded = select(ChangeRow.version_id).where(IS_STEP, or_(ChangeRow.id > planned, ChangeRow.id.in_(held)))
    before = maybe_sent_before(session)
    tags: dict[str, list[Any]] = dict(session.execute(select(PolicyRow.name, PolicyRow.tags)).all())
    changes = [
        RecordedChange(
            version.change.id,
            version.policy,
            tuple(tags[version.policy]),
            version=version.number,
            recorded_at=version.change.recorded_at,
            findings=version.change.findings,
            returns_to=version.returns_to,
        )
        for version in read_versions(session, [VersionRow.id.in_(recorded), ~VersionRow.boundary], Query())
        if version.change is not None and (version.policy, version.number) not in before
    ]
    return sorted(changes, key=lambda change: change.id)


def _verdicts(session: Session, changes: Iterable[RecordedChange]) -> dict[int, AlertDecision]:
    """Return a decision about the alerts of each change that leads to a flapping version. Other changes have no
    decision.
    """
    ids = [change.id for change in changes]
    query = select(ChangeRow).join(VersionRow, VersionRow.id == ChangeRow.version_id)
    rows = session.scalars(query.where(ChangeRow.id.in_(ids), VersionRow.flapping)).all()
    by_policy: dict[int, Mapping[int, AlertDecision]] = {}
    for policy_id in {row.version.policy_id for row in rows}:
        quiet = timedelta(seconds=session.get_one(PolicyRow, policy_id).flap_quiet_seconds)
        by_policy[policy_id] = verdicts(read_versions(session, [VersionRow.policy_id == policy_id], Query()), quiet)
    return {row.id: by_policy[row.version.policy_id][row.version.number] for row in rows}


def _told(session: Session, row: SubscriptionRow, changes: Iterable[RecordedChange]) -> set[tuple[str, int]]:
    """Return the versions for which the subscription has alerts, as pairs of a policy and a version. Only policies
    whose text returned to an earlier text are included.
    """
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
    waits = None if message.targets else FOR_THE_DIGEST
    _add_rows(session, row, message, now, digest=waits)
    planned = Planned("alert", str(message.change_id), change_id=message.change_id, urgent=message.urgent)
    add_deliveries(session, row, planned, targets=message.targets, now=now)
    session.flush()
    return len(message.alerts)


def add_alerts(
    session: Session, row: SubscriptionRow, subscriber: Subscriber, change: ChangeRow, *, known: Known, now: datetime
) -> bool:
    """Add the alerts of a change to a subscription, unless the subscription already has these alerts. Return whether
    the change has alerts for the subscription. If a reader was notified that a text was removed, the reader is also
    notified when it returns, whatever its topic.
    """
    mine = select(AlertRow.id).join(FindingRow, FindingRow.id == AlertRow.finding_id)
    mine = mine.where(AlertRow.subscription_id == row.id, FindingRow.change_id == change.id)
    if session.scalar(mine.limit(1)) is not None:
        return True
    recorded = _recorded_net(session, change)
    history = scope_history(row)
    scope = in_force(history, change.id) or history[0].scope
    message = plan_message(subscriber, scope, recorded, undone=known.notified and recorded.returns_to is not None)
    if message is None:
        return False
    _add_rows(session, row, message, now)
    return True


def _add_rows(
    session: Session, row: SubscriptionRow, message: PlannedMessage, now: datetime, *, digest: str | None = None
) -> None:
    """Add the alerts of a message. Alerts that already exist are not added again. For example, a change that was held
    back may already have alerts, because a message compared the same two versions.
    """
    findings = [alert.finding_id for alert in message.alerts]
    mine = AlertRow.subscription_id == row.id, AlertRow.finding_id.in_(findings)
    existing = set(session.scalars(select(AlertRow.finding_id).where(*mine)))
    session.add_all(
        AlertRow(id=alert.id, finding_id=alert.finding_id, subscription_id=row.id, planned_at=now, digest=digest)
        for alert in message.alerts
        if alert.finding_id not in existing
    )
    session.flush()


def is_urgent(session: Session, row: SubscriptionRow, change_id: int) -> bool:
    """Whether the subscription has a critical alert for a change."""
    query = select(AlertRow.id).join(FindingRow, FindingRow.id == AlertRow.finding_id)
    mine = AlertRow.subscription_id == row.id, FindingRow.change_id == change_id, FindingRow.severity == "critical"
    return session.scalar(query.where(*mine).limit(1)) is not None


def _recorded_net(session: Session, change: ChangeRow) -> RecordedChange:
    """Return a change in the form that planning needs."""
    version, begin = change.version, earlier_number(session, change)
    policy = session.get_one(PolicyRow, version.policy_id)
    return RecordedChange(
        change.id,
        policy.name,
        tuple(policy.tags),
        version=version.number,
        recorded_at=change.recorded_at,
        findings=read_change(session, change).findings,
        returns_to=former_number(session, version, begin),
        net_from=begin if begin < version.number - 1 else None,
    )


def _tell_at_once(session: Session, row: SubscriptionRow, targets: Iterable[Target], now: datetime) -> None:
    """Turn alerts that wait for a digest into messages, because the subscription no longer has a digest."""
    waiting = session.scalars(
        select(AlertRow).where(AlertRow.subscription_id == row.id, AlertRow.digest == FOR_THE_DIGEST)
    ).all()
    changes = {session.get_one(FindingRow, alert.finding_id).change_id for alert in waiting}
    for alert in waiting:
        alert.digest = None
    for change in sorted(changes):
        planned = Planned("alert", str(change), change_id=change)
        add_deliveries(session, row, planned, targets=targets, now=now)
