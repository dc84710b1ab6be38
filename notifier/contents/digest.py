"""Contents of a digest: the visits of a period, the alerts sent in it, and the findings that were not sent.

A digest is sent even if nothing happened: it proves that the policies were checked.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from typing import Literal

from archive.model import OUTCOMES, FetchOutcome
from archive.questions.status import Health
from differ.model import Severity
from notifier.audience.subscriptions import Subscriber
from notifier.audience.timing import Rhythm
from notifier.contents.change_notice import Notice
from notifier.contents.policy_news import PolicyNews

MOST_CHANGES = 20
"""Maximum number of changes that a digest names, the newest first; the others are counted."""


Ending = FetchOutcome | Literal["first"]
ENDINGS: tuple[Ending, ...] = ("first", *OUTCOMES)
"""Outcomes of visits, and `first`, which made the first version of a policy and is not a change."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Visits of one policy in a period."""

    policy: str
    checks: int
    outcomes: tuple[tuple[Ending, int], ...]
    """Number of visits by outcome, in the order of `ENDINGS`, without zeros."""
    _: KW_ONLY
    health: Health
    """Health at the end of the period."""
    trouble: str
    """A sentence on why the last visit did not show the policy; "" if it did."""
    trouble_since: datetime | None
    version: int
    """The number of the latest version; 0 if there is no version."""
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Recap:
    """A change of the period: the findings that were sent, and the findings that were not.

    Findings that the subscriber did not ask for, and edits that do not alter meaning, were not sent.
    """

    policy: str
    version: int
    seen_at: datetime
    _: KW_ONLY
    told: int
    """Number of findings that were sent, at once or in this digest."""
    severity: Severity | None
    """The highest severity of the material findings, sent or not."""
    topics: tuple[tuple[str, int], ...]
    """Number of findings that the subscriber did not ask for, by fine topic."""
    suppressed: int
    """Number of edits that did not alter meaning."""
    held: bool
    """Whether the alerts wait because the text goes back and forth."""
    dismissed: int = 0
    """Number of findings that were not sent because they repeat a false alarm."""


@dataclass(frozen=True, slots=True)
class Account:
    """The account of a period, as of the writing of its digest."""

    since: datetime
    until: datetime
    rhythm: Rhythm | None
    """Rhythm of the digest; None if it was requested by hand."""
    _: KW_ONLY
    watches: tuple[Watch, ...]
    """Visits of the subscriber's policies, in the order in which the policies were added."""
    changes: tuple[Recap, ...]
    """Changes, newest first, at most `MOST_CHANGES`."""
    changes_left_out: int
    head: str
    """The last entry of the chain over the evidence."""
    news: tuple[PolicyNews, ...] = ()
    """Events in the list of the subscriber's policies, oldest first."""

    @property
    def checks(self) -> int:
        """Number of visits."""
        return sum(watch.checks for watch in self.watches)


@dataclass(frozen=True, slots=True)
class Digest:
    """Contents of a digest for one subscriber."""

    subscriber: str
    key: str
    """Stable key of the period."""
    account: Account
    _: KW_ONLY
    notices: tuple[Notice, ...] = ()
    """The alerts that this digest is the first to list, by change."""


def digest_due(subscriber: Subscriber, last: datetime, now: datetime) -> bool:
    """Return True if a scheduled time lies between the last digest, or the start of the subscription, and now.

    If digests were missed, one is written for the whole time since then. If `last` is in the future, a clock was ahead,
    and nothing is due.
    """
    return subscriber.digest is not None and last < subscriber.digest.last(now, subscriber.timezone)
