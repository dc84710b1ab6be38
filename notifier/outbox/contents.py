"""Reads the contents of a delivery from its rows and its stored payload."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from archive.model import Change, RecordedFinding, Version
from archive.questions.drift import language_state
from archive.questions.interim_texts import interim_texts, odd_texts
from archive.storage.tables import AlertRow, ChangeRow, DeliveryRow, FindingRow, PolicyRow, SubscriptionRow, VersionRow
from archive.storage.version_reader import Span, change_between, earlier_number, read_change, read_versions
from differ.model import SEVERITIES, Finding
from notifier.audience.subscriptions import Subscriber, Target, asks_for
from notifier.contents.change_notice import Alert, Interim, Interims, Notice, Seen
from notifier.contents.digest import Account, Digest, Recap
from notifier.contents.incident import Incident, IncidentNotice, IncidentReport
from notifier.contents.roundup import Roundup, most_severe_first
from notifier.contents.welcome import Inception, Welcome
from notifier.outbox.deliveries import OPEN, chain_head
from notifier.outbox.knowledge import (
    ROUNDUP,
    Known,
    Reader,
    changes_of,
    former_number,
    known_versions,
    reported,
    scope_history,
    spans_by_change,
)

MessageContent = Notice | Roundup | Digest | Welcome | IncidentNotice
"""The contents of a message."""

ACCOUNT = TypeAdapter(Account)
INCEPTION = TypeAdapter(Inception)
REPORT = TypeAdapter(IncidentReport)
"""Reads and writes reports in a delivery's payload. The payload contains row numbers instead of the names and addresses
of people.
"""

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


def read_digest(session: Session, delivery: DeliveryRow, subscriber: str) -> Digest:
    """Return the contents of a digest. Its comparisons begin with the versions that the reader knows."""
    account = replace(ACCOUNT.validate_python(delivery.payload), head=chain_head(session))
    notices = _notices(session, delivery, changes_of(delivery), subscriber)
    recaps = _Recaps(session, delivery, subscriber).read(recap_spans(session, delivery))
    return Digest(subscriber, delivery.key, account, notices=tuple(notices), recaps=recaps)


def _digest(session: Session, delivery: DeliveryRow, subscriber: str) -> Digest:
    """Return the contents of a digest, with the number of older messages that still wait for its target."""
    digest, reader = read_digest(session, delivery, subscriber), Reader.of(delivery)
    query = select(func.count()).where(
        DeliveryRow.id < delivery.id,
        DeliveryRow.kind.in_(("alert", ROUNDUP)),
        DeliveryRow.state.in_(OPEN),
        DeliveryRow.subscription_id == reader.subscription_id,
        DeliveryRow.channel == reader.target.channel,
        DeliveryRow.recipient == reader.target.recipient,
    )
    return replace(digest, account=replace(digest.account, messages_behind=session.scalar(query) or 0))


def _welcome(session: Session, delivery: DeliveryRow, subscriber: str) -> Welcome:
    inception = replace(INCEPTION.validate_python(delivery.payload), head=chain_head(session))
    return Welcome(subscriber, delivery.key, inception)


def _operation(session: Session, delivery: DeliveryRow, subscriber: str) -> IncidentNotice:
    report = REPORT.validate_python(delivery.payload)
    named = tuple(_named(session, report, incident) for incident in report.incidents)
    return IncidentNotice(subscriber, delivery.key, replace(report, incidents=named))


def _named(session: Session, report: IncidentReport, incident: Incident) -> Incident:
    """Return an incident with people's names instead of row numbers. The names are read now, because a name may have
    been erased.
    """
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


def recap_spans(session: Session, delivery: DeliveryRow) -> list[Span]:
    """Return the pairs of versions whose difference a digest reports for its period.

    The list is empty for other deliveries. A digest that an older program planned lists single changes instead, each
    with the policy's name and the version.
    """
    spans = [Span(**stored) for stored in delivery.payload.get("spans", ())]
    for stored in delivery.payload.get("changes", ()) if delivery.kind == "digest" else ():
        policy = session.scalars(select(PolicyRow.id).where(PolicyRow.name == stored["policy"])).one_or_none()
        if policy is not None:
            spans.append(Span(policy, stored["version"] - 1, stored["version"]))
    return spans


def recap_comparisons(session: Session, delivery: DeliveryRow) -> set[Span]:
    """Return those spans of a digest whose two texts differ, so that they must be compared."""
    return {
        span for span in recap_spans(session, delivery) if len({row.text_sha256 for row in _ends(session, span)}) > 1
    }


def _ends(session: Session, span: Span) -> Sequence[VersionRow]:
    numbers = VersionRow.number.in_((span.earlier, span.later))
    query = select(VersionRow).where(VersionRow.policy_id == span.policy_id, numbers)
    return session.scalars(query.order_by(VersionRow.number)).all()


@dataclass(frozen=True, slots=True)
class _Recaps:
    """Reads the recaps of a digest: what changed in the digest's period, for its reader."""

    session: Session
    delivery: DeliveryRow
    subscriber: str

    def read(self, spans: Sequence[Span]) -> tuple[Recap, ...]:
        """Return the recap of each span, in the order of the spans."""
        listed = reported(self.session, Reader.of(self.delivery), {span.policy_id for span in spans})
        mine = set(changes_of(self.delivery))
        messages = [message for message in listed if message[1] not in mine]
        return tuple(self._recap(span, messages) for span in spans)

    def _recap(self, span: Span, messages: Sequence[tuple[str, int, Span]]) -> Recap:
        session = self.session
        of_policy = [VersionRow.policy_id == span.policy_id, VersionRow.number.in_((span.earlier, span.later))]
        earlier, later = read_versions(session, of_policy, None)
        row = change_between(session, span)
        change = None if row is None or earlier.text == later.text else read_change(session, row)
        policy = session.get_one(PolicyRow, span.policy_id)
        quiet = timedelta(seconds=policy.flap_quiet_seconds)
        asker = _asker(session, self.delivery.subscription_id, self.subscriber)
        asked, others, dismissed = _sorted(asker, policy, () if change is None else change.findings)
        inside = [message for message in messages if _lies_within(message[2], span)]
        told = self._alerts({change for state, change, _ in inside if state == "accepted"})
        waiting = self._alerts({change for state, change, _ in inside if state in OPEN})
        is_new = later.last_seen_at - later.seen_at < quiet
        return Recap(
            policy.name,
            policy.url,
            earlier=_seen(earlier),
            later=_seen(later),
            undone=earlier.text == later.text,
            findings=tuple(asked),
            told=told,
            waiting=waiting,
            severity=None if change is None else change.severity,
            topics=_by_topic(others),
            suppressed=0 if change is None else len(change.suppressed),
            held=later.flapping and not told and not waiting and is_new,
            dismissed=dismissed,
            interims=_interims(session, policy, asker, (earlier.number, later.number)),
            unsorted=_of_unknown_topic(others),
        )

    def _alerts(self, changes: Collection[int]) -> int:
        """Count the alerts of changes for the subscription."""
        mine = AlertRow.subscription_id == self.delivery.subscription_id, FindingRow.change_id.in_(changes)
        query = select(func.count()).select_from(AlertRow).join(FindingRow, FindingRow.id == AlertRow.finding_id)
        return self.session.scalar(query.where(*mine)) or 0


