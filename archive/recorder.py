"""Records what a visit found: fetch, snapshot, version, change, findings and suppressions in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from archive import blobs
from archive.database import Archive
from archive.errors import OutdatedAssessmentError
from archive.flapping import Appearance, is_flapping, returns_to
from archive.indexing import index_version
from archive.model import Outcome, Pending, Result
from archive.pending import note_odd, note_visit, pending_of, settle
from archive.schema import ChangeRow, FetchRow, FindingRow, PendingRow, SuppressionRow, VersionRow
from archive.stored import policy_row, stored_timing
from differ.assessment import Assessment, LatestVersion
from differ.model import Comparison, Finding, Severity, Suppression
from document import from_json, text_identity, to_json
from document.model import Document, Page, StatedDate


@dataclass(frozen=True, slots=True)
class Latest:
    """The version that the next answer is compared with."""

    number: int
    """Hand it back as `Result.against`."""
    version: LatestVersion
    """Hand it to the assessment as `Visit.latest`."""
    pending: Pending | None = None
    """The odd text that waits for a second look. Hand its identity to the assessment as `Visit.pending`."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was committed."""

    policy: str
    fetch_id: int
    outcome: Outcome
    version: int | None = None
    """The number of the version that was made, or None."""
    change_id: int | None = None
    """None where there is no version, and for first versions and boundaries."""
    material: bool = False
    severity: Severity | None = None
    """The highest among the material findings."""
    topics: tuple[str, ...] = ()
    """Which of `differ.model.WATCHED` are materially changed."""
    returns_to: int | None = None
    """The number of the earlier version whose text came back."""
    flapping: bool = False
    """Whether its alerts are held because the text goes back and forth."""

    @property
    def first(self) -> bool:
        """Whether the policy is watched from this visit on."""
        return self.version == 1


def latest(archive: Archive, policy: str) -> Latest | None:
    """Return the latest version of a policy, with its document and its snapshot; None where it has none yet.

    Raises UnknownPolicyError; DamagedArchiveError where stored content is not what was written.
    """
    with archive.reading() as session:
        row = _latest_row(session, policy_row(session, policy).id)
        if row is None:
            return None
        document = from_json(blobs.load(session, row.document_sha256))
        version = LatestVersion(document, row.identity, _page(session, row.fetch), row.fetch.fallback)
        return Latest(row.number, version, pending_of(session.get(PendingRow, row.policy_id)))


def record(archive: Archive, result: Result, now: datetime) -> Recorded:
    """Commit all that came of one visit, or nothing.

    An `unchanged` visit keeps its status, headers and hash; one that is not comparable keeps its body too and leaves
    the latest version as it is; a failed one keeps its error. A first version, and a boundary, make no change. A
    pending one keeps its body and makes the policy due again soon; the version that a second look makes of it is dated
    at the first sight.

    Raises OutdatedAssessmentError where another run recorded a version after `Result.against`: take `latest` again and
    assess again. Raises UnknownPolicyError, and StorageError.
    """
    try:
        with archive.writing() as session:
            policy = policy_row(session, result.fetch.policy, lock=True)
            previous = _latest_row(session, policy.id)
            _require_current(result, previous)
            return _record(session, policy.id, result, previous, now)
    except IntegrityError as error:
        # Where the database does not serialise writers, the unique key of policy and number decides a race.
        raise OutdatedAssessmentError(result.fetch.policy, result.against, _latest_number(archive, result)) from error


def _require_current(result: Result, previous: VersionRow | None) -> None:
    number = None if previous is None else previous.number
    if result.assessment is not None and result.against != number:
        raise OutdatedAssessmentError(result.fetch.policy, result.against, number)


def _record(session: Session, policy_id: int, result: Result, previous: VersionRow | None, now: datetime) -> Recorded:
    fetch = _add_fetch(session, policy_id, result)
    assessment = result.assessment
    recorded = Recorded(result.fetch.policy, fetch.id, _outcome(assessment))
    if assessment is None or assessment.outcome != "changed":
        _note_looks(session, fetch, assessment)
        return recorded
    seen_at = settle(session, fetch, _document(assessment))
    version = _add_version(session, fetch, assessment, 1 if previous is None else previous.number + 1, seen_at)
    comparison = assessment.comparison
    if previous is None or assessment.boundary or comparison is None:
        return Recorded(recorded.policy, fetch.id, "changed", version.number)
    _note_return(session, version)
    change = _add_change(session, version, comparison, now)
    return Recorded(
        recorded.policy,
        fetch.id,
        "changed",
        version.number,
        change.id,
        comparison.material,
        comparison.severity,
        comparison.topics,
        version.returns_to,
        version.flapping,
    )


def _note_looks(session: Session, fetch: FetchRow, assessment: Assessment | None) -> None:
    """Bring what waits for a second look to what a visit found that made no version."""
    if assessment is not None and assessment.outcome == "pending":
        note_odd(session, fetch, _document(assessment), assessment.detail)
    elif assessment is not None and assessment.outcome == "unchanged":
        settle(session, fetch)
    else:
        note_visit(session, fetch)


