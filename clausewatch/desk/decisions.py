"""The reviews that a form on the page before recorded. The address of a page names them, so that they can be undone."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from archive.model import Review
from archive.recording.reviews import verdicts_numbered
from clausewatch.desk.entry import Visitor, desk_of

MOST = 500
"""Maximum number of reviews in one form."""

DIGITS = 10
"""Number of digits that no number of a row has. PostgreSQL refuses larger numbers."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """The verdicts that were just recorded, and those that were not, because somebody had decided before."""

    made: tuple[Review, ...]
    """The person's own verdicts that still count."""
    earlier: tuple[Review, ...]
    """Verdicts that had been recorded before, so that the person's verdict was not recorded."""


def decided(request: Request, visitor: Visitor) -> Decisions:
    """Return the verdicts that the address of a page names."""
    reader = desk_of(request).archive.reader
    made = verdicts_numbered(reader, numbers(request.query_params.get("decided", "")))
    earlier = verdicts_numbered(reader, numbers(request.query_params.get("earlier", "")))
    return Decisions(tuple(review for review in made if review.by == visitor.name), earlier)


def numbers(text: str) -> list[int]:
    """Return the numbers in a text like "3.4.17". Everything else is left out."""
    parts = text.split(".")[:MOST]
    return [int(part) for part in parts if part.isascii() and part.isdecimal() and len(part) < DIGITS]


def joined(reviews: tuple[Review, ...]) -> str:
    """Return the numbers of reviews in the form that `numbers` reads."""
    return ".".join(str(review.id) for review in reviews[:MOST])
