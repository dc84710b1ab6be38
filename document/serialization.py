"""Writes a document as canonical JSON, and reads it back."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from typing import Any

from document.model import Block, Document, Link, Section, StatedDate


def to_json(document: Document) -> bytes:
    """Return the document as UTF-8 JSON with sorted keys and without spaces. Equal documents give equal bytes."""
    return json.dumps(
        asdict(document), ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain, allow_nan=False
    ).encode("utf-8", "surrogatepass")


def from_json(data: bytes) -> Document:
    """Return the document from JSON that `to_json` wrote.

    Raises ValueError, KeyError or TypeError for other bytes.
    """
    read = json.loads(data.decode("utf-8", "surrogatepass"))
    return Document(
        sections=tuple(_section(row) for row in read["sections"]),
        languages=tuple(read["languages"]),
        dates=tuple(StatedDate(row["kind"], date.fromisoformat(row["day"]), row["text"]) for row in read["dates"]),
        title=read["title"],
    )


def split_sections(data: bytes) -> tuple[bytes, list[bytes]]:
    """Return the JSON of a document without its sections, and the JSON of each section. The input comes from `to_json`.
    Raises ValueError for other bytes.

    This function is faster than `from_json` if most sections are equal to sections of an earlier version. It searches
    for the quotation mark before a key. This finds only keys, because quotation marks in texts are escaped.
    """
    before, opened, rest = data.partition(b'"sections":[')
    listed, closed, after = rest.rpartition(b'],"title":"')
    if not opened or not closed:
        raise ValueError("these bytes are not a document's JSON")
    return before + opened + closed + after, _objects(listed, b'{"blocks":[')


def split_blocks(data: bytes) -> tuple[bytes, list[bytes]]:
    """Return the JSON of a section without its blocks, and the JSON of each block. The input comes from
    `split_sections`.

    Raises ValueError for other bytes.
    """
    before, opened, rest = data.partition(b'{"blocks":[')
    listed, closed, after = rest.rpartition(b'],"heading":"')
    if before or not opened or not closed:
        raise ValueError("these bytes are not a section's JSON")
    return opened + closed + after, _objects(listed, b'{"depth":')


def _objects(listed: bytes, beginning: bytes) -> list[bytes]:
    """Return the objects of a JSON list. Each object begins with the bytes `beginning`."""
    parts = listed.split(b"}," + beginning) if listed else []
    if len(parts) > 1:
        first, *between, last = parts
        parts = [first + b"}", *(beginning + part + b"}" for part in between), beginning + last]
    return parts


def block_from_json(data: bytes) -> Block:
    """Return the block from JSON that `split_blocks` returned. Raises ValueError, KeyError or TypeError for other
    bytes.
    """
    return _block(json.loads(data.decode("utf-8", "surrogatepass")))


def section_from_json(data: bytes) -> Section:
    """Return a section from JSON that `split_sections` returned.

    Raises ValueError, KeyError or TypeError for other bytes.
    """
    return _section(json.loads(data.decode("utf-8", "surrogatepass")))


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a document holds no {type(value).__name__}")


def _section(read: dict[str, Any]) -> Section:
    return Section(
        heading=read["heading"],
        marker=read["marker"],
        level=read["level"],
        path=tuple(read["path"]),
        language=read["language"],
        blocks=tuple(_block(row) for row in read["blocks"]),
    )


def _block(read: dict[str, Any]) -> Block:
    links = tuple(Link(row["text"], row["target"]) for row in read["links"])
    return Block(read["kind"], read["text"], marker=read["marker"], depth=read["depth"], links=links)
