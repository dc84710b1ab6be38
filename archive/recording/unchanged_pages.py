"""Recognises answers that say what the latest version says, without reading them, and records them together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from archive.model import Fetch, FurtherResponse, Result, page_of
from archive.recording.page_marks import page_fingerprints_of
from archive.recording.recorder import RecordedVisit, record_all, snapshots
from archive.recording.validators import Validators
from archive.storage import blobs
from archive.storage.database import Archive
from archive.storage.tables import Columns, FetchRow, PolicyRow, VersionRow
from differ.visits.recognition import Mark, recognise_bytes, recognise_rotation, unchanged
from document import is_current
from document.model import ExtractionOptions, Page

_POLICY, _VERSION, _FETCH = PolicyRow.__table__.c, VersionRow.__table__.c, FetchRow.__table__.c
_OTHER = VersionRow.__table__.alias("other")
_SEEN = (_FETCH.id, _FETCH.status, _FETCH.final_url, _FETCH.headers, _FETCH.snapshot_sha256, _FETCH.fallback)
_LATEST = (
    select(_POLICY.name, _VERSION.policy_id, _VERSION.number, _VERSION.identity, *_SEEN)
    .join_from(PolicyRow.__table__, VersionRow.__table__, _VERSION.policy_id == _POLICY.id)
    .join(FetchRow.__table__, _FETCH.id == _VERSION.fetch_id)
    .where(_POLICY.name.in_(bindparam("policies", expanding=True)))
    .where(
        _VERSION.number == select(func.max(_OTHER.c.number)).where(_OTHER.c.policy_id == _POLICY.id).scalar_subquery()
    )
)
"""Made once, of columns alone: nearly every visit asks this."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that may say what the latest version says."""

    fetch: Fetch
    options: ExtractionOptions
    unmodified: Validators | None = None
    """What the server says still holds, where it answered 304 to that."""


def record_recognised(
    archive: Archive, answers: Sequence[Answered], now: datetime, run_started_at: datetime
) -> list[tuple[Result, RecordedVisit] | None]:
    """Record those answers that certainly have the text of the latest version, in one transaction.

    Return None for any other, and for one that another run has overtaken. It takes a few milliseconds for each.
    Raises StorageError.
    """
    found = recognise_all(archive, answers)
    recorded = iter(record_all(archive, [each for each in found if each is not None], now, run_started_at))
    pairs = [(result, None if result is None else next(recorded)) for result in found]
    return [None if result is None or made is None else (result, made) for result, made in pairs]


def recognise(archive: Archive, fetch: Fetch, options: ExtractionOptions) -> Result | None:
    """Return the result of a visit whose answer certainly has the text of the latest version; None for any other.

    Raises DamagedArchiveError where stored content is not what was written.
    """
    [found] = recognise_all(archive, [Answered(fetch, options)])
    return found


def recognise_all(archive: Archive, answers: Sequence[Answered]) -> list[Result | None]:
    """Return what `recognise` does for each of several answers, and for each 304 what its server said."""
    read = [each for each in answers if each.unmodified is None]
    names = {"policies": [each.fetch.policy for each in read]}
    with archive.reading() as session:
        latest = {row.name: row for row in session.connection().execute(_LATEST, names)} if read else {}
        marks = page_fingerprints_of(session, {row.policy_id: row.number for row in latest.values()}) if latest else {}
        return [_result(session, each, latest.get(each.fetch.policy), marks) for each in answers]


def _result(
    session: Session, answer: Answered, latest: Columns | None, marks: Mapping[int, Sequence[Mark]]
) -> Result | None:
    fetch, options, held = answer.fetch, answer.options, answer.unmodified
    if held is not None:
        return Result(fetch, unchanged(held.identity, fallback=False), held.version)
    if latest is None:
        return None
    same = recognise_bytes(fetch.pages, options, marks.get(latest.policy_id, ()))
    if same is not None:
        return Result(fetch, same, latest.number)
    before = _pages(session, latest, options) if is_current(latest.identity, options) else ()
    if not recognise_rotation(fetch.pages, options, before):
        return None
    return Result(fetch, unchanged(latest.identity, latest.fallback), latest.number)


def _pages(session: Session, latest: Columns, options: ExtractionOptions) -> tuple[Page, ...]:
    """Return the pages of the version's own visit; none where not all are kept.

    The options are those that they were read with, so that they say whether there are several.
    """
    if options.further:
        return snapshots(session, session.get_one(FetchRow, latest.id))
    if latest.snapshot_sha256 is None:
        return ()
    headers = tuple((name, value) for name, value in latest.headers)
    answer = FurtherResponse("", latest.final_url, latest.status, headers)
    return (page_of(answer, blobs.retrieve(session, latest.snapshot_sha256)),)
