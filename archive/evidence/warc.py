"""Kept pages as a WARC file, ISO 28500, which web archives read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from typing import IO

from sqlalchemy import ColumnElement, and_, select
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.evidence.bundle import KeptPage, kept_pages
from archive.storage.database import Archive
from archive.storage.tables import FetchRow
from archive.storage.version_reader import policy_row

OF_THE_TRANSFER = ("content-encoding", "transfer-encoding", "content-length")
"""Headers that do not hold for the decompressed body: kept under another name."""


def write_warc(archive: Archive, target: IO[bytes], policy: str | None, since: datetime | None, software: str) -> int:
    """Write the pages that are kept, of one policy or of all, in the order of the visits; return how many.

    Each is a record of its own, compressed by itself. Raises UnknownPolicyError, DamagedArchiveError.
    """
    writer = WARCWriter(target, gzip=True, warc_version="WARC/1.1")
    info = {"software": software, "format": "WARC File Format 1.1"}
    writer.write_record(writer.create_warcinfo_record(None, info))
    count = 0
    for page in _pages(archive, policy, since):
        if page.body is not None:
            _write(writer, page, page.body)
            count += 1
    return count


def _pages(archive: Archive, policy: str | None, since: datetime | None) -> Iterator[KeptPage]:
    with archive.reading() as session:
        wanted: ColumnElement[bool] = FetchRow.snapshot_sha256.is_not(None)
        if policy is not None:
            wanted = and_(wanted, FetchRow.policy_id == policy_row(session, policy).id)
        if since is not None:
            wanted = and_(wanted, FetchRow.started_at >= since)
        for fetch_id in session.scalars(select(FetchRow.id).where(wanted).order_by(FetchRow.id)).all():
            yield from kept_pages(session, session.get_one(FetchRow, fetch_id))
            session.expunge_all()


def _write(writer: WARCWriter, page: KeptPage, body: bytes) -> None:
    dated = {"WARC-Date": page.started_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")}
    if page.status is None:  # it came from no server: a copy that somebody had
        kind = next((value for name, value in page.headers if name == "content-type"), "application/octet-stream")
        record = writer.create_warc_record(
            page.final_url, "resource", BytesIO(body), len(body), kind, warc_headers_dict=dated
        )
    else:
        record = writer.create_warc_record(
            page.final_url,
            "response",
            BytesIO(body),
            len(body),
            http_headers=_http_headers(page, page.status, len(body)),
            warc_headers_dict=dated,
        )
    writer.write_record(record)


def _http_headers(page: KeptPage, status: int, length: int) -> StatusAndHeaders:
    headers = [
        (f"X-Archive-Orig-{name}" if name.lower() in OF_THE_TRANSFER else name, " ".join(value.splitlines()))
        for name, value in page.headers
    ]
    phrase = next((each.phrase for each in HTTPStatus if each == status), "")
    return StatusAndHeaders(f"{status} {phrase}".strip(), [*headers, ("Content-Length", str(length))], "HTTP/1.1")