def _note_return(session: Session, version: VersionRow) -> None:
    """Note on a new version whether its text was there before, and whether it goes back and forth."""
    query = select(VersionRow).where(VersionRow.policy_id == version.policy_id, VersionRow.number < version.number)
    rows = session.scalars(query.order_by(VersionRow.number)).all()
    earlier = [Appearance(row.number, row.text_sha256, row.seen_at, row.returns_to is not None) for row in rows]
    version.returns_to = returns_to(version.text_sha256, earlier)
    version.flapping = version.returns_to is not None and is_flapping(version.seen_at, earlier)


def _outcome(assessment: Assessment | None) -> Outcome:
    return "failed" if assessment is None else assessment.outcome


def _add_fetch(session: Session, policy_id: int, result: Result) -> FetchRow:
    fetch, assessment = result.fetch, result.assessment
    keeps = assessment is not None and assessment.outcome != "unchanged" and fetch.body is not None
    row = FetchRow(
        policy_id=policy_id,
        started_at=fetch.started_at,
        status=fetch.status,
        final_url=fetch.final_url,
        headers=[list(header) for header in fetch.headers],
        body_sha256=None if fetch.body is None else blobs.address(fetch.body),
        outcome=_outcome(assessment),
        reason=fetch.error_kind or "other" if assessment is None else assessment.reason,
        detail=fetch.error if assessment is None else assessment.detail,
        snapshot_sha256=blobs.store(session, fetch.body) if keeps and fetch.body is not None else None,
        fallback=assessment is not None and assessment.fallback,
    )
    session.add(row)
    session.flush()
    return row


def _add_version(
    session: Session, fetch: FetchRow, assessment: Assessment, number: int, seen_at: datetime
) -> VersionRow:
    document = _document(assessment)
    row = VersionRow(
        policy_id=fetch.policy_id,
        number=number,
        fetch_id=fetch.id,
        seen_at=seen_at,
        document_sha256=blobs.store(session, to_json(document)),
        identity=assessment.identity,
        dates=[_stated(date) for date in document.dates],
        boundary=assessment.boundary,
        text_sha256=text_identity(document),
        confirmed=assessment.confirmed,
    )
    session.add(row)
    session.flush()
    index_version(session, row, document)
    return row


def _document(assessment: Assessment) -> Document:
    if assessment.document is None:
        raise ValueError("an assessment that says `changed` or `pending` must come with its document")
    return assessment.document


def _stated(date: StatedDate) -> list[str]:
    return [date.kind, date.day.isoformat(), date.text]


def _add_change(session: Session, version: VersionRow, comparison: Comparison, now: datetime) -> ChangeRow:
    change = ChangeRow(
        version_id=version.id,
        material=comparison.material,
        severity=comparison.severity,
        topics=list(comparison.topics),
        judged_by=comparison.judged_by,
        coarse=comparison.coarse,
        timing=stored_timing(comparison.timing),
        drift=list(comparison.drift),
        recorded_at=now,
    )
    session.add(change)
    session.flush()
    session.add_all(_finding(change.id, place, each) for place, each in enumerate(comparison.findings))
    session.add_all(_suppression(change.id, place, each) for place, each in enumerate(comparison.suppressed))
    session.flush()
    return change


def _finding(change_id: int, position: int, finding: Finding) -> FindingRow:
    return FindingRow(
        change_id=change_id,
        position=position,
        topic=finding.topic,
        section=finding.section,
        language=finding.language,
        material=finding.material,
        severity=finding.severity,
        rule=finding.rule,
        source=finding.source,
        clause=finding.clause,
        before=finding.before,
        after=finding.after,
        reason=finding.reason,
        translations=[list(pair) for pair in finding.translations],
        edits=[[edit.operation, edit.text] for edit in finding.edits],
    )


def _suppression(change_id: int, position: int, each: Suppression) -> SuppressionRow:
    return SuppressionRow(
        change_id=change_id,
        position=position,
        section=each.section,
        reason=each.reason,
        before=each.before,
        after=each.after,
    )


def _latest_row(session: Session, policy_id: int) -> VersionRow | None:
    query = select(VersionRow).where(VersionRow.policy_id == policy_id).order_by(VersionRow.number.desc()).limit(1)
    return session.scalar(query)


def _latest_number(archive: Archive, result: Result) -> int | None:
    with archive.reading() as session:
        row = _latest_row(session, policy_row(session, result.fetch.policy).id)
        return None if row is None else row.number


def _page(session: Session, fetch: FetchRow) -> Page | None:
    """Return the answer as it came; None where its body is not kept."""
    if fetch.snapshot_sha256 is None:
        return None
    headers = tuple((name, value) for name, value in fetch.headers)
    return Page(
        body=blobs.load(session, fetch.snapshot_sha256),
        content_type=next((value for name, value in headers if name == "content-type"), ""),
        status=200 if fetch.status is None else fetch.status,
        final_url=fetch.final_url,
        headers=headers,
    )
