"""Reads the contents of a delivery from its rows and its stored payload."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import timedelta

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from archive.model import Change, Version
from archive.questions.drift import language_state
from archive.recording.net_changes import earlier_number
from archive.storage.tables import AlertRow, ChangeRow, DeliveryRow, FindingRow, PolicyRow, SubscriptionRow, VersionRow
from archive.storage.version_reader import read_change, read_versions
from notifier.audience.subscriptions import Target
from notifier.contents.change_notice import Alert, Notice, Seen
from notifier.contents.digest import Account, Digest
from notifier.contents.incident import Incident, IncidentNotice, IncidentReport
from notifier.contents.roundup import Roundup, most_severe_first
from notifier.contents.welcome import Inception, Welcome
from notifier.outbox.knowledge import ROUNDUP, Reader, changes_of, former_number, known_versions, spans_by_change

MessageContent = Notice | Roundup | Digest | Welcome | IncidentNotice
"""The contents of a message."""

ACCOUNT = TypeAdapter(Account)
INCEPTION = TypeAdapter(Inception)
REPORT = TypeAdapter(IncidentReport)
"""Reads and writes reports in a delivery's payload. In the payload, row numbers stand for people and addresses."""

OPERATOR = "operator"
"""The kind of delivery that notifies operators of problems with the monitoring."""


def read_content(session: Session, delivery: DeliveryRow) -> MessageContent:
    """Return the contents of a delivery."""
    subscriber = session.get_one(SubscriptionRow, delivery.subscription_id).subscriber
    return READERS[delivery.kind](session, delivery, subscriber)


def _alert(session: Session, delivery: DeliveryRow, subscriber: str) -> Notice:
    [notice] = _notices(session, delivery, changes_of(delivery), subscriber)
    return notice


def _roundup(session: Session, delivery: DeliveryRow, subscriber: str) -> Roundup:
    notices = _notices(session, delivery, changes_of(delivery), subscriber)
    return Roundup(subscriber, delivery.key, most_severe_first(notices))


def _digest(session: Session, delivery: DeliveryRow, subscriber: str) -> Digest:
    account = ACCOUNT.validate_python(delivery.payload)
    notices = _notices(session, delivery, changes_of(delivery), subscriber)
    return Digest(subscriber, delivery.key, account, notices=tuple(notices))


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
    """Return a digest with the alerts that have `key` in `AlertRow.digest`, as if no text had changed since."""
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


def _notices(session: Session, delivery: DeliveryRow, changes: Collection[int], subscriber: str) -> list[Notice]:
    """Return the notices of a delivery. They start from the versions that its reader knows."""
    mine = AlertRow.subscription_id == delivery.subscription_id
    spans = spans_by_change(session, changes)
    known = known_versions(session, Reader.of(delivery), {span.policy_id for span in spans.values()})
    head = delivery.payload.get("head", "")
    return [
        _notice(session, change, mine, subscriber=subscriber, head=head, known=known[spans[change].policy_id].number)
        for change in changes
    ]


def _notice(
    session: Session,
    change_id: int,
    mine: ColumnElement[bool],
    *,
    subscriber: str,
    head: str,
    known: int | None = None,
) -> Notice:
    """Return a notice with those alerts of a change that meet a condition on `AlertRow`. A text counts as returned if a
    version up to `known` had the same text. If `known` is None, any version before the change counts."""
    row = session.get_one(ChangeRow, change_id)
    change, begin, last = read_change(session, row), earlier_number(session, row), row.version.number
    policy = session.get_one(PolicyRow, row.version.policy_id)
    before = begin if known is None else min(begin, known + 1)
    former = former_number(session, row.version, before)
    numbers = {begin, last} if former is None else {begin, last, former}
    of_policy = [VersionRow.policy_id == policy.id, VersionRow.number.in_(numbers)]
    versions = {version.number: version for version in read_versions(session, of_policy, None)}
    later = versions[last]
    languages_before, languages = (language_state(session, policy.id, number) for number in (begin, last))
    return Notice(
        subscriber=subscriber,
        policy=policy.name,
        url=policy.url,
        earlier=_seen(versions[begin]),
        later=_seen(later),
        alerts=_alerts(session, change, mine),
        judged_by=change.judged_by,
        coarse=change.coarse,
        timing=change.timing,
        drift=change.drift,
        drift_is_new=not languages.behind <= languages_before.behind,
        apart_since=languages_before.since if languages_before.behind and not languages.behind else 0,
        former=None if former is None else _seen(versions[former]),
        flapping=later.flapping,
        settled=later.last_seen_at - later.seen_at >= timedelta(seconds=policy.flap_quiet_seconds),
        confirmed=later.confirmed,
        head=head,
    )


def _seen(version: Version) -> Seen:
    return Seen(version.number, version.seen_at, version.last_seen_at, dates=version.stated)


def _alerts(session: Session, change: Change, mine: ColumnElement[bool]) -> tuple[Alert, ...]:
    recorded = {finding.id: finding.finding for finding in change.findings}
    rows = session.scalars(
        select(AlertRow)
        .join(FindingRow, FindingRow.id == AlertRow.finding_id)
        .where(FindingRow.change_id == change.id, mine)
        .order_by(FindingRow.position)
    )
    return tuple(Alert(row.id, recorded[row.finding_id]) for row in rows)