def _asker(session: Session, subscription: int, subscriber: str) -> Subscriber:
    """Return a subscriber with the present scope of a subscription, and without targets."""
    scope = scope_history(session.get_one(SubscriptionRow, subscription))[-1].scope
    return Subscriber(
        subscriber, (), scope.topics, severity=scope.severity, policies=scope.policies, clauses=scope.clauses
    )


def _sorted(
    asker: Subscriber, policy: PolicyRow, findings: Sequence[RecordedFinding]
) -> tuple[list[Finding], list[Finding], int]:
    """Return three things: the findings that a subscriber asks for, the most severe first; all other findings; and the
    number of false alarms.
    """
    kept = [recorded for recorded in findings if not recorded.is_false_alarm]
    asked = [one for one in kept if asks_for(asker, policy.name, policy.tags, one.finding)]
    others = [one.finding for one in kept if one not in asked]
    asked.sort(key=lambda one: SEVERITIES.index(one.finding.severity))
    others.sort(key=lambda one: SEVERITIES.index(one.severity))
    return [one.finding for one in asked], others, len(findings) - len(kept)


def _by_topic(findings: Iterable[Finding]) -> tuple[tuple[str, int], ...]:
    """Count findings by topic."""
    return tuple(sorted(Counter(finding.topic for finding in findings).items()))


