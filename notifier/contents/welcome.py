"""What a subscription's first message tells: what is watched since when, and what each policy promises today."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from datetime import datetime

from archive.questions.status import Health, PolicyStatus
from differ.judgement.inventory import Inventory, inventory
from differ.language.lexicon import load_lexicon
from differ.language.meaning import heading_topics
from document.model import UNKNOWN_LANGUAGE, Document
from notifier.audience.subscriptions import Subscriber

MOST_NAMES = 12
"""Recipients of one policy that are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class Promises:
    """The rights and recipients that the latest version of a policy names, each once."""

    rights: tuple[str, ...]
    """Concepts, as `differ.judgement.inventory.Right.right`."""
    recipients: tuple[tuple[str, str], ...]
    """Pairs of a class, as `differ.judgement.recipients.Recipient.kind`, and the words; at most `MOST_NAMES`."""
    recipients_left_out: int
    _: KW_ONLY
    rights_section: bool
    """Whether a heading says that a section is about rights or choices."""
    unread_languages: tuple[str, ...]
    """Languages of the text that there is no lexicon for: what they name is not known."""


@dataclass(frozen=True, slots=True)
class Watched:
    """One policy, as the first message tells of it."""

    policy: str
    url: str
    health: Health
    _: KW_ONLY
    trouble: str
    """Why the last visit did not show the policy, a sentence; "" where it did."""
    since: datetime | None
    """When its first version was seen; None where there is none, so that it is not yet watched."""
    version: int
    promises: Promises | None
    """None where there is no version."""


@dataclass(frozen=True, slots=True)
class Inception:
    """What is watched for a subscription as it begins."""

    written_at: datetime
    policies: tuple[Watched, ...]
    head: str
    """The last entry of the chain over the evidence."""
    _: KW_ONLY
    asked: Subscriber
    """What the subscription asks for; its targets are left out."""


@dataclass(frozen=True, slots=True)
class Welcome:
    """The first message of a subscription to one target."""

    subscriber: str
    key: str
    inception: Inception


def promises(document: Document) -> Promises:
    """List what a version promises, for a person to see at a glance."""
    promised: Inventory = inventory(document)
    headings = [heading_topics((section.heading,), section.language) for section in document.sections]
    named = tuple(dict.fromkeys((recipient.kind, recipient.name) for recipient in promised.recipients))
    return Promises(
        rights=tuple(dict.fromkeys(right.right for right in promised.rights)),
        recipients=named[:MOST_NAMES],
        recipients_left_out=len(named[MOST_NAMES:]),
        rights_section=any(topics & {"rights", "choices"} for topics in headings),
        unread_languages=tuple(
            language
            for language in document.languages
            if language != UNKNOWN_LANGUAGE and load_lexicon(language) is None
        ),
    )


def watched(status: PolicyStatus, since: datetime | None, named: Promises | None) -> Watched:
    """Return how a policy stands."""
    return Watched(
        status.name,
        status.url,
        status.health,
        trouble=trouble(status),
        since=since,
        version=status.versions,
        promises=named,
    )


def trouble(status: PolicyStatus) -> str:
    """Say in a sentence why the last visit did not show a policy; "" where it did, or where there was none."""
    check = status.last_check
    if check is None or status.trouble_since is None:
        return ""
    return check.detail or check.reason or check.outcome
