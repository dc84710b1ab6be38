"""Writes a roundup: a table of many changes, the most severe first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from notifier.audience.subscriptions import Language
from notifier.contents.change_notice import Notice, passages
from notifier.contents.roundup import Roundup, severity_of
from notifier.texts import payload, wording
from notifier.texts.alert import COLOURS, brief_passages, commands_of, desk_link
from notifier.texts.chat import Chat
from notifier.texts.message import Message, build_message
from notifier.texts.phrases import Phrases, phrases_for
from notifier.texts.rendering import Render, render
from notifier.texts.sanitize import inert

MOST_ROWS = 100
"""Maximum number of changes that a roundup names. The remaining changes are only counted."""

CLAUSES = 3
"""Maximum number of clauses of a change that a roundup shows, unless more of them are critical or high."""

QUOTED = 60
"""Maximum number of clauses that a roundup shows with their words before and after, the most severe changes first. The
remaining clauses have their reasons only."""


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
        chat=_chat(roundup.notices, shown, tongue),
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
        "counts": tongue.say("roundup.counts", counts=wording.severity_counts(map(severity_of, notices), tongue)),
        "meaning": tongue.say("roundup.meaning"),
        "colour": COLOURS[roundup.severity],
        "rows": _rows(notices[:MOST_ROWS], tongue, desk),
        "more": _more(notices[MOST_ROWS:], tongue),
        "head": inert(notices[0].head),
        "subscriber": inert(roundup.subscriber),
    }


def _more(left: Sequence[Notice], tongue: Phrases) -> str:
    """Count the changes that the table leaves out, by severity."""
    counted = tongue.count("roundup.more", len(left))
    return wording.graded(counted, map(severity_of, left), tongue) if left else ""


def _rows(notices: Sequence[Notice], tongue: Phrases, desk: str) -> list[dict[str, Any]]:
    """Return a row for each change. It has all critical and high clauses, and further clauses up to `CLAUSES`."""
    rows, quoted = [], QUOTED
    for notice in notices:
        gathered = passages(notice.alerts)
        clauses, others = brief_passages(gathered, tongue, most=CLAUSES, quoted=quoted)
        quoted = max(quoted - len(clauses), 0)
        rows.append(
            {
                "badge": clauses[0]["badge"],
                "colour": clauses[0]["colour"],
                "headline": wording.headline(notice, gathered, tongue),
                "clauses": clauses,
                "others": others,
                "notes": wording.notes(notice, gathered, tongue),
                "seen": f"{tongue.say('seen.label')}: {wording.seen(notice, tongue)}",
                "command": desk_link(notice, desk) or commands_of(notice)[0],
                "alert": tongue.say("clause.alert", id=gathered[0].alerts[0].id),
            }
        )
    return rows


def _chat(notices: Sequence[Notice], shown: dict[str, Any], tongue: Phrases) -> Chat:
    return Chat(
        head=f"{shown['headline']} {shown['counts']}",
        parts=tuple(_chat_part(row) for row in shown["rows"]),
        severities=tuple(map(severity_of, notices)),
        foot=("clausewatch history", f"{tongue.say('watching.head')} {shown['head']}"),
        language=tongue.language,
        counted="digest.clauses",
    )


def _chat_part(row: dict[str, Any]) -> str:
    """Return a row for a chat: its clauses without their words, and then its notes."""
    reasons = [f"{clause['severity']}: {clause['reason']}" for clause in row["clauses"]]
    return "\n".join([f"{row['badge']}: {row['headline']}", *reasons, *filter(None, [row["others"]]), *row["notes"]])


def _for_programs(roundup: Roundup) -> dict[str, Any]:
    """Return the content for programs: each change in the form of an alert."""
    return {
        "subscriber": inert(roundup.subscriber),
        "severity": roundup.severity,
        "changes": [payload.facts(notice, passages(notice.alerts)) for notice in roundup.notices],
    }
