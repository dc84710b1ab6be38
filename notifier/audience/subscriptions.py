"""Subscribers, their targets, and the predicate that decides whether a subscriber receives a finding."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from typing import Literal

from differ.model import SEVERITIES, WATCHED, Finding, Severity, watched_topic
from notifier.audience.timing import Quiet, Schedule

Language = str
"""The code of a language that has messages."""
Alerts = Literal["at once", "digest"]
ALERTS: tuple[Alerts, ...] = ("at once", "digest")

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
"""Everything that may be in a subscriber's `topics`."""

TAG = "tag:"
"""The prefix of a policy pattern that names a tag."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel of the configuration. Its address has a secret in it, so no repr shows it."""

    name: str
    url: str = field(repr=False)
    """An Apprise URL."""


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """An address within a channel."""

    channel: str
    """The channel's name."""
    recipient: str = ""
    """An address within the channel, or "" if the channel's URL names it."""

    @classmethod
    def parse(cls, text: str) -> Target:
        """Read `desk:officer@example.org` (channel and recipient) or `legal-chat` (channel alone)."""
        channel, _, recipient = text.partition(":")
        return cls(channel.strip(), recipient.strip())

    def __str__(self) -> str:
        return f"{self.channel}:{self.recipient}" if self.recipient else self.channel


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A person or program that is notified of findings or, as an operator, of problems with the monitoring."""

    name: str
    """The subscriber's key in the archive."""
    via: tuple[Target, ...]
    topics: tuple[str, ...] = WATCHED
    """`sharing` and `rights` ask for material findings; a fine topic asks for every finding of its own."""
    _: KW_ONLY
    severity: Severity = "low"
    """The lowest severity that is sent; by default everything material is."""
    policies: tuple[str, ...] = ()
    """Names of policies, or `tag:` and a tag; empty for all."""
    language: Language = "en"
    """The language of the messages."""
    clauses: tuple[str, ...] = ()
    """Clauses of a profile, like "III": each asks for every finding of its own, besides those of `topics`."""
    alerts: Alerts = "at once"
    """Whether findings are sent at once, or in the next digest. Critical findings are always sent at once."""
    digest: Schedule | None = None
    """Schedule of the digests; None if the subscriber gets no digest."""
    quiet: Quiet | None = None
    """Hours in which only critical findings are sent."""
    timezone: str = "UTC"
    """The time zone of `quiet` and `digest`."""
    operator: bool = False
    """Whether the subscriber is notified of problems with the monitoring: policies that cannot be read, messages that
    do not arrive. An operator without topics receives no findings."""
    welcome: bool = True
    """Whether the subscriber gets a first message that says what is watched."""

    def is_quiet(self, now: datetime) -> bool:
        """Whether only critical messages may be sent now."""
        return self.quiet is not None and self.quiet.holds(now, self.timezone)


def targets_of(subscriber: Subscriber) -> tuple[Target, ...]:
    """Return the targets of a subscriber's messages, each once."""
    return tuple(dict.fromkeys(subscriber.via))


def operators(subscribers: Iterable[Subscriber]) -> tuple[Subscriber, ...]:
    """Return the subscribers that are operators."""
    return tuple(subscriber for subscriber in subscribers if subscriber.operator)


def reads_all(subscriber: Subscriber) -> bool:
    """Return True if a subscriber asks for sharing or rights down to the lowest severity."""
    return subscriber.severity == SEVERITIES[-1] and not set(WATCHED).isdisjoint(subscriber.topics)


def idle(subscribers: Iterable[Subscriber], policies: Iterable[tuple[str, Collection[str]]]) -> tuple[Subscriber, ...]:
    """Return the subscribers that no policy matches, given the names and tags of all watched policies.

    They would never receive anything: a policy was renamed or removed, or the last one with a tag lost it.
    """
    watched = tuple(policies)
    return tuple(
        subscriber
        for subscriber in subscribers
        if not any(covers_policy(subscriber, name, tags) for name, tags in watched)
    )


def asks_for(subscriber: Subscriber, policy_name: str, policy_tags: Collection[str], finding: Finding) -> bool:
    """Whether a subscriber must receive a finding of a policy.

    A material finding that counts as neither sharing nor rights (a profile may widen what is material, and a text
    without a lexicon is judged by its structure) goes to everybody who subscribed to either: nobody should miss it
    because its topic could not be named.
    """
    return (
        covers_policy(subscriber, policy_name, policy_tags)
        and SEVERITIES.index(finding.severity) <= SEVERITIES.index(subscriber.severity)
        and (_covers_topic(subscriber, finding) or finding.clause in subscriber.clauses)
    )


def covers_policy(subscriber: Subscriber, name: str, tags: Collection[str]) -> bool:
    """Whether a subscriber asks for a policy at all."""
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
