"""Finds out which version of a policy a reader knows from accepted messages, and which changes came after that
version.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, select, true
from sqlalchemy.orm import Session

from archive.storage.tables import (
    AlertRow,
    ChangeRow,
    DeliveryRow,
    FindingRow,
    NetChangeRow,
    SubscriptionRow,
    VersionRow,
)
from archive.storage.version_reader import Span
from notifier.audience.knowledge import Edition, comparisons
from notifier.audience.planning import DatedScope, SubscriptionScope
from notifier.audience.subscriptions import Target

ROUNDUP = "roundup"
"""The kind of deliveries that report many changes in one message."""

REPORTING = ("alert", ROUNDUP, "digest")
"""The kinds of deliveries that report changes."""

BATCH = 500
"""Maximum number of values in one list of a query, because SQLite has a limit."""


_CHANGE, _VERSION, _NET = ChangeRow.__table__, VersionRow.__table__, NetChangeRow.__table__
_DELIVERY, _EARLIER = DeliveryRow.__table__, VersionRow.__table__.alias()

_SPANS = (
    select(_CHANGE.c.id, _VERSION.c.policy_id, _VERSION.c.number, _EARLIER.c.number)
    .join(_VERSION, _VERSION.c.id == _CHANGE.c.version_id)
    .outerjoin(_NET, _NET.c.change_id == _CHANGE.c.id)
    .outerjoin(_EARLIER, _EARLIER.c.id == _NET.c.earlier_id)
    .where(_CHANGE.c.id.in_(bindparam("changes", expanding=True)))
)
"""Query for the versions of changes. It is built only once, because each delivery runs it several times, and building
it takes longer than running it.
"""

_MINE = and_(
    _DELIVERY.c.subscription_id == bindparam("subscription"),
    _DELIVERY.c.channel == bindparam("channel"),
    _DELIVERY.c.recipient == bindparam("recipient"),
)

_ALERTS = (
    select(_DELIVERY.c.state, _DELIVERY.c.change_id)
    .join(_CHANGE, _CHANGE.c.id == _DELIVERY.c.change_id)
    .join(_VERSION, _VERSION.c.id == _CHANGE.c.version_id)
    .where(_MINE, _DELIVERY.c.kind == "alert", _VERSION.c.policy_id.in_(bindparam("policies", expanding=True)))
)

_REPORTED = (
    select(_CHANGE.c.version_id)
    .join(_VERSION, _VERSION.c.id == _CHANGE.c.version_id)
    .join(FindingRow.__table__, FindingRow.__table__.c.change_id == _CHANGE.c.id)
    .join(AlertRow.__table__, AlertRow.__table__.c.finding_id == FindingRow.__table__.c.id)
    .where(_CHANGE.c.id.not_in(select(_NET.c.change_id)))
    .where(AlertRow.__table__.c.subscription_id == bindparam("subscription"))
    .where(_VERSION.c.policy_id.in_(bindparam("policies", expanding=True)))
    .distinct()
)

_EDITIONS = (
    select(_VERSION.c.id, _VERSION.c.policy_id, _VERSION.c.number, _VERSION.c.text_sha256)
    .add_columns(_VERSION.c.boundary, _VERSION.c.flapping)
    .where(_VERSION.c.policy_id.in_(bindparam("policies", expanding=True)))
    .order_by(_VERSION.c.policy_id, _VERSION.c.number)
)

_LISTS = {
    kind: select(_DELIVERY.c.state, _DELIVERY.c.payload[name]).where(_MINE, _DELIVERY.c.kind == kind)
    for kind, name in ((ROUNDUP, "changes"), ("digest", "reports"))
}


@dataclass(frozen=True, slots=True, order=True)
class Reader:
    """One target of one subscription, which reads messages."""

    subscription_id: int
    target: Target

    @classmethod
    def of(cls, row: DeliveryRow) -> Reader:
        """Return the reader of a delivery."""
        return cls(row.subscription_id, Target(row.channel, row.recipient))

    @property
    def parameters(self) -> dict[str, Any]:
        """Values for the parameters of this module's queries."""
        named = {"channel": self.target.channel, "recipient": self.target.recipient}
        return {"subscription": self.subscription_id, **named}

    @property
    def deliveries(self) -> ColumnElement[bool]:
        """Condition on `DeliveryRow` that selects the deliveries to this reader."""
        return and_(
            DeliveryRow.subscription_id == self.subscription_id,
            DeliveryRow.channel == self.target.channel,
            DeliveryRow.recipient == self.target.recipient,
        )


def changes_of(row: DeliveryRow) -> list[int]:
    """Return the numbers of the changes that a delivery reports."""
    if row.kind == "alert":
        return [] if row.change_id is None else [row.change_id]
    return list(row.payload.get("reports" if row.kind == "digest" else "changes", ()))


def waiting_changes(session: Session, row: DeliveryRow) -> list[int]:
    """Return the numbers of the changes for which a delivery was planned. For a digest, they are the changes of its
    alerts."""
    if row.kind != "digest":
        return changes_of(row)
    listed = select(FindingRow.change_id).join(AlertRow, AlertRow.finding_id == FindingRow.id)
    mine = AlertRow.subscription_id == row.subscription_id, AlertRow.digest == row.key
    return list(session.scalars(listed.where(*mine).distinct().order_by(FindingRow.change_id)))


