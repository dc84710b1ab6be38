"""The contents of a subscription's first message: the watched policies, since when each is watched, and the promises of
each policy.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from datetime import datetime

from archive.questions.status import Health, PolicyStatus
from differ.judgement.inventory import Inventory
from differ.language.lexicon import load_lexicon
from differ.language.meaning import heading_topics
from document.model import UNKNOWN_LANGUAGE, Document
from notifier.audience.subscriptions import Subscriber

MOST_NAMES = 12
"""Maximum number of recipients that a message lists for a policy. The remaining recipients are only counted."""


@dataclass(frozen=True, slots=True)
class Promises:
    """The rights and recipients in the latest version of a policy, without duplicates."""

    rights: tuple[str, ...]
    """Codes of the rights, as in `differ.judgement.inventory.Right.right`."""
    recipients: tuple[tuple[str, str], ...]
    """At most `MOST_NAMES` recipients, each as a pair: its class (see `differ.judgement.recipients.Recipient.kind`) and
    its words.
    """
    recipients_left_out: int
    _: KW_ONLY
    rights_section: bool
    """Whether a heading says that its section is about rights or choices."""
    unread_languages: tuple[str, ...]
    """Languages of the text that have no lexicon, so that their rights and recipients are unknown."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A policy as the first message shows it."""

    policy: str
    url: str
    health: Health
    _: KW_ONLY
    trouble: str
    """A sentence that says why the last visit did not find the policy. It is "" if the visit found the policy."""
    since: datetime | None
    """Time of the first version. None if there is no version yet."""
    version: int
    promises: Promises | None
    """The promises of the latest version. None if there is no version yet."""
    reason: str = ""
    """The reason for the trouble as a code; "" if there is no trouble."""


@dataclass(frozen=True, slots=True)
class Inception:
    """The watched policies at the start of a subscription."""

    written_at: datetime
    policies: tuple[Watched, ...]
    _: KW_ONLY
    asked: Subscriber
    """The subscription, without its targets."""
    head: str = ""
    """The head of the evidence chain when the message is written; "" before."""
    unheard: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Policies for which no subscriber asks for the topic sharing or the topic rights. Each is paired with the topics
    that nobody asks for.
    """


@dataclass(frozen=True, slots=True)
class Welcome:
    """The first message of a subscription for one target."""

    subscriber: str
    key: str
    inception: Inception


def promises(document: Document, promised: Inventory) -> Promises:
    """List the promises of a version from its inventory, in a form that a person can read at a glance."""
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
    """Return a policy as the first message shows it."""
    return Watched(
        status.name,
        status.url,
        status.health,
        trouble=trouble(status),
        reason=trouble_reason(status),
        since=since,
        version=status.versions,
        promises=named,
    )


def trouble(status: PolicyStatus) -> str:
    """Return a sentence that says why the last visit did not find a policy.

    It is "" if the visit found the policy, if there was no visit, or if the policy is paused."""
    check = status.last_check
    if check is None or status.trouble_since is None or not status.is_fetched:
        return ""
    return check.detail or check.reason or check.outcome


def trouble_reason(status: PolicyStatus) -> str:
    """Return the reason of `trouble` as a code; "" if there is no trouble."""
    check = status.last_check
    return (check.reason or check.outcome) if check is not None and trouble(status) else ""
