"""The results of a comparison, which the archive stores and the notifier sends."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import date
from typing import Literal

from differ.explanation import ENGLISH, PART, Explanation, worded
from differ.quotation import Side, Span

Severity = Literal["critical", "high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")
"""Severities, the most severe first."""

Direction = Literal["added", "removed", "changed", "loosened", "tightened"]
"""The direction of an edit's effect."""

JudgedBy = Literal["lexicon", "structure"]
"""`structure` means that a changed text is in a language without a lexicon, so its words could not be understood."""

Operation = Literal["keep", "delete", "insert"]

TOPICS = (
    "sharing", "sale", "transfer", "merger", "rights", "choices", "withdrawal", "complaint", "collection", "use",
    "retention", "security", "cookies", "children", "contact", "policy_change", "other",
)  # fmt: skip
"""The fine topics of findings."""

WATCHED = ("sharing", "rights")
"""The watched topics. Each fine topic belongs to one of them or to neither."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A run of words that was kept, deleted or inserted. Kept and deleted runs form the text before. Kept and inserted
    runs form the text after."""

    operation: Operation
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A judged part of a change that alters meaning."""

    topic: str
    """The fine topic, from `TOPICS`."""
    section: str
    """The heading path, joined by " > "."""
    language: str
    _: KW_ONLY
    material: bool
    """Whether a subscriber to sharing and rights must receive the finding."""
    severity: Severity
    rule: str
    """Identifier of the rule in the profile."""
    source: str
    """The law or guidance that the rule is based on."""
    clause: str | None
    """The clause ("I" to "VI") of the profile's own definition of a material change, or None."""
    before: str
    """The text before the change, cut to the part that is needed to understand the change. It is "" if the text is new.
    """
    after: str
    """The text after the change, cut in the same way. It is "" if the text was removed."""
    explanation: Explanation
    """The reason why the edit is reported, as a code and facts."""
    edits: tuple[Edit, ...] = ()
    """The edits from `before` to `after`."""

    @property
    def reason(self) -> str:
        """The explanation as an English text with the deciding words."""
        return self.reason_in(ENGLISH)

    def reason_in(self, language: str) -> str:
        """Return the explanation as a text in a language, or in English if the language has no sentences."""
        return self.explanation.in_language(language, *self.sides)

    @property
    def sides(self) -> tuple[Side, Side]:
        """The texts before and after the change, each with its changed parts."""
        before = side(self.before, self.edits, "delete", self.language)
        return before, side(self.after, self.edits, "insert", self.language)


def direction(gone: Collection[object], new: Collection[object]) -> Direction:
    """Return the direction of an edit, from the removed words and the added words."""
    if gone and new:
        return "changed"
    return "added" if new else "removed"


def side(text: str, edits: Sequence[Edit], operation: Operation, language: str = "") -> Side:
    """Return a text, and the parts of it that the edits with this operation deleted or inserted."""
    changed: list[Span] = []
    end = 0
    for edit in edits:
        if edit.operation in ("keep", operation):
            end += len(edit.text)
        if edit.operation == operation:
            changed.append((end - len(edit.text), end))
    return Side(text, tuple(changed) if end == len(text) else (), language)


def reasons_in(findings: Iterable[Finding], language: str) -> list[str]:
    """Return the explanations of the findings about a clause. If an effect concerns both sharing and rights, it is
    explained only once.
    """
    explained: set[object] = set()
    told: list[Finding] = []
    for finding in findings:
        why = finding.explanation
        effects = {(part.code.partition(PART)[2] or part, part.gone, part.new) for part in (why, *why.also)}
        if not effects <= explained:
            told.append(finding)
        explained |= effects
    if not told:
        return []
    return [one.text for one in worded((finding.explanation for finding in told), language, *told[0].sides)]


@dataclass(frozen=True, slots=True)
class Suppression:
    """A part of a change that does not alter meaning, with the reason why it is not reported."""

    section: str
    reason: str
    """The reason as a code: typo, spelling, grammar, synonym, punctuation, numbering, order, heading, date, link,
    contents, repeated, renamed, contact-format, visitor (the visitor's IP address), or unchanged. For text outside the
    policy: masked-address, menu, or restored."""
    before: str
    _: KW_ONLY
    after: str


@dataclass(frozen=True, slots=True)
class Timing:
    """Facts about the dates that a policy states about itself."""

    stated_before: date | None = None
    """The latest date that the version before states about itself."""
    stated_after: date | None = None
    silent: bool = False
    """Whether the text changed but the stated date did not."""
    _: KW_ONLY
    date_alone: bool = False
    """Whether a stated date changed but the text did not."""
    effective: date | None = None
    """The effective date that the new version states."""
    window_days: int | None = None
    """Number of days of notice, or of days to object, if the policy states the number."""
    due: date | None = None
    """End of the notice or objection window. It is the effective date if the policy states an effective date. Otherwise
    it is the stated date plus `window_days`.
    """
    window_text: str = ""
    """The sentence with the window."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The judged difference of two documents."""

    changed: bool
    """Whether any word differs."""
    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Suppression, ...] = ()
    _: KW_ONLY
    judged_by: JudgedBy = "lexicon"
    coarse: bool = False
    """Whether a limit was reached, so that a less precise method was used for a part of the text."""
    timing: Timing = Timing()  # frozen
    """Conclusions from the dates that the policy states about itself."""
    drift: tuple[str, ...] = ()
    """Languages of a page that the change did not update: the text on sharing or rights changed in another language,
    but not in these languages.
    """

    @property
    def material(self) -> bool:
        """Whether any finding is material."""
        return any(finding.material for finding in self.findings)

    @property
    def severity(self) -> Severity | None:
        """Highest severity of the material findings, or None."""
        present = {finding.severity for finding in self.findings if finding.material}
        return next((severity for severity in SEVERITIES if severity in present), None)

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics in `WATCHED` that have a material finding."""
        present = {watched_topic(finding.topic) for finding in self.findings if finding.material}
        return tuple(topic for topic in WATCHED if topic in present)


def watched_topic(topic: str) -> str | None:
    """Return the watched topic that a fine topic belongs to, or None."""
    if topic in ("sharing", "sale", "transfer", "merger"):
        return "sharing"
    if topic in ("rights", "choices", "withdrawal", "complaint", "contact"):
        return "rights"
    return None
