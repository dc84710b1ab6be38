"""Measures how much disk space the archive needs for the raw pages and texts of real histories.

All pages of a history and their texts are stored in the same way as by the crawler. The disk space is compared with the
uncompressed size of the pages and texts. Run the benchmark with the folder of the histories: python
benchmarks/storage.py ../shared/replay
"""

from __future__ import annotations

import argparse
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import process_time

from sqlalchemy import func, select

from archive.storage import blobs
from archive.storage.database import open_archive
from archive.storage.tables import BlobRow
from document import read, to_json
from document.model import ExtractionOptions, Page


@dataclass(frozen=True, slots=True)
class Taken:
    """Disk space for the raw pages or for the texts of one history."""

    kept: int
    distinct: int
    plain: int
    """Sum of the uncompressed sizes in bytes."""
    stored: int
    """Size in bytes of the contents in the archive's rows."""
    seconds: float
    """CPU time in seconds to store all contents."""

    def __str__(self) -> str:
        smaller = f"{self.plain / self.stored:.0f} times less" if self.stored else "nothing"
        each = 1_000 * self.seconds / self.kept
        return (
            f"{self.kept:5} of which {self.distinct:4} distinct  {self.plain:12,} bytes plain  "
            f"{self.stored:10,} stored  {smaller:>16}  {each:.1f} CPU ms each"
        )


def pages(history: Path) -> Iterator[bytes]:
    """Yield the pages of a history, sorted by name. This is also the order of their dates."""
    with tarfile.open(history) as packed:
        for member in sorted((each for each in packed.getmembers() if each.isfile()), key=lambda each: each.name):
            file = packed.extractfile(member)
            if file is not None and member.name.endswith((".html", ".htm")):
                yield file.read()


def stored(contents: list[bytes]) -> Taken:
    """Store contents one after another in a new archive.

    Each content is stored as the successor of the previous content.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        open_archive(f"sqlite:///{folder}/watch.db") as archive,
        archive.writing() as session,
    ):
        start, latest = process_time(), None
        for content in contents:
            latest = blobs.store(session, content, latest)
        seconds = process_time() - start
        size, count = session.execute(select(func.sum(func.length(BlobRow.content)), func.count(BlobRow.size))).one()
    return Taken(len(contents), count, sum(map(len, contents)), size, seconds)


def main() -> None:
    """Print the disk space for each history, and for all histories together."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("histories", type=Path, help="the folder of the histories, each a .tar.xz of pages")
    found: list[Taken] = []
    for history in sorted(parser.parse_args().histories.glob("*.tar.xz")):
        bodies = list(pages(history))
        texts = [to_json(read(Page(body, "text/html"), ExtractionOptions()).document) for body in bodies]
        found += (stored(bodies), stored(texts))
        print(f"{history.name}\n  raw pages {found[-2]}\n  texts     {found[-1]}")
    for name, kind in (("raw pages", found[::2]), ("texts", found[1::2])):
        plain, size = sum(each.plain for each in kind), sum(each.stored for each in kind)
        print(f"all {name}: {plain:,} bytes plain, {size:,} stored, {plain / size:.0f} times less")


if __name__ == "__main__":
    main()
