"""Writes an alert in the reader's language: as e-mail, as plain text, and as a short text for chat.

All text from a page is cleaned with `inert` first, and the HTML template escapes it. The message loads no picture, font
or style sheet. The message begins with the severity and the changed clause.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from differ.model import SEVERITIES, Severity, reasons_in
from differ.rewrite import rewrite, summary_lines
from document.model import UNKNOWN_LANGUAGE
from notifier.audience.subscriptions import Language, Subscriber
from notifier.contents.change_notice import Alert, Notice, Passage, passages
from notifier.texts import chat, payload, wording
from notifier.texts.chat import Chat
from notifier.texts.message import Message, build_message
from notifier.texts.phrases import Phrases, phrases_for
from notifier.texts.redline import after, before, short
from notifier.texts.rendering import Render, render
from notifier.texts.sanitize import clipped, inert

FULL_PASSAGES = 8
"""Maximum number of clauses that a message shows in full. The remaining clauses are counted and named."""

REVIEWED_AT_ONCE = 4
"""Maximum number of alerts in the review command that a message contains. Nobody would copy a longer command from a
phone.
"""

NAMED_PASSAGES = 20
"""Maximum number of clauses of which only the section is shown, after the clauses that are shown in full. Any further
clauses are only counted, unless they are critical or high.
"""

MOST_QUOTED = 20
"""Maximum number of clauses that a summary names by topic and first words, after the clauses that it shows. Further
clauses are only counted."""

FIRST_WORDS = 80
"""Maximum length, in code points, of the first words by which a summary names a clause."""

REASON = 900
"""Maximum length, in code points, of the reasons in a summary."""

URL_CHARACTERS = ":/?#[]@!$&'()*+,;=%-._~"
"""Characters of an address besides letters and digits (RFC 3986). All other characters are percent-encoded."""

LONGEST_LINK = 400
"""Maximum length, in code points, of an address in a chat. A longer address is left out, because half an address is
useless."""

COLOURS: dict[Severity, str] = {"critical": "#b3261e", "high": "#b34700", "medium": "#7a5c00", "low": "#4b5563"}
"""Colours of the badge by severity. With white letters, the contrast is at least 4.5 to 1."""


def alert_message(
    notice: Notice, language: Language = "en", render: Render = render, *, zone: str = "UTC", desk: str = ""
) -> Message:
    """Write the message for a notice in a language. `render` fills the templates. `desk` is the public address of the
    desk, or "" if people cannot reach a desk."""
    tongue = phrases_for(language, zone)
    gathered = passages(notice.alerts)
    shown = _facts(notice, gathered, tongue) | {"desk": desk_link(notice, desk)}
    return build_message(
        "alert",
        shown,
        render,
        names=[alert.id for alert in notice.alerts],
        thread=(inert(notice.subscriber), inert(notice.policy)),
        chat=_chat(notice, gathered, shown, tongue),
        facts=payload.facts(notice, gathered),
    )


def trial_message(subscriber: Subscriber, now: datetime, render: Render = render) -> Message:
    """Write the message with which `notify test` tests a channel. `render` fills the templates."""
    tongue = phrases_for(subscriber.language, subscriber.timezone)
    asked = tongue.listed([tongue.name("topic", topic) for topic in subscriber.topics])
    policies = tongue.listed([inert(name) for name in subscriber.policies]) or tongue.say("trial.everything")
    severity = tongue.name("severity", subscriber.severity)
    shown = {
        "language": tongue.language,
        "subject": tongue.say("trial.subject", subscriber=clipped(inert(subscriber.name), 80)),
        "title": tongue.say("trial.title"),
        "body": tongue.say("trial.body", subscriber=inert(subscriber.name)),
        "scope": tongue.say("trial.scope", topics=asked, severity=severity, policies=policies),
        "sent": tongue.say("trial.sent", moment=tongue.moment(now)),
    }
    return build_message(
        "test",
        shown,
        render,
        names=["test", subscriber.name, now.isoformat()],
        chat=Chat("\n".join([f"{shown['title']} {shown['body']}", shown["scope"], shown["sent"]])),
        facts={"subscriber": inert(subscriber.name), "language": tongue.language},
    )


def _facts(notice: Notice, gathered: Sequence[Passage], tongue: Phrases) -> dict[str, Any]:
    """Return the values for the templates. All texts have been cleaned with `inert`."""
    name = inert(notice.policy)
    full, rest = gathered[:FULL_PASSAGES], gathered[FULL_PASSAGES:]
    period, window = wording.period(notice, tongue)
    ids = _ids(gathered)
    return {
        "say": tongue.say,
        "count_words": tongue.count,
        "language": tongue.language,
        "subject": wording.subject(notice, gathered, tongue),
        "headline": wording.headline(notice, gathered, tongue),
        "verdict": wording.verdict_sentence(gathered, tongue),
        "advice": wording.advice(notice, gathered, tongue),
        "deadline": wording.upcoming_deadline(notice, tongue),
        "notes": [*wording.notes(notice, gathered, tongue), *_rewrite_notes(gathered, tongue)],
        "badge": _badge(gathered[0], tongue),
        "colour": COLOURS[gathered[0].severity],
        "preview": " ".join(_reasons(gathered[0], tongue)),
        "passages": [shown_passage(passage, number, tongue) for number, passage in enumerate(full, start=1)],
        "count": len(gathered),
        "rest": _named(rest, tongue),
        "rest_count": len(rest),
        "rest_end": _graded("rest.end", rest, tongue),
        "url": link(notice.url),
        "address": inert(notice.url),
        "seen": wording.seen(notice, tongue),
        "earlier": wording.earlier_seen(notice, tongue),
        "stated": wording.stated(notice, tongue),
        "period": period,
        "window": window,
        "commands": [*commands_of(notice), f"clausewatch review {' '.join(ids[:REVIEWED_AT_ONCE])} --acknowledge"],
        "reviewed": _reviewed(ids, tongue),
        "subscriber": inert(notice.subscriber),
        "policy": name,
        "head": inert(notice.head),
        "ids": ids,
    }


def _ids(gathered: Sequence[Passage]) -> list[str]:
    """Return the IDs of the alerts of clauses, the most severe alerts first."""
    alerts = [alert for passage in gathered for alert in passage.alerts]
    return [alert.id for alert in sorted(alerts, key=lambda alert: SEVERITIES.index(alert.finding.severity))]


def _reviewed(ids: Sequence[str], tongue: Phrases) -> str:
    """Say that the review command does not name all alerts. The sentence is "" if the command names all alerts."""
    if len(ids) <= REVIEWED_AT_ONCE:
        return ""
    return tongue.say("foot.reviewed", count=REVIEWED_AT_ONCE, total=len(ids))


def _rewrite_notes(gathered: Sequence[Passage], tongue: Phrases) -> list[str]:
    """Return the summary of a rewrite, with a line for each topic. The list is empty if the change is not a rewrite."""
    summaries = rewrite(finding for passage in gathered for finding in passage.findings)
    return [inert(line) for line in summary_lines(summaries, tongue.language)]


def _chat(notice: Notice, gathered: Sequence[Passage], shown: dict[str, Any], tongue: Phrases) -> Chat:
    ids = shown["ids"]
    alert = tongue.say("clause.alert", id=ids[0])
    return Chat(
        head=shown["verdict"],
        notes=tuple(shown["notes"]),
        parts=chat.clause_parts(gathered, tongue),
        severities=tuple(passage.severity for passage in gathered),
        advice=shown["advice"],
        foot=(
            tongue.say("seen.short", moment=tongue.moment(notice.later.seen_at)),
            *filter(None, [shown["deadline"]]),
            shown["desk"] or clipped(shown["commands"][0], 150),
            tongue.count("rest.alerts", len(ids) - 1, alert=alert) if len(ids) > 1 else alert,
            *([f"{tongue.say('watching.head')} {shown['head']}"] if shown["head"] else []),
        ),
        link=shown["url"] if len(shown["url"]) <= LONGEST_LINK else "",
        language=tongue.language,
    )


def shown_passage(passage: Passage, number: int, tongue: Phrases) -> dict[str, Any]:
    """Return the values of a passage for a template."""
    worst = passage.worst
    sides = [side for side in (before(worst), after(worst)) if side]
    return {
        "place": number,
        "section": inert(worst.section) or tongue.say("clause.unheaded"),
        "topics": wording.topic_names(passage.findings, tongue),
        "badge": _badge(passage, tongue),
        "severity": tongue.name("severity", passage.severity),
        "colour": COLOURS[passage.severity],
        "material": passage.material,
        "reasons": _reasons(passage, tongue),
        "grounds": [_grounds(alert, tongue) for alert in passage.alerts],
        "language": worst.language if worst.language != UNKNOWN_LANGUAGE else "",
        "before": before(worst),
        "after": after(worst),
        "shortened": any(side.shortened for side in sides),
    }


def brief_passages(
    gathered: Sequence[Passage], tongue: Phrases, *, most: int, quoted: int
) -> tuple[list[dict[str, Any]], str]:
    """Return clauses for a summary, and a sentence that counts and names the clauses that are left out. All clauses of
    a severity in `SEVERE` and all clauses about data that goes abroad are shown, and further clauses up to `most` in
    all. The first `quoted` clauses have their words before and after."""
    kept = [passage for passage in gathered if _is_always_shown(passage)]
    light = [passage for passage in gathered if not _is_always_shown(passage)]
    room = max(most - len(kept), 0)
    shown = sorted([*kept, *light[:room]], key=lambda passage: SEVERITIES.index(passage.severity))
    lines = [
        {
            "badge": _badge(passage, tongue),
            "severity": tongue.name("severity", passage.severity),
            "colour": COLOURS[passage.severity],
            "section": clipped(inert(passage.worst.section) or tongue.say("clause.unheaded"), wording.SECTION),
            "reason": clipped(" ".join(_reasons(passage, tongue)), REASON),
            "language": passage.worst.language if passage.worst.language != UNKNOWN_LANGUAGE else "",
            "before": short(before(passage.worst)) if place < quoted else None,
            "after": short(after(passage.worst)) if place < quoted else None,
        }
        for place, passage in enumerate(shown)
    ]
    return lines, _quoted(light[room:], tongue)


def _is_always_shown(passage: Passage) -> bool:
    """Whether no summary leaves out a clause."""
    return passage.severity in wording.SEVERE or any(finding.topic == "transfer" for finding in passage.findings)


def _quoted(rest: Sequence[Passage], tongue: Phrases) -> str:
    """Count clauses by severity, and name the first of them by topic and first words."""
    if not rest:
        return ""
    names = [
        tongue.say(
            "rest.quoted",
            topics=wording.topic_names(passage.findings, tongue),
            words=clipped(inert(passage.worst.after or passage.worst.before), FIRST_WORDS),
        )
        for passage in rest[:MOST_QUOTED]
    ]
    left = len(rest) - len(names)
    unnamed = [tongue.count("rest.unnamed", left).removesuffix(".")] if left else []
    return tongue.say("rest.are", counted=_graded("rest.clauses", rest, tongue), names="; ".join([*names, *unnamed]))


def _graded(key: str, rest: Sequence[Passage], tongue: Phrases) -> str:
    counted = tongue.count(key, len(rest))
    return wording.graded(counted, (passage.severity for passage in rest), tongue) if rest else ""


def _badge(passage: Passage, tongue: Phrases) -> str:
    return tongue.say("severity.badge", severity=tongue.name("severity", passage.severity))


def _reasons(passage: Passage, tongue: Phrases) -> list[str]:
    """Return the reasons why a clause is reported. Each reason occurs once."""
    return list(map(inert, reasons_in(passage.findings, tongue.language)))


def _grounds(alert: Alert, tongue: Phrases) -> list[str]:
    """Return the grounds of an alert: the rule with its source, the policy's own definition, and the alert ID."""
    finding = alert.finding
    rule, source = inert(finding.rule), inert(finding.source)
    return [
        tongue.say("clause.sourced" if source else "clause.rule", rule=rule, source=source),
        *([tongue.say("clause.definition", clause=inert(finding.clause))] if finding.clause else []),
        tongue.say("clause.alert", id=alert.id),
    ]


