"""The rows of versions, changes, findings and texts."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from archive.model import QuietReviewKind, ReviewKind
from clausewatch.desk.api.schemas.base import Answer, Day, Edits, Sha256, Stamp
from differ.matching.redline import SectionStatus
from differ.model import Severity
from document.model import DateKind


class StatedDate(Answer):
    """A date that a text states about itself."""

    kind: DateKind
    day: Day
    text: str


class FurtherPage(Answer):
    """A further page of a policy that has several pages."""

    url: str
    body_sha256: Sha256 | None


class Version(Answer):
    """A version of a policy."""

    policy: str
    version: int
    seen_at: Stamp
    last_seen_at: Stamp
    stated: list[StatedDate]
    boundary: bool
    confirmed: bool
    returns_to: int | None
    back_to: Stamp | None
    flapping: bool
    url: str
    body_sha256: Sha256 | None
    further: list[FurtherPage]
    document_sha256: Sha256
    identity: str
    material: bool
    severity: Severity | None
    topics: list[str]


class Timing(Answer):
    """Conclusions from the dates that a policy states about a change."""

    stated_before: Day | None
    stated_after: Day | None
    silent: bool
    date_alone: bool
    effective: Day | None
    window_days: int | None
    due: Day | None
    window_text: str


class Rewrite(Answer):
    """The summary of a rewrite for one topic."""

    topic: str
    clauses: int
    newly_named: list[str]
    no_longer_named: list[str]


class Review(Answer):
    """A person's review of a finding."""

    kind: ReviewKind
    text: str
    by: str
    at: Stamp


class Finding(Answer):
    """A finding with its reviews."""

    id: int
    topic: str
    section: str
    material: bool
    severity: Severity
    rule: str
    source: str
    clause: str | None
    before: str
    after: str
    reason: str
    translations: dict[str, str]
    edits: Edits
    reviews: list[Review]
    settled_by: int | None
    repeats_false_alarm: int | None


class QuietReview(Answer):
    """A person's review of an edit that was not reported."""

    kind: QuietReviewKind
    text: str
    by: str
    at: Stamp


class QuietEdit(Answer):
    """An edit that was not reported, with the reason."""

    id: int
    section: str
    reason: str
    before: str
    after: str
    reviews: list[QuietReview]


class Change(Answer):
    """A judged change. For a first version, the values are empty."""

    judged_by: str | None
    coarse: bool
    timing: Timing | None
    drift: list[str]
    rewrite: list[Rewrite]
    findings: list[Finding]
    suppressed: list[QuietEdit]


class ReviewableFinding(Finding):
    """A finding with its policy and version."""

    policy: str
    version: int
    net_from: int | None
    seen_at: Stamp


class WaitingFinding(ReviewableFinding):
    """A finding that waits for a review."""

    change: int
    owner: str | None
    assigned: str | None
    due_at: Stamp
    overdue: bool


class LocatedQuietEdit(QuietEdit):
    """An edit that was not reported, with its policy and version."""

    policy: str
    version: int
    seen_at: Stamp


class Right(Answer):
    """A right that a text names."""

    right: str
    language: str
    section: str
    deadline: str
    fee: str
    channel: str
    sentence: str


class Recipient(Answer):
    """A recipient of data that a text names."""

    kind: str = Field(alias="class")
    name: str
    language: str
    section: str
    purpose: str
    country: str
    country_codes: list[str]
    sentence: str


class OneLanguageOnly(Answer):
    """A right or recipient that only some of the languages of a text name."""

    what: Literal["right", "recipient"]
    entry: str
    named_in: list[str]
    missing_in: list[str]


class Block(Answer):
    """A paragraph, list item or table row."""

    kind: str
    marker: str
    text: str


class Section(Answer):
    """A section of a text."""

    heading: str
    path: list[str]
    level: int
    language: str
    blocks: list[Block]


class Document(Answer):
    """The text of a version, or some sections of it."""

    title: str
    languages: list[str]
    sections: list[Section]


class RedlineSection(Answer):
    """A section with marked changes."""

    section: str
    status: SectionStatus
    blocks: list[Edits]


class Sentence(Answer):
    """A sentence, with the version that added it."""

    kind: str
    marker: str
    text: str
    section: str
    since: int
    since_at: Stamp


class DroppedSentence(Answer):
    """A sentence that the policy no longer has."""

    text: str
    section: str
    first: int
    last: int
    appeared_at: Stamp
    gone_at: Stamp


class KnownDay(Answer):
    """The knowledge about the time that was asked for, from the visits before and after that time."""

    at: Stamp
    version: int
    last_seen: Stamp
    next_seen: Stamp | None
    next_version: int | None
    missed_visits: int
