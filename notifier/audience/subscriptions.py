"""Subscribers and their targets, and the rule that decides whether a subscriber receives a finding."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from typing import Literal

from differ.model import SEVERITIES, WATCHED, Finding, Severity, watched_topic
from notifier.audience.timing import Quiet, Schedule

Language = str
"""Code of a language that has message texts."""
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
"""Topics that a subscription may have in addition to `WATCHED`. See `Finding.topic`."""

TOPICS = (*WATCHED, *FINE_TOPICS)
"""All topics that a subscriber may have in `topics`."""

TAG = "tag:"
"""Prefix of a policy pattern that is a tag."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel of the configuration. The address contains a secret, so the repr of a channel does not show it."""

    name: str
    url: str = field(repr=False)
    """An Apprise URL."""


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """An address within a channel."""

    channel: str
    """Name of the channel."""
    recipient: str = ""
    """Address within the channel, or "" if the channel's URL already contains the address."""

    @classmethod
    def parse(cls, text: str) -> Target:
        """Read `desk:officer@example.org` (channel and recipient) or `legal-chat` (only a channel)."""
        channel, _, recipient = text.partition(":")
        return cls(channel.strip(), recipient.strip())

    def __str__(self) -> str:
        return f"{self.channel}:{self.recipient}" if self.recipient else self.channel


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A person or program that is notified of findings. An operator is also notified of problems with the
    monitoring.
    """

    name: str
    """Key of the subscriber in the archive."""
    via: tuple[Target, ...]
    topics: tuple[str, ...] = WATCHED
    """Topics of the findings that the subscriber wants. For `sharing` and `rights`, only material findings are sent.
    For a topic in `FINE_TOPICS`, such as `cookies`, all findings are sent.
    """
    _: KW_ONLY
    severity: Severity = "low"
    """Minimum severity. By default all material findings are sent."""
    policies: tuple[str, ...] = ()
    """Names of policies, or `tag:` with a tag; empty for all policies."""
    language: Language = "en"
    """Language of the messages."""
    clauses: tuple[str, ...] = ()
    """Clauses of a profile, such as "III". All findings about these clauses are sent, in addition to the findings of
    `topics`.
    """
    alerts: Alerts = "at once"
    """Whether findings are sent at once or in the next digest. Critical findings are always sent at once."""
    digest: Schedule | None = None
    """Schedule of the digests; None if the subscriber gets no digest."""
    quiet: Quiet | None = None
    """Hours in which only critical findings are sent, or None."""
    timezone: str = "UTC"
    """Time zone of `quiet` and `digest`."""
    operator: bool = False
    """Whether the subscriber is also notified of problems with the monitoring. Examples are policies that cannot be
    read and messages that cannot be delivered."""
    welcome: bool = True
    """Whether the subscriber gets a welcome message about the watched policies."""

    def is_quiet(self, now: datetime) -> bool:
        """Whether only critical messages may be sent at this time."""
        return self.quiet is not None and self.quiet.holds(now, self.timezone)


def targets_of(subscriber: Subscriber) -> tuple[Target, ...]:
    """Return the targets of a subscriber's messages. Each target occurs once."""
    return tuple(dict.fromkeys(subscriber.via))


def operators(subscribers: Iterable[Subscriber]) -> tuple[Subscriber, ...]:
    """Return the subscribers that are operators."""
    return tuple(subscriber for subscriber in subscribers if subscriber.operator)


def reads_all(subscriber: Subscriber) -> bool:
    """Return True if a subscriber asks for sharing or rights at the lowest severity."""
    return subscriber.severity == SEVERITIES[-1] and not set(WATCHED).isdisjoint(subscriber.topics)


def idle(subscribers: Iterable[Subscriber], policies: Iterable[tuple[str, Collection[str]]]) -> tuple[Subscriber, ...]:
    """Return the subscribers whose patterns match no policy, so that they never receive anything. `policies` are the
    names and tags of all watched policies.

    Patterns stop matching if a policy is renamed or removed, or loses a tag.
    """
    watched = tuple(policies)
    return tuple(
        subscriber
        for subscriber in subscribers
        if not any(covers_policy(subscriber, name, tags) for name, tags in watched)
    )


def unheard_topics(subscribers: Iterable[Subscriber], name: str, tags: Collection[str]) -> tuple[str, ...]:
    """Return those of the topics sharing and rights that no subscriber of a policy asks for."""
    heard = {
        topic for subscriber in subscribers if covers_policy(subscriber, name, tags) for topic in subscriber.topics
    }
    return tuple(topic for topic in WATCHED if topic not in heard)


def asks_for(subscriber: Subscriber, policy_name: str, policy_tags: Collection[str], finding: Finding) -> bool:
    """Whether a subscriber must receive a finding about a policy.

    Some material findings belong to neither sharing nor rights. They go to all subscribers of sharing or rights, so
    that nobody misses a finding because its topic is unknown. There are two causes for such findings: a profile makes
    more topics material, or a text in a language without a lexicon is judged by its structure.
    """
    return (
        covers_policy(subscriber, policy_name, policy_tags)
        and SEVERITIES.index(finding.severity) <= SEVERITIES.index(subscriber.severity)
        and (_covers_topic(subscriber, finding) or finding.clause in subscriber.clauses)
    )


def covers_policy(subscriber: Subscriber, name: str, tags: Collection[str]) -> bool:
    """Whether a subscription covers a policy. The topics are not considered."""
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
