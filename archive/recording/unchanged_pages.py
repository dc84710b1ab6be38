"""Recognises responses that have the text of the latest version, without parsing the responses. Records several such
responses in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from archive.model import AssessedFetch, VisitResult
from archive.recording.page_fingerprints import digest_in, page_fingerprints_of
from archive.recording.recorder import RecordedVisit, record_all, snapshots, stored_page
from archive.storage import blobs
from archive.storage.database import Archive
from archive.storage.tables import Columns, FetchRow, LeftOutRow, PageDigestRow, PolicyRow, VersionRow
from differ.visits.assessment import PageFingerprint
from differ.visits.recognition import new_digest, recognise_bytes, recognise_digest, recognise_rotation, unchanged
from document import PageDigest, is_current
from document.model import ExtractionOptions, Page

_POLICY, _VERSION, _FETCH = PolicyRow.__table__.c, VersionRow.__table__.c, FetchRow.__table__.c
_DIGEST = PageDigestRow.__table__.c
_OTHER = VersionRow.__table__.alias("other")
_SEEN = (_FETCH.id, _FETCH.status, _FETCH.final_url, _FETCH.headers, _FETCH.snapshot_sha256, _FETCH.fallback)
_LATEST = (
    select(
        select(func.max(LeftOutRow.fetch_id))
        .where(LeftOutRow.policy_id == _POLICY.id, LeftOutRow.differences > 0)
        .scalar_subquery()
        .label("beside"),
        _POLICY.name,
        _VERSION.policy_id,
        _VERSION.number,
        _VERSION.identity,
        _DIGEST.digest,
        _DIGEST.version.label("digest_version"),
        _DIGEST.gaps,
        *_SEEN,
    )
    .join_from(PolicyRow.__table__, VersionRow.__table__, _VERSION.policy_id == _POLICY.id)
    .join(FetchRow.__table__, _FETCH.id == _VERSION.fetch_id)
    .outerjoin(PageDigestRow.__table__, _DIGEST.policy_id == _POLICY.id)
    .where(_POLICY.name.in_(bindparam("policies", expanding=True)))
    .where(
        _VERSION.number == select(func.max(_OTHER.c.number)).where(_OTHER.c.policy_id == _POLICY.id).scalar_subquery()
    )
)
"""Query for the facts about the latest version. Nearly every visit runs it. To save time, it is built only once, and it
reads single columns.
"""


@dataclass(frozen=True, slots=True)
class Recognised:
    """A response that certainly has the text of the latest version."""

    result: AssessedFetch
    digest: PageDigest | None = None
    """A digest of the response that is not yet stored."""


def record_recognised(
    archive: Archive, visits: Sequence[VisitResult], now: datetime, run_started_at: datetime
) -> list[tuple[AssessedFetch, RecordedVisit] | None]:
    """Record in one transaction all responses that certainly have the text of the latest version.

    The result is None for every other response, and for a response whose policy got a new version from another run in
    the meantime. Recording a response takes a few milliseconds. Raises StorageError.
    """
    found = recognise_all(archive, visits)
    recognised = [one for one in found if one is not None]
    digests = {one.result.fetch.policy: one.digest for one in recognised if one.digest is not None}
    recorded = iter(record_all(archive, [one.result for one in recognised], now, run_started_at, digests))
    pairs = [(one, None if one is None else next(recorded)) for one in found]
    return [None if one is None or made is None else (one.result, made) for one, made in pairs]


def recognise_all(archive: Archive, visits: Sequence[VisitResult]) -> list[Recognised | None]:
    """Return a result for each response that certainly has the text of the latest version, for example a response with
    status 304. For every other response, the result is None. Raises DamagedArchiveError if stored content was altered.
    """
    read = [visit for visit in visits if visit.unmodified is None]
    names = {"policies": [visit.policy.name for visit in read]}
    with archive.reading() as session:
        latest = {row.name: row for row in session.connection().execute(_LATEST, names)} if read else {}
        versions = {row.policy_id: row.number for row in latest.values()}
        fingerprints = page_fingerprints_of(session, versions) if versions else {}
        return [_result(session, visit, latest.get(visit.policy.name), fingerprints) for visit in visits]


def _result(
    session: Session, visit: VisitResult, latest: Columns | None, fingerprints: Mapping[int, Sequence[PageFingerprint]]
) -> Recognised | None:
    fetch, options, held = visit.fetch, visit.policy.options, visit.unmodified
    if held is not None:
        return Recognised(AssessedFetch(fetch, unchanged(held.identity, fallback=False), held.version))
    if latest is None:
        return None
    same = recognise_bytes(fetch.pages, options, fingerprints.get(latest.policy_id, ()))
    if same is not None:
        return Recognised(AssessedFetch(fetch, same, latest.number))
    if latest.beside is not None and latest.beside > latest.id:
        return None  # left-out prose has changed since this version, so its page is not the latest page
    if not is_current(latest.identity, options):
        return None
    known = digest_in(latest)
    result = AssessedFetch(fetch, unchanged(latest.identity, latest.fallback), latest.number)
    if known is not None and recognise_digest(fetch.pages, options, known):
        return Recognised(result)
    before = _pages(session, latest, options)
    if not recognise_rotation(fetch.pages, options, before):
        return None
    return Recognised(result, new_digest(fetch.pages, options, before, known))


def _pages(session: Session, latest: Columns, options: ExtractionOptions) -> tuple[Page, ...]:
    """Return the pages of the visit that made the version. Return nothing if a body was removed. `options` are the
    extraction options of the policy. They show whether the policy has several pages.
    """
    if options.further:
        return snapshots(session, session.get_one(FetchRow, latest.id))
    if latest.snapshot_sha256 is None:
        return ()
    return (stored_page(latest, blobs.retrieve(session, latest.snapshot_sha256)),)
