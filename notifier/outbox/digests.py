"""Plans digests. Each digest covers the time since the last digest, and lists the alerts that waited for it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from archive.model import IMPORTED, ReviewTimes
from archive.questions.interim_texts import OddText, odd_texts
from archive.questions.lists.inbox import InboxFilter, inbox
from archive.questions.status import PolicyStatus, statuses
from archive.questions.watch_gaps import SHORTEST_GAP
from archive.storage.database import Archive
from archive.storage.tables import (
    IS_STEP,
    AlertRow,
    ChangeRow,
    DeliveryRow,
    FetchRow,
    FindingRow,
    PolicyRow,
    SubscriptionRow,
    VersionRow,
)
from archive.storage.version_reader import READ, Span
from differ.judgement.profiles import Profile
from notifier.audience.subscriptions import Subscriber, covers_policy, targets_of
from notifier.contents.digest import (
    ENDINGS,
    MOST_CHANGES,
    Account,
    Digest,
    Gap,
    OverdueReview,
    Watch,
    digest_due,
)
from notifier.contents.welcome import trouble, trouble_reason
from notifier.outbox.alerts import FOR_THE_DIGEST, plan_alerts
from notifier.outbox.amending import amend
from notifier.outbox.contents import ACCOUNT, read_digest
from notifier.outbox.deliveries import Planned, add_deliveries
from notifier.outbox.news import DIGEST, forget_news, waiting_news
from notifier.outbox.subscriptions import present, registered, subscription

_VERSION = VersionRow.policy_id, VersionRow.number
_SEVERE = select(FindingRow.change_id).where(FindingRow.severity.in_(("critical", "high")))
"""Query for the changes that a digest always names."""

MOST_OVERDUE = 1000
"""Maximum number of changes with an overdue review that are read for a digest, the worst first."""


def plan_digests(
    archive: Archive, configured: Iterable[Subscriber], now: datetime, times: ReviewTimes | None = None
) -> int:
    """Plan the digests that are due, one for each period. Return the number of digests. A digest is due once a
    scheduled time has passed. Its period ends now. The archive's sequence decides which records belong to a digest, so
    each record is in exactly one digest, even if clocks change. Call this function after `plan_alerts`, and only after
    a run. During a run, a visit could begin in one period and end in the next period.
    """
    configured = tuple(configured)
    with archive.reading() as session:
        waiting = [subscriber for subscriber in present(session, configured) if _is_due(session, subscriber, now)]
    if not waiting:
        return 0
    standing, overdue = statuses(archive, now), overdue_reviews(archive, configured, now, times)
    planned = 0
    with archive.writing() as session:
        for subscriber in waiting:
            row = registered(session, subscriber, now)
            if _is_due(session, subscriber, now):
                _Draft(session, row, subscriber, standing=standing, until=now, overdue=overdue).plan()
                planned += 1
    return planned


def overdue_reviews(
    archive: Archive, configured: Iterable[Subscriber], now: datetime, times: ReviewTimes | None
) -> Mapping[str, Sequence[OverdueReview]]:
    """Return the overdue reviews by the person who is notified of them. This is the person to whom the change is
    assigned, if that person receives digests, and otherwise the owner of the policy, if the owner receives digests. All
    other overdue reviews have the key "", and operators are notified of them.
    """
    with archive.reading() as session:
        readers = {subscriber.name for subscriber in present(session, configured) if subscriber.digest is not None}
    reviews: defaultdict[str, list[OverdueReview]] = defaultdict(list)
    for change in inbox(archive, InboxFilter(overdue=True), now, times, limit=MOST_OVERDUE).entries:
        review = OverdueReview(
            change.policy,
            change.version,
            change.severity,
            findings=len(change.findings),
            due_at=change.due_at,
            assigned=change.assigned,
        )
        responsible = (name for name in (change.assigned, change.owner) if name in readers)
        reviews[next(responsible, "")].append(review)
    return reviews


def next_digests(archive: Archive, configured: Iterable[Subscriber], now: datetime) -> list[datetime]:
    """Return the next scheduled time of each subscriber with digests. A digest that is due now is not considered."""
    with archive.reading() as session:
        everyone = present(session, configured)
    schedules = [(subscriber.digest, subscriber.timezone) for subscriber in everyone]
    return [schedule.next(now, zone) for schedule, zone in schedules if schedule is not None]


def plan_digest_now(
    archive: Archive,
    subscriber: Subscriber,
    now: datetime,
    times: ReviewTimes | None = None,
    *,
    configured: Iterable[Subscriber] = (),
) -> None:
    """Plan a digest of the time since the last digest, even if no digest is due. The schedule continues from now.
    `configured` are the subscribers of the configuration."""
    standing, overdue = statuses(archive, now), overdue_reviews(archive, configured, now, times)
    with archive.writing() as session:
        row = registered(session, subscriber, now)
        _Draft(session, row, subscriber, standing=standing, until=now, overdue=overdue, by_hand=True).plan()


def preview_digest(
    archive: Archive,
    subscriber: Subscriber,
    now: datetime,
    profiles: Mapping[str, Profile],
    times: ReviewTimes | None = None,
    *,
    configured: Iterable[Subscriber] = (),
) -> Digest | None:
    """Return the digest that would be sent now.

    Nothing is planned, because all planning happens in a transaction that is rolled back. The result is None if no run
    has recorded the subscriber yet.
    """
    with archive.reading() as session:
        row = subscription(session, subscriber.name)
        if row is None or row.removed_at is not None:
            return None
    with archive.rehearsal() as rehearsed:
        plan_alerts(rehearsed, [subscriber], now)
        plan_digest_now(rehearsed, subscriber, now, times, configured=configured)
        amend(rehearsed, {subscriber.name: subscriber}, profiles, now)
        with rehearsed.reading() as session:
            planned = select(DeliveryRow).where(DeliveryRow.subscription_id == row.id, DeliveryRow.kind == "digest")
            first = session.scalars(planned.order_by(DeliveryRow.id.desc()).limit(1)).one()
            return read_digest(session, first, subscriber.name)


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
    overdue: Mapping[str, Sequence[OverdueReview]]
    """See `overdue_reviews`."""
    by_hand: bool = False

    def plan(self) -> None:
        """Plan the digest with the alerts that wait for it, and start the next period."""
        row, account = self.row, self.account()
        # The key includes the start of the period. Without it, two periods could have the same key after a clock was
        # set back.
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
        """Return the facts about the period."""
        session, row, schedule = self.session, self.row, self.subscriber.digest
        covered = [status for status in self.standing if covers_policy(self.subscriber, status.name, status.tags)]
        after = row.digested_fetch_id or 0
        visits = _visits(session, after)
        overdue = [
            *self.overdue.get(self.subscriber.name, ()),
            *(self.overdue.get("", ()) if self.subscriber.operator else ()),
        ]
        spans, left_out = _spans(session, row.digested_change_id or 0, [status.name for status in covered])
        return Account(
            since=row.digested_until or row.since,
            until=self.until,
            rhythm=None if self.by_hand or schedule is None else schedule.rhythm,
            watches=tuple(
                _watch(
                    status,
                    visits[status.name],
                    gaps=_gaps(session, status, after, self.until),
                    odd=tuple(odd_texts(session, status.id, after)),
                )
                for status in covered
                if status.retired_at is None or visits[status.name]
            ),
            spans=tuple(spans),
            changes_left_out=left_out,
            news=waiting_news(session, row, DIGEST),
            overdue=tuple(overdue[:MOST_CHANGES]),
            overdue_left_out=len(overdue[MOST_CHANGES:]),
        )


def _visits(session: Session, after: int) -> defaultdict[str, Counter[str]]:
    """Count the visits to each policy by outcome. Only visits after a point in the archive's sequence are counted."""
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
        visits[name] += Counter(first=1, changed=-1)  # `+=` also removes counts of zero
    return visits


