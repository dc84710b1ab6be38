"""Marks quiet edits, for `clausewatch review --missed`. The mark says that an edit matters although it was not
reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import click

from archive.errors import NoSuppressionError
from archive.model import QuietReview, QuietReviewKind
from archive.reviewing.quiet_edits import LocatedSuppression, add_quiet_review, find_suppression, missed_suppressions
from archive.row_numbers import row_number
from archive.storage.database import Archive
from clausewatch.cli.context import CommandContext
from clausewatch.output.json_rows import as_json, located_suppression_row
from clausewatch.output.redline_text import suppression_lines
from clausewatch.output.terminal import printable, wrapped
from clausewatch.output.times import day


def answer(
    context: CommandContext, numbers: Sequence[str], kind: QuietReviewKind, *, text: str, by: str, form: str
) -> Iterator[str]:
    """Mark these quiet edits, or take the marks back. Without numbers, list the edits that are marked."""
    if not numbers and (kind == "take-back" or text):
        raise click.UsageError("Name the quiet edit: `clausewatch history --suppressed` shows the numbers.")
    with context.archive() as archive:
        if not numbers:
            yield from _listed(missed_suppressions(archive), form)
            return
        named = [_found(archive, number) for number in numbers]  # find all before recording any
        now = datetime.now(UTC)
        done = [add_quiet_review(archive, QuietReview(it.recorded.id, kind, text, by=by, at=now)) for it in named]
    deed = "marked as missed" if kind == "missed" else "no longer marked as missed"
    for located, is_new in zip(named, done, strict=True):
        label = f"{located.policy}, version {located.version}, {located.recorded.suppression.reason}"
        yield printable(f"Quiet edit {located.recorded.id} ({label}): {deed if is_new else f'was already {deed}'}.")


def _found(archive: Archive, number: str) -> LocatedSuppression:
    row = row_number(number.strip().removeprefix("#"))
    if row is None:
        raise NoSuppressionError(number)
    return find_suppression(archive, row)


def _listed(marked: Sequence[LocatedSuppression], form: str) -> Iterator[str]:
    if form == "json":
        yield as_json([located_suppression_row(located) for located in marked])
        return
    if not marked:
        yield "No quiet edit is marked as missed."
    for located in marked:
        yield from wrapped(f"{located.policy}, version {located.version}, seen {day(located.seen_at)}")
        yield from suppression_lines(located.recorded)
