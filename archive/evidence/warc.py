"""Writes kept pages into a WARC file (ISO 28500). Programs for web archives can read such files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, select
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.evidence.bundle import KeptPage, kept_pages
from archive.model import REDIRECTED, REQUESTED
from archive.storage.database import Archive
from archive.storage.tables import FetchRow, PolicyRow
from archive.storage.version_reader import policy_row

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

OF_THE_TRANSFER = ("content-encoding", "transfer-encoding", "content-length")
"""Headers that describe the body as it was sent. The WARC file has the decompressed body, so these headers are renamed
there.
"""

OURS = (REDIRECTED, REQUESTED)
"""Headers that Clausewatch adds. They are not written to the file, because the file has the same facts in other records
and in the records' dates.
"""

UNKNOWN_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Selection:
    """Selects the kept pages to write, and whether to write the values of cookies."""

    policy: str | None = None
    """Only pages of this policy are written. None selects the pages of all policies."""
    since: datetime | None = None
    cookies: bool = False
    """Whether to write the values of cookies. Otherwise only their names are written."""


@dataclass(frozen=True, slots=True)
class WarcRecord:
    """One record in a WARC file, for an index."""

    url: str
    at: datetime
    status: int
    _: KW_ONLY
    media_type: str
    digest: str
    """Digest of the payload as in the record: "sha1:" and base32."""
    offset: int
    """Position of the record in the file, in bytes."""
    length: int
    """Size of the compressed record, in bytes."""
    policy: str | None
    """The policy of a kept page; None for a redirect to a page."""


@dataclass(slots=True)
class _Counted:
    """Counts the bytes that are written to a file. Some files, for example pipes, do not know their own position."""

    file: SupportsWrite[bytes]
    count: int = 0

    def write(self, data: bytes) -> None:
        """Write bytes."""
        self.count += len(data)
        self.file.write(data)

    def flush(self) -> None:
        """Do nothing, because the file is flushed elsewhere."""


def write_warc(
    archive: Archive, target: SupportsWrite[bytes], selection: Selection, software: str
) -> Iterator[WarcRecord]:
    """Write the kept pages of one policy, or of all policies, in the order of the visits. Yield each record after it is
    written. Each record is compressed by itself. Each redirect that led to a page has its own record before the page.
    The archive has only the status and the target of a redirect, and not the whole response. So the record of a
    redirect has the field `WARC-Truncated`. Raises UnknownPolicyError, DamagedArchiveError.
    """
    counted = _Counted(target)
    writer = WARCWriter(counted, gzip=True, warc_version="WARC/1.1")
    info = {"software": software, "format": "WARC File Format 1.1"}
    writer.write_record(writer.create_warcinfo_record(None, info))
    for policy, page in _pages(archive, selection):
        if page.body is None:
            continue
        for status, url, to in page.redirects:
            record = _redirect(writer, page, status, url=url, to=to)
            yield _written(writer, counted, record, url=url, status=status, policy=None)
        record = _response(writer, page, page.body, cookies=selection.cookies)
        yield _written(writer, counted, record, url=page.final_url, status=page.status or 200, policy=policy)


def _pages(archive: Archive, selection: Selection) -> Iterator[tuple[str, KeptPage]]:
    with archive.reading() as session:
        wanted: ColumnElement[bool] = FetchRow.snapshot_sha256.is_not(None)
        if selection.policy is not None:
            wanted = and_(wanted, FetchRow.policy_id == policy_row(session, selection.policy).id)
        if selection.since is not None:
            wanted = and_(wanted, FetchRow.started_at >= selection.since)
        query = select(FetchRow.id, PolicyRow.name).join(PolicyRow, PolicyRow.id == FetchRow.policy_id)
        for fetch_id, policy in session.execute(query.where(wanted).order_by(FetchRow.id)).all():
            for page in kept_pages(session, session.get_one(FetchRow, fetch_id)):
                yield policy, page
            session.expunge_all()


def _written(
    writer: WARCWriter, counted: _Counted, record: ArcWarcRecord, *, url: str, status: int, policy: str | None
) -> WarcRecord:
    offset = counted.count
    writer.write_record(record)
    headers = record.http_headers or record.rec_headers
    return WarcRecord(
        url,
        datetime.fromisoformat(record.rec_headers["WARC-Date"]),
        status,
        media_type=(headers["content-type"] or UNKNOWN_TYPE).partition(";")[0].strip().lower(),
        digest=record.rec_headers["WARC-Payload-Digest"],
        offset=offset,
        length=counted.count - offset,
        policy=policy,
    )


def _dated(at: datetime) -> dict[str, str]:
    return {"WARC-Date": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")}


def _redirect(writer: WARCWriter, page: KeptPage, status: int, *, url: str, to: str) -> ArcWarcRecord:
    leads = ("Location", to) if status != HTTPStatus.OK else ("Refresh", f"0;url={to}")
    http = StatusAndHeaders(_status_line(status), [leads, ("Content-Length", "0")], "HTTP/1.1")
    headers = _dated(page.started_at) | {"WARC-Truncated": "unspecified"}
    return writer.create_warc_record(url, "response", BytesIO(), 0, http_headers=http, warc_headers_dict=headers)


def _response(writer: WARCWriter, page: KeptPage, body: bytes, *, cookies: bool) -> ArcWarcRecord:
    content, dated = BytesIO(body), _dated(page.requested_at)
    if page.status is None:  # the page is an imported copy, and not a server's response
        kind = next((value for name, value in page.headers if name == "content-type"), UNKNOWN_TYPE)
        return writer.create_warc_record(page.final_url, "resource", content, len(body), kind, warc_headers_dict=dated)
    headers = [_written_header(name, value, cookies=cookies) for name, value in page.headers if name not in OURS]
    http = StatusAndHeaders(_status_line(page.status), [*headers, ("Content-Length", str(len(body)))], "HTTP/1.1")
    return writer.create_warc_record(
        page.final_url, "response", content, len(body), http_headers=http, warc_headers_dict=dated
    )


def _written_header(name: str, value: str, *, cookies: bool) -> tuple[str, str]:
    line = " ".join(value.splitlines())
    if name.lower() in OF_THE_TRANSFER:
        return f"X-Archive-Orig-{name}", line
    if name.lower() == "set-cookie" and not cookies:
        return "X-Archive-Orig-set-cookie", f"{re.split('[=;]', line)[0].strip()} (value not exported)"
    return name, line


def _status_line(status: int) -> str:
    phrase = next((each.phrase for each in HTTPStatus if each == status), "")
    return f"{status} {phrase}".strip()
