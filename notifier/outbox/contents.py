"""Reads the contents of a delivery from its rows and its stored payload."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from archive.model import Query, Version
from archive.questions.drift import language_state
from archive.storage.tables import AlertRow, ChangeRow, DeliveryRow, FindingRow, PolicyRow, SubscriptionRow, VersionRow
from archive.storage.version_reader import read_versions
from differ.model import Timing
from notifier.audience.subscriptions import Target
from notifier.contents.change_notice import Alert, Notice, Seen
from notifier.contents.digest import Account, Digest
from notifier.contents.incident import Incident, IncidentNotice, IncidentReport
from notifier.contents.roundup import Roundup, most_severe_first
from notifier.contents.welcome import Inception, Welcome

MessageContent = Notice | Roundup | Digest | Welcome | IncidentNotice
"""The contents of a message."""

ACCOUNT = TypeAdapter(Account)
INCEPTION = TypeAdapter(Inception)
REPORT = TypeAdapter(IncidentReport)
"""Reads and writes reports in a delivery's payload. There, people and addresses are numbers of rows."""

ROUNDUP = "roundup"
"""The kind of delivery that reports many changes in one message."""

OPERATOR = "operator"
"""The kind of delivery that notifies operators of problems with the monitoring."""


def read_content(session: Session, delivery: DeliveryRow) -> MessageContent:
    """Return the contents of a delivery."""
    subscriber = session.get_one(SubscriptionRow, delivery.subscription_id).subscriber
    return READERS[delivery.kind](session, delivery, subscriber)


def _alert(session: Session, delivery: DeliveryRow, subscriber: str) -> Notice:
    if delivery.change_id is None:
        raise ValueError(f"the alert of delivery {delivery.id} names no change")
    mine = AlertRow.subscription_id == delivery.subscription_id
    head = delivery.payload.get("head", "")
    return _notice(session, delivery.change_id, mine, subscriber=subscriber, head=head)


def _roundup(session: Session, delivery: DeliveryRow, subscriber: str) -> Roundup:
    mine = AlertRow.subscription_id == delivery.subscription_id
    head = delivery.payload.get("head", "")
    notices = [
        _notice(session, change, mine, subscriber=subscriber, head=head) for change in delivery.payload["changes"]
    ]
    return Roundup(subscriber, delivery.key, most_severe_first(notices))


def _digest(session: Session, delivery: DeliveryRow, _: str) -> Digest:
    account = ACCOUNT.validate_python(delivery.payload)
    subscription = session.get_one(SubscriptionRow, delivery.subscription_id)
    return read_digest(session, subscription, delivery.key, account)


def _welcome(session: Session, delivery: DeliveryRow, subscriber: str) -> Welcome:
    return Welcome(subscriber, delivery.key, INCEPTION.validate_python(delivery.payload))


def _operation(session: Session, delivery: DeliveryRow, subscriber: str) -> IncidentNotice:
    report = REPORT.validate_python(delivery.payload)
    named = tuple(_named(session, report, incident) for incident in report.incidents)
    return IncidentNotice(subscriber, delivery.key, replace(report, incidents=named))


def _named(session: Session, report: IncidentReport, incident: Incident) -> Incident:
    """Return an incident with the names of people from their rows, because a name may have been erased."""
    if report.kind == "idle":
        return replace(incident, about=session.get_one(SubscriptionRow, int(incident.about)).subscriber)
    if report.kind in ("undelivered", "waiting"):
        failed = session.get_one(DeliveryRow, int(incident.about))
        reader = session.get_one(SubscriptionRow, failed.subscription_id).subscriber
        about = f"{reader} ({Target(failed.channel, failed.recipient)})"
        return replace(incident, about=about, detail=incident.detail or failed.error)
    return incident


READERS: Mapping[str, Callable[[Session, DeliveryRow, str], MessageContent]] = {
    "alert": _alert,
    ROUNDUP: _roundup,
    "digest": _digest,
    "welcome": _welcome,
    OPERATOR: _operation,
}
"""Functions that read the contents, by kind of delivery."""


def read_digest(session: Session, subscription: SubscriptionRow, key: str, account: Account) -> Digest:
    """Return a digest with the alerts that it is the first to list. They have `key` in `AlertRow.digest`."""
    mine = and_(AlertRow.subscription_id == subscription.id, AlertRow.digest == key)
    changes = session.scalars(
        select(FindingRow.change_id)
        .join(AlertRow, AlertRow.finding_id == FindingRow.id)
        .where(mine)
        .distinct()
        .order_by(FindingRow.change_id)
    ).all()
    name = subscription.subscriber
    notices = [_notice(session, change, mine, subscriber=name, head=account.head) for change in changes]
    return Digest(name, key, account, notices=tuple(notices))


def _notice(session: Session, change_id: int, mine: ColumnElement[bool], *, subscriber: str, head: str) -> Notice:
    """Return a notice of the alerts of a change that meet a condition on `AlertRow`."""
    change = session.get_one(ChangeRow, change_id)
    policy = session.get_one(PolicyRow, change.version.policy_id)
    numbers = (change.version.number - 1, change.version.number)
    earlier, later = read_versions(
        session, [VersionRow.policy_id == policy.id, VersionRow.number.in_(numbers)], Query()
    )
    languages = language_state(session, policy.id, later.number)
    former = None
    if later.returns_to is not None:
        same_text = [VersionRow.policy_id == policy.id, VersionRow.number == later.returns_to]
        (former,) = read_versions(session, same_text, Query())
    return Notice(
        subscriber=subscriber,
        policy=policy.name,
        url=policy.url,
        earlier=_seen(earlier),
        later=_seen(later),
        alerts=_alerts(session, change_id, mine, later),
        judged_by=change.judged_by,
        coarse=change.coarse,
        timing=later.change.timing if later.change else Timing(),
        drift=later.change.drift if later.change else (),
        drift_is_new=languages.newly_behind,
        apart_since=languages.since if languages.together_again else 0,
        former=None if former is None else _seen(former),
        flapping=later.flapping,
        confirmed=later.confirmed,
        head=head,
    )


def _seen(version: Version) -> Seen:
    return Seen(version.number, version.seen_at, version.last_seen_at, dates=version.stated)


def _alerts(session: Session, change_id: int, mine: ColumnElement[bool], version: Version) -> tuple[Alert, ...]:
    recorded = {finding.id: finding.finding for finding in version.change.findings} if version.change else {}
    rows = session.scalars(
        select(AlertRow)
        .join(FindingRow, FindingRow.id == AlertRow.finding_id)
        .where(FindingRow.change_id == change_id, mine)
        .order_by(FindingRow.position)
    )
    return tuple(Alert(row.id, recorded[row.finding_id]) for row in rows)
