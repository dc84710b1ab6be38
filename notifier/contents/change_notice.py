"""The contents of an alert message: the alerts of one change, grouped by clause."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime

from differ.model import SEVERITIES, Finding, Severity, Timing
from document.model import StatedDate


@dataclass(frozen=True, slots=True)
class Seen:
    """The parts of a version that messages show."""

    number: int
    seen_at: datetime
    """Time of the first fetch of this text."""
    last_seen_at: datetime
    """Time of the last fetch of this text."""
    _: KW_ONLY
    dates: tuple[StatedDate, ...]


@dataclass(frozen=True, slots=True)
class Interim:
    """A text that the policy had for a time between the texts that a message compares."""

    seen: Seen
    """The first version with this text."""
    is_later: bool
    """Whether it is the later text of the message."""
    _: KW_ONLY
    worst: Finding | None
    """The most severe finding that the reader asks for, in the comparison with the version before. It is None if there
    is no such finding."""
    others: tuple[Severity, ...]
    """Severities of the further findings of that comparison that the reader asks for."""


@dataclass(frozen=True, slots=True)
class Interims:
    """Texts that the policy showed between the texts that a message compares."""

    texts: tuple[Interim, ...] = ()
    """The other texts, and the later text if it had been shown before; oldest first."""
    left_out: int = 0
    """Number of older texts that were not read."""
    vanished: tuple[datetime, ...] = ()
    """Times at which the policy showed an odd text that the next visit did not show. Such a text is not a version."""


NO_INTERIMS = Interims()


@dataclass(frozen=True, slots=True)
class Alert:
    """A finding that a subscription asked for."""

    id: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class Notice:
    """The contents of an alert message: the alerts of one change for one subscriber."""

    subscriber: str
    policy: str
    url: str
    _: KW_ONLY
    earlier: Seen
    later: Seen
    alerts: tuple[Alert, ...]
    """At least one alert, in the order of the policy."""
    judged_by: str = "lexicon"
    coarse: bool = False
    timing: Timing = field(default_factory=Timing)
    """Facts about the dates that the policy states about itself."""
    drift: tuple[str, ...] = ()
    """Languages that the change did not update: the text changed in another language, but not in these languages."""
    drift_is_new: bool = True
    """Whether these languages fell behind with this change. False if these languages were behind before, or if all
    languages are in step again after this change.
    """
    apart_since: int = 0
    """Number of the first version in which the languages were out of step, if all languages are in step again after
    this change. Otherwise 0.
    """
    former: Seen | None = None
    """The earlier version whose text returned, or None."""
    former_is_named: bool = True
    """Whether the reader was notified of the version `former`."""
    same_as: int = 0
    """Number of the version that the reader knows, if the policy changed and changed back after it; otherwise 0.

    For example, the reader knows version 3, version 4 was different, and version 5 has the text of version 3 again.
    Then `earlier` is version 5, and `same_as` is 3.
    """
    flapping: bool = False
    """Whether the text went back and forth before this change."""
    settled: bool = True
    """Whether a text that went back and forth has now stayed for the configured time."""
    confirmed: bool = True
    """False if the change is suspicious, such as the loss of a section, and no second visit confirmed it."""
    interims: Interims = NO_INTERIMS
    unsorted: tuple[Finding, ...] = ()
    """The findings of the topic "other" about the same two texts that the reader did not ask for. They can be about a
    topic that the reader asks for, because nobody recognised their topic."""
    other_topics: tuple[tuple[str, int], ...] = ()
    """Number of all other findings that the reader did not ask for, by topic."""
    head: str = ""
    """The head of the evidence chain when the message is written, in the format of `chain.Head`."""

    @property
    def steps(self) -> int:
        """Number of versions after the earlier version, up to and including the later version."""
        return self.later.number - self.earlier.number


@dataclass(frozen=True, slots=True)
class Passage:
    """A changed clause with all its alerts."""

    alerts: tuple[Alert, ...]
    """At least one alert, the most severe first. All these alerts have the same clause before and after."""

    @property
    def worst(self) -> Finding:
        """The most severe finding."""
        return self.alerts[0].finding

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Findings about the clause, the most severe first."""
        return tuple(alert.finding for alert in self.alerts)

    @property
    def severity(self) -> Severity:
        """The severity of the most severe finding."""
        return self.worst.severity

    @property
    def material(self) -> bool:
        """Whether any finding of the clause is material."""
        return any(finding.material for finding in self.findings)

    @property
    def deed(self) -> str:
        """The kind of change to the clause: added, changed or removed."""
        if not self.worst.before:
            return "added"
        return "changed" if self.worst.after else "removed"


def passages(alerts: Iterable[Alert]) -> tuple[Passage, ...]:
    """Group alerts by clause, the most severe clause first. Clauses of equal severity are in the order of the policy.

    If a clause has findings on both sharing and rights, they are in one passage. If the same change was made in two
    places of a section, there are two passages. To achieve this, an alert begins a new passage if the existing passage
    already has an alert with the same topic and rule.
    """
    gathered: list[list[Alert]] = []
    for alert in alerts:
        mine = next((others for others in gathered if _is_another_view(alert.finding, others)), None)
        if mine is None:
            gathered.append([alert])
        else:
            mine.append(alert)
    clauses = [Passage(tuple(sorted(alerts, key=lambda alert: _rank(alert.finding)))) for alerts in gathered]
    return tuple(sorted(clauses, key=lambda passage: _rank(passage.worst)))


def _is_another_view(finding: Finding, others: list[Alert]) -> bool:
    first = others[0].finding
    same = _clause(finding) == _clause(first)
    return same and all((finding.topic, finding.rule) != (other.finding.topic, other.finding.rule) for other in others)


def _clause(finding: Finding) -> tuple[str, ...]:
    return finding.section, finding.language, finding.before, finding.after


def _rank(finding: Finding) -> int:
    return SEVERITIES.index(finding.severity)
