"""Writes a roundup: a table of many changes, the most severe first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from notifier.audience.subscriptions import Language
from notifier.contents.change_notice import Notice, passages
from notifier.contents.roundup import Roundup
from notifier.texts import payload, wording
from notifier.texts.alert import COLOURS, commands_of, desk_link
from notifier.texts.chat import Chat
from notifier.texts.message import Message, build_message
from notifier.texts.phrases import Phrases, phrases_for
from notifier.texts.rendering import Render, render
from notifier.texts.sanitize import clipped, inert

MOST_ROWS = 100
"""Maximum number of changes that a roundup names. The remaining changes are only counted."""

REASON = 240
"""Maximum length, in code points, of a reason in the table."""


def roundup_message(
    roundup: Roundup, language: Language = "en", render: Render = render, *, zone: str = "UTC", desk: str = ""
) -> Message:
    """Write the message for a roundup in a language. `render` fills the templates. `desk` is the public address of the
    desk, or "" if people cannot reach a desk."""
    tongue = phrases_for(language, zone)
    shown = _facts(roundup, tongue, desk)
    return build_message(
        "roundup",
        shown,
        render,
        names=["roundup", roundup.subscriber, roundup.key],
        chat=_chat(shown, tongue),
        facts=_for_programs(roundup),
    )


def _facts(roundup: Roundup, tongue: Phrases, desk: str) -> dict[str, Any]:
    """Return the values for the templates. All texts have been cleaned with `inert`."""
    notices = roundup.notices
    count = len(notices)
    policies = tongue.count("watching.policies", len({notice.policy for notice in notices}))
    severity = tongue.name("severity", roundup.severity)
    moments = [notice.later.seen_at for notice in notices]
    period = " – ".join(dict.fromkeys(map(tongue.day_of, (min(moments), max(moments)))))
    return {
        "say": tongue.say,
        "language": tongue.language,
        "subject": tongue.say("roundup.subject", severity=severity, count=count, policies=policies, day=period),
        "headline": tongue.say("roundup.headline", count=count, policies=policies),
        "counts": _counts(notices, tongue),
        "meaning": tongue.say("roundup.meaning"),
        "colour": COLOURS[roundup.severity],
        "rows": [_row(notice, tongue, desk) for notice in notices[:MOST_ROWS]],
        "more": tongue.count("roundup.more", count - MOST_ROWS) if count > MOST_ROWS else "",
        "head": inert(notices[0].head),
        "subscriber": inert(roundup.subscriber),
    }


def _counts(notices: Sequence[Notice], tongue: Phrases) -> str:
    """Say how many changes there are of each severity."""
    counts: dict[str, int] = {}
    for notice in notices:
        severity = passages(notice.alerts)[0].severity
        counts[severity] = counts.get(severity, 0) + 1
    return tongue.listed(
        [
            tongue.say("roundup.count", count=count, severity=tongue.name("severity", severity))
            for severity, count in counts.items()
        ]
    )


def _row(notice: Notice, tongue: Phrases, desk: str) -> dict[str, Any]:
    gathered = passages(notice.alerts)
    worst = gathered[0]
    others = tongue.count("rest.clauses", len(gathered) - 1) if len(gathered) > 1 else ""
    return {
        "badge": tongue.say("severity.badge", severity=tongue.name("severity", worst.severity)),
        "colour": COLOURS[worst.severity],
        "headline": wording.headline(notice, gathered, tongue),
        "section": inert(worst.worst.section) or tongue.say("clause.unheaded"),
        "reason": clipped(inert(worst.worst.reason_in(tongue.language)), REASON),
        "others": others,
        "notes": wording.order_notes(notice, tongue),
        "seen": tongue.moment(notice.later.seen_at),
        "command": desk_link(notice, desk) or commands_of(notice)[0],
        "alert": tongue.say("clause.alert", id=worst.alerts[0].id),
    }


def _chat(shown: dict[str, Any], tongue: Phrases) -> Chat:
    return Chat(
        head=f"{shown['headline']} {shown['counts']}.",
        parts=tuple(
            f"{row['badge']}: {' '.join([row['headline'], *row['notes'], row['reason']])}" for row in shown["rows"]
        ),
        foot=("clausewatch history", f"{tongue.say('watching.head')} {shown['head']}"),
        language=tongue.language,
        counted="digest.clauses",
    )


def _for_programs(roundup: Roundup) -> dict[str, Any]:
    """Return the content for programs: each change in the form of an alert."""
    return {
        "subscriber": inert(roundup.subscriber),
        "severity": roundup.severity,
        "changes": [payload.facts(notice, passages(notice.alerts)) for notice in roundup.notices],
    }
