"""What people said of findings: reviews, what is not reviewed yet, and false alarms.

A review is never altered. Of several of one finding, the last that is no comment holds, so that one can be taken back.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from archive.database import Archive
from archive.errors import NoFindingError
from archive.model import RecordedFinding
from archive.schema import AlertRow, ChangeRow, FindingRow, PolicyRow, ReviewRow, VersionRow
from archive.stored import policy_row, read_finding
from differ.model import Finding

ReviewKind = Literal["acknowledge", "false-alarm", "comment"]
KINDS: tuple[ReviewKind, ...] = ("acknowledge", "false-alarm", "comment")
VERDICTS: tuple[ReviewKind, ...] = ("acknowledge", "false-alarm")

ALERT_DIGITS = 16
"""Of the number by which a message calls an alert."""


@dataclass(frozen=True, slots=True)
class Review:
    """What one person said of one finding."""

    finding: int
    kind: ReviewKind
    text: str
    """What was said besides, or ""."""
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Reviewable:
    """A finding, and where it stands."""

    recorded: RecordedFinding
    policy: str
    version: int
    seen_at: datetime
    recorded_at: datetime
    reviews: tuple[Review, ...] = ()
    """The oldest first."""
    repeats: Review | None = None
    """The false alarm, of another finding, whose words it has again."""

    @property
    def verdict(self) -> Review | None:
        """What holds of it."""
        return next((each for each in reversed(self.reviews) if each.kind in VERDICTS), None)


@dataclass(frozen=True, slots=True)
class RuleTally:
    """How a rule fared with those who reviewed its findings."""

    rule: str
    findings: int
    """Material, or told to somebody."""
    acknowledged: int
    false_alarms: int

    @property
    def precision(self) -> float | None:
        """The share of the reviewed findings that were no false alarm; None where none was reviewed."""
        reviewed = self.acknowledged + self.false_alarms
        return self.acknowledged / reviewed if reviewed else None


Words = tuple[int, str, str, str]
"""What makes two findings the same: the policy's number, the rule, the words before and after."""


def add_review(archive: Archive, review: Review) -> None:
    """Record what somebody said. Raises NoFindingError."""
    with archive.writing() as session:
        if session.get(FindingRow, review.finding) is None:
            raise NoFindingError(str(review.finding))
        session.add(
            ReviewRow(finding_id=review.finding, kind=review.kind, text=review.text, by=review.by, at=review.at)
        )


def quoted(archive: Archive, number: str) -> Reviewable:
    """Return the finding that somebody calls by its number, or by that of an alert. Raises NoFindingError."""
    text = number.strip().removeprefix("#")
    with archive.reading() as session:
        found = session.scalar(select(AlertRow.finding_id).where(AlertRow.id == text.lower()))
        if found is None and text.isascii() and text.isdigit() and len(text) < ALERT_DIGITS:
            found = session.scalar(select(FindingRow.id).where(FindingRow.id == int(text)))
        if found is None:
            raise NoFindingError(number)
        return _Reading(session).findings([FindingRow.id == found])[0]


def unreviewed(archive: Archive, policy: str | None = None) -> tuple[Reviewable, ...]:
    """Return the findings that somebody should look at and nobody has judged, the newest first.

    Those that are material or were told to somebody, but for those that repeat a false alarm.
    Raises UnknownPolicyError.
    """
    with archive.reading() as session:
        reading = _Reading(session)
        only = [] if policy is None else [PolicyRow.id == policy_row(session, policy).id]
        found = reading.findings([*_open(), *only])
    return tuple(each for each in reversed(found) if each.repeats is None)


def unreviewed_counts(archive: Archive) -> Mapping[str, int]:
    """Return how many findings of each policy nobody has judged, where there are any; see `unreviewed`."""
    with archive.reading() as session:
        reading = _Reading(session)
        query = _located(select(PolicyRow.name, func.count()).select_from(FindingRow)).where(*_open())
        counts = Counter(dict(session.execute(query.group_by(PolicyRow.name)).all()))
        repeats = reading.findings([*_open(), reading.may_repeat()])
    counts.subtract(each.policy for each in repeats if each.repeats is not None)
    return +counts


def reviewed(archive: Archive, policy: str | None = None) -> Mapping[int, Reviewable]:
    """Return the findings that were reviewed or repeat a false alarm, by their number. Raises UnknownPolicyError."""
    with archive.reading() as session:
        reading = _Reading(session)
        only = [] if policy is None else [PolicyRow.id == policy_row(session, policy).id]
        said = FindingRow.id.in_(select(ReviewRow.finding_id))
        found = reading.findings([or_(said, reading.may_repeat()), *only])
    return {each.recorded.id: each for each in found if each.reviews or each.repeats is not None}


