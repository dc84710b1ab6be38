"""Plans messages to operators about troubles with the monitoring: one message when a trouble begins, and one message
when it ends. A row is stored for each trouble that an operator was notified of. So if planning runs twice, no message
is sent twice. A new operator is notified of troubles that still last."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.questions.status import PolicyStatus, statuses
from archive.questions.watch_problems import Trouble, missed, troubles
from archive.recording.runs import interrupted_runs
from archive.storage.database import Archive
from archive.storage.tables import DeliveryRow, SubscriptionRow, ToldTroubleRow
from notifier.audience.planning import Thresholds
from notifier.audience.subscriptions import (
    Subscriber,
    Target,
    covers_policy,
    idle,
    operators,
    reads_all,
    targets_of,
)
from notifier.contents.incident import (
    MOST_INCIDENTS,
    SUPERSEDES,
    TOLD_WHEN_OVER,
    Incident,
    IncidentReport,
    Stage,
    TroubleKind,
)
from notifier.outbox.contents import OPERATOR, REPORT
from notifier.outbox.deliveries import Planned, add_deliveries
from notifier.outbox.news import plan_operator_news
from notifier.outbox.overdue import Overdue, is_report_on_messages, overdue_messages
from notifier.outbox.subscriptions import everyone, present, subscription

EXAMINED: tuple[TroubleKind, ...] = (
    "unread",
    "gone",
    "fallback",
    "flapping",
    "idle",
    "waiting",
    "undelivered",
    "template",
    "left-out",
    "crashed",
)
"""Kinds of trouble that `plan_incidents` examines. Missed policies are not among them, because `plan_missed` examines
them at the start of a run.
"""


@dataclass(frozen=True, slots=True)
class Templates:
    """The results of the user's templates in this pass."""

    broken: Mapping[str, str] = field(default_factory=dict)
    """The reason why a template cannot be used, by the template's name."""
    sound: Collection[str] = ()
    """Names of the templates that were filled without errors."""


@dataclass(frozen=True, slots=True)
class _Problem:
    """A current problem."""

    kind: TroubleKind
    about: str
    episode: str
    _: KW_ONLY
    incident: Incident
    target: Target | None = None
    """Target whose messages were given up."""
    topics: tuple[str, ...] = ()
    """Topics of left-out sentences. Subscribers to these topics are notified too."""
    subscription_id: int | None = None
    """Subscription whose messages wait. Its subscriber is notified too, through the other targets of the subscription.
    """

    @property
    def key(self) -> tuple[str, str, str]:
        return self.kind, self.about, self.episode


