"""Records who must be notified of changes to the list of policies. Digests and messages to operators contain this
news."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from archive.recording.policies import POLICY_EVENT_KINDS
from archive.storage.tables import NewsRow, PolicyEventRow, SubscriptionRow
from notifier.audience.subscriptions import Subscriber, covers_policy, targets_of
from notifier.contents.incident import MOST_INCIDENTS, Incident, IncidentReport
from notifier.contents.policy_news import PolicyNews
from notifier.outbox.contents import OPERATOR, REPORT
from notifier.outbox.deliveries import Planned, add_deliveries

DIGEST = "digest"
"""The kind of delivery that brings news to a subscriber who is not an operator."""


@dataclass(frozen=True, slots=True)
class NewsReader:
    """A subscription that existed before the changes to the list."""

    row: SubscriptionRow
    subscriber: Subscriber
    policies_before: tuple[str, ...]
    """The policies that the subscription covered before the changes."""
    awaits_welcome: bool = False
    """Whether the subscription's first message is still to come. That message lists all policies, so no other message
    says that they were added."""

    def hears(self, event: PolicyEventRow) -> bool:
        """Whether a change is about a policy that the subscription covers, or covered until now."""
        before = replace(self.subscriber, policies=self.policies_before)
        return any(
            covers_policy(reader, name, event.tags)
            for reader in (self.subscriber, before)
            for name in (event.name, event.former)
            if name
        )


def announce(session: Session, readers: Iterable[NewsReader]) -> None:
    """Record the changes that each subscription must still be notified of. Each change is recorded once."""
    events = session.scalars(select(PolicyEventRow).where(~PolicyEventRow.announced).order_by(PolicyEventRow.id)).all()
    if not events:
        return
    for reader in readers:
        new = [event for event in events if event.kind != "added" or not reader.awaits_welcome]
        heard = [(event, DIGEST) for event in new if reader.subscriber.digest is not None and reader.hears(event)]
        heard += [(event, OPERATOR) for event in new if reader.subscriber.operator]
        session.add_all(NewsRow(subscription_id=reader.row.id, event_id=event.id, kind=kind) for event, kind in heard)
    for event in events:
        event.announced = True
    session.flush()


def waiting_news(session: Session, row: SubscriptionRow, kind: str) -> tuple[PolicyNews, ...]:
    """Return the news that a subscription must still get with deliveries of a kind, the oldest first."""
    query = (
        select(PolicyEventRow)
        .join(NewsRow, NewsRow.event_id == PolicyEventRow.id)
        .where(NewsRow.subscription_id == row.id, NewsRow.kind == kind)
        .order_by(PolicyEventRow.id)
    )
    return tuple(
        PolicyNews(next(kind for kind in POLICY_EVENT_KINDS if kind == event.kind), event.name, event.at, event.former)
        for event in session.scalars(query)
    )


def forget_news(session: Session, row: SubscriptionRow, kind: str) -> None:
    """Delete the news that is now in a message."""
    session.execute(delete(NewsRow).where(NewsRow.subscription_id == row.id, NewsRow.kind == kind))


def plan_operator_news(session: Session, row: SubscriptionRow, operator: Subscriber, now: datetime) -> int:
    """Plan one message to an operator about all changes since the last message. Return the number of deliveries."""
    news = waiting_news(session, row, OPERATOR)
    if not news:
        return 0
    incidents = [Incident(event.policy, event.at, event=event.event, former=event.former) for event in news]
    left_out = len(incidents[MOST_INCIDENTS:])
    report = IncidentReport("list", "began", now, incidents=tuple(incidents[:MOST_INCIDENTS]), left_out=left_out)
    names = hashlib.sha256(repr([(event.policy, event.at, event.event) for event in news]).encode()).hexdigest()[:16]
    planned = Planned(OPERATOR, f"list {names}", REPORT.dump_python(report, mode="json"))
    forget_news(session, row, OPERATOR)
    return add_deliveries(session, row, planned, targets=targets_of(operator), now=now)
