"""Imports dated versions from the records of another tool or person, and judges the changes between these versions
afterwards. During the import, a version is not compared with the version before it, and nobody is alerted. The first
version that a visit records after an import is not compared with the imported text, because another extractor produced
that text. Changes between imported versions are judged on request, so that queries of the history find these changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from itertools import islice, pairwise

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from archive.errors import ArchiveError
from archive.model import IMPORTED, TECHNICAL_IMPORT, AssessedFetch, Fetch, FurtherResponse, Policy, is_imported
from archive.recording.import_screening import sifted
from archive.recording.policies import row_of
from archive.recording.recorder import add_change, latest_row, record_in_turn
from archive.storage import blobs
from archive.storage.database import Archive
from archive.storage.tables import IS_STEP, ChangeRow, FetchRow, PolicyRow, VersionRow
from archive.storage.version_reader import policy_row
from differ import compare
from differ.judgement.profiles import Profile
from differ.visits.assessment import Assessment
from differ.visits.comparability import comparability
from document import from_json
from document.model import Document, Page
from document.screening import Screening

AT_ONCE = 50
"""Maximum number of copies in one transaction. Each commit takes time, and other programs cannot write during a
transaction.
"""


class CannotImportError(ArchiveError):
    """The copies cannot be imported. The message gives the reason."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of a policy that another tool or person recorded."""

    at: datetime
    """Time of the copy, with any time zone."""
    pages: tuple[Page, ...]
    """The pages as recorded. There are several if the policy has several addresses."""
    document: Document
    """The extracted text."""
    _: KW_ONLY
    identity: str
    """The extraction identity."""
    origin: str
    """One sentence for a person about the source of the copy."""
    technical: bool = False
    """Whether the source says that only the extraction of the text changed."""
    screening: Screening | None = None
    """The reason why this copy by itself is not a policy, or None."""


def watch_unconfigured(archive: Archive, policy: Policy, now: datetime) -> None:
    """Add a policy to the archive although it is not configured. The policy has a history, but is not visited. It is
    shown as retired.
    """
    with archive.writing() as session:
        if session.scalar(select(PolicyRow.id).where(PolicyRow.name == policy.name)) is None:
            row = row_of(policy, now)
            row.retired_at = now
            session.add(row)


@dataclass(frozen=True, slots=True)
class ImportedUntil:
    """The progress of a policy's import."""

    at: datetime
    """Date of the latest copy."""
    count: int
    """Number of imported copies with the date of the latest copy. It is needed because the program may have been killed
    between two copies with the same date.
    """


def imported_until(archive: Archive, policy: str) -> ImportedUntil | None:
    """Return the progress of an import. Return None if there was no import, or if a visit has added a version after the
    import.
    """
    with archive.reading() as session:
        policy_id = policy_row(session, policy).id
        row = latest_row(session, policy_id)
        copies = FetchRow.policy_id == policy_id, FetchRow.identity.startswith(IMPORTED.rstrip())
        last = session.scalar(select(FetchRow.started_at).where(*copies).order_by(FetchRow.started_at.desc()).limit(1))
        if last is None or (row is not None and not is_imported(row.identity)):
            return None
        same_date = session.scalar(
            select(func.count()).select_from(FetchRow).where(*copies, FetchRow.started_at == last)
        )
        return ImportedUntil(last, same_date or 0)


def require_newer(archive: Archive, policy: str, oldest: datetime, *, resumed: bool = False) -> None:
    """Raise CannotImportError if the policy has a version that is not older than the oldest copy. If the import is
    `resumed`, such a version may have the same date as the copy. Versions are numbered in the order of their dates, and
    alerts quote the numbers. So a version is never inserted before another version.
    """
    with archive.reading() as session:
        row = latest_row(session, policy_row(session, policy).id)
    if row is not None and row.seen_at >= oldest and not (resumed and row.seen_at == oldest):
        raise CannotImportError(
            f"{policy}: the archive has version {row.number} of {row.seen_at:%Y-%m-%d}, and copies of "
            f"{oldest:%Y-%m-%d} cannot be inserted before it, because alerts quote the numbers of versions. Import "
            f"older copies under another name, such as {policy + ' (earlier)'!r}."
        )


