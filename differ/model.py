"""Results of a comparison: the data that the archive keeps and the notifier sends."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from datetime import date
from typing import Literal

Severity = Literal["critical", "high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")
"""Most severe first."""

JudgedBy = Literal["lexicon", "structure"]
"""`structure` if a changed text is in a language without a lexicon."""

Operation = Literal["keep", "delete", "insert"]

TOPICS = (
    "sharing", "sale", "transfer", "merger", "rights", "choices", "withdrawal", "complaint", "collection", "use",
    "retention", "security", "cookies", "children", "contact", "policy_change", "other",
)  # fmt: skip
"""The fine topics of findings."""

WATCHED = ("sharing", "rights")
"""The watched topics. A fine topic counts as one of these, or as neither."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A run of words kept, deleted or inserted. The kept and deleted runs joined give the text before, the kept and
    inserted runs the text after."""

    operation: Operation
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A judged piece of a change that alters meaning."""

    topic: str
    """The fine topic, one of `TOPICS`."""
    section: str
    """The heading path joined by " > "."""
    language: str
    _: KW_ONLY
    material: bool
    """Whether a subscriber to sharing and rights should hear of it."""
    severity: Severity
    rule: str
    """The rule's identifier in the profile."""
    source: str
    """The law or guidance that the rule rests on."""
    clause: str | None
    """The clause of the profile's own definition of a material change ("I" to "VI"), if it has one."""
    before: str
    """The clause before, no longer than needed; "" if it is new."""
    after: str
    """The clause after; "" if it is gone."""
    reason: str
    """A plain sentence that names the words that decided."""
    edits: tuple[Edit, ...] = ()
    """The word marks between `before` and `after`."""
    translations: tuple[tuple[str, str], ...] = ()
    """The reason in other languages: pairs of language and sentence."""

    def reason_in(self, language: str) -> str:
        """Return the reason in a language, or in English if there is no translation."""
        return dict(self.translations).get(language, self.reason)


@dataclass(frozen=True, slots=True)
class Suppression:
    """A piece of a change that does not alter meaning, with the reason why it is not reported."""

    section: str
    reason: str
    """typo, spelling, grammar, synonym, punctuation, numbering, order, heading, date, link, contents, repeated,
    renamed, contact-format, visitor (its IP address), link, unchanged; for text outside the policy:
    masked-address, menu, restored."""
    before: str
    _: KW_ONLY
    after: str


@dataclass(frozen=True, slots=True)
class Timing:
    """Conclusions from the dates that a policy states."""

    stated_before: date | None = None
    """The newest date that the version before states about itself."""
    stated_after: date | None = None
    silent: bool = False
    """Whether the text changed and the stated date did not."""
    _: KW_ONLY
    date_alone: bool = False
    """Whether a stated date changed and the text did not."""
    effective: date | None = None
    """The date of effect that the new version states."""
    window_days: int | None = None
    """Days of notice, or days that people have to object, if the policy names a number."""
    due: date | None = None
    """End of that window: the day of effect if it is stated, else the stated date with the window's days."""
    window_text: str = ""
    """The sentence that names the window."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The difference of two documents, judged."""

    changed: bool
    """Whether any word differs."""
    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Suppression, ...] = ()
    _: KW_ONLY
    judged_by: JudgedBy = "lexicon"
    coarse: bool = False
    """Whether the work budget was exceeded, and a coarser method was used for a part."""
    timing: Timing = Timing()  # frozen
    """Conclusions from the dates that the policy states."""
    drift: tuple[str, ...] = ()
    """Languages of a page whose text on sharing and rights stayed as it was while another language's changed."""

    @property
    def material(self) -> bool:
        """Whether any finding is material."""
        return any(finding.material for finding in self.findings)

    @property
    def severity(self) -> Severity | None:
        """The highest severity among the material findings, or None."""
        present = {finding.severity for finding in self.findings if finding.material}
        return next((severity for severity in SEVERITIES if severity in present), None)

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics of `WATCHED` with a material change."""
        present = {watched_topic(finding.topic) for finding in self.findings if finding.material}
        return tuple(topic for topic in WATCHED if topic in present)


def watched_topic(topic: str) -> str | None:
    """Return the watched topic that a fine topic counts as, or None."""
    if topic in ("sharing", "sale", "transfer", "merger"):
        return "sharing"
    if topic in ("rights", "choices", "withdrawal", "complaint", "contact"):
        return "rights"
    return None
