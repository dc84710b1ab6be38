"""Collects the evidence about versions of a policy for other people: the sealed rows, the chain, the pages and the
texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from archive.evidence.chain import Head, entries, last_entry
from archive.model import REDIRECTED, REQUESTED
from archive.storage import blobs
from archive.storage.database import Archive
from archive.storage.evidence_rows import BATCH, canonical_rows
from archive.storage.tables import (
    IS_STEP,
    ChainEntryRow,
    ChangeRow,
    FetchPageRow,
    FetchRow,
    FindingRow,
    LeftOutRow,
    NamingRow,
    NetChangeRow,
    QuietReviewRow,
    RemovalRow,
    RestoreRow,
    ReviewRow,
    SuppressionRow,
    VersionRow,
)
from archive.storage.version_reader import PAST_EVERY_ID, policy_row


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page of a visit, as it was received."""

    started_at: datetime
    final_url: str
    status: int | None
    """HTTP status. None if the page did not come from a server."""
    headers: tuple[tuple[str, str], ...]
    sha256: str | None
    """SHA-256 of the body."""
    body: bytes | None
    """The decompressed body; None if it was not kept."""

    @property
    def requested_at(self) -> datetime:
        """Time when the request for this page was sent."""
        stated = next((value for name, value in self.headers if name == REQUESTED), None)
        return self.started_at if stated is None else datetime.fromisoformat(stated)

    @property
    def redirects(self) -> tuple[tuple[int, str, str], ...]:
        """The redirects that led to the page, in order. Each has the status, the redirecting address, and the new
        address."""
        hops = [value.partition(" ") for name, value in self.headers if name == REDIRECTED]
        targets = [address for _, _, address in hops[1:]] + [self.final_url]
        return tuple((int(status), address, to) for (status, _, address), to in zip(hops, targets, strict=False))


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence about consecutive versions of a policy. Everything is read from the same state of the archive."""

    session: Session
    policy_id: int
    first: int
    """The number of the first version."""
    last: int

    def documents(self) -> Iterator[tuple[int, bytes]]:
        """Return the number and the stored JSON of each version's document. The version before the first of these
        versions is included.
        """
        query = select(VersionRow.number, VersionRow.document_sha256).where(self._compared())
        for number, address in self.session.execute(query.order_by(VersionRow.number)).all():
            yield number, blobs.retrieve(self.session, address)

    def pages(self, number: int) -> tuple[KeptPage, ...]:
        """Return the pages of the visit that found a version, in their order."""
        version = and_(VersionRow.policy_id == self.policy_id, VersionRow.number == number)
        fetch = self.session.get_one(FetchRow, self.session.scalar(select(VersionRow.fetch_id).where(version)))
        return kept_pages(self.session, fetch)

    def rows(self) -> Iterator[bytes]:
        """Return the canonical bytes of all evidence rows about these versions, and about the version before the first
        of them.
        """
        connection = self.session.connection()
        for kind, query in self._rows().items():
            wanted = list(self.session.scalars(query))
            for start in range(0, len(wanted), BATCH):
                rows = canonical_rows(connection, kind, wanted[start : start + BATCH])
                yield from (rows[row_id] for row_id in sorted(rows))

    def head(self) -> Head:
        """Return the head: the last entry of the chain."""
        return last_entry(self.session)

    def first_entry(self) -> int:
        """Return the number of the first chain entry for one of these rows."""
        numbers = [self.session.scalar(_first_entry(kind, query)) for kind, query in self._rows().items()]
        return min(number for number in numbers if number is not None)

    def chain(self) -> Iterator[bytes]:
        """Return the canonical bytes of each chain entry, from the first entry for one of these rows up to the head."""
        for entry, _ in entries(self.session.connection(), self.first_entry()):
            yield entry.canonical()

    def _versions(self) -> ColumnElement[bool]:
        return and_(VersionRow.policy_id == self.policy_id, VersionRow.number.between(self.first, self.last))

    def _compared(self) -> ColumnElement[bool]:
        """Select these versions, and the version before the first of them."""
        return and_(VersionRow.policy_id == self.policy_id, VersionRow.number.between(self.first - 1, self.last))

    def _rows(self) -> dict[str, Select[int]]:
        """Select the ids of the rows, by kind."""
        nets = self._nets()
        changes = select(ChangeRow.id).join(VersionRow, VersionRow.id == ChangeRow.version_id).where(self._versions())
        changes = changes.where(or_(IS_STEP, ChangeRow.id.in_(nets)))
        findings = select(FindingRow.id).where(FindingRow.change_id.in_(changes))
        suppressions = select(SuppressionRow.id).where(SuppressionRow.change_id.in_(changes))
        fetches = self._fetches()
        return {
            "naming": select(NamingRow.id).where(NamingRow.policy_id == self.policy_id),
            "fetch": fetches,
            "version": select(VersionRow.id).where(self._compared()),
            "change": changes,
            "finding": findings,
            "suppression": suppressions,
            "removal": select(RemovalRow.id).where(RemovalRow.fetch_id.in_(fetches)),
            "restore": select(RestoreRow.id),
            "review": select(ReviewRow.id).where(ReviewRow.finding_id.in_(findings)),
            "quiet_review": select(QuietReviewRow.id).where(QuietReviewRow.suppression_id.in_(suppressions)),
            "left_out": select(LeftOutRow.id).where(LeftOutRow.fetch_id.in_(fetches)),
            "net": select(NetChangeRow.id).where(NetChangeRow.change_id.in_(nets)),
        }

    def _nets(self) -> Select[int]:
        """Select the net changes whose earlier version is one of the selected versions."""
        query = select(NetChangeRow.change_id).join(VersionRow, VersionRow.id == NetChangeRow.earlier_id)
        return query.where(self._compared())

    def _fetches(self) -> Select[int]:
        """Select the visits from the visit that found the first of these versions up to the visit before the version
        after them. If the first is version 1, earlier visits are included too.
        """
        began = select(func.min(VersionRow.fetch_id)).where(self._versions()).scalar_subquery()
        after = and_(VersionRow.policy_id == self.policy_id, VersionRow.number == self.last + 1)
        ended = func.coalesce(select(VersionRow.fetch_id).where(after).scalar_subquery(), PAST_EVERY_ID)
        since = FetchRow.id >= (began if self.first > 1 else 0)
        return select(FetchRow.id).where(FetchRow.policy_id == self.policy_id, since, FetchRow.id < ended)


def _first_entry(kind: str, rows: Select[int]) -> Select[int]:
    return select(func.min(ChainEntryRow.sequence)).where(ChainEntryRow.kind == kind, ChainEntryRow.row_id.in_(rows))


@contextmanager
def evidence(archive: Archive, policy: str, first: int, last: int) -> Iterator[Evidence]:
    """Open the evidence about a policy's versions from `first` to `last`. These versions must exist.

    Raises UnknownPolicyError. The methods of the evidence raise DamagedArchiveError."""
    with archive.reading() as session:
        yield Evidence(session, policy_row(session, policy).id, first, last)


def kept_pages(session: Session, fetch: FetchRow) -> tuple[KeptPage, ...]:
    """Return the pages of a visit, in their order."""
    query = select(FetchPageRow).where(FetchPageRow.fetch_id == fetch.id).order_by(FetchPageRow.position)
    return tuple(_page(session, fetch.started_at, row) for row in (fetch, *session.scalars(query)))


def _page(session: Session, started_at: datetime, row: FetchRow | FetchPageRow) -> KeptPage:
    body = None if row.snapshot_sha256 is None else blobs.retrieve(session, row.snapshot_sha256)
    headers = tuple((name, value) for name, value in row.headers)
    return KeptPage(started_at, row.final_url, row.status, headers, row.body_sha256, body)
