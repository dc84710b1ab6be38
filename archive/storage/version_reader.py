"""Reads versions with their changes from the tables, and returns them as objects of `archive.model`."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, Text, and_, cast, func, select, true
from sqlalchemy.orm import Session, aliased

from archive.errors import UnknownPolicyError, UnknownTagError
from archive.model import Change, FurtherPage, Query, QuietReview, RecordedFinding, RecordedSuppression, Version
from archive.storage.finding_conditions import finding_conditions, suppression_conditions
from archive.storage.review_lookup import ReviewLookup, read_quiet_reviews
from archive.storage.tables import (
    IS_STEP,
    ChangeRow,
    Columns,
    FetchPageRow,
    FetchRow,
    FindingRow,
    NetChangeRow,
    PolicyRow,
    SuppressionRow,
    VersionRow,
)
from differ.explanation import stored_explanation
from differ.model import SEVERITIES, Edit, Finding, Severity, Suppression, Timing
from document.model import StatedDate

SEEN = ("unchanged", "changed")
"""Outcomes of fetches that found the text of a version."""

READ = (*SEEN, "pending")
"""Outcomes of fetches that read the policy. The text is the text of a version, or it waits for a second look."""

PAST_EVERY_ID = 2**63 - 1

TIMING_DAYS = ("stated_before", "stated_after", "effective", "due")
"""The fields of a timing that contain days."""

Judged = TypeVar("Judged", FindingRow, SuppressionRow)


def policy_row(session: Session, name: str, *, lock: bool = False) -> PolicyRow:
    """Return a policy's row. If `lock` is true, the row stays locked until the transaction ends. Raises
    UnknownPolicyError."""
    query = select(PolicyRow).where(PolicyRow.name == name)
    row = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise UnknownPolicyError(name, session.scalars(select(PolicyRow.name).order_by(PolicyRow.id)))
    return row


def tagged(session: Session, tag: str) -> list[int]:
    """Return the ids of the policies with a tag. Raises UnknownTagError if no policy has the tag."""
    # In both databases, the column contains JSON as Python writes it.
    holds = cast(PolicyRow.tags, Text).contains(json.dumps(tag), autoescape=True)
    ids = session.scalars(select(PolicyRow.id).where(holds).order_by(PolicyRow.id)).all()
    if not ids:
        every = session.scalars(select(PolicyRow.tags).order_by(PolicyRow.id))
        raise UnknownTagError(tag, dict.fromkeys(existing for tags in every for existing in tags))
    return list(ids)


def read_versions(
    session: Session, conditions: Iterable[ColumnElement[bool]], query: Query | None
) -> tuple[Version, ...]:
    """Return the versions that meet conditions on `VersionRow`, ordered by policy and number. Each version has the
    findings that the query selects. Other parts of the query are ignored. If no query is given, the versions have no
    findings.
    """
    wanted = list(conditions)
    rows = session.execute(_versions().where(*wanted)).all()
    lookup = None if query is None else ReviewLookup(session, {row.policy_id for row in rows})
    changes = _changes(session, wanted, query, lookup)
    seen = dict(session.execute(select(VersionRow.id, last_seen_at()).where(*wanted)).all())
    further = _further(session, wanted)
    return tuple(_version(row, seen[row.id], changes.get(row.id), further[row.id]) for row in rows)


def _further(session: Session, conditions: list[ColumnElement[bool]]) -> defaultdict[int, tuple[FurtherPage, ...]]:
    """Return the further pages of versions with several pages, by version id."""
    query = select(VersionRow.id, FetchPageRow.final_url, FetchPageRow.body_sha256)
    query = query.join(FetchPageRow, FetchPageRow.fetch_id == VersionRow.fetch_id).where(*conditions)
    pages: defaultdict[int, tuple[FurtherPage, ...]] = defaultdict(tuple)
    for version, final_url, body in session.execute(query.order_by(VersionRow.id, FetchPageRow.position)):
        pages[version] += (FurtherPage(final_url, body),)
    return pages


@cache  # building the query takes longer than running it
def _versions() -> Select[Any]:
    """Select versions with the needed columns of the policy, the fetch, and the earlier version with the same text."""
    former = aliased(VersionRow)
    same_text = and_(former.policy_id == VersionRow.policy_id, former.number == VersionRow.returns_to)
    return (
        select(*VersionRow.__table__.c, FetchRow.final_url, FetchRow.body_sha256)
        .add_columns(PolicyRow.name.label("policy"), former.seen_at.label("back_to"))
        .join(PolicyRow, PolicyRow.id == VersionRow.policy_id)
        .join(FetchRow, FetchRow.id == VersionRow.fetch_id)
        .outerjoin(former, same_text)
        .order_by(PolicyRow.id, VersionRow.number)
    )


@cache
def last_seen_at() -> ColumnElement[datetime]:
    """Select the time of the last fetch that found a version's text before the next version was recorded. Fetches are
    compared by their numbers and not by their times, because clocks may be set back. The query is written so that each
    part can use an index.
    """
    following, visit = aliased(VersionRow), aliased(FetchRow)
    until = (
        select(following.fetch_id)
        .where(following.policy_id == VersionRow.policy_id, following.number == VersionRow.number + 1)
        .correlate(VersionRow)
        .scalar_subquery()
    )
    last = (
        select(visit.started_at)
        .where(visit.policy_id == VersionRow.policy_id, visit.outcome.in_(SEEN))
        .where(visit.id >= VersionRow.fetch_id, visit.id < func.coalesce(until, PAST_EVERY_ID))
        .order_by(visit.id.desc())
        .limit(1)
        .correlate(VersionRow)
        .scalar_subquery()
    )
    return func.coalesce(last, VersionRow.seen_at)


def _changes(
    session: Session, conditions: list[ColumnElement[bool]], query: Query | None, lookup: ReviewLookup | None
) -> dict[int, Change]:
    findings: dict[int, list[RecordedFinding]] = defaultdict(list)
    suppressed: dict[int, list[RecordedSuppression]] = defaultdict(list)
    if query is not None and lookup is not None:
        for row in _judged(session, FindingRow, conditions, finding_conditions(session, query, FindingRow)):
            findings[row.change_id].append(recorded_finding(row, row.policy_id, lookup))
    if query is not None and query.selects_suppressions:
        wanted = suppression_conditions(session, query, SuppressionRow)
        quiet_reviews = read_quiet_reviews(session)
        for row in _judged(session, SuppressionRow, conditions, wanted):
            suppressed[row.change_id].append(recorded_suppression(row, quiet_reviews))
    query_of_changes = select(*ChangeRow.__table__.c).join(VersionRow, VersionRow.id == ChangeRow.version_id)
    rows = session.execute(query_of_changes.where(IS_STEP, *conditions))
    return {row.version_id: _change(row, findings[row.id], suppressed[row.id]) for row in rows}


def read_change(session: Session, row: ChangeRow, reviews: ReviewLookup | None = None) -> Change:
    """Return a change with all its findings. The change may be a net change. To read several changes, give `reviews`,
    so that the reviews are looked up only once.
    """
    lookup, policy = reviews or ReviewLookup(session, [row.version.policy_id]), row.version.policy_id
    findings = session.scalars(select(FindingRow).where(FindingRow.change_id == row.id).order_by(FindingRow.position))
    suppressed = session.scalars(
        select(SuppressionRow).where(SuppressionRow.change_id == row.id).order_by(SuppressionRow.position)
    )
    quiet_reviews = read_quiet_reviews(session)
    return _change(
        row,
        [recorded_finding(finding, policy, lookup) for finding in findings],
        [recorded_suppression(piece, quiet_reviews) for piece in suppressed],
    )


def _judged(
    session: Session, kind: type[Judged], conditions: list[ColumnElement[bool]], wanted: list[ColumnElement[bool]]
) -> Iterator[Columns]:
    """Yield the wanted findings or suppressions of the versions that meet the conditions. Single columns are read,
    because reading many rows as objects takes three times as long. The condition `wanted` is selected as a column. In
    the WHERE clause, it might make SQLite begin with all findings of a topic, which is slow.
    """
    query = (
        select(*kind.__table__.c, VersionRow.policy_id, and_(true(), *wanted).label("wanted"))
        .join(ChangeRow, ChangeRow.id == kind.change_id)
        .join(VersionRow, VersionRow.id == ChangeRow.version_id)
        .where(IS_STEP, *conditions)
        .order_by(kind.change_id, kind.position)
    )
    return (row for row in session.execute(query) if row.wanted)


def _version(row: Columns, last_seen_at: datetime, change: Change | None, further: tuple[FurtherPage, ...]) -> Version:
    return Version(
        policy=row.policy,
        number=row.number,
        seen_at=row.seen_at,
        last_seen_at=last_seen_at,
        stated=tuple(StatedDate(kind, date.fromisoformat(day), text) for kind, day, text in row.dates),
        boundary=row.boundary,
        identity=row.identity,
        final_url=row.final_url,
        body_sha256=row.body_sha256,
        document_sha256=row.document_sha256,
        change=change,
        text=row.text_sha256,
        confirmed=row.confirmed,
        returns_to=row.returns_to,
        flapping=row.flapping,
        back_to=row.back_to,
        further=further,
    )


def _change(row: ChangeRow | Columns, findings: list[RecordedFinding], suppressed: list[RecordedSuppression]) -> Change:
    return Change(
        id=row.id,
        recorded_at=row.recorded_at,
        material=row.material,
        severity=None if row.severity is None else _severity(row.severity),
        topics=tuple(row.topics),
        judged_by=row.judged_by,
        coarse=row.coarse,
        findings=tuple(findings),
        suppressed=tuple(suppressed),
        timing=read_timing(row.timing),
        drift=tuple(row.drift),
    )


def stored_timing(timing: Timing) -> dict[str, Any]:
    """Return a timing as JSON values."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(timing).items()}


