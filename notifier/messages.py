"""What a person reads: an alert as e-mail, as plain text and as a short text for chat.

Everything that comes from a page is made inert first and escaped by the template for HTML. No picture, font or style is
loaded from anywhere. The severity and the clause that changed stand first.
"""

from __future__ import annotations

import hashlib
import shlex
import textwrap
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from differ.model import SEVERITIES, Finding, Severity
from document.model import StatedDate
from notifier.inert import clipped, inert, inert_in_chat
from notifier.redline import Side, after, before
from notifier.subscriptions import Subscriber

FULL_ALERTS = 8
"""Alerts of one message that are shown in full; the others are counted and named."""

NAMED_ALERTS = 20
"""Alerts that are named besides; what is left is counted."""

CHAT_LENGTH = 1400
"""Code points of a chat message at most: several services cut or refuse a longer one."""

SUBJECT_LENGTH = 150
"""Code points of a subject at most."""

TOPIC_WORDS = {
    "sharing": "sharing",
    "sale": "sale of data",
    "transfer": "transfers",
    "merger": "mergers",
    "rights": "your rights",
    "choices": "choices",
    "withdrawal": "withdrawal of consent",
    "complaint": "complaints",
    "collection": "collection",
    "use": "use of data",
    "retention": "retention",
    "security": "security",
    "cookies": "cookies",
    "children": "children",
    "contact": "contacts",
    "policy_change": "how the policy changes",
    "other": "other matters",
}

DATE_WORDS = {"updated": "last updated", "effective": "effective from", "revised": "last revised"}

COLOURS: dict[Severity, str] = {"critical": "#b3261e", "high": "#b34700", "medium": "#7a5c00", "low": "#4b5563"}
"""Of the badge with white letters: all pass a contrast of 4.5 to 1."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A version, as far as a message tells of it."""

    number: int
    seen_at: datetime
    dates: tuple[StatedDate, ...]


