"""Recognises an answer that says what the latest version says, without reading it."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from archive.database import Archive
from archive.known import marks_of
from archive.model import Fetch, Result
from archive.recorder import snapshots
from archive.schema import FetchRow, PolicyRow, VersionRow
from differ.recognition import recognise_bytes, recognise_rotation, unchanged
from document import is_current
from document.model import ExtractionOptions

_LATEST = (
    select(VersionRow.policy_id, VersionRow.number, VersionRow.identity, FetchRow)
    .join(PolicyRow, PolicyRow.id == VersionRow.policy_id)
    .join(FetchRow, FetchRow.id == VersionRow.fetch_id)
    .where(PolicyRow.name == bindparam("policy"))
    .order_by(VersionRow.number.desc())
    .limit(1)
)


def recognise(archive: Archive, fetch: Fetch, options: ExtractionOptions) -> Result | None:
    """Return the result of a visit whose answer certainly has the text of the latest version; None for any other.

    It takes a few milliseconds. Raises DamagedArchiveError where stored content is not what was written.
    """
    pages = fetch.pages
    with archive.reading() as session:
        latest = session.execute(_LATEST, {"policy": fetch.policy}).first()
        if latest is None:
            return None
        policy_id, number, identity, seen = latest
        found = recognise_bytes(pages, options, marks_of(session, policy_id, number))
        if found is not None:
            return Result(fetch, found, number)
        before = snapshots(session, seen) if is_current(identity, options) else ()
    if not recognise_rotation(pages, options, before):
        return None
    return Result(fetch, unchanged(identity, seen.fallback), number)
