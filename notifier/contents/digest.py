"""What a digest tells: how the watch went in a period, what was told in it, and what was not and why.

It is sent also where nothing happened: it proves that we looked.
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

MOST_CHANGES = 20
"""Changes of a period that a digest names; the newest come first, and the others are counted."""


Ending = FetchOutcome | Literal["first"]
ENDINGS: tuple[Ending, ...] = ("first", *OUTCOMES)
"""How a visit ended: `first` made the first version of a policy, and is no change."""


@dataclass(frozen=True, slots=True)
class Watch:
    """How the watch of one policy went in a period."""

    policy: str
    checks: int
    outcomes: tuple[tuple[Ending, int], ...]
    """How many visits ended so, in the order of `ENDINGS`, those without any left out."""
    _: KW_ONLY
    health: Health
    """As it stood at the end."""
    trouble: str
    """Why the last visit did not show the policy, a sentence; "" where it did."""
    trouble_since: datetime | None
    version: int
    """The number of the latest version; 0 where there is none."""
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Recap:
    """One change of the period: what of it was told, and what was not.

    Not told is what was not asked for, and what changes no meaning.
    """

    policy: str
    version: int
    seen_at: datetime
    _: KW_ONLY
    told: int
    """Findings that were told, at once or by this digest."""
    severity: Severity | None
    """The highest among the material findings, told or not."""
    topics: tuple[tuple[str, int], ...]
    """How many findings of each fine topic were not asked for."""
    suppressed: int
    """Pieces of text that changed without a change of meaning."""
    held: bool
    """Whether its alerts wait because the text goes back and forth."""
    dismissed: int = 0
    """Findings that were not told because they have the words of a false alarm."""


@dataclass(frozen=True, slots=True)
class Account:
    """A period, as it stood when its digest was written."""

    since: datetime
    until: datetime
    rhythm: Rhythm | None
    """None for one that was asked for by hand."""
    _: KW_ONLY
    watches: tuple[Watch, ...]
    """Of the policies that the subscriber asks for, in the order they were added."""
    changes: tuple[Recap, ...]
    """The newest first, at most `MOST_CHANGES`."""
    changes_left_out: int
    head: str
    """The last entry of the chain over the evidence."""

    @property
    def checks(self) -> int:
        """How many visits there were."""
        return sum(watch.checks for watch in self.watches)


@dataclass(frozen=True, slots=True)
class Digest:
    """What one digest tells to one subscriber."""

    subscriber: str
    key: str
    """Stable: its period's."""
    account: Account
    _: KW_ONLY
    notices: tuple[Notice, ...] = ()
    """The alerts that it is the first to tell, by change."""


def digest_due(subscriber: Subscriber, last: datetime, now: datetime) -> datetime | None:
    """Return the moment of the schedule that a digest is due for, or None.

    `last` is the moment that the last digest was for, or when the subscription was first seen. A digest that was missed
    is written once, for the whole time since then. Where `last` lies in the future a clock was ahead, and nothing is
    due.
    """
    if subscriber.digest is None:
        return None
    moment = subscriber.digest.last(now, subscriber.timezone)
    return moment if last < moment else None
