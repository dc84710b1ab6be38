"""Reads from a page's address which reviews the previous form recorded. The page then offers to undo these reviews."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from archive.model import Review
from archive.recording.reviews import verdicts_numbered
from archive.row_numbers import row_number
from clausewatch.desk.entry import Visitor, desk_of

MOST = 500
"""Maximum number of reviews in one form."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """The verdicts that a person just recorded. Also the verdicts of other people that were recorded first, so that the
    person's own verdicts were not recorded.
    """

    made: tuple[Review, ...]
    """The person's verdicts. Verdicts that no longer count are left out."""
    earlier: tuple[Review, ...]
    """Verdicts that somebody had recorded earlier. The first verdict counts, so the person's verdict was not recorded.
    """


def decided(request: Request, visitor: Visitor) -> Decisions:
    """Return the verdicts with the numbers that the page's address contains."""
    reader = desk_of(request).archive.reader
    made = verdicts_numbered(reader, numbers(request.query_params.get("decided", "")))
    earlier = verdicts_numbered(reader, numbers(request.query_params.get("earlier", "")))
    return Decisions(tuple(review for review in made if review.by == visitor.name), earlier)


def numbers(text: str) -> list[int]:
    """Return the numbers in a text like "3.4.17". Everything else is left out."""
    rows = map(row_number, text.split(".")[:MOST])
    return [row for row in rows if row is not None]


def joined(reviews: tuple[Review, ...]) -> str:
    """Return the numbers of reviews in the form that `numbers` reads."""
    return ".".join(str(review.id) for review in reviews[:MOST])
