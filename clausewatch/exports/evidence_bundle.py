"""Writes evidence as one zip file. The zip contains the program `check`, which verifies it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from archive.evidence.bundle import Evidence, evidence
from archive.evidence.chain import Head
from archive.evidence.timestamps import Stamp, stamps
from archive.model import Version
from archive.storage.database import Archive
from clausewatch.exports import check
from clausewatch.output.times import moment, stamp
from differ.matching.redline import redline
from document import from_json
from document.model import Document

Rows = dict[tuple[str, int], dict[str, Any]]
"""Sealed values of rows. The key is the kind and the number of the row."""


@dataclass(slots=True)
class _Bundle:
    """A zip file that is being written."""

    target: ZipFile
    now: datetime
    listed: dict[str, str] = field(default_factory=dict)
    """The SHA-256 of each file that was added, under the file's name."""

    def add(self, name: str, content: bytes) -> None:
        self.add_pieces(name, [content])

    def add_pieces(self, name: str, pieces: Iterable[bytes]) -> None:
        """Add a file in pieces, so that a long chain need not fit into memory."""
        digest = hashlib.sha256()
        info = ZipInfo(name, self.now.timetuple()[:6])
        info.compress_type = ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        with self.target.open(info, "w", force_zip64=True) as file:
            for piece in pieces:
                digest.update(piece)
                file.write(piece)
        self.listed[name] = digest.hexdigest()


def check_script() -> str:
    """Return the source of the program that verifies an evidence file.

    The program needs only Python's standard library.
    """
    return files("clausewatch").joinpath("exports/check.py").read_text(encoding="utf-8")


def write_bundle(archive: Archive, versions: tuple[Version, ...], target: IO[bytes], now: datetime) -> Head:
    """Write the evidence about consecutive versions of one policy, with a part of the chain. Return the head at the end
    of this part. Raises DamagedArchiveError.
    """
    policy, first, last = versions[0].policy, versions[0].number, versions[-1].number
    with ZipFile(target, "w") as opened, evidence(archive, policy, first, last) as proof:
        bundle = _Bundle(opened, now.astimezone(UTC))
        lines = list(proof.rows())
        bundle.add_pieces("rows.jsonl", _lines(lines))
        rows: Rows = {(row["kind"], row["id"]): row["values"] for row in map(json.loads, lines)}
        _add_versions(bundle, proof, policy, rows)
        reached = proof.head()
        bundle.add_pieces("chain.jsonl", _lines(proof.chain()))
        _add_stamps(bundle, archive, proof.first_entry())
        _add_guide(bundle, versions, reached)
        _add_manifest(bundle, versions, reached)
    return reached


def _add_versions(bundle: _Bundle, proof: Evidence, policy: str, rows: Rows) -> None:
    """Add the files of each version. The first of these versions is compared with the version before it, so the text of
    that version is added too.
    """
    previous: tuple[dict[str, Any], Document] | None = None
    for number, content in proof.documents():
        folder = f"versions/{number}"
        [(row_id, row)] = check.rows_of(rows, "version", number=number).items()
        bundle.add(f"{folder}/document.json", content)
        bundle.add(f"{folder}/text.txt", f"{check.text_of(content)}\n".encode("utf-8", "surrogatepass"))
        document = from_json(content)
        if number >= proof.first:
            _add_pages(bundle, proof, number, rows["fetch", row["fetch_id"]])
            if previous is not None:
                before, earlier = previous
                pieces = _pieces(earlier, document)
                page = check.redline(policy, before, row, check.judged_of(rows, row_id), pieces)
                bundle.add(f"{folder}/redline.html", page.encode("utf-8", "surrogatepass"))
        previous = row, document


def _pieces(before: Document, after: Document) -> check.Pieces:
    return [
        [(edit.operation, re.sub(r"[\r\n]+", " ", edit.text)) for edit in block]
        for section in redline(before, after)
        for block in section.blocks
    ]


def _add_pages(bundle: _Bundle, proof: Evidence, number: int, fetch: dict[str, Any]) -> None:
    for position, page in enumerate(proof.pages(number)):
        name = f"versions/{number}/page-{position + 1}"
        if page.body is not None:
            bundle.add(f"{name}.raw", page.body)
        bundle.add(f"{name}.json", check.as_json(check.facts(fetch, position, kept=page.body is not None)))


def _add_stamps(bundle: _Bundle, archive: Archive, first_entry: int) -> None:
    for kept in stamps(archive):
        if isinstance(kept, Stamp) and kept.holds and kept.sequence >= first_entry:
            bundle.add(f"stamps/{kept.id}.txt", kept.head.encode())
            bundle.add(f"stamps/{kept.id}.tsr", kept.token)


def _add_guide(bundle: _Bundle, versions: tuple[Version, ...], reached: Head) -> None:
    text = files("clausewatch").joinpath("templates/evidence.txt").read_text(encoding="utf-8")
    numbers = f"\n{' ' * 11}".join(
        f"{version.number}, first seen {moment(version.seen_at)}, last seen {moment(version.last_seen_at)}"
        for version in versions
    )
    filled = text.format(policy=versions[0].policy, versions=numbers, exported=moment(bundle.now), head=reached)
    bundle.add("README.txt", filled.encode())
    bundle.add("check.py", check_script().encode())


def _add_manifest(bundle: _Bundle, versions: tuple[Version, ...], reached: Head) -> None:
    manifest = check.as_json(
        {
            "format": check.FORMAT,
            "policy": versions[0].policy,
            "versions": [version.number for version in versions],
            "exported_at": stamp(bundle.now),
            "head": str(reached),
            "files": dict(bundle.listed),
        }
    )
    bundle.add("manifest.json", manifest)
    bundle.add("manifest.sha256", f"{bundle.listed['manifest.json']}  manifest.json\n".encode())


def _lines(contents: Iterable[bytes]) -> Iterator[bytes]:
    for content in contents:
        yield content
        yield b"\n"
