"""Contents of an alert message: the alerts of one change, grouped by clause."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime

from differ.model import SEVERITIES, Finding, Severity, Timing
from document.model import StatedDate


@dataclass(frozen=True, slots=True)
class Seen:
    """The parts of a version that a message shows."""

    number: int
    seen_at: datetime
    """Time of the first fetch of this text."""
    last_seen_at: datetime
    """Time of the last fetch of this text."""
    _: KW_ONLY
    dates: tuple[StatedDate, ...]


@dataclass(frozen=True, slots=True)
class Alert:
    """A finding that a subscription asked for."""

    id: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class Notice:
    """Contents of an alert message: the alerts of one change for one subscriber."""

    subscriber: str
    policy: str
    url: str
    _: KW_ONLY
    earlier: Seen
    later: Seen
    alerts: tuple[Alert, ...]
    """Alerts in the order of the policy; at least one."""
    judged_by: str = "lexicon"
    coarse: bool = False
    timing: Timing = field(default_factory=Timing)
    """Conclusions from the dates that the policy states."""
    drift: tuple[str, ...] = ()
    """Languages whose text stayed as it was while another language's changed."""
    former: Seen | None = None
    """The earlier version whose text is back."""
    flapping: bool = False
    """Whether the text went back and forth before it stayed."""
    confirmed: bool = True
    """False if the change is suspicious and no second look confirmed it."""
    head: str = ""
    """The last entry of the chain over the evidence as the alert was planned, as `chain.Head` writes it; "" if the
    alert was planned before the chain existed."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A changed clause, with every alert about it."""

    alerts: tuple[Alert, ...]
    """Alerts, most severe first; at least one. Their clauses before and after are the same."""

    @property
    def worst(self) -> Finding:
        """The most severe finding."""
        return self.alerts[0].finding

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Findings about the clause, most severe first."""
        return tuple(alert.finding for alert in self.alerts)

    @property
    def severity(self) -> Severity:
        """The highest severity."""
        return self.worst.severity

    @property
    def material(self) -> bool:
        """Whether any finding of the clause is material."""
        return any(finding.material for finding in self.findings)

    @property
    def deed(self) -> str:
        """Kind of the change to the clause: added, changed or removed."""
        if not self.worst.before:
            return "added"
        return "changed" if self.worst.after else "removed"


def passages(alerts: Iterable[Alert]) -> tuple[Passage, ...]:
    """Group alerts by clause, the most severe clause first; equal ones are in the order of the policy.

    A clause with findings of both sharing and rights is one passage. The same change at two places of one section is
    two passages: an alert with a topic and rule that the passage already has begins a new one.
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
