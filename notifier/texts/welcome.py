"""Writes a subscription's first message. The message lists the watched policies, the policies that could not be read,
and the promises of each policy."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from differ.judgement.recipients import NAMED
from differ.model import SEVERITIES
from notifier.audience.subscriptions import Language, Subscriber
from notifier.audience.timing import DAYS
from notifier.contents.welcome import Promises, Watched, Welcome
from notifier.texts.alert import link
from notifier.texts.chat import Chat
from notifier.texts.message import Message, build_message
from notifier.texts.phrases import Phrases, phrases_for
from notifier.texts.rendering import Render, render
from notifier.texts.sanitize import clipped, inert
from notifier.texts.wording import trouble

MOST_POLICIES = 25
"""Maximum number of policies whose rights and recipients are listed. The remaining policies are only counted."""

NAME, TROUBLE = 60, 300
"""Maximum lengths, in code points. The first is for a recipient's name, and the second is for the reason why a policy
could not be read."""


def welcome_message(
    welcome: Welcome, language: Language = "en", render: Render = render, *, zone: str = "UTC"
) -> Message:
    """Write a subscription's first message in a language. `render` fills the templates."""
    tongue = phrases_for(language, zone)
    shown = _facts(welcome, tongue)
    return build_message(
        "welcome",
        shown,
        render,
        names=["welcome", welcome.subscriber, welcome.key],
        chat=_chat(welcome, shown, tongue),
        facts=_for_programs(welcome),
    )


def _facts(welcome: Welcome, tongue: Phrases) -> dict[str, Any]:
    """Return the values for the templates. All texts have been cleaned with `inert`."""
    policies = welcome.inception.policies
    count = tongue.count("watching.policies", len(policies))
    left = len(policies[MOST_POLICIES:])
    return {
        "say": tongue.say,
        "language": tongue.language,
        "subject": tongue.say("welcome.subject", policies=count),
        "headline": tongue.say("welcome.headline", policies=count),
        "terms": terms(welcome.inception.asked, tongue),
        "unread": [
            f"{inert(watched.policy)}: {clipped(trouble(watched.trouble, watched.reason, tongue), TROUBLE)}"
            for watched in policies
            if watched.trouble
        ],
        "rightless": [inert(watched.policy) for watched in policies if _lacks_rights(watched.promises)],
        "unheard": _unheard(welcome, tongue),
        "policies": [_policy(watched, tongue) for watched in policies[:MOST_POLICIES]],
        "more": tongue.count("watching.more", left) if left else "",
        "listed": any(watched.promises is not None for watched in policies),
        "head": welcome.inception.head,
        "subscriber": inert(welcome.subscriber),
    }


def terms(asked: Subscriber, tongue: Phrases) -> list[str]:
    """Say in a few sentences what a subscription covers, and when messages come."""
    what = [tongue.name("topic", topic) for topic in asked.topics]
    what += [tongue.say("welcome.by_clause", clauses=tongue.listed(asked.clauses))] if asked.clauses else []
    sentences = []
    if what:
        waits = asked.alerts == "digest" and asked.digest is not None
        severity = tongue.say("welcome.from_severity", severity=tongue.name("severity", asked.severity))
        parts = [
            tongue.say("welcome.asked", what=tongue.listed(what)),
            severity if asked.severity != SEVERITIES[-1] else "",
            tongue.say("welcome.in_digest" if waits else "welcome.at_once"),
        ]
        sentences.append(f"{', '.join(filter(None, parts))}.")
    if asked.operator:
        sentences.append(f"{tongue.say('welcome.operation')}.")
    zone = inert(asked.timezone)
    if asked.digest is not None:
        weekday = tongue.name("weekday", DAYS[asked.digest.day])
        when = {"weekday": weekday, "time": tongue.clock(asked.digest.at), "zone": zone}
        sentences.append(tongue.say(f"welcome.{asked.digest.rhythm}", **when))
    if asked.quiet is not None:
        start, end = tongue.clock(asked.quiet.start), tongue.clock(asked.quiet.end)
        sentences.append(tongue.say("welcome.quiet", start=start, end=end, zone=zone))
    return sentences


