"""Looks up reviews of findings whenever findings are read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from functools import cached_property
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from archive.model import QUIET_REVIEW_KINDS, REVIEW_KINDS, QuietReview, Review, counting_verdict
from archive.storage.tables import (
    ChangeRow,
    Columns,
    FindingRow,
    NetChangeRow,
    QuietReviewRow,
    ReviewRow,
    VersionRow,
)

FEW_POLICIES = 500
"""Maximum number of policies in a query for reviews. For more policies, all reviews of the archive are read."""

FindingKey = tuple[int, str, str, str]
"""Key of a finding: the number of the policy, the rule, the words before, and the words after. Two findings with the
same key repeat each other."""


class ReviewLookup:
    """The reviews of an archive, as one transaction sees them. If `policies` is given, only the reviews of findings of
    these policies are read. If there are more than `FEW_POLICIES` policies, all reviews are read.
    """

    def __init__(self, session: Session, policies: Collection[int] | None = None) -> None:
        self._policies = None if policies is None or len(policies) > FEW_POLICIES else sorted(policies)
        self.reviews: defaultdict[int, tuple[Review, ...]] = defaultdict(tuple)
        """Reviews by number of the finding, oldest first."""
        for row in session.execute(self._of_policies(select(*ReviewRow.__table__.c)).order_by(ReviewRow.id)):
            self.reviews[row.finding_id] += (review_of(row),)
        self.verdicts = {
            finding: verdict
            for finding, reviews in self.reviews.items()
            if (verdict := counting_verdict(reviews)) is not None
        }
        """The verdict that counts, by number of the finding."""
        self._session = session
        self.false_alarms = self._false_alarms(session)
        """The reviews of false alarms, by key of the finding. If several findings have the same key, this is the first
        review.
        """

    def _of_policies(self, query: Select[Any]) -> Select[Any]:
        """Limit a query about reviews to `policies`."""
        if self._policies is None:
            return query
        query = query.join(FindingRow, FindingRow.id == ReviewRow.finding_id)
        query = query.join(ChangeRow, ChangeRow.id == FindingRow.change_id)
        query = query.join(VersionRow, VersionRow.id == ChangeRow.version_id)
        return query.where(VersionRow.policy_id.in_(self._policies))

    def _false_alarms(self, session: Session) -> dict[FindingKey, Review]:
        marked = {finding: review for finding, review in self.verdicts.items() if review.kind == "false-alarm"}
        if not marked:
            return {}
        query = (
            select(FindingRow.id, VersionRow.policy_id)
            .add_columns(FindingRow.rule, FindingRow.before, FindingRow.after)
            .join(ChangeRow, ChangeRow.id == FindingRow.change_id)
            .join(VersionRow, VersionRow.id == ChangeRow.version_id)
            .where(FindingRow.id.in_(list(marked)))
            .order_by(FindingRow.id.desc())
        )
        rows = session.execute(query)
        return {(policy, rule, before, after): marked[finding] for finding, policy, rule, before, after in rows}

    def repeated(self, row: FindingRow | Columns, policy: int) -> Review | None:
        """Return a false alarm about another finding of the policy with the same rule and words, or None."""
        alarm = self.false_alarms.get((policy, row.rule, row.before, row.after))
        return None if alarm is None or alarm.finding == row.id else alarm

    def settled(self, row: FindingRow | Columns, policy: int) -> Review | None:
        """Return an acknowledgement of another finding about the same edit, or None. An edit may have several findings:
        one in the change to the next version, and one in each net change that contains this change.
        """
        if not self.verdicts or (policy, row.rule, row.before, row.after) not in self._keys_in_net_changes:
            return None
        alike = list(self._alike(row, policy))
        first, last = next((first, last) for finding, first, last in alike if finding == row.id)
        for finding, begin, end in alike:
            verdict = self.verdicts.get(finding)
            if finding != row.id and max(first, begin) < min(last, end) and verdict and verdict.kind == "acknowledge":
                return verdict
        return None

    @cached_property
    def _keys_in_net_changes(self) -> frozenset[FindingKey]:
        query = (
            select(VersionRow.policy_id, FindingRow.rule, FindingRow.before, FindingRow.after)
            .join(NetChangeRow, NetChangeRow.change_id == FindingRow.change_id)
            .join(ChangeRow, ChangeRow.id == FindingRow.change_id)
            .join(VersionRow, VersionRow.id == ChangeRow.version_id)
        )
        if self._policies is not None:
            query = query.where(VersionRow.policy_id.in_(self._policies))
        return frozenset((policy, rule, before, after) for policy, rule, before, after in self._session.execute(query))

    def _alike(self, row: FindingRow | Columns, policy: int) -> Iterator[tuple[int, int, int]]:
        """Yield the findings of a policy with the same rule and words. Each result has the number of the finding, and
        the numbers of the versions before and after its change.
        """
        earlier = aliased(VersionRow)
        query = (
            select(FindingRow.id, func.coalesce(earlier.number, VersionRow.number - 1), VersionRow.number)
            .join(ChangeRow, ChangeRow.id == FindingRow.change_id)
            .join(VersionRow, VersionRow.id == ChangeRow.version_id)
            .outerjoin(NetChangeRow, NetChangeRow.change_id == ChangeRow.id)
            .outerjoin(earlier, earlier.id == NetChangeRow.earlier_id)
            .where(VersionRow.policy_id == policy, FindingRow.rule == row.rule)
            .where(FindingRow.before == row.before, FindingRow.after == row.after)
            .order_by(FindingRow.id)
        )
        yield from ((finding, first, last) for finding, first, last in self._session.execute(query))


def review_of(row: ReviewRow | Columns) -> Review:
    """Return a review from its row."""
    kind = next(kind for kind in REVIEW_KINDS if kind == row.kind)
    return Review(row.finding_id, kind, row.text, by=row.by, at=row.at, id=row.id)


def read_quiet_reviews(session: Session) -> dict[int, tuple[QuietReview, ...]]:
    """Return all reviews of suppressions by number of the suppression, oldest first."""
    reviews: defaultdict[int, tuple[QuietReview, ...]] = defaultdict(tuple)
    for row in session.scalars(select(QuietReviewRow).order_by(QuietReviewRow.id)):
        kind = next(kind for kind in QUIET_REVIEW_KINDS if kind == row.kind)
        reviews[row.suppression_id] += (QuietReview(row.suppression_id, kind, row.text, by=row.by, at=row.at),)
    return dict(reviews)
