"""Stores reviews of findings. Lists the findings that must still be reviewed, and counts the false alarms of each rule.
A stored review is never altered. If a finding has several reviews, the last review counts. Comments are ignored. So a
later review can take back a verdict.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from archive.errors import NoFindingError
from archive.model import RecordedFinding, Review, counting_verdict
from archive.row_numbers import row_number
from archive.storage.database import Archive
from archive.storage.review_lookup import ReviewLookup, review_of
from archive.storage.tables import (
    AlertRow,
    ChangeRow,
    FindingRow,
    NetChangeRow,
    PolicyRow,
    ReviewRow,
    VersionRow,
    WaitingRow,
)
from archive.storage.version_reader import policy_row, read_timing, recorded_finding
from differ.model import Timing


@dataclass(frozen=True, slots=True)
class Reviewable:
    """A finding with its policy and its version. The version is the later version of the finding's change."""

    recorded: RecordedFinding
    policy: str
    version: int
    _: KW_ONLY
    seen_at: datetime
    change: int
    """Number of the change."""
    owner: str = ""
    """Owner of the policy; "" if there is none."""
    tags: tuple[str, ...] = ()
    timing: Timing = field(default_factory=Timing)
    """The days that the policy states for the change."""
    earlier: int | None = None
    """The earlier version of a net change. None if the change is not a net change, because it then begins with the
    previous version.
    """

    @property
    def versions(self) -> str:
        """The version of the finding, or both versions of a net change."""
        return str(self.version) if self.earlier is None else f"{self.earlier} to {self.version}"


@dataclass(frozen=True, slots=True)
class RuleTally:
    """The reviewers' verdicts about a rule's findings."""

    rule: str
    findings: int
    """Number of the rule's findings that are material or were sent to somebody."""
    acknowledged: int
    _: KW_ONLY
    false_alarms: int

    @property
    def precision(self) -> float | None:
        """Share of the reviewed findings that are not false alarms. None if no finding was reviewed."""
        reviewed = self.acknowledged + self.false_alarms
        return self.acknowledged / reviewed if reviewed else None


def add_review(archive: Archive, review: Review) -> None:
    """Record a review. Raises NoFindingError."""
    with archive.writing() as session:
        if session.get(FindingRow, review.finding) is None:
            raise NoFindingError(str(review.finding))
        session.add(
            ReviewRow(finding_id=review.finding, kind=review.kind, text=review.text, by=review.by, at=review.at)
        )


@dataclass(frozen=True, slots=True)
class Decided:
    """The result of recording one person's reviews."""

    recorded: tuple[Review, ...]
    refused: tuple[Review, ...]
    """The earlier reviews, by anybody, because of which some of the new reviews were not recorded."""


def decide(archive: Archive, reviews: Iterable[Review], seen: Mapping[int, int]) -> Decided:
    """Record reviews of several findings. A review of a finding is not recorded if another verdict on the finding was
    recorded after the author had looked at it. `seen` maps the number of a finding to the number of the verdict that
    the author saw, or to 0 if there was no verdict. If a different verdict counts now, this verdict stays, and is
    returned in `refused`. A comment is not recorded if the finding's last review is the same comment by the same
    person. So a form that is sent twice counts once. Raises NoFindingError.
    """
    recorded, refused = [], []
    with archive.writing() as session:
        for review in reviews:
            if session.get(FindingRow, review.finding) is None:
                raise NoFindingError(str(review.finding))
            obstacle = _obstacle(_reviews_of(session, review.finding), review, seen.get(review.finding, 0))
            if obstacle is not None:
                refused.append(obstacle)
                continue
            kept = asdict(review)
            del kept["id"], kept["finding"]
            row = ReviewRow(finding_id=review.finding, **kept)
            session.add(row)
            session.flush()
            recorded.append(review_of(row))
    return Decided(tuple(recorded), tuple(refused))


def _reviews_of(session: Session, finding: int) -> list[Review]:
    rows = session.scalars(select(ReviewRow).where(ReviewRow.finding_id == finding).order_by(ReviewRow.id))
    return list(map(review_of, rows))


def _obstacle(before: Sequence[Review], review: Review, seen: int) -> Review | None:
    """Return the earlier review because of which a review is not recorded, or None."""
    if review.kind == "comment":
        last = before[-1] if before else None
        return last if last and (last.kind, last.text, last.by) == (review.kind, review.text, review.by) else None
    verdict = counting_verdict(before)
    if (0 if verdict is None else verdict.id) != seen:
        return verdict or before[-1]
    return before[-1] if review.kind == "take-back" and verdict is None and before else None


def verdicts_numbered(archive: Archive, numbers: Sequence[int]) -> tuple[Review, ...]:
    """Return the reviews with these numbers. Leave out comments, and verdicts that no longer count."""
    with archive.reading() as session:
        rows = session.scalars(select(ReviewRow).where(ReviewRow.id.in_(numbers)).order_by(ReviewRow.id)).all()
        now = {row.finding_id: counting_verdict(_reviews_of(session, row.finding_id)) for row in rows}
    return tuple(review_of(row) for row in rows if (verdict := now[row.finding_id]) and verdict.id == row.id)