@dataclass(frozen=True, slots=True)
class _State:
    """The kinds of trouble that were examined, and the problems of these kinds."""

    problems: tuple[_Problem, ...]
    examined: tuple[TroubleKind, ...]
    policies: Mapping[str, str]
    """Names of the policies that are visited, by number."""
    _: KW_ONLY
    sound: Collection[str] = ()
    tags: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Tags of the policies by name."""

    def for_reader(self, reader: Subscriber, row: SubscriptionRow) -> _State:
        """Return the problems for a subscriber who is not an operator.

        There are two kinds of such problems. One kind is left-out statements on the subscriber's topics, which are
        treated like findings of low severity. The other kind is the subscriber's own messages that wait at another
        target."""
        heard = tuple(
            problem
            for problem in self.problems
            if problem.subscription_id == row.id or self._reaches(reader, row.since, problem)
        )
        return _State(heard, ("left-out", "waiting"), self.policies)

    def _reaches(self, reader: Subscriber, since: datetime, problem: _Problem) -> bool:
        if not reads_all(reader) or set(problem.topics).isdisjoint(reader.topics) or problem.incident.since < since:
            return False
        return covers_policy(reader, problem.incident.about, self.tags.get(problem.incident.about, ()))

    def is_over(self, row: ToldTroubleRow) -> bool:
        """Whether a trouble is over. If this run did not look for this kind of trouble, the trouble is not over."""
        if row.kind not in self.examined or (row.kind == "template" and row.about not in self.sound):
            return False
        return (row.kind, row.about, row.episode) not in {problem.key for problem in self.problems}


def plan_missed(archive: Archive, configured: Iterable[Subscriber], now: datetime) -> int:
    """Plan messages to operators about policies that no run tried in time. Return the number of messages. Call this
    function at the start of a run, before the run tries a policy, and before a new configuration is registered."""
    subscribers = tuple(configured)
    if not _operators(archive, subscribers):
        return 0
    problems = _of_policies(missed(statuses(archive, now)))
    return _plan_all(archive, subscribers, _State(problems, ("missed",), {}), now)


def plan_incidents(
    archive: Archive,
    configured: Iterable[Subscriber],
    now: datetime,
    *,
    channels: Collection[str],
    thresholds: Thresholds,
    templates: Templates,
    run: int | None = None,
) -> int:
    """Plan messages to operators about all troubles except missed policies. Return the number of messages. Call this
    function only once, at the end of a run, so that all problems of one kind are in one message. `channels` are the
    names of the configured channels.
    """
    subscribers = tuple(configured)
    standing: list[PolicyStatus] = []
    problems: list[_Problem] = []
    if any(subscriber.operator or reads_all(subscriber) for subscriber in everyone(archive, subscribers)):
        standing = [status for status in statuses(archive, now) if status.retired_at is None]
        problems += _of_policies(troubles(archive, standing, thresholds.trouble_after, _fallen(archive)))
    problems += [
        _Problem("template", name, "", incident=Incident(name, now, 0, detail=why))
        for name, why in templates.broken.items()
    ]
    problems += _crashed(archive, run)
    with archive.reading() as session:
        problems += _idle(session, present(session, subscribers), standing)
        problems += _waiting(
            overdue_messages(session, present(session, subscribers), channels, now, thresholds=thresholds)
        )
        problems += _undelivered(session, now)
    # If a policy is paused, its trouble ends, but no message says that the policy can be read again.
    policies = {str(status.id): status.name for status in standing if status.is_fetched}
    tags = {status.name: status.tags for status in standing}
    state = _State(tuple(problems), EXAMINED, policies, sound=templates.sound, tags=tags)
    return _plan_all(archive, subscribers, state, now) + _plan_news(archive, subscribers, now)


def _plan_news(archive: Archive, configured: Iterable[Subscriber], now: datetime) -> int:
    """Plan messages to operators about changes to the list of policies."""
    with archive.writing() as session:
        readers = operators(present(session, configured))
        rows = [(subscription(session, operator.name), operator) for operator in readers]
        return sum(plan_operator_news(session, row, operator, now) for row, operator in rows if row is not None)


def _fallen(archive: Archive) -> set[int]:
    """Return the policies with a fallback that has not ended and that operators were notified of."""
    lasting = select(ToldTroubleRow.about).where(ToldTroubleRow.kind == "fallback", ToldTroubleRow.ended_at.is_(None))
    with archive.reading() as session:
        return {int(about) for about in session.scalars(lasting)}


def _operators(archive: Archive, configured: Iterable[Subscriber]) -> Sequence[Subscriber]:
    return operators(everyone(archive, configured))


def _of_policies(watch_problems: Iterable[Trouble]) -> tuple[_Problem, ...]:
    return tuple(
        _Problem(
            trouble.kind,
            str(trouble.policy_id),
            trouble.episode,
            incident=Incident(
                trouble.policy,
                trouble.since,
                trouble.visits,
                detail=trouble.detail,
                reason=trouble.reason,
                came=trouble.came,
                gone=trouble.gone,
            ),
            topics=trouble.topics,
        )
        for trouble in watch_problems
    )


def _crashed(archive: Archive, run: int | None) -> list[_Problem]:
    """Return the runs that were not completed: all runs between the last complete run and this run."""
    return [
        _Problem("crashed", str(row.id), "", incident=Incident("clausewatch run", row.started_at, detail=row.error))
        for row in interrupted_runs(archive, run)
    ]


def _idle(session: Session, subscribers: Iterable[Subscriber], standing: Sequence[PolicyStatus]) -> list[_Problem]:
    """Return the subscriptions that match no policy. The problems contain the numbers of these subscriptions and not
    their names."""
    if not standing:
        return []
    readers = [subscriber for subscriber in subscribers if subscriber.topics or subscriber.clauses or subscriber.digest]
    waiting = idle(readers, [(status.name, status.tags) for status in standing])
    rows = [row for subscriber in waiting if (row := subscription(session, subscriber.name)) is not None]
    return [
        _Problem("idle", str(row.id), "", incident=Incident(str(row.id), row.since))
        for row in rows
        if row.removed_at is None
    ]


def _waiting(overdue: Iterable[Overdue]) -> list[_Problem]:
    return [
        _Problem(
            "waiting",
            str(messages.oldest),
            "",
            incident=Incident(str(messages.oldest), messages.since, messages.count, detail=messages.why),
            target=messages.target,
            subscription_id=messages.subscription_id,
        )
        for messages in overdue
    ]


def _undelivered(session: Session, now: datetime) -> list[_Problem]:
    """Return the deliveries that were given up. Messages that report such deliveries are left out."""
    rows = session.scalars(select(DeliveryRow).where(DeliveryRow.state == "dead").order_by(DeliveryRow.id))
    return [
        _Problem(
            "undelivered",
            str(row.id),
            "",
            incident=Incident(str(row.id), now, 1),
            target=Target(row.channel, row.recipient),
        )
        for row in rows
        if not is_report_on_messages(row)
    ]


def _plan_all(archive: Archive, configured: Iterable[Subscriber], state: _State, now: datetime) -> int:
    planned = 0
    with archive.writing() as session:
        for subscriber in present(session, configured):
            row = subscription(session, subscriber.name)
            if row is None or row.removed_at is not None:
                continue
            heard = state if subscriber.operator else state.for_reader(subscriber, row)
            if subscriber.operator or heard.problems:
                planned += _OperatorPlan(session, row, subscriber, state=heard, now=now).plan()
    return planned


@dataclass(frozen=True, slots=True)
class _OperatorPlan:
    """Plans the messages to one operator or subscriber."""

    session: Session
    row: SubscriptionRow
    operator: Subscriber
    _: KW_ONLY
    state: _State
    now: datetime

    def plan(self) -> int:
        """Record the troubles that began and ended, and plan a message for each kind."""
        mine = ToldTroubleRow.subscription_id == self.row.id, ToldTroubleRow.ended_at.is_(None)
        noted = list(self.session.scalars(select(ToldTroubleRow).where(*mine).order_by(ToldTroubleRow.id)))
        over = [row for row in noted if self._ends(row)]
        for row in over:
            row.ended_at = self.now
        lasting = {(row.kind, row.about, row.episode) for row in noted if row.ended_at is None}
        began = [(self._begin(problem), problem) for problem in self.state.problems if self._is_new(problem, lasting)]
        self.session.flush()
        return self._tell_began(began) + self._tell_over(over)

    def _ends(self, row: ToldTroubleRow) -> bool:
        """Whether a trouble is over. A policy that is gone stays gone until it can be read again, even if there are
        other kinds of failures in between.
        """
        turned = [kind for kind, former in SUPERSEDES.items() if kind == row.kind and self._holds(former, row)]
        return self.state.is_over(row) and not turned

    def _holds(self, kind: TroubleKind, row: ToldTroubleRow) -> bool:
        return any(problem.key == (kind, row.about, row.episode) for problem in self.state.problems)

    def _is_new(self, problem: _Problem, lasting: Collection[tuple[str, str, str]]) -> bool:
        worse = [kind for kind, former in SUPERSEDES.items() if former == problem.kind]
        noted = {problem.key, *((kind, problem.about, problem.episode) for kind in worse)}
        return noted.isdisjoint(lasting) and self._can_hear(problem)

    def _can_hear(self, problem: _Problem) -> bool:
        """Whether the operator has a target that may be used to report a problem. If not, the report waits until there
        is such a target.
        """
        return any(self._may_go(problem.target, target) for target in targets_of(self.operator))

    def _begin(self, problem: _Problem) -> ToldTroubleRow:
        row = ToldTroubleRow(
            subscription_id=self.row.id,
            kind=problem.kind,
            about=problem.about,
            episode=problem.episode,
            since=problem.incident.since,
            told_at=self.now,
            ended_at=None,
        )
        self.session.add(row)
        return row

    def _tell_began(self, began: Sequence[tuple[ToldTroubleRow, _Problem]]) -> int:
        planned = 0
        for kind in dict.fromkeys(problem.kind for _, problem in began):
            mine = [(row, problem) for row, problem in began if problem.kind == kind]
            for some, targets in self._routes(mine):
                incidents = _gathered([problem for _, problem in some])
                planned += self._add(kind, "began", [row.id for row, _ in some], incidents=incidents, targets=targets)
        return planned

    def _routes(
        self, began: list[tuple[ToldTroubleRow, _Problem]]
    ) -> Iterable[tuple[list[tuple[ToldTroubleRow, _Problem]], list[Target]]]:
        """Return the targets for each trouble. A failed delivery is never reported to the target at which it failed.

        It is reported through another channel of the operator. If there is no other channel, it is reported to another
        address of the same channel.
        """
        routes: dict[tuple[int, ...], list[Target]] = {}
        for target in targets_of(self.operator):
            positions = tuple(
                position for position, (_, problem) in enumerate(began) if self._may_go(problem.target, target)
            )
            if positions:
                routes.setdefault(positions, []).append(target)
        return [([began[position] for position in positions], targets) for positions, targets in routes.items()]

    def _may_go(self, failed: Target | None, target: Target) -> bool:
        if failed is None:
            return True
        others = any(own.channel != failed.channel for own in self.operator.via)
        return target.channel != failed.channel if others else target != failed

    def _tell_over(self, over: Sequence[ToldTroubleRow]) -> int:
        planned = 0
        for kind in TOLD_WHEN_OVER:
            worse = [later for later, former in SUPERSEDES.items() if former == kind]
            mine = [
                row
                for row in over
                if row.kind == kind
                and row.about in self.state.policies  # if not, the policy is no longer watched
                and not any(self._holds(later, row) for later in worse)
            ]
            incidents = [Incident(self.state.policies[row.about], row.since) for row in mine]
            if mine:
                rows, targets = [row.id for row in mine], targets_of(self.operator)
                planned += self._add(kind, "ended", rows, incidents=incidents, targets=targets)
        return planned

    def _add(
        self,
        kind: TroubleKind,
        stage: Stage,
        rows: Sequence[int],
        *,
        incidents: Sequence[Incident],
        targets: Iterable[Target],
    ) -> int:
        names = hashlib.sha256(" ".join(map(str, rows)).encode()).hexdigest()[:16]
        left_out = len(incidents[MOST_INCIDENTS:])
        report = IncidentReport(kind, stage, self.now, incidents=tuple(incidents[:MOST_INCIDENTS]), left_out=left_out)
        planned = Planned(OPERATOR, f"{kind} {stage} {names}", REPORT.dump_python(report, mode="json"))
        return add_deliveries(self.session, self.row, planned, targets=targets, now=self.now)


def _gathered(problems: Sequence[_Problem]) -> list[Incident]:
    """Return the incidents of problems. All failed messages to one target are a single incident."""
    counts: Counter[Target] = Counter()
    for problem in problems:
        if problem.target is not None:
            counts[problem.target] += problem.incident.visits
    first = {problem.target: problem.incident for problem in reversed(problems) if problem.target is not None}
    plain = [problem.incident for problem in problems if problem.target is None]
    return plain + [replace(first[target], visits=count) for target, count in counts.items()]