def spans_by_change(session: Session, changes: Iterable[int]) -> dict[int, Span]:
    """Return the versions before and after each change, by the number of the change."""
    connection = session.connection()
    return {
        change: Span(policy, number - 1 if begin is None else begin, number)
        for some in _batches(sorted(set(changes)))
        for change, policy, number, begin in connection.execute(_SPANS, {"changes": some})
    }


def spans_of(session: Session, reader: Reader, waiting: Collection[int]) -> list[Span]:
    """Return the comparisons that a message about the `waiting` changes must contain if it is written now. The
    comparisons are in the order of policies and versions.
    """
    numbers: defaultdict[int, set[int]] = defaultdict(set)
    for span in spans_by_change(session, waiting).values():
        numbers[span.policy_id].add(span.later)
    known = known_versions(session, reader, numbers)
    editions = _editions(session, reader.subscription_id, numbers)
    return [
        Span(policy, *pair)
        for policy in sorted(numbers)
        for pair in comparisons(editions[policy], numbers[policy], known[policy].number)
    ]


@dataclass(frozen=True, slots=True)
class Known:
    """The version of a policy that a reader knows."""

    number: int
    """The version that the reader knows."""
    notified: bool
    """Whether the reader knows the version from an accepted message. Otherwise, `number` is the version before the
    first change for which a message was planned.
    """
    told: frozenset[int] = frozenset()
    """All versions that the reader knows or knew: the versions in accepted messages, and the version before the first
    message."""


def known_versions(session: Session, reader: Reader, policies: Collection[int]) -> dict[int, Known]:
    """Return for each policy the version that a reader knows: the later version in the last accepted message about the
    policy.
    """
    accepted, planned = dict[int, int](), dict[int, int]()
    told: defaultdict[int, set[int]] = defaultdict(set)
    for state, _, span in reported(session, reader, policies):
        policy = span.policy_id
        if state == "accepted":
            accepted[policy] = max(accepted.get(policy, 0), span.later)
            told[policy] |= {span.earlier, span.later}
        planned[policy] = min(planned.get(policy, span.earlier), span.earlier)
    return {
        policy: Known(
            accepted.get(policy, planned.get(policy, 0)),
            policy in accepted,
            frozenset(told[policy] | {planned.get(policy, 0)}),
        )
        for policy in policies
    }


def former_number(
    session: Session, version: VersionRow, before: int, told: Collection[int] | None = None
) -> int | None:
    """Return the number of the last version below `before` that has the same text as `version`. Return None if there is
    no such version. If `told` is given, only the versions in `told` count.
    """
    same = VersionRow.policy_id == version.policy_id, VersionRow.text_sha256 == version.text_sha256
    among = true() if told is None else VersionRow.number.in_(told)
    return session.scalar(select(func.max(VersionRow.number)).where(*same, VersionRow.number < before, among))


def reported(session: Session, reader: Reader, policies: Collection[int]) -> Iterator[tuple[str, int, Span]]:
    """Yield each change that a delivery to a reader reports about policies: the state of the delivery, the change, and
    the change's versions."""
    connection, mine = session.connection(), reader.parameters
    rows: list[tuple[str, int]] = []
    for some in _batches(sorted(policies)):
        rows += [(state, change) for state, change in connection.execute(_ALERTS, mine | {"policies": some})]
    for query in _LISTS.values():
        rows += [(state, change) for state, changes in connection.execute(query, mine) for change in changes or ()]
    spans = spans_by_change(session, (change for _, change in rows))
    yield from ((state, change, spans[change]) for state, change in rows if spans[change].policy_id in policies)


def scope_history(row: SubscriptionRow) -> tuple[DatedScope, ...]:
    """Return the scopes of a subscription, each with the change after which it came into force."""
    return tuple(DatedScope(entry["after"], _scope(entry)) for entry in row.scope["asked"])


def _scope(stored: dict[str, Any]) -> SubscriptionScope:
    clauses = tuple(stored.get("clauses", ()))
    return SubscriptionScope(tuple(stored["topics"]), stored["severity"], tuple(stored["policies"]), clauses=clauses)


def _editions(session: Session, subscription_id: int, policies: Collection[int]) -> Mapping[int, list[Edition]]:
    """Return all versions of policies, oldest first, by the policy's number."""
    editions: defaultdict[int, list[Edition]] = defaultdict(list)
    connection = session.connection()
    for some in _batches(sorted(policies)):
        asked = {"subscription": subscription_id, "policies": some}
        reported = set(connection.scalars(_REPORTED, asked))
        for row, policy, number, text, boundary, flapping in connection.execute(_EDITIONS, {"policies": some}):
            # Alerts of a flapping version may still be held.
            edition = Edition(number, text, boundary=boundary, reported=flapping or row in reported)
            editions[policy].append(edition)
    return editions


def _batches(values: list[int]) -> Iterator[list[int]]:
    return (values[start : start + BATCH] for start in range(0, len(values), BATCH))
