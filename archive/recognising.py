"""Recognises an answer that says what the latest version says, without reading it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from archive import blobs
from archive.database import Archive
from archive.known import marks_of
from archive.model import Answer, Fetch, Result, page_of
from archive.recorder import snapshots
from archive.schema import FetchRow, PolicyRow, VersionRow
from differ.recognition import recognise_bytes, recognise_rotation, unchanged
from document import is_current
from document.model import ExtractionOptions, Page

_POLICY, _VERSION, _FETCH = PolicyRow.__table__.c, VersionRow.__table__.c, FetchRow.__table__.c
_SEEN = (_FETCH.id, _FETCH.status, _FETCH.final_url, _FETCH.headers, _FETCH.snapshot_sha256, _FETCH.fallback)
_LATEST = (
    select(_VERSION.policy_id, _VERSION.number, _VERSION.identity, *_SEEN)
    .join_from(PolicyRow.__table__, VersionRow.__table__, _VERSION.policy_id == _POLICY.id)
    .join(FetchRow.__table__, _FETCH.id == _VERSION.fetch_id)
    .where(_POLICY.name == bindparam("policy"))
    .order_by(_VERSION.number.desc())
    .limit(1)
)
"""Made once, of columns alone: nearly every visit asks this."""


def recognise(archive: Archive, fetch: Fetch, options: ExtractionOptions) -> Result | None:
    """Return the result of a visit whose answer certainly has the text of the latest version; None for any other.

    It takes a few milliseconds. Raises DamagedArchiveError where stored content is not what was written.
    """
    pages = fetch.pages
    with archive.reading() as session:
        latest = session.connection().execute(_LATEST, {"policy": fetch.policy}).first()
        if latest is None:
            return None
        found = recognise_bytes(pages, options, marks_of(session, latest.policy_id, latest.number))
        if found is not None:
            return Result(fetch, found, latest.number)
        before = _pages(session, latest, options) if is_current(latest.identity, options) else ()
    if not recognise_rotation(pages, options, before):
        return None
    return Result(fetch, unchanged(latest.identity, latest.fallback), latest.number)


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
