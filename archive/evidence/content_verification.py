"""Verifies what is stored of pages: that each content is what its address says, and each text what its page says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from archive.evidence.damaged_rows import UNREADABLE, readable
from archive.evidence.flaws import Flaw
from archive.recording.policies import options_of
from archive.recording.recorder import snapshots
from archive.storage import blobs
from archive.storage.sealing import BATCH
from archive.storage.tables import BlobRow, FetchPageRow, FetchRow, PolicyRow, VersionRow
from document import from_json, text_identity
from document.reading import EXTRACTOR, read_all


@dataclass(slots=True)
class Contents:
    """What was looked at so far."""

    blobs: int = 0
    """Bodies and documents that are what their address says."""
    texts: int = 0
    """Versions whose document has the text that was sealed."""
    extracted_again: int = 0
    """Versions whose page gave the same text again."""
    other_extraction: int = 0
    """Versions that the running extraction, with the policy's present selectors, did not make."""
    without_page: int = 0
    """Versions whose page is not kept."""


class _Text(NamedTuple):
    id: int
    policy_id: int
    fetch_id: int
    identity: str
    document_sha256: str
    text_sha256: str


def verify_contents(session: Session, tally: Contents, *, extract: bool) -> Iterator[Flaw]:
    """Return the contents and texts that are not what they should be, and note in `tally` what was looked at."""
    yield from _blobs(session, tally)
    yield from _unknown_contents(session)
    yield from _texts(session, tally, extract=extract)


def _blobs(session: Session, tally: Contents) -> Iterator[Flaw]:
    query = select(BlobRow.sha256, BlobRow.size).execution_options(yield_per=BATCH)
    for address, size in session.execute(query):
        problem = _problem(session, address, size)
        if problem is None:
            tally.blobs += 1
        else:
            yield Flaw("content", f"content {ascii_text(address)}", problem)


def _problem(session: Session, address: str, size: int) -> str | None:
    try:
        content = blobs.retrieve(session, address)
    except (*UNREADABLE, MemoryError):
        return "it cannot be read, or is not what was stored"
    finally:
        session.expunge_all()
    return None if len(content) == size else f"it has {len(content)} bytes, and is said to have {size}"


def ascii_text(stored: object) -> str:
    """Return what is stored as text that can be printed, whatever it is."""
    return str(stored).encode("ascii", "backslashreplace").decode("ascii")


def _unknown_contents(session: Session) -> Iterator[Flaw]:
    """Return what names a content that is not stored."""
    for what, key, column in (
        ("version", VersionRow.id, VersionRow.document_sha256),
        ("fetch", FetchRow.id, FetchRow.snapshot_sha256),
        ("a further page of fetch", FetchPageRow.fetch_id, FetchPageRow.snapshot_sha256),
    ):
        stored = exists().where(BlobRow.sha256 == column)
        for row_id in session.scalars(select(key).where(column.is_not(None), ~stored).order_by(key)):
            yield Flaw("missing", f"{what} {row_id}", "its stored content is gone")


def _texts(session: Session, tally: Contents, *, extract: bool) -> Iterator[Flaw]:
    last = 0
    while True:
        ids = session.scalars(select(VersionRow.id).where(VersionRow.id > last).order_by(VersionRow.id).limit(BATCH))
        some = list(ids)
        for found in readable(lambda wanted: _read_texts(session, wanted), some):
            for text in () if isinstance(found, int) else found:  # the chain says which rows cannot be read
                yield from _text(session, text, tally, extract=extract)
        if len(some) < BATCH:
            return
        last = some[-1]


def _read_texts(session: Session, ids: Sequence[int]) -> list[_Text]:
    table = VersionRow.__table__
    rows = session.execute(select(*(table.c[name] for name in _Text._fields)).where(table.c.id.in_(ids)))
    return [_Text(*row) for row in rows]


def _text(session: Session, text: _Text, tally: Contents, *, extract: bool) -> Iterator[Flaw]:
    try:
        agrees = text_identity(from_json(blobs.retrieve(session, text.document_sha256))) == text.text_sha256
    except UNREADABLE:
        return  # that its content is damaged or missing was said
    if not agrees:
        yield Flaw("text", f"version {text.id}", "its document does not have the text that its hash names")
        return
    tally.texts += 1
    if extract:
        yield from _extraction(session, text, tally)


def _extraction(session: Session, text: _Text, tally: Contents) -> Iterator[Flaw]:
    """Extract a version's text again, where the running extraction is the one that made it."""
    if f"e{EXTRACTOR}+" not in text.identity:
        tally.other_extraction += 1
        return
    try:
        pages = snapshots(session, session.get_one(FetchRow, text.fetch_id))
        again = read_all(pages, options_of(session.get_one(PolicyRow, text.policy_id))) if pages else None
    except UNREADABLE:
        return  # a row or a content that was said to be damaged
    finally:
        session.expunge_all()
    if again is None:
        tally.without_page += 1
    elif again.identity != text.identity:
        tally.other_extraction += 1
    elif text_identity(again.document) == text.text_sha256:
        tally.extracted_again += 1
    else:
        yield Flaw("text", f"version {text.id}", "its page, extracted again, gives another text")
