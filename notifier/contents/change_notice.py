"""What one message tells: the alerts of one change, gathered by the clause that they are about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime

from differ.model import SEVERITIES, Finding, Severity, Timing
from document.model import StatedDate


@dataclass(frozen=True, slots=True)
class Seen:
    """A version, as far as a message tells of it."""

    number: int
    seen_at: datetime
    """When a fetch first found this text."""
    last_seen_at: datetime
    """When a fetch last found it."""
    _: KW_ONLY
    dates: tuple[StatedDate, ...]


@dataclass(frozen=True, slots=True)
class Alert:
    """A finding that a subscription asked for."""

    id: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class Notice:
    """Everything that one message tells: the alerts of one change for one subscriber."""

    subscriber: str
    policy: str
    url: str
    _: KW_ONLY
    earlier: Seen
    later: Seen
    alerts: tuple[Alert, ...]
    """In the order of the policy; at least one."""
    judged_by: str = "lexicon"
    coarse: bool = False
    timing: Timing = field(default_factory=Timing)
    """What the dates that the policy states say of the change."""
    drift: tuple[str, ...] = ()
    """Languages whose text stayed as it was while another's changed."""
    former: Seen | None = None
    """The earlier version whose text is back."""
    flapping: bool = False
    """Whether the text went back and forth before it stayed."""
    confirmed: bool = True
    """False where the change is odd and no second look agreed with it."""
    head: str = ""
    """The last entry of the chain over the evidence as the alert was planned, as `chain.Head` writes it; "" of an
    alert that was planned before there was one."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One clause that changed, with every alert about it."""

    alerts: tuple[Alert, ...]
    """The most severe first; at least one. Their clauses before and after are the same."""

    @property
    def worst(self) -> Finding:
        """The most severe finding."""
        return self.alerts[0].finding

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was judged of the clause, the most severe first."""
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
        """What was done to the clause: added, changed or removed."""
        if not self.worst.before:
            return "added"
        return "changed" if self.worst.after else "removed"


def passages(alerts: Iterable[Alert]) -> tuple[Passage, ...]:
    """Gather alerts by clause, the most severe clause first, and in the order of the policy where they are equal.

    A clause that is a finding of sharing and of rights both is one passage. The same words changed in two places of one
    section are two: an alert of a topic and rule that the passage already has begins a new one.
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
