"""Stores reviews of quiet edits, that is, of edits that were not reported. A review can say that such an edit matters,
and a later review can take this back. A stored review is never altered.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import KW_ONLY, dataclass
from datetime import datetime

from sqlalchemy import func, select

from archive.errors import NoSuppressionError
from archive.model import QuietReview, RecordedSuppression
from archive.storage.database import Archive
from archive.storage.review_lookup import read_quiet_reviews
from archive.storage.tables import ChangeRow, PolicyRow, QuietReviewRow, SuppressionRow, VersionRow
from archive.storage.version_reader import recorded_suppression


@dataclass(frozen=True, slots=True)
class LocatedSuppression:
    """A quiet edit with its policy and its version: the later version of the change that contains the edit."""

    recorded: RecordedSuppression
    policy: str
    version: int
    _: KW_ONLY
    seen_at: datetime
    change: int
    """Number of the change."""


@dataclass(frozen=True, slots=True)
class SuppressionTally:
    """The reviewers' verdicts on the edits that a rule kept quiet."""

    reason: str
    """The rule that kept the edits quiet; see `differ.model.Suppression.reason`."""
    suppressions: int
    """Number of edits that the rule kept quiet."""
    missed: int
    """Number of these edits that a reviewer marked as missed."""


def add_quiet_review(archive: Archive, review: QuietReview) -> bool:
    """Record a review, and return True. If the review would change nothing, record nothing and return False. An example
    is a second person who marks the same edit. Raises NoSuppressionError.
    """
    with archive.writing() as session:
        if session.get(SuppressionRow, review.suppression) is None:
            raise NoSuppressionError(str(review.suppression))
        before = select(QuietReviewRow.kind).where(QuietReviewRow.suppression_id == review.suppression)
        last = session.scalar(before.order_by(QuietReviewRow.id.desc()).limit(1))
        if (last or "take-back") == review.kind:
            return False
        session.add(
            QuietReviewRow(
                suppression_id=review.suppression, kind=review.kind, text=review.text, by=review.by, at=review.at
            )
        )
        return True


def find_suppression(archive: Archive, number: int) -> LocatedSuppression:
    """Return the suppression with this number. Raises NoSuppressionError."""
    matches = _located(archive, [number])
    if not matches:
        raise NoSuppressionError(str(number))
    return matches[0]


def missed_suppressions(archive: Archive) -> tuple[LocatedSuppression, ...]:
    """Return the edits that count as missed, the latest mark first."""
    with archive.reading() as session:
        reviews = read_quiet_reviews(session)
    marked = {number: made[-1].at for number, made in reviews.items() if made[-1].kind == "missed"}
    return tuple(sorted(_located(archive, list(marked)), key=lambda it: marked[it.recorded.id], reverse=True))


def _located(archive: Archive, numbers: list[int]) -> tuple[LocatedSuppression, ...]:
    query = (
        select(SuppressionRow, PolicyRow.name, VersionRow.number, VersionRow.seen_at)
        .join(ChangeRow, ChangeRow.id == SuppressionRow.change_id)
        .join(VersionRow, VersionRow.id == ChangeRow.version_id)
        .join(PolicyRow, PolicyRow.id == VersionRow.policy_id)
        .where(SuppressionRow.id.in_(numbers))
        .order_by(SuppressionRow.id)
    )
    with archive.reading() as session:
        reviews = read_quiet_reviews(session)
        return tuple(
            LocatedSuppression(
                recorded_suppression(row, reviews), policy, version, seen_at=seen_at, change=row.change_id
            )
            for row, policy, version, seen_at in session.execute(query)
        )


def suppression_tallies(archive: Archive) -> tuple[SuppressionTally, ...]:
    """Return for each rule how many edits it kept quiet, and how many of these edits were marked as missed. The rule
    with the most missed edits comes first.
    """
    missed = Counter(located.recorded.suppression.reason for located in missed_suppressions(archive))
    query = select(SuppressionRow.reason, func.count()).group_by(SuppressionRow.reason)
    with archive.reading() as session:
        rows = session.execute(query).all()
    tallies = [SuppressionTally(reason, count, missed[reason]) for reason, count in rows]
    return tuple(sorted(tallies, key=lambda tally: (-tally.missed, -tally.suppressions, tally.reason)))
