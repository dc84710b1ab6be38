"""Records the result of a visit in one transaction: the fetch, the snapshot, the version, the change, the findings and
the suppressions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from archive.errors import OutdatedAssessmentError
from archive.flapping import Appearance, is_flapping, returns_to
from archive.model import AssessedFetch, Fetch, FetchOutcome, FurtherResponse, Pending, content_type_of, is_imported
from archive.recording.inventories import list_version
from archive.recording.left_out import left_out_of, note_left_out
from archive.recording.page_fingerprints import (
    NO_DIGESTS,
    note_page_digests,
    note_page_fingerprint,
    page_fingerprints_of,
)
from archive.recording.policies import note_tried
from archive.recording.second_looks import note_odd, note_visit, pending_of, settle
from archive.search.index import index_version
from archive.storage import blobs
from archive.storage.database import Archive
from archive.storage.tables import (
    ChangeRow,
    Columns,
    FetchPageRow,
    FetchRow,
    FindingRow,
    PendingRow,
    PolicyRow,
    SuppressionRow,
    VersionRow,
)
from archive.storage.version_reader import policy_row, stored_timing
from archive.storage.waiting_list import stated_days
from differ.model import Comparison, Finding, Severity, Suppression
from differ.visits.assessment import Assessment, LatestVersion, PageFingerprint
from document import PageDigest, from_json, text_identity, to_json
from document.model import Document, Page, StatedDate

_POLICY, _VERSION = PolicyRow.__table__.c, VersionRow.__table__.c
_STANDINGS = select(
    _POLICY.name,
    _POLICY.id,
    select(func.max(_VERSION.number)).where(_VERSION.policy_id == _POLICY.id).scalar_subquery().label("number"),
    exists().where(PendingRow.__table__.c.policy_id == _POLICY.id).label("waits"),
).where(_POLICY.name.in_(bindparam("policies", expanding=True)))
"""Query for the state of several policies. Every visit needs it, so it is built only once: building it takes longer
than running it.
"""


@dataclass(frozen=True, slots=True)
class Latest:
    """The latest version of a policy. The next response is compared with it."""

    number: int
    """Number of the version. The caller passes this number to the recorder as `AssessedFetch.against`."""
    version: LatestVersion
    """The version in the form that `Visit.latest` needs."""
    pending: Pending | None = None
    """The odd text that is waiting for a second look. Pass its identity to the assessment as `Visit.pending`."""
    _: KW_ONLY
    page_fingerprints: tuple[PageFingerprint, ...] = ()
    """Fingerprints of responses with the text of this version."""


@dataclass(frozen=True, slots=True)
class RecordedVisit:
    """The record of a committed visit."""

    policy: str
    fetch_id: int
    outcome: FetchOutcome
    _: KW_ONLY
    version: int | None = None
    """Number of the new version, or None."""
    change_id: int | None = None
    """Number of the recorded change. None if there is no new version, or if the new version is a first version or a
    boundary."""
    material: bool = False
    severity: Severity | None = None
    """Highest severity of the material findings."""
    topics: tuple[str, ...] = ()
    """Topics of `differ.model.WATCHED` with a material finding."""
    returns_to: int | None = None
    """Number of the earlier version whose text returned."""
    flapping: bool = False
    """Whether the alerts about the version are held, because the text goes back and forth."""

    @property
    def first(self) -> bool:
        """Whether this visit made the first version of the policy."""
        return self.version == 1


def latest(archive: Archive, policy: str) -> Latest | None:
    """Return the latest version of a policy with its document and its snapshot. Return None if the policy has no
    version yet. Raises UnknownPolicyError. Raises DamagedArchiveError if stored content was altered.
    """
    with archive.reading() as session:
        row = latest_row(session, policy_row(session, policy).id)
        if row is None:
            return None
        pending = pending_of(session.get(PendingRow, row.policy_id))
        fingerprints = page_fingerprints_of(session, {row.policy_id: row.number})[row.policy_id]
        return Latest(row.number, _version(session, row), pending, page_fingerprints=tuple(fingerprints))


def _version(session: Session, row: VersionRow) -> LatestVersion:
    document = from_json(blobs.retrieve(session, row.document_sha256))
    # Our crawler did not fetch an imported page. So even if the page is extracted again, its text is not comparable
    # with a fetched text.
    pages = () if is_imported(row.identity) else snapshots(session, row.fetch)
    return LatestVersion(
        document,
        row.identity,
        pages[0] if pages else None,
        fallback=row.fetch.fallback,
        further=pages[1:],
        further_urls=tuple(page.url for page in _further(session, row.fetch)),
        fitted=_fitted(session, row) if row.fetch.fallback else None,
        left_out=left_out_of(session, row.policy_id),
    )


def _fitted(session: Session, row: VersionRow) -> Document | None:
    """Return the text of the newest earlier version that was not extracted by a fallback."""
    earlier = (VersionRow.policy_id == row.policy_id, VersionRow.number < row.number, FetchRow.fallback.is_(False))
    query = select(VersionRow.document_sha256).join(VersionRow.fetch).where(*earlier)
    address = session.scalar(query.order_by(VersionRow.number.desc()).limit(1))
    return None if address is None else from_json(blobs.retrieve(session, address))


def snapshots(session: Session, fetch: FetchRow) -> tuple[Page, ...]:
    """Return the pages of a visit as received. Return nothing if a body was not kept."""
    rows: tuple[FetchRow | FetchPageRow, ...] = (fetch, *_further(session, fetch))
    bodies = [(row, row.snapshot_sha256) for row in rows]
    pages = [stored_page(row, blobs.retrieve(session, key)) for row, key in bodies if key is not None]
    return tuple(pages) if len(pages) == len(bodies) else ()


def record(
    archive: Archive, result: AssessedFetch, now: datetime, run_started_at: datetime | None = None
) -> RecordedVisit:
    """Commit the whole result of one visit, or nothing. For an `unchanged` visit, the status, the headers and the hash
    are kept. The body is kept too if watched sentences in the left-out prose changed. If a visit is not comparable, its
    body is kept, and the latest version stays the same. For a failed visit, the error is kept. A first version and a
    boundary have no change. For a pending visit, the body is kept, and the policy is soon due again for a second look.
    If the second look confirms the text, the text becomes a version with the date of the first look. If
    `run_started_at` is given, the policy counts as tried by the run that started at that time.

    Raises OutdatedAssessmentError if another run recorded a version after `AssessedFetch.against`. The caller then
    calls `latest` and assesses again. Raises UnknownPolicyError and StorageError.
    """
    [recorded] = record_in_turn(archive, [result], now, run_started_at)
    return recorded


def record_in_turn(
    archive: Archive, results: Sequence[AssessedFetch], now: datetime, run_started_at: datetime | None = None
) -> list[RecordedVisit]:
    """Record several visits in order, as `record` does, but in one transaction. Either all visits are recorded or none.
    A visit may depend on the earlier visits of this call.
    """
    try:
        with archive.writing() as session:
            return [_record_next(session, result, now, run_started_at) for result in results]
    except IntegrityError as error:
        # The unique key of policy and number prevents that two programs record versions with the same number at the
        # same time.
        first = results[0]
        raise OutdatedAssessmentError(first.fetch.policy, first.against, _latest_number(archive, first)) from error


def record_all(
    archive: Archive,
    results: Sequence[AssessedFetch],
    now: datetime,
    run_started_at: datetime | None = None,
    digests: Mapping[str, PageDigest] = NO_DIGESTS,
) -> list[RecordedVisit | None]:
    """Record several visits as `record` does, but in one transaction, which is faster. None of these visits may make a
    version. The result for a visit is None if another run has recorded a version since its assessment. `digests` are
    new digests of responses; the key is the name of the policy. Raises UnknownPolicyError and StorageError.
    """
    if not results:
        return []
    with archive.writing() as session:
        pairs = list(zip(_standings(session, results), results, strict=True))
        current = [(standing, result) for standing, result in pairs if result.against == standing.number]
        note_tried(session, [standing.id for standing, _ in current], run_started_at)
        known = {(one.id, one.number): digests[one.name] for one, _ in current if one.name in digests}
        note_page_digests(session, known)
        fetches = _add_fetches(session, [(standing.id, result) for standing, result in current])
        made = (_record(session, fetch, *visit, now) for fetch, visit in zip(fetches, current, strict=True))
        return [next(made) if result.against == standing.number else None for standing, result in pairs]


def _standings(session: Session, results: Sequence[AssessedFetch]) -> list[Row[*tuple[Any, ...]]]:
    """Return the row of `_STANDINGS` for the policy of each visit. Raises UnknownPolicyError."""
    names = [result.fetch.policy for result in results]
    standings = {row.name: row for row in session.connection().execute(_STANDINGS, {"policies": names})}
    missing = next((name for name in names if name not in standings), None)
    if missing is not None:
        policy_row(session, missing)  # raises UnknownPolicyError
    return [standings[name] for name in names]


def _record_next(
    session: Session, result: AssessedFetch, now: datetime, run_started_at: datetime | None
) -> RecordedVisit:
    session.flush()  # an earlier visit may have made a version of the same policy
    [standing] = _standings(session, [result])
    _require_current(result, standing.number)
    note_tried(session, [standing.id], run_started_at)
    [fetch] = _add_fetches(session, [(standing.id, result)])
    return _record(session, fetch, standing, result, now)


def _require_current(result: AssessedFetch, number: int | None) -> None:
    if result.assessment is not None and result.against != number:
        raise OutdatedAssessmentError(result.fetch.policy, result.against, number)


def _record(
    session: Session, fetch: FetchRow, standing: Row[*tuple[Any, ...]], result: AssessedFetch, now: datetime
) -> RecordedVisit:
    policy_id, previous = standing.id, standing.number
    assessment = result.assessment
    recorded = RecordedVisit(result.fetch.policy, fetch.id, _outcome(assessment))
    if assessment is not None:
        note_left_out(session, fetch, assessment)
    if assessment is None or assessment.outcome != "changed":
        _note_looks(session, fetch, assessment, waits=standing.waits)
        if assessment is not None and assessment.page_fingerprint is not None and previous is not None:
            note_page_fingerprint(session, policy_id, previous, assessment.page_fingerprint)
        return recorded
    seen_at = settle(session, fetch, _document(assessment))
    version = _add_version(session, fetch, assessment, number=(previous or 0) + 1, seen_at=seen_at)
    if assessment.page_fingerprint is not None:
        note_page_fingerprint(session, policy_id, version.number, assessment.page_fingerprint)
    comparison = assessment.comparison
    if previous is None or assessment.boundary or comparison is None:
        return RecordedVisit(recorded.policy, fetch.id, "changed", version=version.number)
    _note_return(session, version)
    change = add_change(session, version, comparison, now)
    return RecordedVisit(
        recorded.policy,
        fetch.id,
        "changed",
        version=version.number,
        change_id=change.id,
        material=comparison.material,
        severity=comparison.severity,
        topics=comparison.topics,
        returns_to=version.returns_to,
        flapping=version.flapping,
    )


def _note_looks(session: Session, fetch: FetchRow, assessment: Assessment | None, *, waits: bool) -> None:
    """Update the pending text after a visit that made no version."""
    if assessment is not None and assessment.outcome == "pending":
        note_odd(session, fetch, _document(assessment), assessment.detail)
    elif not waits:
        return
    elif assessment is not None and assessment.outcome == "unchanged":
        settle(session, fetch)
    else:
        note_visit(session, fetch)


def _note_return(session: Session, version: VersionRow) -> None:
    """Record for a new version whether its text existed before, and whether the text goes back and forth."""
    # The query reads single columns, because reading whole rows would take too long for a policy with many versions.
    query = select(VersionRow.number, VersionRow.text_sha256, VersionRow.seen_at, VersionRow.returns_to.is_not(None))
    query = query.where(VersionRow.policy_id == version.policy_id, VersionRow.number < version.number)
    rows = session.execute(query.order_by(VersionRow.number))
    earlier = [Appearance(number, text, seen_at, returns=returns) for number, text, seen_at, returns in rows]
    version.returns_to = returns_to(version.text_sha256, earlier)
    version.flapping = version.returns_to is not None and is_flapping(version.seen_at, earlier)


def _outcome(assessment: Assessment | None) -> FetchOutcome:
    return "failed" if assessment is None else assessment.outcome


def _add_fetches(session: Session, visits: Sequence[tuple[int, AssessedFetch]]) -> list[FetchRow]:
    """Add the fetches of visits in one statement. Each visit has the id of its policy."""
    rows = [_fetch_row(session, policy_id, result) for policy_id, result in visits]
    session.add_all(rows)
    session.flush()
    for row, (policy_id, result) in zip(rows, visits, strict=True):
        keeps = _keeps_body(result)
        for position, answer in enumerate(result.fetch.further, 1):
            snapshot = _stored(session, policy_id, answer, position) if keeps else None
            session.add(_further_row(row, position, answer, snapshot))
    return rows


def _keeps_body(result: AssessedFetch) -> bool:
    assessment = result.assessment
    return assessment is not None and (assessment.outcome != "unchanged" or assessment.left_out_change is not None)


def _fetch_row(session: Session, policy_id: int, result: AssessedFetch) -> FetchRow:
    fetch, assessment = result.fetch, result.assessment
    return FetchRow(
        policy_id=policy_id,
        started_at=fetch.started_at,
        status=fetch.status,
        final_url=fetch.final_url,
        headers=[list(header) for header in fetch.headers],
        body_sha256=_address(fetch),
        outcome=_outcome(assessment),
        reason=fetch.error_kind or "other" if assessment is None else assessment.reason,
        detail=fetch.error if assessment is None else assessment.detail,
        snapshot_sha256=_stored(session, policy_id, fetch) if _keeps_body(result) else None,
        fallback=assessment is not None and assessment.fallback,
        identity="" if assessment is None else assessment.identity,
    )


def _further_row(fetch: FetchRow, position: int, answer: FurtherResponse, snapshot: str | None) -> FetchPageRow:
    return FetchPageRow(
        fetch_id=fetch.id,
        position=position,
        url=answer.url,
        final_url=answer.final_url,
        status=answer.status,
        headers=[list(header) for header in answer.headers],
        body_sha256=_address(answer),
        snapshot_sha256=snapshot,
    )


def _address(answer: Fetch | FurtherResponse) -> str | None:
    return None if answer.body is None else blobs.address(answer.body)


def _stored(session: Session, policy_id: int, answer: Fetch | FurtherResponse, position: int = 0) -> str | None:
    """Store a body. If it resembles the body of the latest version, store only the difference."""
    if answer.body is None:
        return None
    version = latest_row(session, policy_id)
    if version is None:
        return blobs.store(session, answer.body)
    page = session.get(FetchPageRow, (version.fetch_id, position)) if position else version.fetch
    return blobs.store(session, answer.body, None if page is None else page.snapshot_sha256)


def _add_version(
    session: Session, fetch: FetchRow, assessment: Assessment, *, number: int, seen_at: datetime
) -> VersionRow:
    document = _document(assessment)
    previous = latest_row(session, fetch.policy_id)
    row = VersionRow(
        policy_id=fetch.policy_id,
        number=number,
        fetch_id=fetch.id,
        seen_at=seen_at,
        document_sha256=blobs.store(session, to_json(document), None if previous is None else previous.document_sha256),
        identity=assessment.identity,
        dates=[_stated(date) for date in document.dates],
        boundary=assessment.boundary,
        text_sha256=text_identity(document),
        confirmed=assessment.confirmed,
    )
    session.add(row)
    session.flush()
    index_version(session, row, document)
    list_version(session, row, assessment.inventory)
    return row


def _document(assessment: Assessment) -> Document:
    if assessment.document is None:
        raise ValueError("an assessment that says `changed` or `pending` must come with its document")
    return assessment.document


def _stated(date: StatedDate) -> list[str]:
    return [date.kind, date.day.isoformat(), date.text]


def add_change(session: Session, version: VersionRow, comparison: Comparison, now: datetime) -> ChangeRow:
    """Record the judgement of the difference between a version and the previous version."""
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
    session.add_all(_finding(change.id, position, finding) for position, finding in enumerate(comparison.findings))
    session.add_all(
        _suppression(change.id, position, suppression) for position, suppression in enumerate(comparison.suppressed)
    )
    session.add_all(stated_days(change.id, comparison.timing))
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
        reason=finding.explanation.code,
        translations=finding.explanation.facts(),
        edits=[[edit.operation, edit.text] for edit in finding.edits],
    )


def _suppression(change_id: int, position: int, suppression: Suppression) -> SuppressionRow:
    return SuppressionRow(
        change_id=change_id,
        position=position,
        section=suppression.section,
        reason=suppression.reason,
        before=suppression.before,
        after=suppression.after,
    )


def latest_row(session: Session, policy_id: int) -> VersionRow | None:
    """Return the latest version of a policy."""
    query = select(VersionRow).where(VersionRow.policy_id == policy_id).order_by(VersionRow.number.desc()).limit(1)
    return session.scalar(query)


def _latest_number(archive: Archive, result: AssessedFetch) -> int | None:
    with archive.reading() as session:
        row = latest_row(session, policy_row(session, result.fetch.policy).id)
        return None if row is None else row.number


def _further(session: Session, fetch: FetchRow) -> Sequence[FetchPageRow]:
    query = select(FetchPageRow).where(FetchPageRow.fetch_id == fetch.id)
    return session.scalars(query.order_by(FetchPageRow.position)).all()


def stored_page(row: FetchRow | FetchPageRow | Columns, body: bytes) -> Page:
    """Return a stored response as a page. An imported response has no HTTP status, and is read like a file."""
    headers = tuple((name, value) for name, value in row.headers)
    status = 200 if row.status is None else row.status
    return Page(body, content_type_of(headers), status, row.final_url, headers=headers)
