"""Evidence as one zip file, that can be verified without this program."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from archive.evidence.bundle import KeptPage, evidence
from archive.evidence.chain import Head
from archive.evidence.timestamps import Stamp, stamps
from archive.model import Version
from archive.questions.history import version
from archive.storage.database import Archive
from clausewatch.output.redline_page import as_page, compare_versions
from clausewatch.output.times import moment, stamp
from document import from_json

FORMAT = 1
"""Raised whenever a bundle is laid out otherwise."""


@dataclass
class _Bundle:
    """A zip file under way, and what it holds so far."""

    target: ZipFile
    now: datetime
    listed: dict[str, str] = field(default_factory=dict)
    """The SHA-256 of each file."""

    def add(self, name: str, content: bytes) -> None:
        self.add_pieces(name, [content])

    def add_pieces(self, name: str, pieces: Iterable[bytes]) -> None:
        """Add a file piece by piece: a long chain is never held as a whole."""
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
    """Return the program that verifies a bundle with Python's standard library alone."""
    return files("clausewatch").joinpath("templates/check.py.txt").read_text(encoding="utf-8")


def write_bundle(archive: Archive, versions: tuple[Version, ...], target: IO[bytes], now: datetime) -> Head:
    """Write the evidence of some versions of one policy, in a row, and return the head that it leads to.

    Raises DamagedArchiveError.
    """
    policy, first, last = versions[0].policy, versions[0].number, versions[-1].number
    with ZipFile(target, "w") as opened, evidence(archive, policy, first, last) as found:
        bundle = _Bundle(opened, now.astimezone(UTC))
        for version in versions:
            _add_pages(bundle, f"versions/{version.number}", found.pages(version.number))
        for number, content in found.documents():
            bundle.add(f"versions/{number}/document.json", content)
            bundle.add(f"versions/{number}/text.txt", f"{from_json(content).text}\n".encode())
        _add_redlines(bundle, archive, versions)
        bundle.add_pieces("rows.jsonl", _lines(found.rows()))
        reached = found.head()
        bundle.add_pieces("chain.jsonl", _lines(found.chain()))
        _add_stamps(bundle, archive, found.first_entry())
        _add_guide(bundle, versions, reached)
        _add_manifest(bundle, versions, reached)
    return reached


def _add_pages(bundle: _Bundle, folder: str, pages: tuple[KeptPage, ...]) -> None:
    for position, page in enumerate(pages, 1):
        if page.body is not None:
            bundle.add(f"{folder}/page-{position}.raw", page.body)
        facts = {
            "fetched_at": stamp(page.started_at),
            "final_url": page.final_url,
            "status": page.status,
            "headers": [list(header) for header in page.headers],
            "body_sha256": page.sha256,
            "body_is_kept": page.body is not None,
        }
        bundle.add(f"{folder}/page-{position}.json", _json(facts))


def _add_redlines(bundle: _Bundle, archive: Archive, versions: tuple[Version, ...]) -> None:
    for after in versions:
        if after.number > 1:
            compared = compare_versions(archive, version(archive, after.policy, after.number - 1), after)
            bundle.add(f"versions/{after.number}/redline.html", as_page(compared).encode())


def _add_stamps(bundle: _Bundle, archive: Archive, first_entry: int) -> None:
    for each in stamps(archive):
        if isinstance(each, Stamp) and each.sequence >= first_entry:
            bundle.add(f"stamps/{each.id}.txt", each.head.encode())
            bundle.add(f"stamps/{each.id}.tsr", each.token)


def _add_guide(bundle: _Bundle, versions: tuple[Version, ...], reached: Head) -> None:
    text = files("clausewatch").joinpath("templates/evidence.txt").read_text(encoding="utf-8")
    numbers = f"\n{' ' * 11}".join(f"{each.number}, first seen {moment(each.seen_at)}" for each in versions)
    filled = text.format(
        policy=versions[0].policy, versions=numbers, exported=moment(bundle.now), head=reached, script=check_script()
    )
    bundle.add("README.txt", filled.encode())


def _add_manifest(bundle: _Bundle, versions: tuple[Version, ...], reached: Head) -> None:
    manifest = _json(
        {
            "format": FORMAT,
            "policy": versions[0].policy,
            "versions": [each.number for each in versions],
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


def _json(content: object) -> bytes:
    return f"{json.dumps(content, ensure_ascii=False, indent=2)}\n".encode()
