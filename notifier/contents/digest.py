"""The contents of a digest: the visits of a period, the alerts that were sent, and the findings that were not sent.

A digest is sent even if nothing happened, because it proves that the policies were checked.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from datetime import datetime, timedelta
from typing import Literal

from archive.model import OUTCOMES, FetchOutcome
from archive.questions.interim_texts import OddText
from archive.questions.status import Health
from archive.storage.version_reader import Span
from differ.model import Finding, Severity
from notifier.audience.subscriptions import Subscriber
from notifier.audience.timing import Rhythm
from notifier.contents.change_notice import NO_INTERIMS, Interims, Notice, Seen
from notifier.contents.policy_news import PolicyNews

MOST_CHANGES = 20
"""Maximum number of policies whose changes a digest names, the newest first. The remaining policies are only counted.
Policies with a critical or high change are always named."""


Ending = FetchOutcome | Literal["first"]
ENDINGS: tuple[Ending, ...] = ("first", *OUTCOMES)
"""Outcomes of visits. `first` means that the visit made the first version of a policy, which is not a change."""


@dataclass(frozen=True, slots=True)
class Watch:
    """The visits of one policy in a period."""

    policy: str
    checks: int
    outcomes: tuple[tuple[Ending, int], ...]
    """Number of visits for each outcome that occurred, in the order of `ENDINGS`."""
    _: KW_ONLY
    health: Health
    """Health at the end of the period."""
    trouble: str
    """A sentence that says why the last visit did not find the policy. It is "" if the visit found the policy."""
    trouble_since: datetime | None
    version: int
    """Number of the latest version; 0 if there are no versions."""
    last_seen_at: datetime | None
    reason: str = ""
    """The reason for the trouble as a code; "" if there is no trouble."""
    odd: tuple[OddText, ...] = ()
    """Odd texts that were seen or decided in the period."""
    gaps: tuple[Gap, ...] = ()
    """Gaps of at least a day in which no visit read the policy although a visit was due. Only gaps that ended in the
    period or have not ended are listed.
    """
    due: bool = False
    """Whether a visit was due at the end of the period."""

    @property
    def shows_odd_text(self) -> bool:
        """Whether a visit showed a very different text that did not become a version."""
        return any(not odd.version for odd in self.odd)


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which no visit read a certain policy."""

    since: datetime
    """Time of the last visit before the gap that read the policy."""
    until: datetime
    """Time of the next visit that read the policy, or the end of the period."""
    _: KW_ONLY
    ended: bool

    @property
    def days(self) -> int:
        """Number of days, rounded to the nearest whole number."""
        return round((self.until - self.since) / timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Recap:
    """The net change of a policy in a period: the difference between the texts at its beginning and at its end.

    If the text changed and changed back, there is no difference, and nothing is judged.
    """

    policy: str
    url: str
    _: KW_ONLY
    earlier: Seen
    later: Seen
    undone: bool
    """Whether the text changed and changed back."""
    findings: tuple[Finding, ...]
    """The findings that the subscriber asks for, the most severe first."""
    told: int
    """Number of findings about the policy that the reader got in other messages of the period."""
    waiting: int
    """Number of findings about the policy that other messages will contain."""
    severity: Severity | None
    """Highest severity of all material findings, whether or not they were sent."""
    topics: tuple[tuple[str, int], ...]
    """Number of findings that the subscriber did not ask for, by topic."""
    suppressed: int
    """Number of edits that did not alter meaning."""
    held: bool
    """Whether the alerts wait because the text goes back and forth."""
    dismissed: int = 0
    """Number of findings that are not reported because they repeat a false alarm."""
    interims: Interims = NO_INTERIMS
    unsorted: tuple[Finding, ...] = ()
    """The findings of the topic "other" that the subscriber did not ask for, the most severe first. They can be about
    a topic that the subscriber asks for, because nobody recognised their topic."""

    @property
    def versions(self) -> int:
        """Number of new versions in the period."""
        return self.later.number - self.earlier.number

    @property
    def matters(self) -> bool:
        """Whether the policy has a change that the subscriber asks for."""
        return bool(self.findings or self.told)


@dataclass(frozen=True, slots=True)
class OverdueReview:
    """A change with findings that should have been reviewed already."""

    policy: str
    version: int
    severity: Severity
    """Highest severity of the findings that wait."""
    _: KW_ONLY
    findings: int
    """Number of findings that wait and are overdue."""
    due_at: datetime
    """Time until which the first finding should have been reviewed."""
    assigned: str = ""
    """Person to whom the change is assigned, or ""."""


@dataclass(frozen=True, slots=True)
class Account:
    """The facts about a period at the time when its digest is written."""

    since: datetime
    until: datetime
    rhythm: Rhythm | None
    """Interval of the digest. None if the digest was requested by hand."""
    _: KW_ONLY
    watches: tuple[Watch, ...]
    """The visits to the subscriber's policies, in the order in which the policies were added."""
    spans: tuple[Span, ...] = ()
    """The versions before and after the changes of each policy, newest first."""
    changes_left_out: int
    head: str = ""
    """The head of the evidence chain when the message is written; "" before."""
    news: tuple[PolicyNews, ...] = ()
    """Changes to the list of the subscriber's policies, oldest first."""
    overdue: tuple[OverdueReview, ...] = ()
    """Changes with an overdue review that this reader must be notified of, worst first, at most `MOST_CHANGES`. The
    person to whom a change is assigned is notified, and otherwise the owner of the policy. If neither receives digests,
    operators are notified.
    """
    overdue_left_out: int = 0
    """Number of further changes whose review is overdue."""
    messages_behind: int = 0
    """Number of older messages about changes that could not be sent to this target before this digest."""

    @property
    def checks(self) -> int:
        """Number of visits."""
        return sum(watch.checks for watch in self.watches)


@dataclass(frozen=True, slots=True)
class Digest:
    """The contents of a digest for one subscriber."""

    subscriber: str
    key: str
    """Stable key of the period."""
    account: Account
    _: KW_ONLY
    notices: tuple[Notice, ...] = ()
    """The alerts that no earlier digest listed, by change."""
    recaps: tuple[Recap, ...] = ()
    """The changes in the period, one for each of the account's `spans`."""

    def is_shown(self, recap: Recap) -> bool:
        """Whether one of the notices compares the same texts as a recap."""
        return any(
            recap.earlier.number in (notice.earlier.number, notice.same_as) for notice in self._notices_about(recap)
        )

    def is_held(self, recap: Recap) -> bool:
        """Whether the alerts about a recap's later text wait, and are not in this digest."""
        return recap.held and not recap.undone and not self._notices_about(recap)

    def _notices_about(self, recap: Recap) -> list[Notice]:
        """Return the notices about the later text of a recap."""
        later = recap.policy, recap.later.number
        return [notice for notice in self.notices if (notice.policy, notice.later.number) == later]


def digest_due(subscriber: Subscriber, last: datetime, now: datetime) -> bool:
    """Return True if a scheduled time lies between `last` and `now`.

    `last` is the time of the last digest or, before the first digest, the start of the subscription. If digests were
    missed, a single digest covers the whole time since the last digest. If `last` is in the future because a clock was
    wrong, no digest is due.
    """
    return subscriber.digest is not None and last < subscriber.digest.last(now, subscriber.timezone)
