"""Writes messages to operators: what is wrong, what it affects and since when, and what to do."""

from __future__ import annotations

import shlex
from typing import Any

from notifier.audience.subscriptions import Language
from notifier.contents.incident import Incident, IncidentNotice, TroubleKind
from notifier.texts.chat import Chat
from notifier.texts.message import Message, build_message
from notifier.texts.phrases import Phrases, phrases_for
from notifier.texts.rendering import Render, render
from notifier.texts.sanitize import clipped, inert
from notifier.texts.wording import RECORDED_IN, event_words, trouble

NAME, DETAIL = 80, 300
"""Maximum lengths, in code points. The first is for a name in a subject, and the second is for the reason of a
problem."""

COMMANDS: dict[TroubleKind, str] = {
    "unread": "clausewatch doctor {name}",
    "gone": "clausewatch doctor {name}",
    "fallback": "clausewatch doctor {name}",
    "flapping": "clausewatch history {name}",
    "missed": "clausewatch status",
    "idle": "clausewatch subscriptions",
    "waiting": "clausewatch notify list",
    "undelivered": "clausewatch notify send --dead",
    "template": "clausewatch config check",
    "left-out": "clausewatch doctor {name}",
    "crashed": "clausewatch status",
    "list": "clausewatch status",
}
"""Commands that help, by kind of trouble. `{name}` is the name of a policy."""


WITH_OWN_WHY: tuple[TroubleKind, ...] = ("left-out", "waiting", "list")
"""Kinds of trouble for which a message has a special sentence about why it is sent. Some of these messages also go to
people who are not operators, and the others are not about a problem.
"""


def incident_message(
    operation: IncidentNotice, language: Language = "en", render: Render = render, *, zone: str = "UTC"
) -> Message:
    """Write the message to an operator in a language. `render` fills the templates."""
    tongue = phrases_for(language, zone)
    shown = _facts(operation, tongue)
    return build_message(
        "incident",
        shown,
        render,
        names=["operation", operation.subscriber, operation.key],
        chat=_chat(shown, tongue),
        facts=_for_programs(operation),
        kind="operation",  # the webhook has always used this name for incidents
    )


def _facts(operation: IncidentNotice, tongue: Phrases) -> dict[str, Any]:
    """Return the values for the templates. All texts have been cleaned with `inert`."""
    report = operation.report
    count = len(report.incidents) + report.left_out
    first = report.incidents[0] if report.incidents else None
    name = clipped(inert(first.about), NAME) if first else ""
    event = clipped(event_words(first.event, first.former, tongue), NAME) if first and first.event else ""
    key = f"operation.{report.kind}.{report.stage}"
    over = report.stage == "ended"
    return {
        "say": tongue.say,
        "language": tongue.language,
        "over": over,
        "subject": tongue.count(f"{key}.subject", count, name=name, event=event),
        "headline": tongue.count(f"{key}.headline", count, name=name, event=event),
        "meaning": tongue.say(f"{key}.meaning"),
        "incidents": [_incident(report.kind, incident, tongue, over=over) for incident in report.incidents],
        "more": tongue.say("operation.more", count=report.left_out) if report.left_out else "",
        "advice": "" if over else tongue.say(f"operation.{report.kind}.advice"),
        "commands": [] if over else _commands(operation),
        "noticed": tongue.say("operation.noticed", moment=tongue.moment(report.at)),
        "subscriber": inert(operation.subscriber),
        "why": tongue.say(f"operation.{report.kind}.why" if report.kind in WITH_OWN_WHY else "operation.why"),
    }


def _incident(kind: TroubleKind, incident: Incident, tongue: Phrases, *, over: bool) -> dict[str, str]:
    moment = tongue.moment(incident.since)
    words = [tongue.say("operation.until" if over else "operation.since", moment=moment)]
    if incident.event is not None:
        words = [event_words(incident.event, incident.former, tongue), tongue.moment(incident.since)]
    elif kind == "undelivered":
        words = [tongue.count("operation.messages", incident.visits)]
    elif kind == "waiting":
        words.append(tongue.count("operation.messages", incident.visits))
    elif incident.visits:
        words.append(tongue.count("watching.checks", incident.visits))
    detail = "" if over else clipped(_detail(kind, incident, tongue), DETAIL)
    return {"about": inert(incident.about), "since": ", ".join(words), "detail": detail}


def _detail(kind: TroubleKind, incident: Incident, tongue: Phrases) -> str:
    """Return the cause in the reader's language. In English, this is the recorded cause. In other languages, it is a
    phrase for the code of the cause, with the quoted words.
    """
    if tongue.language == RECORDED_IN:
        return inert(incident.detail)
    if kind in ("unread", "gone"):
        return trouble(incident.detail, incident.reason, tongue)
    quotes = {"came": incident.came, "gone": incident.gone}
    return " ".join(
        tongue.say(f"operation.passage_{key}", quotes=tongue.listed([f"“{inert(text)}”" for text in texts]))
        for key, texts in quotes.items()
        if texts
    )


def _commands(operation: IncidentNotice) -> list[str]:
    """Return the commands that help with the first incident. For the other incidents, the commands are similar."""
    first = operation.report.incidents[:1]
    return [COMMANDS[operation.report.kind].format(name=shlex.quote(inert(incident.about))) for incident in first]


def _chat(shown: dict[str, Any], tongue: Phrases) -> Chat:
    parts = (
        "\n".join(filter(None, [f"{incident['about']} ({incident['since']})", incident["detail"]]))
        for incident in shown["incidents"]
    )
    return Chat(
        head=f"{shown['headline']} {shown['meaning']}",
        notes=(f"{tongue.say('advice.label')}: {shown['advice']}",) if shown["advice"] else (),
        parts=(*parts, *([shown["more"]] if shown["more"] else [])),
        foot=(*shown["commands"], shown["noticed"]),
        language=tongue.language,
        counted="operation.others",
    )


def _for_programs(operation: IncidentNotice) -> dict[str, Any]:
    """Return the keys of the webhook's body that only this kind has."""
    report = operation.report
    return {
        "subscriber": inert(operation.subscriber),
        "trouble": report.kind,
        "stage": report.stage,
        "at": report.at.isoformat(timespec="seconds"),
        "incidents": [
            {
                "about": inert(incident.about),
                "since": incident.since.isoformat(timespec="seconds"),
                "count": incident.visits,
                "detail": inert(incident.detail),
                "event": incident.event,
                "former": inert(incident.former),
            }
            for incident in report.incidents
        ],
        "left_out": report.left_out,
    }