@dataclass(frozen=True, slots=True)
class ImportCount:
    """The numbers of imported records."""

    versions: int
    refused: tuple[Screening, ...] = ()
    """Reasons why copies were refused, in order. A refused copy is recorded as a visit that is not comparable."""


def import_copies(
    archive: Archive, policy: str, copies: Iterable[Copy], now: datetime, *, history: bool = True
) -> ImportCount:
    """Record the copies in this order, oldest first, `AT_ONCE` in each transaction.

    A copy with the same words as the copy before it becomes a version too, because the source recorded it as a version.
    A copy that is not the policy is recorded as a visit that is not comparable, and the latest version stays the same.
    `history` has the same meaning as in `sifted`. Raises UnknownPolicyError, StorageError.
    """
    with archive.reading() as session:
        row = latest_row(session, policy_row(session, policy).id)
        number = None if row is None else row.number
        text = None if row is None else _text(session, row)
    versions, refused = 0, list[Screening]()
    waiting = sifted(copies, text, history=history)
    while some := list(islice(waiting, AT_ONCE)):
        results = []
        for copy, screening in some:
            results.append(AssessedFetch(_fetch(policy, copy), _assessment(copy, screening), number))
            number = number if screening else (number or 0) + 1
        made = sum(visit.version is not None for visit in record_in_turn(archive, results, now))
        reasons = [screening for _, screening in some if screening]
        if made != len(some) - len(reasons):
            raise RuntimeError(f"{policy}: an imported copy made no version")
        versions, refused = versions + made, refused + reasons
    return ImportCount(versions, tuple(refused))


def _fetch(policy: str, copy: Copy) -> Fetch:
    first, *further = copy.pages
    return Fetch(
        policy,
        copy.at,
        headers=_headers(first),
        body=first.body,
        further=tuple(FurtherResponse("", headers=_headers(page), body=page.body) for page in further),
    )


def _headers(page: Page) -> tuple[tuple[str, str], ...]:
    """Return the headers of a page. Only the content type is known."""
    return (("content-type", page.content_type),)


def _assessment(copy: Copy, screening: Screening | None) -> Assessment:
    identity = f"{TECHNICAL_IMPORT if copy.technical else IMPORTED}{copy.identity}"
    if screening is not None:
        return Assessment("not comparable", screening.reason, f"{copy.origin}. {screening.detail}", identity=identity)
    return Assessment("changed", detail=copy.origin, document=copy.document, identity=identity, boundary=True)


def judge_imports(archive: Archive, policy: str, profile: Profile, now: datetime) -> int:
    """Judge changes between imported versions that are not yet judged; return the number of changes.

    A change is left out if the two texts cannot be compared, or if the source says that only its own extraction
    changed.
    """
    judged = 0
    for number in _unjudged(archive, policy):
        with archive.writing() as session:
            before, after = _pair(session, policy, number)
            documents = _text(session, before), _text(session, after)
            if comparability(*documents) is None:
                add_change(session, after, compare(*documents, profile), now)
                judged += 1
    return judged


def _unjudged(archive: Archive, policy: str) -> list[int]:
    with archive.reading() as session:
        versions = session.execute(
            select(VersionRow.number, VersionRow.identity, ChangeRow.id)
            .outerjoin(ChangeRow, and_(ChangeRow.version_id == VersionRow.id, IS_STEP))
            .where(VersionRow.policy_id == policy_row(session, policy).id)
            .order_by(VersionRow.number)
        ).all()
    return [
        number
        for (_, former, _), (number, identity, change) in pairwise(versions)
        if change is None and identity.startswith(IMPORTED) and former.startswith((IMPORTED, TECHNICAL_IMPORT))
    ]


def _pair(session: Session, policy: str, number: int) -> tuple[VersionRow, VersionRow]:
    query = select(VersionRow).where(
        VersionRow.policy_id == policy_row(session, policy).id, VersionRow.number.in_((number - 1, number))
    )
    before, after = session.scalars(query.order_by(VersionRow.number)).all()
    return before, after


def _text(session: Session, row: VersionRow) -> Document:
    return from_json(blobs.retrieve(session, row.document_sha256))
