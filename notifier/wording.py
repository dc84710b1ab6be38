"""How messages name things: topics, dates, moments, and what was done to a clause."""

from __future__ import annotations

from datetime import UTC, datetime

from differ.model import Finding
from document.model import StatedDate
from notifier.inert import inert
from notifier.redline import Side

TOPIC_WORDS = {
    "sharing": "sharing",
    "sale": "data sale",
    "transfer": "transfer",
    "merger": "merger",
    "rights": "rights",
    "choices": "choices",
    "withdrawal": "consent withdrawal",
    "complaint": "complaint",
    "collection": "collection",
    "use": "data use",
    "retention": "retention",
    "security": "security",
    "cookies": "cookies",
    "children": "children",
    "contact": "contact",
    "policy_change": "change notice",
    "other": "other",
}

DATE_WORDS = {"updated": "last updated", "effective": "effective from", "revised": "last revised"}


def topic_words(finding: Finding) -> str:
    """Name the topic of a finding."""
    return TOPIC_WORDS.get(finding.topic, inert(finding.topic))


def topics(findings: list[Finding]) -> str:
    """Name the topics of findings, in their order."""
    return listed(list(dict.fromkeys(topic_words(finding) for finding in findings)))


def what(findings: list[Finding]) -> str:
    """Say in the fewest words what happened: `sharing and rights changed, 3 clauses`."""
    if len(findings) > 1:
        return f"{topics(findings)} changed, {len(findings)} clauses"
    return f"{topics(findings)} clause {verb(findings[0])}"


def deed(findings: list[Finding]) -> str:
    """Say what the policy did: `removed a clause on sharing`."""
    if len(findings) > 1:
        return f"changed {len(findings)} clauses on {topics(findings)}"
    return f"{verb(findings[0])} a clause on {topics(findings)}"


def verb(finding: Finding) -> str:
    """Return what was done to a clause: added, removed or changed."""
    if not finding.before:
        return "added"
    return "changed" if finding.after else "removed"


def verdict(findings: list[Finding]) -> str:
    """Say whether it matters."""
    material = sum(finding.material for finding in findings)
    if not material:
        return "Not material: you hear of it because you subscribed to this topic."
    if material < len(findings):
        return f"Material: {material} of {len(findings)} change what you watch this policy for."
    if material == 1:
        return "Material: it changes what you watch this policy for."
    how_many = "both" if material == 2 else f"all {material}"
    return f"Material: {how_many} change what you watch this policy for."


def date_words(earlier: tuple[StatedDate, ...], later: tuple[StatedDate, ...]) -> str:
    """Say what dates the policy states about itself, and whether they moved with the text."""
    if not later:
        return "none" if not earlier else f"none any more; it said: {_stated(earlier)}"
    if not earlier:
        return f"{_stated(later)} (it stated none before)"
    if {(date.kind, date.day) for date in earlier} == {(date.kind, date.day) for date in later}:
        return f"{_stated(later)}, as before: its date does not announce this change"
    return f"{_stated(later)} (before: {_stated(earlier)})"


def _stated(dates: tuple[StatedDate, ...]) -> str:
    words = [f"{DATE_WORDS[date.kind]} {date.day.day} {date.day.strftime('%B %Y')}" for date in dates]
    return ", ".join(dict.fromkeys(words))


def moment_words(moment: datetime) -> str:
    """Write a moment in UTC."""
    utc = moment.astimezone(UTC)
    return f"{utc.day} {utc.strftime('%B %Y, %H:%M')} UTC"


def standing_words(number: int, first: datetime, last: datetime) -> str:
    """Say from when to when a version was seen."""
    since, until = moment_words(first), moment_words(last)
    if since == until:
        return f"Version {number} was seen {since}."
    return f"Version {number} was first seen {since}, and last seen {until}."


def listed(words: list[str]) -> str:
    """Join words as a sentence does."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def marked(side: Side, brackets: str) -> str:
    """Return a side with its marked words in brackets: the opening and the closing one, with a bar between."""
    opening, _, closing = brackets.partition("|")
    words = []
    for run in side.runs:
        body = run.text.strip()
        left, right = run.text[: len(run.text) - len(run.text.lstrip())], run.text[len(run.text.rstrip()) :]
        words.append(f"{left}{opening}{body}{closing}{right}" if run.marked and body else run.text)
    return "".join(words).strip()
