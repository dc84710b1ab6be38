"""Describes a change in lines of text: its stated dates, languages, second looks and reviews."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from archive.model import RecordedFinding, RecordedSuppression, ReviewKind, Version
from archive.questions.history import NetChange
from clausewatch.output.times import day, moment
from differ.explanation import ENGLISH
from differ.model import Finding, Timing
from differ.rewrite import rewrite, summary_lines
from languages import language_name

if TYPE_CHECKING:
    from archive.questions.blame import Blame

DEEDS: dict[ReviewKind, str] = {
    "acknowledge": "acknowledged",
    "false-alarm": "marked as a false alarm",
    "comment": "commented",
    "take-back": "put back to be reviewed",
}


def enumerated(names: list[str]) -> str:
    """Return names as one text, such as "A, B and C"."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def version_notes(version: Version) -> Iterator[str]:
    """Yield notes on the dates and languages of the change to a version.

    Dates count as future if they are later than the day when the version was first seen.
    """
    change = version.change
    if change is None:
        return
    yield from timing_notes(change.timing, version.seen_at.date())
    yield from drift_notes(change.drift, tuple(finding.finding for finding in change.findings))


def rewrite_lines(findings: Iterable[RecordedFinding]) -> list[str]:
    """Return the summary of a rewrite by topic. It is empty if a change is smaller than a rewrite."""
    return summary_lines(rewrite(recorded.finding for recorded in findings), ENGLISH)


def look_notes(version: Version) -> Iterator[str]:
    """Yield a note if a version returns to an earlier text, if the text goes back and forth, or if no second look
    confirmed the version.
    """
    if version.returns_to is not None and version.back_to is not None:
        yield f"back to the text of {moment(version.back_to)} (version {version.returns_to})"
    if version.flapping:
        yield "flapping: the text goes back and forth; alerts wait until one text stays"
    if not version.confirmed:
        yield "unconfirmed: a suspicious change that no second look confirmed"


def quiet_review_notes(recorded: RecordedSuppression) -> Iterator[str]:
    """Yield a line for each review of an edit that was not reported."""
    for review in recorded.reviews:
        deed = "marked as missed: this edit matters" if review.kind == "missed" else "taken back"
        yield f"{deed}; on {day(review.at)} by {review.by}{f': {review.text}' if review.text else ''}"


def review_notes(recorded: RecordedFinding) -> Iterator[str]:
    """Yield a line for each review of a finding.

    If an earlier finding with the same words was marked as a false alarm, yield a line that no alert is sent.
    """
    for review in recorded.reviews:
        text = f": {review.text}" if review.text else ""
        yield f"{DEEDS[review.kind]} on {day(review.at)} by {review.by}{text}"
    if recorded.verdict is None and recorded.settled_by is not None:
        alike = recorded.settled_by
        yield f"the same edit was acknowledged on {day(alike.at)} by {alike.by} (finding {alike.finding})"
    if recorded.verdict is None and recorded.repeats is not None:
        alike = recorded.repeats
        marked = f"the same words were marked as a false alarm on {day(alike.at)}"
        yield f"{marked} (finding {alike.finding}): no further alert"


def net_sentence(policy: str, net: NetChange) -> str:
    """Say in one line what a net change contains, and how to see it."""
    count = len(net.change.findings)
    findings = "1 finding" if count == 1 else f"{count} findings"
    judged = ", ".join(filter(None, [net.change.severity or "not material", *net.change.topics, findings]))
    return f"from version {net.earlier}: {judged} (clausewatch diff {shlex.quote(policy)} {net.earlier} {net.later})"


def timing_notes(timing: Timing, seen: date | None = None) -> Iterator[str]:
    """Yield notes on the dates that the policy states about a change.

    An effective date, or the end of a notice or objection period, is noted only if it is later than `seen`. Without
    `seen`, the date must be later than the previous version's own date, as its text states it.
    """
    if timing.silent:
        yield f"silent edit: the text changed, but the stated date of {timing.stated_after} did not"
    elif timing.date_alone:
        yield f"the stated date changed from {timing.stated_before} to {timing.stated_after}, the text did not"
    past = seen or timing.stated_before
    if timing.effective is not None and (past is None or timing.effective > past):
        yield f"takes effect {timing.effective}"
    if timing.due is not None and not timing.silent and (past is None or timing.due > past):
        days = "1 day" if timing.window_days == 1 else f"{timing.window_days} days"
        yield f"notice or objections until {timing.due} ({days}: “{timing.window_text}”)"


def drift_notes(drift: tuple[str, ...], findings: tuple[Finding, ...]) -> Iterator[str]:
    """Yield a note if the text on sharing and rights changed in some languages of a page and not in others."""
    if not drift:
        return
    changed = sorted({finding.language for finding in findings if finding.material and finding.language not in drift})
    stayed = enumerated([language_name(code) for code in drift])
    if changed:
        edited = enumerated([language_name(code) for code in changed])
        yield f"only the {edited} text changed; the {stayed} text on sharing and rights stayed as it was"
    else:
        yield f"the {stayed} text on sharing and rights stayed as it was while another language changed"


def blame_caution(attribution: Blame) -> str:
    """Return a warning if different rules extracted the versions. Then a difference may come from the extraction and
    not from the policy. Otherwise return "".
    """
    if not attribution.read_anew:
        return ""
    several = len(attribution.read_anew) > 1
    numbers = enumerated([str(number) for number in attribution.read_anew])
    return (
        f"Version{'s' if several else ''} {numbers} {'were' if several else 'was'} extracted differently from the "
        "previous version: differences there may come from that, not from the policy."
    )
