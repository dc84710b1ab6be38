"""Recognises an answer that says what the latest version says, without reading it."""

from __future__ import annotations

from archive.database import Archive
from archive.known import marks_of
from archive.model import Fetch, Result
from archive.recorder import latest_row, snapshots
from archive.stored import policy_row
from differ.recognition import recognise_bytes, recognise_rotation, unchanged
from document import is_current
from document.model import ExtractionOptions


def recognise(archive: Archive, fetch: Fetch, options: ExtractionOptions) -> Result | None:
    """Return the result of a visit whose answer certainly has the text of the latest version; None for any other.

    It takes a few milliseconds. Raises UnknownPolicyError; DamagedArchiveError where stored content is not what was
    written.
    """
    pages = fetch.pages
    with archive.reading() as session:
        row = latest_row(session, policy_row(session, fetch.policy).id)
        if row is None:
            return None
        found = recognise_bytes(pages, options, marks_of(session, row.policy_id, row.number))
        if found is not None:
            return Result(fetch, found, row.number)
        before = snapshots(session, row.fetch) if is_current(row.identity, options) else ()
    if not recognise_rotation(pages, options, before):
        return None
    return Result(fetch, unchanged(row.identity, row.fetch.fallback), row.number)