def read_timing(stored: dict[str, Any]) -> Timing:
    """Return the timing that `stored_timing` wrote. A field that an older program did not write has its default
    value."""
    days = {name: date.fromisoformat(stored[name]) for name in TIMING_DAYS if stored.get(name)}
    return replace(Timing(), **(stored | days))


def _severity(stored: str) -> Severity:
    return next(severity for severity in SEVERITIES if severity == stored)


def recorded_finding(row: FindingRow | Columns, policy: int, lookup: ReviewLookup) -> RecordedFinding:
    """Return a finding of a policy, with its reviews."""
    return RecordedFinding(
        row.id,
        _finding(row),
        lookup.reviews.get(row.id, ()),
        repeats=lookup.repeated(row, policy),
        settled_by=lookup.settled(row, policy),
    )


def recorded_suppression(
    row: SuppressionRow | Columns, reviews: Mapping[int, tuple[QuietReview, ...]]
) -> RecordedSuppression:
    """Return a suppression with its reviews. `reviews` has the reviews by number of the suppression."""
    suppression = Suppression(row.section, row.reason, row.before, after=row.after)
    return RecordedSuppression(row.id, suppression, reviews.get(row.id, ()))


def _finding(row: FindingRow | Columns) -> Finding:
    return Finding(
        topic=row.topic,
        section=row.section,
        language=row.language,
        material=row.material,
        severity=_severity(row.severity),
        rule=row.rule,
        source=row.source,
        clause=row.clause,
        before=row.before,
        after=row.after,
        explanation=stored_explanation(row.reason, row.translations),
        edits=tuple(Edit(operation, text) for operation, text in row.edits),
    )


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Two versions of a policy, by their numbers."""

    policy_id: int
    earlier: int
    later: int


def change_between(session: Session, span: Span) -> ChangeRow | None:
    """Return the recorded change between the two versions. Return None if the versions have not been compared."""
    query = select(ChangeRow).where(ChangeRow.version_id == version_row(session, span.policy_id, span.later).id)
    if span.earlier == span.later - 1:
        return session.scalar(query.where(IS_STEP))
    earlier = version_row(session, span.policy_id, span.earlier)
    query = query.join(NetChangeRow, NetChangeRow.change_id == ChangeRow.id)
    return session.scalar(query.where(NetChangeRow.earlier_id == earlier.id))


def earlier_number(session: Session, change: ChangeRow) -> int:
    """Return the number of a change's earlier version."""
    query = select(VersionRow.number).join(NetChangeRow, NetChangeRow.earlier_id == VersionRow.id)
    number = session.scalar(query.where(NetChangeRow.change_id == change.id))
    return change.version.number - 1 if number is None else number


def version_row(session: Session, policy_id: int, number: int) -> VersionRow:
    """Return the row of a policy's version."""
    return session.scalars(
        select(VersionRow).where(VersionRow.policy_id == policy_id, VersionRow.number == number)
    ).one()
