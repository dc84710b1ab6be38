"""Recognises answers that say what the latest version says, without reading them, and records them together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.orm import Session

from archive import blobs
from archive.database import Archive
from archive.known import marks_of
from archive.model import Answer, Fetch, Result, page_of
from archive.recorder import Recorded, record_all, snapshots
from archive.schema import FetchRow, PolicyRow, VersionRow
from archive.validators import Validators
from differ.recognition import Mark, recognise_bytes, recognise_rotation, unchanged
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
) -> list[tuple[Result, Recorded] | None]:
    """Record those answers that certainly have the text of the latest version, in one transaction.

    Return None for any other, and for one that another run has overtaken. It takes a few milliseconds for each.
    Raises StorageError.
    """
    known = recognise_all(archive, [each for each in answers if each.unmodified is None])
    found = [said_so(each) if each.unmodified is not None else known[id(each)] for each in answers]
    results = [each for each in found if each is not None]
    recorded = dict(zip(map(id, results), record_all(archive, results, now, run_started_at), strict=True))
    pairs = [(result, recorded.get(id(result))) for result in found]
    return [None if result is None or made is None else (result, made) for result, made in pairs]


def said_so(answer: Answered) -> Result:
    """Return the result of a visit whose server says that the page is still the one of a version."""
    held = answer.unmodified
    if held is None:
        raise ValueError(f"the answer of {answer.fetch.policy} is no 304")
    return Result(answer.fetch, unchanged(held.identity, fallback=False), held.version)


def recognise(archive: Archive, fetch: Fetch, options: ExtractionOptions) -> Result | None:
    """Return the result of a visit whose answer certainly has the text of the latest version; None for any other.

    Raises DamagedArchiveError where stored content is not what was written.
    """
    answer = Answered(fetch, options)
    return recognise_all(archive, [answer])[id(answer)]


def recognise_all(archive: Archive, answers: Sequence[Answered]) -> Mapping[int, Result | None]:
    """Return what `recognise` does for each of several answers, by its `id`."""
    if not answers:
        return {}
    found: dict[int, Result | None] = {}
    snapshot: dict[int, tuple[Page, ...]] = {}
    with archive.reading() as session:
        names = {"policies": [each.fetch.policy for each in answers]}
        latest = {row.name: row for row in session.connection().execute(_LATEST, names)}
        marks = marks_of(session, {row.policy_id: row.number for row in latest.values()})
        for each in answers:
            row = latest.get(each.fetch.policy)
            found[id(each)] = None if row is None else _same_bytes(each, row, marks)
            if row is not None and found[id(each)] is None and is_current(row.identity, each.options):
                snapshot[id(each)] = _pages(session, row, each.options)
    for each in answers:
        if id(each) in snapshot and recognise_rotation(each.fetch.pages, each.options, snapshot[id(each)]):
            row = latest[each.fetch.policy]
            found[id(each)] = Result(each.fetch, unchanged(row.identity, row.fallback), row.number)
    return found


def _same_bytes(answer: Answered, latest: Row[*tuple[Any, ...]], marks: defaultdict[int, list[Mark]]) -> Result | None:
    found = recognise_bytes(answer.fetch.pages, answer.options, marks[latest.policy_id])
    return None if found is None else Result(answer.fetch, found, latest.number)


def _pages(session: Session, latest: Row[*tuple[Any, ...]], options: ExtractionOptions) -> tuple[Page, ...]:
    """Return the pages of the version's own visit; none where not all are kept.

    The options are those that they were read with, so that they say whether there are several.
    """
    if options.further:
        return snapshots(session, session.get_one(FetchRow, latest.id))
    if latest.snapshot_sha256 is None:
        return ()
    headers = tuple((name, value) for name, value in latest.headers)
    answer = Answer("", latest.final_url, latest.status, headers)
    return (page_of(answer, blobs.load(session, latest.snapshot_sha256)),)
