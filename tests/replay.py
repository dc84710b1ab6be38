"""Reads the real histories of pages in the shared folder."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path


def history_pages(history: Path) -> Iterator[bytes]:
    """Yield the pages in the archive of a history, sorted by name. This is also the order of their fetches."""
    with tarfile.open(history) as packed:
        for member in sorted(filter(tarfile.TarInfo.isfile, packed.getmembers()), key=lambda member: member.name):
            file = packed.extractfile(member)
            if file is not None:
                yield file.read()
