"""Writes versions, changes or findings as a CSV table. A spreadsheet runs none of its cells as a formula."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, TextIO

from archive.model import Version
from clausewatch.output.times import stamp

Table = Literal["versions", "changes", "findings"]
Row = tuple[str, ...]

BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Characters with which a formula may begin in a spreadsheet. See OWASP on CSV injection."""


AFTER_SEPARATOR = re.compile(rf"([;\t\r\n][ \"]*)(?=[{re.escape(''.join(BEGINS_A_FORMULA))}])")
"""Matches places within a cell that begin a new cell if the spreadsheet uses a different separator, such as a
semicolon.
"""


def write_csv(versions: Sequence[Version], table: Table, target: TextIO) -> int:
    """Write a table with its headings, and return the number of rows without the headings."""
    columns, rows = TABLES[table]
    writer = csv.writer(target)
    writer.writerow(columns)
    count = 0
    for row in rows(versions):
        writer.writerow([cell(value) for value in row])
        count += 1
    return count


def cell(value: str) -> str:
    """Return a text as a cell.

    A text that may be a formula gets an apostrophe in front. NUL becomes a replacement character.
    """
    text = value.replace("\0", "\N{REPLACEMENT CHARACTER}")
    text = AFTER_SEPARATOR.sub(r"\1'", text)
    return f"'{text}" if text.lstrip(" ").startswith(BEGINS_A_FORMULA) else text


def _versions(versions: Sequence[Version]) -> Iterator[Row]:
    for each in versions:
        change = each.change
        yield (
            *_named(each),
            stamp(each.last_seen_at),
            each.final_url,
            _yes(change is not None and change.material),
            (change.severity if change is not None else None) or "",
            ", ".join(change.topics) if change is not None else "",
            _yes(each.confirmed),
            each.body_sha256 or "",
            each.document_sha256,
        )


def _changes(versions: Sequence[Version]) -> Iterator[Row]:
    for each in versions:
        if each.change is not None:
            change = each.change
            counts = str(len(change.findings)), str(len(change.suppressed))
            topics = ", ".join(change.topics)
            yield (*_named(each), _yes(change.material), change.severity or "", topics, change.judged_by, *counts)


def _findings(versions: Sequence[Version]) -> Iterator[Row]:
    for each in versions:
        for recorded in each.change.findings if each.change is not None else ():
            found = recorded.finding
            yield (
                *_named(each),
                str(recorded.id),
                found.topic,
                found.section,
                _yes(found.material),
                found.severity,
                found.rule,
                found.source,
                found.clause or "",
                found.before,
                found.after,
                found.reason,
            )


def _named(version: Version) -> Row:
    return (version.policy, str(version.number), stamp(version.seen_at))


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"


NAMED = ("policy", "version", "seen_at")
TABLES: Mapping[Table, tuple[Row, Callable[[Sequence[Version]], Iterator[Row]]]] = {
    "versions": (
        (
            *NAMED,
            "last_seen_at",
            "url",
            "material",
            "severity",
            "topics",
            "confirmed",
            "body_sha256",
            "document_sha256",
        ),
        _versions,
    ),
    "changes": ((*NAMED, "material", "severity", "topics", "judged_by", "findings", "suppressed"), _changes),
    "findings": (
        (
            *NAMED,
            "finding",
            "topic",
            "section",
            "material",
            "severity",
            "rule",
            "source",
            "clause",
            "before",
            "after",
            "reason",
        ),
        _findings,
    ),
}
"""The headings of each table, and the function that yields its rows."""
