"""Writes kept pages as a WACZ file: a zip with a WARC file, an index and a list of pages. Replay tools can open such a
file. The format is WACZ 1.1.1 of the Webrecorder project.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO, Any
from urllib.parse import urlsplit
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from archive.evidence.warc import Selection, WarcRecord, write_warc
from archive.storage.database import Archive

WARC = "data.warc.gz"
VERSION = "1.1.1"


@dataclass(slots=True)
class _Resource:
    """A file in the zip. Its hash is computed while the file is written."""

    file: IO[bytes]
    size: int = 0
    hash: Any = field(default_factory=hashlib.sha256)

    def write(self, data: bytes) -> int:
        """Write bytes to the file, and add them to the hash."""
        self.size += len(data)
        self.hash.update(data)
        return self.file.write(data)


def write_wacz(archive: Archive, target: IO[bytes], selection: Selection, software: str, now: datetime) -> int:
    """Write the kept pages and their index. Return the number of pages.

    Raises the same errors as `write_warc`.
    """
    with TemporaryFile() as warc, ZipFile(target, "w") as bundle:
        records = list(write_warc(archive, warc, selection, software))
        entry = _entry(f"archive/{WARC}", now, ZIP_STORED)
        # If the size of a member is unknown, Python writes a special header for big members, which replay tools cannot
        # read. If the size is known, only members over 2 GB get this header.
        entry.file_size = warc.tell()
        warc.seek(0)
        with bundle.open(entry, "w") as file:
            kept = _Resource(file)
            copyfileobj(warc, kept)
        resources = [_described(entry.filename, kept)]
        for path, lines in (("indexes/index.cdx", _index(records)), ("pages/pages.jsonl", _pages(records))):
            with bundle.open(_entry(path, now, ZIP_DEFLATED), "w") as file:
                listed = _Resource(file)
                listed.write("".join(f"{line}\n" for line in lines).encode())
            resources.append(_described(path, listed))
        package = {
            "profile": "data-package",
            "wacz_version": VERSION,
            "title": "Kept pages of privacy policies" if selection.policy is None else selection.policy,
            "software": software,
            "created": _stamp(now),
            "resources": resources,
        }
        described = json.dumps(package, indent=2).encode()
        bundle.writestr(_entry("datapackage.json", now, ZIP_DEFLATED), described)
        digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(described).hexdigest()}"}
        bundle.writestr(_entry("datapackage-digest.json", now, ZIP_DEFLATED), json.dumps(digest))
    return sum(record.policy is not None for record in records)


def _entry(path: str, now: datetime, compression: int) -> ZipInfo:
    entry = ZipInfo(path, now.astimezone(UTC).timetuple()[:6])
    entry.compress_type = compression
    return entry


def _described(path: str, resource: _Resource) -> dict[str, Any]:
    name = path.rpartition("/")[2]
    return {"name": name, "path": path, "hash": f"sha256:{resource.hash.hexdigest()}", "bytes": resource.size}


def _index(records: Sequence[WarcRecord]) -> Iterable[str]:
    """Return the lines of a CDXJ index in order."""
    lines = []
    for record in records:
        facts = {
            "url": record.url,
            "mime": record.media_type,
            "status": str(record.status),
            "digest": record.digest,
            "length": str(record.length),
            "offset": str(record.offset),
            "filename": WARC,
        }
        lines.append(f"{sort_key(record.url)} {record.at.astimezone(UTC):%Y%m%d%H%M%S} {json.dumps(facts)}")
    return sorted(lines)


def _pages(records: Sequence[WarcRecord]) -> Iterable[str]:
    """Yield the lines of the list of pages. If there were redirects, a page is listed under the address that was
    requested first.
    """
    yield json.dumps({"format": "json-pages-1.0", "id": "pages", "title": "Pages by the time of their visits"})
    first: WarcRecord | None = None
    for number, record in enumerate(records, 1):
        first = first or record
        if record.policy is not None:
            title = f"{record.policy}, {record.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
            page = {"id": str(number), "url": first.url, "ts": _stamp(first.at), "title": title}
            yield json.dumps(page)
            first = None


def sort_key(url: str) -> str:
    """Return the key by which indexes of web archives sort an address, such as "example,www)/path?query"."""
    parts = urlsplit(url.lower())
    host = ",".join(reversed((parts.hostname or "").split(".")))
    port = "" if parts.port in (None, 80, 443) else f":{parts.port}"
    return f"{host}{port}){parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