def _named(rest: Sequence[Passage], tongue: Phrases) -> list[str]:
    """Describe clauses by section, topic and severity. If several clauses have the same description, it is written
    once, with the number of clauses. All critical and high clauses are described, and others up to a limit.
    """
    severe = sum(passage.severity in wording.SEVERE for passage in rest)
    named, left = rest[: max(severe, NAMED_PASSAGES)], rest[max(severe, NAMED_PASSAGES) :]
    names = Counter(
        tongue.say(
            "rest.name",
            section=clipped(inert(passage.worst.section) or tongue.say("clause.unheaded"), wording.SECTION),
            topics=wording.topic_names(passage.findings, tongue),
            severity=tongue.name("severity", passage.severity),
        )
        for passage in named
    )
    lines = [
        name if count == 1 else tongue.say("rest.repeated", name=name, count=count) for name, count in names.items()
    ]
    return [*lines, *([_graded("rest.unnamed", left, tongue)] if left else [])]


def desk_link(notice: Notice, desk: str) -> str:
    """Return the address of the notice's gravest alert at the desk, or "" if people cannot reach a desk."""
    return f"{desk}/alerts/{passages(notice.alerts)[0].alerts[0].id}" if desk else ""


def commands_of(notice: Notice) -> list[str]:
    """Return commands that show more about a change."""
    policy = shlex.quote(inert(notice.policy))
    return [
        f"clausewatch diff {policy} {notice.earlier.number} {notice.later.number}",
        f"clausewatch history {policy}",
    ]


def link(url: str) -> str:
    """Return an address as a link, or "" if it is not a web address."""
    return quote(inert(url), safe=URL_CHARACTERS) if urlsplit(url).scheme in ("http", "https") else ""
