"""Reads golden pages and writes their expected texts. The folder of a golden page has the page and the text that a
reader should see.

`python -m tests.document.golden` replaces these texts by the texts that the program reads now. Check the differences
before you commit them. If the document of a page changed, increase `EXTRACTOR` in document/reading.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from document import read
from document.model import Block, Document, Page
from document.reading import EXTRACTOR
from tests.sources import PROJECT

FOLDER = PROJECT / "tests" / "golden" / "document"
NUMBER = FOLDER / "extractor.txt"
ADDRESS = "https://policy.example/legal/"
TYPES = {".html": "text/html; charset=utf-8", ".md": "text/markdown", ".txt": "text/plain"}


def page_file(folder: Path) -> Path:
    """Return the page in a golden folder."""
    return next(file for file in sorted(folder.iterdir()) if file.stem == "page")


def seen(folder: Path) -> str:
    """Return what is read from the page in a golden folder, in a form that people can read."""
    file = page_file(folder)
    address = ADDRESS if file.suffix == ".html" else ""
    extracted = read(Page(file.read_bytes(), TYPES[file.suffix], 200, address))
    return "\n".join([*_shown(extracted.document), *(f"dropped {part.excerpt}" for part in extracted.left_out)]) + "\n"


def _shown(document: Document) -> Iterator[str]:
    yield f"title {document.title!r} languages {' '.join(document.languages)}"
    for stated in document.dates:
        yield f"{stated.kind} {stated.day} {stated.text!r}"
    for section in document.sections:
        path = " > ".join(section.path)
        yield f"{section.level} {section.language} [{section.marker}] {section.heading!r} in {path!r}"
        yield from map(_line, section.blocks)


def _line(block: Block) -> str:
    links = "".join(f" <{link.text}|{link.target}>" for link in block.links)
    return f"    {block.kind} {block.depth} [{block.marker}] {block.text!r}{links}"


if __name__ == "__main__":
    for each in sorted(FOLDER.iterdir()):
        if each.is_dir():
            (each / "expected.txt").write_text(seen(each), encoding="utf-8")
    NUMBER.write_text(f"{EXTRACTOR}\n", encoding="utf-8")
