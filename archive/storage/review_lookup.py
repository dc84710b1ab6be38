"""Looks up reviews of findings. They are needed whenever findings are read."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.model import QUIET_REVIEW_KINDS, REVIEW_KINDS, QuietReview, Review, counting_verdict
from archive.storage.tables import ChangeRow, Columns, FindingRow, QuietReviewRow, ReviewRow, VersionRow

FindingKey = tuple[int, str, str, str]
"""Key of a finding: the number of the policy, the rule, the words before, and the words after. Two findings with the
same key repeat each other."""


class ReviewLookup:
    """All reviews of an archive, as one transaction sees them. There are only a few reviews, because people write
    them."""

    def __init__(self, session: Session) -> None:
        self.reviews: defaultdict[int, tuple[Review, ...]] = defaultdict(tuple)
        """Reviews by number of the finding, oldest first."""
        for row in session.scalars(select(ReviewRow).order_by(ReviewRow.id)):
            self.reviews[row.finding_id] += (review_of(row),)
        self.verdicts = {
            finding: verdict
            for finding, reviews in self.reviews.items()
            if (verdict := counting_verdict(reviews)) is not None
        }
        """The review that counts for a finding, by number of the finding."""
        self.false_alarms = self._false_alarms(session)
        """False alarms by key. If several have the same key, the first one counts."""

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


def review_of(row: ReviewRow) -> Review:
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
