"""A document as canonical JSON, and back."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from typing import Any

from document.model import Block, Document, Link, Section, StatedDate


def to_json(document: Document) -> bytes:
    """Return the document as UTF-8 JSON: sorted keys, no spaces; equal documents give equal bytes."""
    return json.dumps(
        asdict(document), ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain, allow_nan=False
    ).encode("utf-8", "surrogatepass")


def from_json(data: bytes) -> Document:
    """Return the document that `to_json` wrote.

    Raises ValueError, KeyError or TypeError if the bytes are not such JSON.
    """
    read = json.loads(data.decode("utf-8", "surrogatepass"))
    return Document(
        sections=tuple(_section(row) for row in read["sections"]),
        languages=tuple(read["languages"]),
        dates=tuple(StatedDate(row["kind"], date.fromisoformat(row["day"]), row["text"]) for row in read["dates"]),
        title=read["title"],
    )


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
