"""The answers about texts, changes and findings."""

from __future__ import annotations

from pydantic import Field

from archive.questions.calendar import CalendarKind
from clausewatch.desk.api.schemas.base import Answer, Stamp
from clausewatch.desk.api.schemas.versions import (
    Change,
    Document,
    DroppedSentence,
    KnownDay,
    LocatedQuietEdit,
    OneLanguageOnly,
    Recipient,
    RedlineSection,
    Right,
    Sentence,
    Version,
    WaitingFinding,
)
from differ.model import Severity


class ListedPage(Answer):
    """A part of a long list."""

    next: str | None
    """The parameter `after` of the next part. Null at the end of the list."""


class InventoryChange(Answer):
    """The rights and recipients that a change added and removed."""

    rights_gone: list[Right]
    rights_new: list[Right]
    recipients_gone: list[Recipient]
    recipients_new: list[Recipient]


class JudgedVersion(Version, Change):
    """A version with its change."""


class HistoryVersion(JudgedVersion):
    """A version with its change, and the rights and recipients that the change added and removed."""

    inventory: InventoryChange | None


class Versions(ListedPage):
    """A part of the versions of a policy, the newest first."""

    versions: list[HistoryVersion]


class NetChange(Change):
    """A change that combines the changes of several versions."""

    earlier: int = Field(alias="from")
    material: bool
    severity: Severity | None
    topics: list[str]


class Text(Version):
    """The text of a version."""

    net_changes: list[NetChange]
    document: Document
    known: list[KnownDay]


class Inventory(Answer):
    """The rights and recipients that a text names."""

    rights: list[Right]
    recipients: list[Recipient]
    one_language_only: list[OneLanguageOnly]


class VersionInventory(Version):
    """A version with the rights and recipients that it names."""

    inventory: Inventory
    known: list[KnownDay]


class Sentences(Version):
    """The sentences of a version, and the sentences that were dropped earlier."""

    read_anew: list[int]
    sentences: list[Sentence]
    dropped: list[DroppedSentence]
    known: list[KnownDay]


class Redline(Answer):
    """Two versions of a policy, as one text with marked changes."""

    policy: str
    before: Version
    after: Version
    caution: str
    judged: list[JudgedVersion]
    net: Change | None
    sections: list[RedlineSection]
    known: list[KnownDay]


class JudgedChange(Change):
    """A change with its two versions. A net change combines the changes of several versions."""

    change: int
    policy: str
    before: int
    after: int
    is_net: bool
    material: bool
    severity: Severity | None
    topics: list[str]


class Assignment(Answer):
    """The person who is to review a change, and the due date. Both are null if nobody decided this."""

    change: int
    person: str | None
    due_at: Stamp | None
    by: str | None
    at: Stamp | None
    text: str | None
    """The note for the person."""


class Findings(ListedPage):
    """A part of the findings that wait for a review, the worst change first."""

    findings: list[WaitingFinding]
    count: int
    counted_all: bool


class RecordedReview(Answer):
    """A review that was recorded, or an earlier review that stood in its way."""

    id: int
    finding: int
    kind: str
    text: str
    by: str
    at: Stamp


class Decided(Answer):
    """The reviews that were recorded, and the earlier reviews because of which others were not recorded."""

    recorded: list[RecordedReview]
    refused: list[RecordedReview]


class QuietEdits(Answer):
    """The edits that reviewers marked as missed, the latest mark first."""

    quiet_edits: list[LocatedQuietEdit]


class QuietDecided(Answer):
    """Whether a review of a quiet edit was recorded. It is not recorded if it would change nothing."""

    recorded: bool
    quiet_edit: LocatedQuietEdit


class RuleTally(Answer):
    """The reviewers' verdicts on what a rule reported or kept quiet."""

    rule: str
    findings: int
    acknowledged: int
    false_alarms: int
    precision: float | None
    quiet_edits: int
    missed: int


class Rules(Answer):
    """The reviewers' verdicts by rule."""

    rules: list[RuleTally]


class SnippetRun(Answer):
    """A part of a snippet."""

    text: str
    matches: bool


class Match(Answer):
    """A section that has all searched words."""

    policy: str
    section: str
    language: str
    first: int
    last: int
    appeared_at: Stamp
    gone_at: Stamp | None
    snippet: list[SnippetRun]


class Matches(Answer):
    """The sections that have all searched words."""

    words: str
    found: list[Match]
    more: bool


class NamedRight(Right):
    """A right that a policy names."""

    policy: str
    since: Stamp
    version: int


class NamedRecipient(Recipient):
    """A recipient that a policy names."""

    policy: str
    since: Stamp
    version: int


class Rights(Answer):
    """The rights that policies name."""

    rights: list[NamedRight]
    count: int
    unlisted_policies: int


class Recipients(Answer):
    """The recipients of data that policies name."""

    recipients: list[NamedRecipient]
    count: int
    unlisted_policies: int


class Lacking(Answer):
    """The policies that do not name a right."""

    missing: str
    policies: list[str]
    unlisted_policies: int


class CalendarEntry(Answer):
    """A day or time that concerns a change."""

    at: Stamp
    kind: CalendarKind
    policy: str
    version: int
    change: int
    seen_at: Stamp


class Calendar(ListedPage):
    """A part of the calendar, the earliest entry first."""

    entries: list[CalendarEntry]


class ReportedChange(Answer):
    """A change that was first seen in the period."""

    policy: str
    version: int
    change: int | None
    seen_at: Stamp
    material: bool
    severity: Severity | None
    topics: list[str]
    findings: int
    decided: int
    waiting: int
    reviewers: list[str]
    decided_after_seconds: int | None
    due_at: Stamp | None


class Reviewer(Answer):
    """The reviews that one person made in the period."""

    name: str
    acknowledged: int
    false_alarms: int
    comments: int
    median_seconds: int | None


class Gap(Answer):
    """A time in which no visit found the text of a certain policy."""

    policy: str
    since: Stamp
    until: Stamp | None


class Report(Answer):
    """The report of a period."""

    since: Stamp
    until: Stamp
    policies: int
    checks: dict[str, int]
    changes: list[ReportedChange]
    versions_left_out: int
    reviewers: list[Reviewer]
    gaps: list[Gap]
    gaps_left_out: int
