"""Writes news about the list of policies, a line for each event."""

from __future__ import annotations

from typing import Any

from archive.recording.policy_events import PolicyEventKind
from notifier.contents.policy_news import PolicyNews
from notifier.texts.phrases import Phrases
from notifier.texts.sanitize import inert

MOST_NEWS = 20
"""Maximum number of events that a message names; the others are counted."""


def news_line(news: PolicyNews, tongue: Phrases) -> str:
    """Return an event as a line of a digest."""
    event = event_words(news.event, news.former, tongue)
    return tongue.say("news.line", policy=inert(news.policy), event=event, day=tongue.day(news.at.date()))


def event_words(event: PolicyEventKind, former: str, tongue: Phrases) -> str:
    """Return what happened to a policy, in a few words."""
    return tongue.say(f"event.{event}", former=inert(former))


def news_row(news: PolicyNews) -> dict[str, Any]:
    """Return an event for programs."""
    return {
        "policy": inert(news.policy),
        "event": news.event,
        "former": inert(news.former),
        "at": news.at.isoformat(timespec="seconds"),
    }