def _unheard(welcome: Welcome, tongue: Phrases) -> list[str]:
    """Return up to three lines: the policies for which no subscriber gets changes to sharing, changes to rights, or
    either kind of changes.
    """
    policies: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for policy, topics in welcome.inception.unheard:
        policies[topics].append(inert(policy))
    return [
        tongue.say(
            "welcome.unheard",
            topics=tongue.listed([tongue.name("topic", topic) for topic in topics]),
            names=", ".join(names),
        )
        for topics, names in policies.items()
    ]


def _lacks_rights(promises: Promises | None) -> bool:
    """Whether a policy in a supported language has no heading about rights."""
    return promises is not None and not promises.rights_section and not promises.unread_languages


def _policy(watched: Watched, tongue: Phrases) -> dict[str, Any]:
    promises = watched.promises
    if watched.since is None:
        since = tongue.say("welcome.unwatched")
    else:
        since = tongue.say("welcome.since", moment=tongue.moment(watched.since), number=watched.version)
    return {
        "name": inert(watched.policy),
        "url": link(watched.url),
        "address": inert(watched.url),
        "since": since,
        "rights": _rights(promises, tongue) if promises else "",
        "recipients": _recipients(promises, tongue) if promises else "",
    }


def _rights(promises: Promises, tongue: Phrases) -> str:
    names = [tongue.name("right", right) for right in promises.rights]
    return ", ".join(names) or _nothing(promises, tongue)


def _recipients(promises: Promises, tongue: Phrases) -> str:
    """Write the classes of recipients, and the recipients that have a name."""
    names_by_kind: dict[str, list[str]] = defaultdict(list)
    for kind, name in promises.recipients:
        names_by_kind[kind].append(clipped(inert(name), NAME))
    named = names_by_kind.pop(NAMED, [])
    classes = [tongue.name("recipient", kind) for kind in names_by_kind]
    if named:
        kind = tongue.name("recipient", NAMED)
        classes.append(tongue.say("recipient.of", kind=kind, names=", ".join(named)))
    if promises.recipients_left_out:
        classes.append(tongue.say("welcome.others", count=promises.recipients_left_out))
    return ", ".join(classes) or _nothing(promises, tongue)


def _nothing(promises: Promises, tongue: Phrases) -> str:
    if not promises.unread_languages:
        return tongue.say("welcome.none")
    languages = [tongue.language_name(language) for language in promises.unread_languages]
    return tongue.say("welcome.unknown", languages=tongue.listed(languages))


def _chat(welcome: Welcome, shown: dict[str, Any], tongue: Phrases) -> Chat:
    rightless = [f"{tongue.say('welcome.rightless')}: {', '.join(shown['rightless'])}"] if shown["rightless"] else []
    unread = [f"{tongue.say('welcome.unread')}: {line}" for line in shown["unread"]]
    return Chat(
        head="\n".join([*shown["terms"]]) or shown["headline"],
        notes=(*unread, *rightless, *shown["unheard"]),
        parts=tuple(f"{policy['name']}\n{policy['since']}" for policy in shown["policies"]),
        foot=(f"{tongue.say('watching.head')} {welcome.inception.head}",),
        language=tongue.language,
        counted="welcome.clauses",
    )


def _for_programs(welcome: Welcome) -> dict[str, Any]:
    """Return the keys of the webhook's body that only a first message has."""
    return {
        "subscriber": inert(welcome.subscriber),
        "policies": [
            {
                "name": inert(watched.policy),
                "url": inert(watched.url),
                "health": watched.health,
                "trouble": inert(watched.trouble),
                "since": None if watched.since is None else watched.since.isoformat(timespec="seconds"),
                "version": watched.version,
                "rights": [inert(right) for right in watched.promises.rights] if watched.promises else None,
                "recipients": [[kind, inert(name)] for kind, name in watched.promises.recipients]
                if watched.promises
                else None,
                "rights_section": watched.promises.rights_section if watched.promises else None,
            }
            for watched in welcome.inception.policies
        ],
        "unheard": {inert(policy): list(topics) for policy, topics in welcome.inception.unheard},
        "head": welcome.inception.head,
    }
