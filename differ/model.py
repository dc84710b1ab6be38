"""What a comparison says: the data that the archive keeps and the notifier tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["critical", "high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")
"""Most severe first."""

JudgedBy = Literal["lexicon", "structure"]
"""`structure` where a changed text is in a language without a lexicon."""

Operation = Literal["keep", "delete", "insert"]

WATCHED = ("sharing", "rights")
"""The topics of a row: fine topics count as one of these, or as none."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A run of words kept, deleted or inserted. The kept and deleted ones joined are the text before, the kept and
    inserted ones the text after."""

    operation: Operation
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One judged piece of a change that alters meaning."""

    topic: str
    """The fine topic: sharing, sale, transfer, merger, rights, choices, withdrawal, complaint, collection, use,
    retention, security, cookies, children, contact, policy_change or other."""
    section: str
    """The heading path joined by " > "."""
    language: str
    material: bool
    """Whether a subscriber to sharing and rights should hear of it."""
    severity: Severity
    rule: str
    """The rule's identifier in the profile."""
    source: str
    """The law or guidance that the rule rests on."""
    clause: str | None
    """The clause of the profile's own definition of a material change ("I" to "VI"), where it has one."""
    before: str
    """The clause before, no longer than needed; "" where it is new."""
    after: str
    """The clause after; "" where it is gone."""
    reason: str
    """One plain sentence that names the words that decided."""
    edits: tuple[Edit, ...] = ()
    """The word marks between `before` and `after`."""


@dataclass(frozen=True, slots=True)
class Suppression:
    """A piece of a change that alters no meaning, with the reason why nobody is told."""

    section: str
    reason: str
    """typo, spelling, grammar, synonym, punctuation, numbering, order, heading, date, link, contents, repeated,
    renamed,
    contact-format."""
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The difference of two documents, judged."""

    changed: bool
    """Whether any word differs."""
    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Suppression, ...] = ()
    judged_by: JudgedBy = "lexicon"
    coarse: bool = False
    """Whether the budget of work was hit and a coarser method was used for a part."""

    @property
    def material(self) -> bool:
        """Whether any finding is material."""
        return any(finding.material for finding in self.findings)

    @property
    def severity(self) -> Severity | None:
        """The highest severity among the material findings, or None."""
        found = {finding.severity for finding in self.findings if finding.material}
        return next((severity for severity in SEVERITIES if severity in found), None)

    @property
    def topics(self) -> tuple[str, ...]:
        """Which of `WATCHED` are materially changed."""
        found = {watched_topic(finding.topic) for finding in self.findings if finding.material}
        return tuple(topic for topic in WATCHED if topic in found)


def watched_topic(topic: str) -> str | None:
    """Return the watched topic that a fine topic counts as, or None."""
    if topic in ("sharing", "sale", "transfer", "merger"):
        return "sharing"
    if topic in ("rights", "choices", "withdrawal", "complaint", "contact"):
        return "rights"
    return None
