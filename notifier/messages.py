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
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import quote, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from differ.model import SEVERITIES, Finding, Severity
from document.model import UNKNOWN_LANGUAGE, StatedDate
from notifier import chat
from notifier.inert import clipped, inert, inert_in_chat
from notifier.redline import after, before
from notifier.subscriptions import Subscriber
from notifier.wording import (
    TOPIC_WORDS,
    date_words,
    deed,
    listed,
    marked,
    moment_words,
    standing_words,
    topic_words,
    verdict,
    what,
)

FULL_ALERTS = 8
"""Alerts of one message that are shown in full; the others are counted and named."""

NAMED_ALERTS = 20
"""Alerts that are named besides; what is left is counted."""

URL_CHARACTERS = ":/?#[]@!$&'()*+,;=%-._~"
"""What an address may hold besides letters and digits (RFC 3986); the rest is written in percent form."""

SUBJECT_LENGTH = 150
"""Code points of a subject at most."""

COLOURS: dict[Severity, str] = {"critical": "#b3261e", "high": "#b34700", "medium": "#7a5c00", "low": "#4b5563"}
"""Of the badge with white letters: all pass a contrast of 4.5 to 1."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A version, as far as a message tells of it."""

    number: int
    seen_at: datetime
    """When a fetch first found this text."""
    last_seen_at: datetime
    """When a fetch last found it."""
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
    chat_subject: str
    """The subject, made inert for chat."""
    chat: str
    """A short plain text, without the subject."""


def compose(notice: Notice) -> Message:
    """Write the message of a notice."""
    shown = _facts(notice)
    subject = clipped(shown["subject"], SUBJECT_LENGTH)
    return Message(
        key=_key(alert.id for alert in notice.alerts),
        subject=subject,
        text=_render("alert.txt", shown),
        html=_render("alert.html", shown),
        chat_subject=inert_in_chat(subject),
        chat=chat.short_text([alert.finding for alert in _ranked(notice)], shown["verdict"], _footer(notice)),
    )


def trial_message(subscriber: Subscriber, now: datetime) -> Message:
    """Write the message by which `notify test` proves a channel."""
    shown = {
        "subscriber": inert(subscriber.name),
        "topics": listed([inert(TOPIC_WORDS.get(topic, topic)) for topic in subscriber.topics]),
        "severity": subscriber.severity,
        "policies": listed([inert(name) for name in subscriber.policies]) or "every policy",
        "sent": moment_words(now),
    }
    text = _render("test.txt", shown)
    subject = f"Clausewatch test message for {clipped(inert(subscriber.name), 80)}"
    return Message(
        key=_key(["test", subscriber.name, now.isoformat()]),
        subject=subject,
        text=text,
        html=_render("test.html", shown),
        chat_subject=inert_in_chat(subject),
        chat=clipped(inert_in_chat(text), chat.LENGTH),
    )


def _facts(notice: Notice) -> dict[str, Any]:
    """Return what the templates show, every text inert."""
    alerts = _ranked(notice)
    findings = [alert.finding for alert in alerts]
    worst = findings[0]
    name = inert(notice.policy)
    return {
        "subject": f"{name}: {what(findings)} ({worst.severity})",
        "headline": f"{name} {deed(findings)}.",
        "verdict": verdict(findings),
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
        "seen": moment_words(notice.later.seen_at),
        "version": notice.later.number,
        "earlier": standing_words(notice.earlier.number, notice.earlier.seen_at, notice.earlier.last_seen_at),
        "dates": date_words(notice.earlier.dates, notice.later.dates),
        "caution": _caution(notice),
        "commands": _commands(notice),
        "subscriber": inert(notice.subscriber),
        "ids": [alert.id for alert in alerts],
    }


def _ranked(notice: Notice) -> list[Alert]:
    """Return the alerts, the most severe first, and in the order of the policy where they are equal."""
    return sorted(notice.alerts, key=lambda alert: SEVERITIES.index(alert.finding.severity))


def _footer(notice: Notice) -> list[str]:
    """Return the last lines of the short form: when, where, how to see more, and which alert it is."""
    ids = [alert.id for alert in _ranked(notice)]
    others = f" and {len(ids) - 1} more" if len(ids) > 1 else ""
    return [
        f"Seen {moment_words(notice.later.seen_at)}",
        *filter(None, [clipped(_link(notice.url), 300)]),
        clipped(inert_in_chat(_commands(notice)[0]), 150),
        f"Alert {ids[0]}{others}",
    ]


def _shown(alert: Alert, place: int) -> dict[str, Any]:
    finding = alert.finding
    sides = [side for side in (before(finding), after(finding)) if side]
    return {
        "place": place,
        "section": inert(finding.section) or "Before the first heading",
        "topic": topic_words(finding),
        "severity": finding.severity,
        "colour": COLOURS[finding.severity],
        "material": finding.material,
        "reason": inert(finding.reason),
        "rule": inert(finding.rule),
        "source": inert(finding.source),
        "clause": inert(finding.clause or ""),
        "language": finding.language if finding.language != UNKNOWN_LANGUAGE else "",
        "before": before(finding),
        "after": after(finding),
        "shortened": any(side.shortened for side in sides),
        "id": alert.id,
    }


def _named(findings: list[Finding]) -> list[str]:
    """Name findings by section, topic and severity, equal ones once with their number."""
    names = Counter(
        f"{clipped(inert(finding.section) or 'before the first heading', 120)}"
        f" ({topic_words(finding)}, {finding.severity})"
        for finding in findings
    )
    lines = [name if count == 1 else f"{name}, {count} times" for name, count in names.items()]
    left = sum(list(names.values())[NAMED_ALERTS:])
    return [*lines[:NAMED_ALERTS], *([f"and {left} more, not named here"] if left else [])]


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
    return quote(inert(url), safe=URL_CHARACTERS) if urlsplit(url).scheme in ("http", "https") else ""


def _key(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


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
    environment.filters["marked"] = marked
    return environment


def _fold(text: str, indent: int = 0, hanging: int = 0) -> str:
    """Break a line of text at 76 columns, every line indented, and all but the first by so much more."""
    return textwrap.fill(
        text,
        76,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hanging),
        break_long_words=False,
        break_on_hyphens=False,
    )
