"""Writes versions, changes or findings as a CSV table. No cell can be read as a formula by a spreadsheet."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, TextIO

from archive.model import Change, Version
from archive.questions.history import NetChange
from clausewatch.output.times import stamp

Table = Literal["versions", "changes", "findings", "quiet-edits"]
Row = tuple[str, ...]
NetChanges = Mapping[tuple[str, int], Sequence[NetChange]]
"""The net changes that end at each version. The keys are the policy and the number of the version."""

BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Characters with which a formula may begin in a spreadsheet. See OWASP on CSV injection."""


AFTER_SEPARATOR = re.compile(rf"([;\t\r\n][ \"]*)(?=[{re.escape(''.join(BEGINS_A_FORMULA))}])")
"""Matches a place within a cell after which a formula could begin. A spreadsheet may begin a new cell there if it uses
another separator, such as a semicolon.
"""


def write_csv(versions: Sequence[Version], nets: NetChanges, table: Table, target: TextIO) -> int:
    """Write a table with its headings, and return the number of rows without the headings. `nets` are the net changes
    that end at the versions. The rows of a net change come after the rows of the version at which it ends. They contain
    the number of the earlier version.
    """
    columns, rows = TABLES[table]
    writer = csv.writer(target)
    writer.writerow(columns)
    count = 0
    for row in rows(versions, nets):
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


def _versions(versions: Sequence[Version], _: NetChanges) -> Iterator[Row]:
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


def _changes(versions: Sequence[Version], nets: NetChanges) -> Iterator[Row]:
    for each in versions:
        for change, net_from in _judgements(each, nets):
            counts = str(len(change.findings)), str(len(change.suppressed))
            topics = ", ".join(change.topics)
            judged = _yes(change.material), change.severity or "", topics, change.judged_by, *counts
            yield (*_named(each), *judged, net_from)


def _findings(versions: Sequence[Version], nets: NetChanges) -> Iterator[Row]:
    for each in versions:
        for change, net_from in _judgements(each, nets):
            for recorded in change.findings:
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
                    net_from,
                )


def _judgements(version: Version, nets: NetChanges) -> Iterator[tuple[Change, str]]:
    """Yield the changes that end at a version. Each net change is paired with the number of its earlier version. The
    change from the previous version is paired with "".
    """
    if version.change is not None:
        yield version.change, ""
    for net in nets.get((version.policy, version.number), ()):
        yield net.change, str(net.earlier)


def _quiet_edits(versions: Sequence[Version], _: NetChanges) -> Iterator[Row]:
    for each in versions:
        for recorded in each.change.suppressed if each.change is not None else ():
            edit, missed = recorded.suppression, recorded.missed
            marked = ("no", "", "", "") if missed is None else ("yes", missed.by, stamp(missed.at), missed.text)
            yield (*_named(each), str(recorded.id), edit.section, edit.reason, edit.before, edit.after, *marked)


def _named(version: Version) -> Row:
    return (version.policy, str(version.number), stamp(version.seen_at))


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"


NAMED = ("policy", "version", "seen_at")
TABLES: Mapping[Table, tuple[Row, Callable[[Sequence[Version], NetChanges], Iterator[Row]]]] = {
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
    "changes": (
        (*NAMED, "material", "severity", "topics", "judged_by", "findings", "suppressed", "net_from"),
        _changes,
    ),
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
            "net_from",
        ),
        _findings,
    ),
    "quiet-edits": (
        (
            *NAMED,
            "quiet_edit",
            "section",
            "reason",
            "before",
            "after",
            "missed",
            "missed_by",
            "missed_at",
            "comment",
        ),
        _quiet_edits,
    ),
}
"""The headings of each table, and the function that yields its rows."""
