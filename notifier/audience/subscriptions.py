"""Who asks for what: subscribers, their targets, and the predicate that decides on one finding."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from typing import Literal

from differ.model import SEVERITIES, WATCHED, Finding, Severity, watched_topic
from notifier.audience.timing import Quiet, Schedule

Language = Literal["en", "id"]
Alerts = Literal["at once", "digest"]
ALERTS: tuple[Alerts, ...] = ("at once", "digest")

LANGUAGES: tuple[Language, ...] = ("en", "id")
"""The languages that messages can be written in; each is a file in `notifier/languages`."""

FINE_TOPICS = (
    "sale",
    "transfer",
    "merger",
    "choices",
    "withdrawal",
    "complaint",
    "collection",
    "use",
    "retention",
    "security",
    "cookies",
    "children",
    "contact",
    "policy_change",
    "other",
)
"""The topics that can be subscribed to besides `WATCHED`; see `Finding.topic`."""

TOPICS = (*WATCHED, *FINE_TOPICS)
"""Everything that may stand in a subscriber's `topics`."""

TAG = "tag:"
"""What a policy pattern starts with where it names a tag."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A way out that the configuration names. Its address holds the secret, so it shows in no repr."""

    name: str
    url: str = field(repr=False)
    """An Apprise URL."""


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """One address within one channel."""

    channel: str
    """The channel's name."""
    recipient: str = ""
    """An address within the channel, or "" where the channel's URL names it."""

    @classmethod
    def parse(cls, text: str) -> Target:
        """Read `desk:officer@example.org` (channel and recipient) or `legal-chat` (channel alone)."""
        channel, _, recipient = text.partition(":")
        return cls(channel.strip(), recipient.strip())

    def __str__(self) -> str:
        return f"{self.channel}:{self.recipient}" if self.recipient else self.channel


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Someone who is told of findings, and of how the watch goes."""

    name: str
    """Its key in the archive."""
    via: tuple[Target, ...]
    topics: tuple[str, ...] = WATCHED
    """`sharing` and `rights` ask for material findings; a fine topic asks for every finding of its own."""
    _: KW_ONLY
    severity: Severity = "low"
    """The lowest severity that is told; the default tells everything that is material."""
    policies: tuple[str, ...] = ()
    """Names of policies, or `tag:` and a tag; empty for all."""
    language: Language = "en"
    """The language of the messages."""
    clauses: tuple[str, ...] = ()
    """Clauses of a profile, like "III": each asks for every finding of its own, besides those of `topics`."""
    alerts: Alerts = "at once"
    """Whether findings are told one by one, or by the next digest. Critical ones are always told at once."""
    digest: Schedule | None = None
    """When digests are written; None for none."""
    quiet: Quiet | None = None
    """Hours in which only critical findings are sent."""
    timezone: str = "UTC"
    """That of `quiet` and `digest`."""
    operator: bool = False
    """Whether it hears of how the watch itself goes: of policies that cannot be read, of messages that do not arrive.
    One that names no topics hears of no findings."""
    welcome: bool = True
    """Whether it gets a first message that says what is watched."""

    def is_quiet(self, now: datetime) -> bool:
        """Tell whether only what is critical may be sent now."""
        return self.quiet is not None and self.quiet.holds(now, self.timezone)


def targets_of(subscriber: Subscriber) -> tuple[Target, ...]:
    """Return where a subscriber's messages go, each target once."""
    return tuple(dict.fromkeys(subscriber.via))


def operators(subscribers: Iterable[Subscriber]) -> tuple[Subscriber, ...]:
    """Return those who hear of how the watch itself goes."""
    return tuple(subscriber for subscriber in subscribers if subscriber.operator)


def reads_all(subscriber: Subscriber) -> bool:
    """Return True if a subscriber asks for sharing or rights down to the lowest severity."""
    return subscriber.severity == SEVERITIES[-1] and not set(WATCHED).isdisjoint(subscriber.topics)


def idle(subscribers: Iterable[Subscriber], policies: Iterable[tuple[str, Collection[str]]]) -> tuple[Subscriber, ...]:
    """Return those who asked for policies of which there are none, given the names and tags of all that are watched.

    They would wait for ever: a policy was renamed or taken out, or the last one with a tag lost it.
    """
    watched = tuple(policies)
    return tuple(
        subscriber
        for subscriber in subscribers
        if not any(covers_policy(subscriber, name, tags) for name, tags in watched)
    )


def asks_for(subscriber: Subscriber, policy_name: str, policy_tags: Collection[str], finding: Finding) -> bool:
    """Tell whether a subscriber is to hear of a finding of a policy.

    A material finding that counts as neither sharing nor rights (a profile may widen what is material, and a text
    without a lexicon is judged by its structure) is told to whoever subscribed to either: no one should miss it
    because its topic could not be named.
    """
    return (
        covers_policy(subscriber, policy_name, policy_tags)
        and SEVERITIES.index(finding.severity) <= SEVERITIES.index(subscriber.severity)
        and (_covers_topic(subscriber, finding) or finding.clause in subscriber.clauses)
    )


def covers_policy(subscriber: Subscriber, name: str, tags: Collection[str]) -> bool:
    """Tell whether a subscriber asks for a policy at all."""
    if not subscriber.policies:
        return True
    return name in subscriber.policies or any(f"{TAG}{tag}" in subscriber.policies for tag in tags)


def _covers_topic(subscriber: Subscriber, finding: Finding) -> bool:
    if finding.topic in FINE_TOPICS and finding.topic in subscriber.topics:
        return True
    if not finding.material:
        return False
    watched = watched_topic(finding.topic)
    asked = [topic for topic in subscriber.topics if topic in WATCHED]
    return bool(asked) if watched is None else watched in asked
