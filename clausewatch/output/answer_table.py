"""Formats the answer to a question about all policies as a table for a terminal, a program, a spreadsheet or a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from archive.questions.inventories import Lacking, Listing, Named
from clausewatch.output.inventories import unlisted_note
from clausewatch.output.inventory_text import CLASSES, RIGHTS
from clausewatch.output.terminal import printable, wrapped
from clausewatch.output.times import day
from differ.judgement.inventory import Right
from differ.judgement.recipients import Recipient

_CAVEAT = (
    "This answer comes from word lists. A policy may use words that they do not know, so read its text before you rely "
    "on the answer."
)


@dataclass(frozen=True, slots=True)
class AnswerTable:
    """An answer as a table, with remarks."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """The rows. The first cell of a row is the name of a policy. The last cell is a sentence of this policy, or ""."""
    remarks: tuple[str, ...]


def recipients_table(listing: Listing[Recipient], title: str) -> AnswerTable:
    """Return a table of the recipients that policies name."""
    headings = ("policy", "recipient", "class", "country", "purpose", "since", "version", "sentence")
    rows = tuple(
        (
            row.policy,
            row.entry.name,
            CLASSES.get(row.entry.kind, row.entry.kind),
            row.entry.country,
            row.entry.purpose,
            *_since(row),
            row.entry.sentence,
        )
        for row in listing.entries
    )
    return AnswerTable(title, headings, rows, tuple(_remarks(listing, "recipient", listing.policies)))


def rights_table(listing: Listing[Right], title: str) -> AnswerTable:
    """Return a table of the rights that policies name."""
    headings = ("policy", "right", "deadline", "fee", "how", "since", "version", "sentence")
    rows = tuple(
        (
            row.policy,
            RIGHTS.get(row.entry.right, row.entry.right),
            row.entry.deadline,
            row.entry.fee,
            row.entry.channel,
            *_since(row),
            row.entry.sentence,
        )
        for row in listing.entries
    )
    return AnswerTable(title, headings, rows, tuple(_remarks(listing, "right", listing.policies)))


def lacking_table(lacking: Lacking, title: str) -> AnswerTable:
    """Return a table of the policies that do not name a right."""
    rows = tuple((name,) for name in lacking.policies)
    remarks = [f"{len(rows)} of {_policies(lacking.with_versions)} with a text."]
    remarks += [unlisted_note(lacking.unlisted, _policy(lacking.unlisted))] if lacking.unlisted else []
    remarks += [_CAVEAT]
    return AnswerTable(title, ("policy",), rows, tuple(remarks))


def _since(row: Named[Right] | Named[Recipient]) -> tuple[str, str]:
    return day(row.since), str(row.version)


def _remarks(listing: Listing[Right] | Listing[Recipient], what: str, policies: int) -> Iterator[str]:
    named = len({row.policy for row in listing.entries})
    shown = len(listing.entries)
    yield f"{shown} {what if shown == 1 else f'{what}s'} in {named} of {_policies(policies)} with a text."
    if listing.count > shown:
        yield f"{listing.count - shown} more are left out: raise --limit."
    if listing.unlisted:
        yield unlisted_note(listing.unlisted, _policy(listing.unlisted))
    yield _CAVEAT


def _policies(count: int) -> str:
    return f"{count} {_policy(count)}"


def _policy(count: int) -> str:
    return "policy" if count == 1 else "policies"


def table_lines(table: AnswerTable) -> Iterator[str]:
    """Yield the lines of an answer for a terminal.

    Under the name of each policy are its rows, each with its sentence.
    """
    for policy, rows in groupby(table.rows, key=lambda row: row[0]):
        yield printable(policy)
        for row in rows:
            yield from _row_lines(row[1:], table.headings[1:])
    if table.rows:
        yield ""
    for remark in table.remarks:
        yield from wrapped(remark)


_LABELS = {
    "deadline": "time limit: ",
    "fee": "cost: ",
    "how": "how: ",
    "since": "since ",
    "version": "in these words since version ",
}
"""Words before the cells of some columns, for a terminal."""


def _row_lines(cells: Sequence[str], headings: Sequence[str]) -> Iterator[str]:
    facts = [cell and f"{_LABELS.get(name, '')}{cell}" for name, cell in zip(headings, cells, strict=True)]
    if facts:
        yield from wrapped("; ".join(filter(None, facts[:-1])), "  ", "    ")
        yield from wrapped(f"“{cells[-1]}”", "    ") if cells[-1] else ()