def _watch(status: PolicyStatus, visits: Counter[str], *, gaps: tuple[Gap, ...], odd: tuple[OddText, ...]) -> Watch:
    return Watch(
        policy=status.name,
        checks=visits.total(),
        outcomes=tuple((outcome, visits[outcome]) for outcome in ENDINGS if visits[outcome]),
        health=status.health,
        trouble=trouble(status),
        reason=trouble_reason(status),
        trouble_since=status.trouble_since,
        due=status.due,
        version=status.versions,
        last_seen_at=status.last_seen_at,
        gaps=gaps,
        odd=odd,
    )


def _gaps(session: Session, status: PolicyStatus, after: int, until: datetime) -> tuple[Gap, ...]:
    """Return the gaps in the watch of a policy: the gaps that ended after the fetch `after`, and the last gap if it
    has not ended."""
    read = select(FetchRow.id, FetchRow.started_at).where(FetchRow.policy_id == status.id, FetchRow.outcome.in_(READ))
    before = session.execute(read.where(FetchRow.id <= after).order_by(FetchRow.id.desc()).limit(1)).all()
    later = session.execute(read.where(FetchRow.id > after).order_by(FetchRow.id)).all()
    moments = [started_at for _, started_at in (*before, *later)]
    pairs = [Gap(since, until, ended=True) for since, until in pairwise(moments)]
    if moments:
        pairs.append(Gap(moments[-1], status.retired_at or until, ended=False))
    return tuple(
        gap for gap in pairs if gap.until - gap.since >= SHORTEST_GAP and gap.until - gap.since > 2 * status.every
    )


def _spans(session: Session, after: int, policies: Sequence[str]) -> tuple[list[Span], int]:
    """Return a span for each of these policies that changed after the change `after`, newest first, and the number of
    spans that are left out. A span goes from the version before these changes to the version after them. All spans with
    a critical or high finding are returned, and others up to `MOST_CHANGES` in all.

    If there is a boundary between these versions, the policy has two spans.
    """
    query = (
        select(*_VERSION)
        .join(ChangeRow, ChangeRow.version_id == VersionRow.id)
        .join(PolicyRow, PolicyRow.id == VersionRow.policy_id)
        .where(IS_STEP, ChangeRow.id > after, ~VersionRow.boundary, PolicyRow.name.in_(policies))
        .order_by(ChangeRow.id)
    )
    spans: dict[tuple[int, int], Span] = {}
    for policy, number in session.execute(query):
        earlier = spans.pop((policy, number - 1), Span(policy, number - 1, number - 1)).earlier
        spans[policy, number] = Span(policy, earlier, number)
    severe = set(session.execute(query.where(ChangeRow.id.in_(_SEVERE)).with_only_columns(*_VERSION)))
    newest = list(reversed(spans.values()))
    graver = [
        span for span in newest if any((span.policy_id, n) in severe for n in range(span.earlier, span.later + 1))
    ]
    lighter = [span for span in newest if span not in graver][: max(MOST_CHANGES - len(graver), 0)]
    kept = {*graver, *lighter}
    return [span for span in newest if span in kept], len(newest) - len(kept)