def rule_tallies(archive: Archive) -> tuple[RuleTally, ...]:
    """Return how each rule fared, those with the most false alarms first."""
    with archive.reading() as session:
        query = select(FindingRow.rule, func.count()).where(_matters()).group_by(FindingRow.rule)
        counts: dict[str, int] = dict(session.execute(query).all())
        verdicts = _verdicts(session)
        judged = select(FindingRow.id, FindingRow.rule).where(FindingRow.id.in_(list(verdicts)))
        rules: dict[int, str] = dict(session.execute(judged).all())
    given = Counter((rules[finding], review.kind) for finding, review in verdicts.items())
    tallies = [
        RuleTally(rule, counts.get(rule, 0), given[rule, "acknowledge"], given[rule, "false-alarm"])
        for rule in {*counts, *rules.values()}
    ]
    return tuple(sorted(tallies, key=lambda each: (-each.false_alarms, -each.findings, each.rule)))


def false_alarms(session: Session) -> Mapping[Words, Review]:
    """Return the false alarms by their words: none of these is to be raised again."""
    marked = {finding: each for finding, each in _verdicts(session).items() if each.kind == "false-alarm"}
    columns = (FindingRow.id, PolicyRow.id, FindingRow.rule, FindingRow.before, FindingRow.after)
    query = _located(select(*columns).select_from(FindingRow)).where(FindingRow.id.in_(list(marked)))
    rows = session.execute(query.order_by(FindingRow.id.desc()))  # of several with these words, the first stands
    return {(policy, rule, before, after): marked[finding] for finding, policy, rule, before, after in rows}


def repeated(known: Mapping[Words, Review], policy: int, findings: Iterable[RecordedFinding]) -> frozenset[int]:
    """Return the numbers of those findings of a policy that have the words of a known false alarm."""
    return frozenset(each.id for each in findings if words_of(policy, each.finding) in known)


def words_of(policy: int, finding: Finding) -> Words:
    """Return by what a finding is known again."""
    return policy, finding.rule, finding.before, finding.after


class _Reading:
    """Findings with what was said of them, in one transaction."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.known = false_alarms(session)
        self.said: defaultdict[int, tuple[Review, ...]] = defaultdict(tuple)
        for each in _reviews(session):
            self.said[each.finding] += (each,)

    def may_repeat(self) -> ColumnElement[bool]:
        """Whether a finding is of a policy and a rule that have a false alarm; its words are yet to be compared."""
        policies, rules = {each[0] for each in self.known}, {each[1] for each in self.known}
        return PolicyRow.id.in_(policies) & FindingRow.rule.in_(rules)

    def findings(self, conditions: Iterable[ColumnElement[bool]]) -> tuple[Reviewable, ...]:
        """Return the findings that meet conditions on these rows, in the order they were recorded."""
        columns = (FindingRow, PolicyRow, VersionRow.number, VersionRow.seen_at, ChangeRow.recorded_at)
        query = _located(select(*columns).select_from(FindingRow)).where(*conditions).order_by(FindingRow.id)
        return tuple(
            Reviewable(
                recorded=RecordedFinding(row.id, read_finding(row)),
                policy=policy.name,
                version=number,
                seen_at=seen_at,
                recorded_at=recorded_at,
                reviews=self.said.get(row.id, ()),
                repeats=self._repeated(row, policy.id),
            )
            for row, policy, number, seen_at, recorded_at in self.session.execute(query)
        )

    def _repeated(self, row: FindingRow, policy: int) -> Review | None:
        found = self.known.get((policy, row.rule, row.before, row.after))
        return None if found is None or found.finding == row.id else found


def _reviews(session: Session) -> list[Review]:
    rows = session.scalars(select(ReviewRow).order_by(ReviewRow.id))
    return [Review(row.finding_id, _kind(row.kind), row.text, row.by, row.at) for row in rows]


def _verdicts(session: Session) -> dict[int, Review]:
    """Return what holds of each finding that was judged."""
    return {each.finding: each for each in _reviews(session) if each.kind in VERDICTS}


def _kind(stored: str) -> ReviewKind:
    return next(each for each in KINDS if each == stored)


def _matters() -> ColumnElement[bool]:
    """Whether somebody should look at a finding."""
    return or_(FindingRow.material, FindingRow.id.in_(select(AlertRow.finding_id)))


def _open() -> list[ColumnElement[bool]]:
    judged = select(ReviewRow.finding_id).where(ReviewRow.kind.in_(VERDICTS))
    return [_matters(), FindingRow.id.not_in(judged)]


def _located(query: Select[Any]) -> Select[Any]:
    return (
        query.join(ChangeRow, ChangeRow.id == FindingRow.change_id)
        .join(VersionRow, VersionRow.id == ChangeRow.version_id)
        .join(PolicyRow, PolicyRow.id == VersionRow.policy_id)
    )