def _of_unknown_topic(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if finding.topic == "other")


def _interims(session: Session, policy: PolicyRow, asker: Subscriber, between: tuple[int, int]) -> Interims:
    """Return what a policy showed between two versions, with the findings that a subscriber asks for."""
    found, left_out = interim_texts(session, policy.id, *between)
    numbers = VersionRow.policy_id == policy.id, VersionRow.number.in_(between)
    first, last = session.scalars(select(VersionRow.fetch_id).where(*numbers).order_by(VersionRow.number))
    texts = []
    for text in found:
        change = text.version.change
        asked, _, _ = _sorted(asker, policy, () if change is None else change.findings)
        others = tuple(finding.severity for finding in asked[1:])
        texts.append(Interim(_seen(text.version), text.is_later, worst=asked[0] if asked else None, others=others))
    vanished = tuple(odd.seen_at for odd in odd_texts(session, policy.id, first, last) if odd.vanished)
    return Interims(tuple(texts), left_out, vanished)


def _lies_within(inner: Span, outer: Span) -> bool:
    """Whether `inner` ends at a version of `outer` other than its first version."""
    return inner.policy_id == outer.policy_id and outer.earlier < inner.later <= outer.later


def _notices(session: Session, delivery: DeliveryRow, changes: Collection[int], subscriber: str) -> list[Notice]:
    """Return the notices of a delivery. Their comparisons begin with the versions that the reader knows."""
    mine = AlertRow.subscription_id == delivery.subscription_id
    spans = spans_by_change(session, changes)
    known = known_versions(session, Reader.of(delivery), {span.policy_id for span in spans.values()})
    head, asker = chain_head(session), _asker(session, delivery.subscription_id, subscriber)
    return [
        _notice(session, change, mine, asker=asker, head=head, known=known[spans[change].policy_id])
        for change in changes
    ]


def _notice(
    session: Session,
    change_id: int,
    mine: ColumnElement[bool],
    *,
    asker: Subscriber,
    head: str,
    known: Known,
) -> Notice:
    """Return a notice with those alerts of a change that meet a condition on `AlertRow`. A text counts as returned if
    an earlier version that the reader knows had the same text. If there are several such versions, a version from a
    message to the reader is preferred.
    """
    row = session.get_one(ChangeRow, change_id)
    change, begin, last = read_change(session, row), earlier_number(session, row), row.version.number
    policy = session.get_one(PolicyRow, row.version.policy_id)
    before = min(begin, known.number + 1)
    named = former_number(session, row.version, before, known.told)
    former = former_number(session, row.version, before) if named is None else named
    numbers = {begin, last, known.number} if former is None else {begin, last, known.number, former}
    of_policy = [VersionRow.policy_id == policy.id, VersionRow.number.in_(numbers)]
    versions = {version.number: version for version in read_versions(session, of_policy, None)}
    later = versions[last]
    languages_before, languages = (language_state(session, policy.id, number) for number in (begin, last))
    _, others, _ = _sorted(asker, policy, change.findings)
    alerts = _alerts(session, change, mine)
    silent = [finding for finding in others if finding not in [alert.finding for alert in alerts]]
    same_as = known.number if _came_back(versions, known.number, begin) else 0
    return Notice(
        subscriber=asker.name,
        policy=policy.name,
        url=policy.url,
        earlier=_seen(versions[begin]),
        later=_seen(later),
        alerts=alerts,
        judged_by=change.judged_by,
        coarse=change.coarse,
        timing=change.timing,
        drift=change.drift,
        drift_is_new=not languages.behind <= languages_before.behind,
        apart_since=languages_before.since if languages_before.behind and not languages.behind else 0,
        former=None if former is None else _seen(versions[former]),
        former_is_named=named is not None,
        same_as=same_as,
        flapping=later.flapping,
        settled=later.last_seen_at - later.seen_at >= timedelta(seconds=policy.flap_quiet_seconds),
        confirmed=later.confirmed,
        interims=_interims(session, policy, asker, (same_as or begin, last)),
        unsorted=_of_unknown_topic(silent),
        other_topics=_by_topic(finding for finding in silent if finding.topic != "other"),
        head=head,
    )


def _came_back(versions: Mapping[int, Version], known: int, begin: int) -> bool:
    """Whether the policy left the text that the reader knows, and then got the same text again."""
    return known < begin and known in versions and versions[known].text == versions[begin].text


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
