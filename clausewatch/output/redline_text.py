"""Formats redlines and findings as lines for a terminal.

Changes are marked with characters, so colours are not needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby, zip_longest

import click

from archive.model import RecordedFinding, RecordedSuppression, Version
from clausewatch.output.change_text import (
    look_notes,
    quiet_review_notes,
    review_notes,
    rewrite_lines,
    version_notes,
)
from clausewatch.output.inventory_text import change_notes
from clausewatch.output.redline_page import Redline
from clausewatch.output.redline_words import STATUS_WORDS, body, heading, is_kept, verdict_phrase
from clausewatch.output.terminal import line_width, printable, wide_width, width, wrapped
from clausewatch.output.times import moment
from differ.judgement.inventory import InventoryChange
from differ.matching.redline import RedlineSection
from differ.model import SEVERITIES, Edit, Finding, Operation

MARKS: dict[Operation, tuple[str, str]] = {"keep": ("", ""), "delete": ("[-", "-]"), "insert": ("{+", "+}")}
REWRITE_SHOWN = 10
"""Maximum number of findings that are listed below the summary of a rewrite."""
COLOURS: dict[Operation, str | None] = {"keep": None, "delete": "red", "insert": "green"}

Word = tuple[str, Operation]
"""A word with its marks or a piece of white space, and the kind of edit that it belongs to."""


def redline_lines(
    compared: Redline, *, full: bool, side_by_side: bool = False, known: Sequence[str] = ()
) -> Iterator[str]:
    """Yield a redline as lines: first the judgement, then the changed parts of the text.

    If `full` is true, yield the whole text. `known` are sentences about the days for which the user asked.
    """
    yield from _head(compared)
    for sentence in known:
        yield from wrapped(sentence, indent="  Known    ", hanging=" " * 11)
    for version in compared.judged:
        yield ""
        yield from verdict_lines(version)
        yield from judged_lines(version)
    if compared.net is not None:
        yield ""
        first, last = compared.before.number, compared.after.number
        yield from wrapped(f"Net change from version {first} to version {last}, as messages and digests report it:")
        for recorded in compared.net.findings:
            yield from finding_lines(recorded)
    shown_sections = compared.sections if full else compared.changed
    for section in shown_sections:
        yield ""
        yield from _section_lines(section, full=full, show=_sides if side_by_side else _inline)
    yield ""
    yield _count(len(compared.sections), len(compared.changed))


def _head(compared: Redline) -> Iterator[str]:
    before, after = compared.before, compared.after
    yield from wrapped(f"{after.policy}: version {before.number} to version {after.number}")
    yield f"  Before   {version_line(before)}"
    yield f"  After    {version_line(after)}"
    for version in compared.judged:
        for note in version_notes(version):
            yield from wrapped(f"version {version.number}: {note}", indent="  Dates    ", hanging=" " * 11)
    yield "  Marks    [-removed words-]  {+added words+}"
    if compared.caution:
        yield from wrapped(f"Caution: {compared.caution}", indent="  ", hanging="           ")


def version_line(version: Version) -> str:
    """Return a line that says when a version was first and last seen."""
    return f"first seen {moment(version.seen_at)}, last seen {moment(version.last_seen_at)}"


def version_lines(version: Version, promised: InventoryChange, *, suppressed: bool) -> Iterator[str]:
    """Yield lines that describe a version and the changes since the previous version."""
    yield from verdict_lines(version)
    for note in (*version_notes(version), *change_notes(promised)):
        yield from wrapped(note, indent="  ", hanging="    ")
    yield from judged_lines(version, suppressed=suppressed)


def verdict_lines(version: Version) -> Iterator[str]:
    """Yield the judgement of the change to a version, the times when the version was first and last seen, and its
    stated dates.
    """
    yield from wrapped(f"Version {version.number}: {verdict_phrase(version)}", hanging="  ")
    yield f"  {version_line(version)}"
    for note in look_notes(version):
        yield from wrapped(note, indent="  ", hanging="    ")
    for date in version.stated:
        yield from wrapped(
            f"it states: {date.kind} {date.day.isoformat()} (“{date.text}”)", indent="  ", hanging="    "
        )


def judged_lines(version: Version, *, suppressed: bool = False) -> Iterator[str]:
    """Yield the findings of the change to a version, and notes on how the change was judged."""
    change = version.change
    if change is None:
        return
    if change.judged_by == "structure":
        yield "  There are no word lists for this language: judged by structure alone."
    if change.coarse:
        yield "  The texts differ so much that a part was compared by a coarser method."
    summary = rewrite_lines(change.findings)
    for line in summary:
        yield from wrapped(line, indent="  ", hanging="    ")
    listed = gravest(change.findings) if summary else change.findings
    for recorded in listed:
        yield from finding_lines(recorded)
    if len(listed) < len(change.findings):
        yield f"  … and {len(change.findings) - len(listed)} more findings: --format json lists all."
    if suppressed:
        yield from _suppressed_lines(change.suppressed)


def gravest(findings: Sequence[RecordedFinding]) -> list[RecordedFinding]:
    """Return the most severe findings of a rewrite, in their order in the policy."""
    kept = sorted(findings, key=lambda recorded: (not recorded.finding.material, rank(recorded.finding)))
    shown = {recorded.id for recorded in kept[:REWRITE_SHOWN]}
    return [recorded for recorded in findings if recorded.id in shown]


def rank(finding: Finding) -> int:
    """Return the place of a finding's severity; 0 is the most severe."""
    return SEVERITIES.index(finding.severity)