def find_reviewable(archive: Archive, number: str) -> Reviewable:
    """Return the finding with the given number, or with the given alert ID from a message. Raises NoFindingError."""
    text = number.strip().removeprefix("#")
    with archive.reading() as session:
        finding = session.scalar(select(AlertRow.finding_id).where(AlertRow.id == text.lower()))
        if finding is None and (row := row_number(text)) is not None:
            finding = session.scalar(select(FindingRow.id).where(FindingRow.id == row))
        if finding is None:
            raise NoFindingError(number)
        return read_reviewable(session, [FindingRow.id == finding])[0]


def unreviewed(archive: Archive, policy: str | None = None) -> tuple[Reviewable, ...]:
    """Return the findings that wait for a review, the newest first; see archive/storage/waiting_list. Raises
    UnknownPolicyError."""
    with archive.reading() as session:
        waiting = select(WaitingRow.finding_id)
        if policy is not None:
            waiting = waiting.where(WaitingRow.policy_id == policy_row(session, policy).id)
        return read_reviewable(session, [FindingRow.id.in_(waiting)])[::-1]


def unreviewed_counts(archive: Archive, policy: str | None = None) -> Mapping[str, int]:
    """Return the number of findings that wait for a review, for each policy that has any. `policy` limits the answer to
    one policy.
    """
    query = select(PolicyRow.name, func.count()).join(WaitingRow, WaitingRow.policy_id == PolicyRow.id)
    if policy is not None:
        query = query.where(PolicyRow.name == policy)
    with archive.reading() as session:
        return dict(session.execute(query.group_by(PolicyRow.name)).all())


def rule_tallies(archive: Archive) -> tuple[RuleTally, ...]:
    """Return for each rule the reviewers' verdicts on its findings. The rule with the most false alarms comes first."""
    with archive.reading() as session:
        counts, given = _counts_by_rule(session), _verdicts_by_rule(session)
    tallies = [
        RuleTally(rule, counts.get(rule, 0), given[rule, "acknowledge"], false_alarms=given[rule, "false-alarm"])
        for rule in {*counts, *(rule for rule, _ in given)}
    ]
    return tuple(sorted(tallies, key=lambda tally: (-tally.false_alarms, -tally.findings, tally.rule)))


def _counts_by_rule(session: Session) -> Counter[str]:
    """Return the number of findings that should be reviewed, for each rule. Material findings are counted from an
    index.
    """
    query = select(FindingRow.rule, func.count()).group_by(FindingRow.rule)
    sent = query.where(~FindingRow.material, FindingRow.id.in_(select(AlertRow.finding_id)))
    material = dict(session.execute(query.where(FindingRow.material)).all())
    return Counter(material) + Counter(dict(session.execute(sent).all()))


def _verdicts_by_rule(session: Session) -> Counter[tuple[str, str]]:
    """Return the number of verdicts that count, for each rule and each kind of verdict."""
    last = select(func.max(ReviewRow.id)).where(ReviewRow.kind != "comment").group_by(ReviewRow.finding_id)
    query = select(FindingRow.rule, ReviewRow.kind, func.count())
    query = query.join(ReviewRow, ReviewRow.finding_id == FindingRow.id)
    query = query.where(ReviewRow.id.in_(last), ReviewRow.kind != "take-back")
    rows = session.execute(query.group_by(FindingRow.rule, ReviewRow.kind))
    return Counter({(rule, kind): count for rule, kind, count in rows})


def read_reviewable(session: Session, conditions: Iterable[ColumnElement[bool]]) -> tuple[Reviewable, ...]:
    """Return the findings that meet the conditions, in the order in which they were recorded. A condition may be about
    any of the joined tables.
    """
    before = aliased(VersionRow)
    columns = (FindingRow, PolicyRow, VersionRow.number, VersionRow.seen_at, before.number, ChangeRow.timing)
    query = _located(select(*columns).select_from(FindingRow)).where(*conditions).order_by(FindingRow.id)
    query = query.outerjoin(NetChangeRow, NetChangeRow.change_id == ChangeRow.id)
    query = query.outerjoin(before, before.id == NetChangeRow.earlier_id)
    rows = session.execute(query).all()
    lookup = ReviewLookup(session, {policy.id for _, policy, *_ in rows})
    return tuple(
        Reviewable(
            recorded_finding(row, policy.id, lookup),
            policy.name,
            number,
            seen_at=seen_at,
            change=row.change_id,
            owner=policy.owner,
            tags=tuple(policy.tags),
            timing=read_timing(timing),
            earlier=earlier,
        )
        for row, policy, number, seen_at, earlier, timing in rows
    )


def _located(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        query.join(ChangeRow, ChangeRow.id == FindingRow.change_id)
        .join(VersionRow, VersionRow.id == ChangeRow.version_id)
        .join(PolicyRow, PolicyRow.id == VersionRow.policy_id)
    )