@dataclass(frozen=True, slots=True)
class Alert:
    """A finding that a subscription asked for."""

    id: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class Notice:
    """Everything that one message tells: the alerts of one change for one subscriber."""

    subscriber: str
    policy: str
    url: str
    earlier: Seen
    later: Seen
    alerts: tuple[Alert, ...]
    """In the order of the policy; at least one."""
    judged_by: str = "lexicon"
    coarse: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent, in each of the forms that a channel may want."""

    key: str
    """Stable: a message that is sent again has the same."""
    subject: str
    text: str
    """The whole in plain text."""
    html: str
    """The whole in HTML."""
    chat: str
    """A short plain text, without the subject."""


def compose(notice: Notice) -> Message:
    """Write the message of a notice."""
    shown = _facts(notice)
    return Message(
        key=_key(alert.id for alert in notice.alerts),
        subject=clipped(shown["subject"], SUBJECT_LENGTH),
        text=_render("alert.txt", shown),
        html=_render("alert.html", shown),
        chat=_chat(notice),
    )


def test_message(subscriber: Subscriber, now: datetime) -> Message:
    """Write the message by which `notify test` proves a channel."""
    shown = {
        "subscriber": inert(subscriber.name),
        "topics": _listed([inert(TOPIC_WORDS.get(topic, topic)) for topic in subscriber.topics]),
        "severity": subscriber.severity,
        "policies": _listed([inert(name) for name in subscriber.policies]) or "every policy",
        "sent": _moment(now),
    }
    text = _render("test.txt", shown)
    return Message(
        key=_key(["test", subscriber.name, now.isoformat()]),
        subject=f"Clausewatch test message for {clipped(inert(subscriber.name), 80)}",
        text=text,
        html=_render("test.html", shown),
        chat=clipped(inert_in_chat(text), CHAT_LENGTH),
    )


test_message.__test__ = False  # type: ignore[attr-defined]  # pytest would take the name for a test


def _facts(notice: Notice) -> dict[str, Any]:
    """Return what the templates show, every text inert."""
    alerts = sorted(notice.alerts, key=lambda alert: SEVERITIES.index(alert.finding.severity))
    findings = [alert.finding for alert in alerts]
    worst = findings[0]
    name = inert(notice.policy)
    return {
        "subject": f"{name}: {_what(findings)} ({worst.severity})",
        "headline": f"{name} {_deed(findings)}.",
        "verdict": _verdict(findings),
        "severity": worst.severity,
        "colour": COLOURS[worst.severity],
        "preview": inert(worst.reason),
        "alerts": [_shown(alert, place) for place, alert in enumerate(alerts[:FULL_ALERTS], start=1)],
        "count": len(alerts),
        "rest": _named(findings[FULL_ALERTS:]),
        "rest_count": len(alerts[FULL_ALERTS:]),
        "policy": name,
        "url": _link(notice.url),
        "address": inert(notice.url),
        "seen": _moment(notice.later.seen_at),
        "versions": (notice.earlier.number, notice.later.number),
        "earlier_seen": _moment(notice.earlier.seen_at),
        "dates": _dates(notice.earlier.dates, notice.later.dates),
        "caution": _caution(notice),
        "commands": _commands(notice),
        "subscriber": inert(notice.subscriber),
        "ids": [alert.id for alert in alerts],
    }


def _shown(alert: Alert, place: int) -> dict[str, Any]:
    finding = alert.finding
    sides = [side for side in (before(finding), after(finding)) if side]
    return {
        "place": place,
        "section": inert(finding.section) or "Before the first heading",
        "topic": TOPIC_WORDS.get(finding.topic, inert(finding.topic)),
        "severity": finding.severity,
        "colour": COLOURS[finding.severity],
        "material": finding.material,
        "reason": inert(finding.reason),
        "rule": inert(finding.rule),
        "source": inert(finding.source),
        "clause": inert(finding.clause or ""),
        "before": before(finding),
        "after": after(finding),
        "shortened": any(side.shortened for side in sides),
        "id": alert.id,
    }


def _what(findings: list[Finding]) -> str:
    """Say in the fewest words what happened: `sharing and your rights changed, 3 clauses`."""
    topics = _topics(findings)
    if len(findings) > 1:
        return f"{topics} changed, {len(findings)} clauses"
    return f"{topics} clause {_verb(findings[0])}"


def _deed(findings: list[Finding]) -> str:
    if len(findings) > 1:
        return f"changed {len(findings)} clauses on {_topics(findings)}"
    return f"{_verb(findings[0])} a clause on {_topics(findings)}"


def _verb(finding: Finding) -> str:
    if not finding.before:
        return "added"
    return "changed" if finding.after else "removed"


def _topics(findings: list[Finding]) -> str:
    """Name the topics, the most severe first."""
    return _listed(list(dict.fromkeys(TOPIC_WORDS.get(finding.topic, inert(finding.topic)) for finding in findings)))


def _verdict(findings: list[Finding]) -> str:
    material = sum(finding.material for finding in findings)
    if not material:
        return "Not material: you hear of it because you subscribed to this topic."
    if len(findings) == 1:
        return "Material: it changes what you watch this policy for."
    if material == len(findings):
        return f"Material: all {material} change what you watch this policy for."
    return f"Material: {material} of {len(findings)} change what you watch this policy for."


def _named(findings: list[Finding]) -> list[str]:
    """Name findings by section, topic and severity, equal ones once with their number."""
    names = Counter(
        f"{clipped(inert(finding.section) or 'before the first heading', 120)}"
        f" ({TOPIC_WORDS.get(finding.topic, inert(finding.topic))}, {finding.severity})"
        for finding in findings
    )
    lines = [name if count == 1 else f"{name}, {count} times" for name, count in names.items()]
    left = sum(list(names.values())[NAMED_ALERTS:])
    return [*lines[:NAMED_ALERTS], *([f"and {left} more, not named here"] if left else [])]


def _dates(earlier: tuple[StatedDate, ...], later: tuple[StatedDate, ...]) -> str:
    """Say what dates the policy states about itself, and whether they moved with the text."""
    if not later:
        return "none" if not earlier else f"none any more; it said: {_stated(earlier)}"
    if not earlier:
        return f"{_stated(later)} (it stated none before)"
    if {(date.kind, date.day) for date in earlier} == {(date.kind, date.day) for date in later}:
        return f"{_stated(later)}, as before: its date does not announce this change"
    return f"{_stated(later)} (before: {_stated(earlier)})"


def _stated(dates: tuple[StatedDate, ...]) -> str:
    return ", ".join(
        dict.fromkeys(f"{DATE_WORDS[date.kind]} {date.day.day} {date.day.strftime('%B %Y')}" for date in dates)
    )


def _caution(notice: Notice) -> str:
    """Say where the judgement is coarser than usual."""
    if notice.judged_by == "structure":
        return "Judged by structure alone: there is no lexicon for the language of this text."
    if notice.coarse:
        return "The texts are so large that a part was compared by a coarser method."
    return ""


def _commands(notice: Notice) -> list[str]:
    policy = shlex.quote(inert(notice.policy))
    return [
        f"clausewatch diff {policy} {notice.earlier.number} {notice.later.number}",
        f"clausewatch history {policy}",
    ]


def _link(url: str) -> str:
    """Return an address that may be linked to, or "" where it is none of the web."""
    return inert(url) if urlsplit(url).scheme in ("http", "https") else ""


def _moment(moment: datetime) -> str:
    utc = moment.astimezone(UTC)
    return f"{utc.day} {utc.strftime('%B %Y, %H:%M')} UTC"


def _listed(words: list[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _key(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _chat(notice: Notice) -> str:
    """Write the short form: what matters of as many alerts as fit, the others counted, the link last."""
    alerts = sorted(notice.alerts, key=lambda alert: SEVERITIES.index(alert.finding.severity))
    findings = [alert.finding for alert in alerts]
    head = f"{findings[0].severity.upper()}: {inert_in_chat(notice.policy)} {inert_in_chat(_deed(findings))}."
    foot = "\n".join(
        [
            f"Seen {_moment(notice.later.seen_at)}",
            *([_link(notice.url)] if _link(notice.url) else []),
            clipped(inert_in_chat(_commands(notice)[0]), 200),
            f"Alert {alerts[0].id}" + (f" and {len(alerts) - 1} more" if len(alerts) > 1 else ""),
        ]
    )
    room = CHAT_LENGTH - len(head) - len(foot) - 60
    parts: list[str] = []
    for finding in findings:
        part = _chat_alert(finding)
        if parts and len(part) > room:
            break
        parts.append(clipped(part, max(room, 0)))
        room -= len(part) + 2
    left = len(findings) - len(parts)
    more = [f"… and {left} more {'clause' if left == 1 else 'clauses'}."] if left else []
    return "\n\n".join([head, *parts, *more, foot])


def _chat_alert(finding: Finding) -> str:
    lines = [
        f"{clipped(inert_in_chat(finding.section), 120)} · {finding.severity}",
        clipped(inert_in_chat(finding.reason), 200),
    ]
    lines += [
        f"{label}: {clipped(_marked(side, brackets, chat=True), 300)}"
        for label, side, brackets in (("Before", before(finding), "[-|-]"), ("After", after(finding), "{+|+}"))
        if side
    ]
    return "\n".join(line for line in lines if line)


def _marked(side: Side, brackets: str, *, chat: bool = False) -> str:
    """Return a side with its marked words in brackets, given as the opening and the closing one with a bar between."""
    opening, _, closing = brackets.partition("|")
    words = []
    for run in side.runs:
        text = _translated(run.text) if chat else run.text
        body = text.strip()
        left, right = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        words.append(f"{left}{opening}{body}{closing}{right}" if run.marked and body else text)
    return "".join(words).strip().replace("](", "] (")


def _translated(text: str) -> str:
    """Make a run inert for chat without losing the spaces at its ends."""
    body = inert_in_chat(text)
    return f"{' ' * text[:1].isspace()}{body}{' ' * (text[-1:].isspace() and bool(body))}"


def _render(template: str, shown: dict[str, Any]) -> str:
    return _environment().get_template(template).render(shown).strip() + "\n"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("notifier"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["fold"] = _fold
    environment.filters["marked"] = _marked
    return environment


def _fold(text: str, indent: int = 0) -> str:
    """Break a line of text at 76 columns, every line indented."""
    margin = " " * indent
    return textwrap.fill(
        text, 76, initial_indent=margin, subsequent_indent=margin, break_long_words=False, break_on_hyphens=False
    )