def finding_lines(recorded: RecordedFinding) -> Iterator[str]:
    """Yield lines with a finding: its topic and section, its words, its reason and its rule."""
    finding = recorded.finding
    weight = "material" if finding.material else "not material"
    section = finding.section or "before the first heading"
    yield from wrapped(f"{finding.topic} ({finding.severity}, {weight}) in {section}", indent="  * ", hanging="    ")
    edits = finding.edits or _whole(finding.before, finding.after)
    yield from marked_lines(edits, "      ")
    yield from wrapped(finding.reason, indent="      ")
    clause = f", clause {finding.clause}" if finding.clause else ""
    yield from wrapped(f"Rule {finding.rule}: {finding.source}{clause}. Finding {recorded.id}.", indent="      ")
    for note in review_notes(recorded):
        yield from wrapped(note, indent="      ", hanging="        ")


def _whole(before: str, after: str) -> tuple[Edit, ...]:
    gone = (Edit("delete", before),) if before else ()
    came = (Edit("insert", after),) if after else ()
    between = (Edit("keep", " "),) if gone and came else ()
    return gone + between + came


def _suppressed_lines(suppressed: Iterable[RecordedSuppression]) -> Iterator[str]:
    for recorded in suppressed:
        yield from suppression_lines(recorded)


def suppression_lines(recorded: RecordedSuppression) -> Iterator[str]:
    """Yield an edit that was not reported, with its number and its reviews."""
    piece = recorded.suppression
    section = piece.section or "before the first heading"
    label = f"no change of meaning ({piece.reason}) in {section} (quiet edit {recorded.id})"
    yield from wrapped(label, indent="  - ", hanging="    ")
    yield from marked_lines(_whole(piece.before, piece.after), "      ")
    for note in quiet_review_notes(recorded):
        yield from wrapped(note, indent="      ", hanging="      ")


def _section_lines(
    section: RedlineSection, *, full: bool, show: Callable[[Sequence[Edit]], Iterator[str]]
) -> Iterator[str]:
    yield from (
        click.style(line, bold=True) for line in wrapped(f"{heading(section)}  ({STATUS_WORDS[section.status]})")
    )
    for kept, blocks in groupby(body(section), key=is_kept):
        together = list(blocks)
        if kept and not full:
            if section.status != "moved":
                yield f"  … {len(together)} unchanged"
            continue
        for block in together:
            yield from show(block)


def _inline(block: Sequence[Edit]) -> Iterator[str]:
    yield from marked_lines(block, "  ")


def _sides(block: Sequence[Edit]) -> Iterator[str]:
    """Yield lines with the text before the change on the left, and the text after the change on the right."""
    room = (wide_width() - len("  ") - len(" | ")) // 2
    left = marked_lines([edit for edit in block if edit.operation != "insert"], "", room)
    right = marked_lines([edit for edit in block if edit.operation != "delete"], "", room)
    for one, other in zip_longest(left, right, fillvalue=""):
        yield f"  {one}{' ' * (room - width(click.unstyle(one)))} | {other}".rstrip()
    yield f"  {'-' * room}-+-{'-' * room}"


def marked_lines(edits: Iterable[Edit], indent: str, columns: int | None = None) -> Iterator[str]:
    """Yield edits as lines, with marks and a colour for each kind of edit.

    Lines are wrapped between words, and a word is never broken. A line has at most `columns` columns, or the width of
    the terminal.
    """
    line: list[Word] = []
    room = (line_width() if columns is None else columns) - len(indent)
    used = 0
    for word in _words(edits):
        if used + width(word[0]) > room and line:
            yield indent + _styled(line)
            line, used = [], 0
        if word[0].isspace() and not line:
            continue
        line.append(word)
        used += width(word[0])
    if line:
        yield indent + _styled(line)


def _words(edits: Iterable[Edit]) -> Iterator[Word]:
    before: Operation = "keep"
    for edit in edits:
        if "keep" not in (before, edit.operation):
            yield (" ", "keep")  # a space between removed words and the words that replace them
        before = edit.operation
        opening, closing = MARKS[edit.operation]
        text = printable(edit.text)
        inner = text.strip(" ")
        marked = text.replace(inner, f"{opening}{inner}{closing}", 1) if inner else text
        yield from ((word, edit.operation) for word in re.findall(r" +|[^ ]+", marked))


def _styled(line: list[Word]) -> str:
    while line[-1][0].isspace():
        line = line[:-1]
    parts = []
    for operation, words in groupby(line, key=lambda word: word[1]):
        text = "".join(word for word, _ in words)
        parts.append(click.style(text, fg=COLOURS[operation]) if COLOURS[operation] else text)
    return "".join(parts)


def _count(sections: int, changed: int) -> str:
    if not changed:
        return "No word differs."
    same = sections - changed
    return f"{changed} of {sections} sections changed or moved; {same} unchanged."
