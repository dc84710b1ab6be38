"""Defines the objects that the functions of the archive take and return. They are not database rows. All times have the
time zone UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from differ.model import Finding, Severity, Suppression, Timing
from document.model import ExtractionOptions, Page, StatedDate

if TYPE_CHECKING:
    from differ.visits.assessment import Assessment

FetchOutcome = Literal["unchanged", "changed", "pending", "not comparable", "failed"]
OUTCOMES: tuple[FetchOutcome, ...] = ("unchanged", "changed", "pending", "not comparable", "failed")


INVENTORY_LOT = 200
"""Default for the maximum number of missing inventories that one run makes."""
BUSY_TIMEOUT = timedelta(seconds=30)
SEARCH_TIMEOUT = timedelta(seconds=20)
"""Default time limit of a search."""
"""Default for the maximum time to wait for another program's lock on the database, or for a database server's
response.
"""


IMPORTED = "imported "
"""Beginning of the extraction identity of an imported version."""

TECHNICAL_IMPORT = "imported-technical "
"""Beginning of the extraction identity of an imported version if its source says that only the extraction changed, and
not the policy.
"""


def is_imported(identity: str) -> bool:
    """Whether a version with this extraction identity was imported."""
    return identity.startswith((IMPORTED, TECHNICAL_IMPORT))


REDIRECTED = "x-clausewatch-redirected"
"""Header that records a redirect: its status and the address that redirected. There is one such header for each
redirect, in order.
"""

REQUESTED = "x-clausewatch-requested"
"""Header with the time when the request for a page was sent. The first page of a visit does not have this header."""


@dataclass(frozen=True, slots=True)
class SecondLooks:
    """Waiting times of odd changes until they are confirmed, and of flapping texts until they are reported."""

    confirm_after: timedelta = timedelta(minutes=30)
    """Time after which a policy with a pending text is due again."""
    confirm_max: timedelta = timedelta(days=3)
    """Time after which an odd change is recorded even if no second look confirmed it."""
    flap_quiet: timedelta = timedelta(days=7)
    """Time for which a text must stay unchanged before the alerts of flapping versions are decided."""


@dataclass(frozen=True, slots=True)
class Pending:
    """An odd text that is waiting for a second look."""

    since: datetime
    """Time when the first odd text of the current series was seen."""
    seen_at: datetime
    """Time when this text was first seen."""
    tried_at: datetime
    """Time of the last visit."""
    _: KW_ONLY
    text: str
    """The `document.text_identity` of the text."""
    reason: str
    """One sentence for a person that says why the text is odd."""
    visits: int
    """Number of visits since the first odd text of the series was seen, including the visit that first saw it."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A monitored document, as configured."""

    name: str
    """Name of the policy, which is its key in the archive."""
    url: str
    every: timedelta
    _: KW_ONLY
    options: ExtractionOptions
    profile: str = "default"
    tags: tuple[str, ...] = ()
    renamed_from: str | None = None
    """The former name of the policy. The archive has the policy's history under this name."""
    owner: str = ""
    """The person or team in the user's organisation that is responsible for the policy. It is "" if none is given."""
    paused: bool = False
    """Whether fetching the policy is paused."""
    new: bool = False
    """Whether the configuration says that this is a new policy. This is needed if a policy with the same address was
    removed from the configuration. Otherwise the new entry could be the old policy with a new name.
    """
    looks: SecondLooks = field(default_factory=SecondLooks)

    @property
    def urls(self) -> tuple[str, ...]:
        """All addresses of the policy. The pages are read in this order, as one text."""
        return (self.url, *self.options.further)


@dataclass(frozen=True, slots=True)
class FurtherResponse:
    """A page after the first, in a visit to several addresses."""

    url: str
    """The requested address."""
    final_url: str = ""
    status: int | None = None
    """HTTP status; None if there was no complete response."""
    _: KW_ONLY
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    """The decompressed body; None if there was no complete response, or if the body was not needed."""


@dataclass(frozen=True, slots=True)
class Fetch:
    """A visit, as the crawler recorded it."""

    policy: str
    started_at: datetime
    status: int | None = None
    """HTTP status; None if there was no complete response."""
    _: KW_ONLY
    final_url: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    """The decompressed body; None if there was no complete response."""
    error: str = ""
    """One sentence for a person that says why there was no complete response."""
    error_kind: str = ""
    """dns, tls, timeout, refused, robots, asked-to-wait, too-large, connection, or other; "" if there was a
    response.
    """
    further: tuple[FurtherResponse, ...] = ()
    """The requested pages after the first, if the policy has several."""

    @property
    def pages(self) -> tuple[Page, ...]:
        """The responses with a body, as pages to read."""
        answers: tuple[Fetch | FurtherResponse, ...] = (self, *self.further)
        return tuple(
            Page(
                answer.body,
                content_type_of(answer.headers),
                answer.status or 0,
                answer.final_url,
                headers=answer.headers,
            )
            for answer in answers
            if answer.body is not None
        )


@dataclass(frozen=True, slots=True)
class Validators:
    """The ETag and Last-Modified that are sent with a conditional request. If the response has the status 304, the
    policy still has the text of `version`.
    """

    url: str
    """The address whose response had these headers. They are sent to this address and to no other."""
    etag: str
    """The header as sent; "" if it was missing."""
    last_modified: str
    """The header as sent; "" if it was missing."""
    _: KW_ONLY
    version: int
    """Number of the version that had the same text as the response with these headers."""
    identity: str
    """Extraction identity of the response with these headers."""
    further: tuple[Validators, ...] = ()
    """Validators of the pages after the first, if the policy has several."""


@dataclass(frozen=True, slots=True)
class VisitResult:
    """A policy and the result of one visit, before assessment."""

    policy: Policy
    fetch: Fetch
    unmodified: Validators | None = None
    """The validators that the server confirmed with status 304. None if the response has a body, or if the visit
    failed."""
    _: KW_ONLY
    seconds: float | None = None
    """Seconds from the last request of this visit to its response; None without a response."""
    answered_at: datetime | None = None
    """Time when the response to the last request was complete."""

    def __str__(self) -> str:
        """Return only the policy's name. Scrapy logs items, and a body must not be in a log."""
        return f"the visit of {self.policy.name}"


@dataclass(frozen=True, slots=True)
class AssessedFetch:
    """A fetch and its assessment. The pipeline passes it to the recorder."""

    fetch: Fetch
    assessment: Assessment | None
    """None if the fetch failed."""
    against: int | None = None
    """Number of the version with which the text was compared, from `recorder.latest`. None if there was no version. If
    another run has recorded a newer version in the meantime, the recorder refuses the assessment.
    """


def content_type_of(headers: tuple[tuple[str, str], ...]) -> str:
    """Return the Content-Type of a response, or ""."""
    return next((value for name, value in headers if name == "content-type"), "")


@dataclass(frozen=True, slots=True)
class ReviewTimes:
    """Times within which findings should be reviewed, by severity, counted from the time when the change was first
    seen. If the policy states a later day for the change, such as an effective date, this day is the due date instead.
    """

    critical: timedelta = timedelta(days=2)
    high: timedelta = timedelta(days=5)
    other: timedelta = timedelta(days=14)
    """Time for the severities medium and low."""

    def of(self, severity: Severity) -> timedelta:
        """Return the time for a severity."""
        return {"critical": self.critical, "high": self.high}.get(severity, self.other)


ReviewKind = Literal["acknowledge", "false-alarm", "comment", "take-back"]
REVIEW_KINDS: tuple[ReviewKind, ...] = ("acknowledge", "false-alarm", "comment", "take-back")
"""The kinds of reviews. A `take-back` revokes the previous verdict, so that the finding waits for a review again."""


@dataclass(frozen=True, slots=True)
class Review:
    """One person's review of one finding."""

    finding: int
    kind: ReviewKind
    text: str
    """A comment, or ""."""
    _: KW_ONLY
    by: str
    at: datetime
    id: int = field(default=0, compare=False)
    """Number of the review in the archive. It is 0 if the review is not recorded yet."""


def counting_verdict(reviews: Sequence[Review]) -> Review | None:
    """Return the verdict that counts for a finding. `reviews` are the finding's reviews, oldest first. Return None if
    there is no verdict, or if the last verdict was taken back.
    """
    last = next((review for review in reversed(reviews) if review.kind != "comment"), None)
    return None if last is None or last.kind == "take-back" else last


@dataclass(frozen=True, slots=True)
class RecordedFinding:
    """A finding, its number in the archive, and its reviews."""

    id: int
    finding: Finding
    reviews: tuple[Review, ...] = ()
    """Reviews, the oldest first."""
    _: KW_ONLY
    repeats: Review | None = None
    """A review that marks another finding with the same policy, rule and words as a false alarm. None if there is no
    such review.
    """
    settled_by: Review | None = None
    """An acknowledgement of another finding about the same edit, or None. The other finding has the same rule and
    words. It belongs to another change that contains the same edit, because at least one of the two changes is a net
    change.
    """

    @property
    def verdict(self) -> Review | None:
        """The verdict that counts; see `counting_verdict`."""
        return counting_verdict(self.reviews)

    @property
    def is_false_alarm(self) -> bool:
        """Whether a review says that this finding is a false alarm. The review may be about this finding, or about
        another finding with the same words. Such a finding is not reported."""
        verdict = self.verdict
        return self.repeats is not None if verdict is None else verdict.kind == "false-alarm"

    @property
    def is_settled(self) -> bool:
        """Whether nobody needs to review the finding, because somebody judged another finding about the same edit."""
        return self.is_false_alarm or (self.verdict is None and self.settled_by is not None)


QuietReviewKind = Literal["missed", "take-back"]
QUIET_REVIEW_KINDS: tuple[QuietReviewKind, ...] = ("missed", "take-back")
"""The kinds of reviews of quiet edits. `missed`: the edit matters, and should have been reported. `take-back`: the
previous mark is revoked.
"""


@dataclass(frozen=True, slots=True)
class QuietReview:
    """One person's review of an edit that was not reported."""

    suppression: int
    """Number of the suppression."""
    kind: QuietReviewKind
    text: str
    """A comment, or ""."""
    _: KW_ONLY
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RecordedSuppression:
    """A suppression, its number in the archive, and its reviews."""

    id: int
    suppression: Suppression
    reviews: tuple[QuietReview, ...] = ()
    """Reviews, the oldest first."""

    @property
    def missed(self) -> QuietReview | None:
        """The review that says that this edit matters. None if there is no such review, or if it was taken back."""
        return self.reviews[-1] if self.reviews and self.reviews[-1].kind == "missed" else None


@dataclass(frozen=True, slots=True)
class Change:
    """The judged difference between a version and an earlier version, usually the one just before."""

    id: int
    recorded_at: datetime
    material: bool
    _: KW_ONLY
    severity: Severity | None
    """Highest severity of the material findings."""
    topics: tuple[str, ...]
    """Topics of `differ.model.WATCHED` with a material finding."""
    judged_by: str
    coarse: bool
    findings: tuple[RecordedFinding, ...]
    suppressed: tuple[RecordedSuppression, ...]
    timing: Timing = field(default_factory=Timing)
    """The days that the policy states for the change. It is empty for changes that were recorded before this field
    existed.
    """
    drift: tuple[str, ...] = ()
    """Languages of a multilingual page that this change did not update: the text on sharing or rights changed in
    another language, but not in these languages.
    """


@dataclass(frozen=True, slots=True)
class FurtherPage:
    """A page of a version with several pages, except the first page."""

    final_url: str
    body_sha256: str | None
    """SHA-256 of the page's body as received."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a policy, without its text."""

    policy: str
    number: int
    seen_at: datetime
    """Start of the fetch that first saw the version."""
    _: KW_ONLY
    last_seen_at: datetime
    """Time when a fetch last found the text of this version."""
    stated: tuple[StatedDate, ...]
    """The dates that the policy states about itself."""
    boundary: bool
    """True if the version could not be compared directly with the previous version. Such a version is recorded but not
    judged."""
    identity: str
    """Extraction identity of the version."""
    final_url: str
    body_sha256: str | None
    """SHA-256 of the page's body as received."""
    document_sha256: str
    """Address of the text, for `document`."""
    change: Change | None
    """The change from the previous version. None for a first version, for a boundary, and for an imported version that
    was not judged.
    """
    text: str = ""
    """The `document.text_identity` of the text."""
    confirmed: bool = True
    """False if the version was odd and no second look confirmed it."""
    returns_to: int | None = None
    """Number of the earlier version with the same text."""
    back_to: datetime | None = None
    """Time when the version in `returns_to` was first seen."""
    flapping: bool = False
    """Whether the version's text goes back and forth. The alerts of such a version wait until one text stays."""
    further: tuple[FurtherPage, ...] = ()
    """The pages after the first, if the version has several pages."""


@dataclass(frozen=True, slots=True)
class Query:
    """Selects a part of the history. A field that is None does not limit the selection."""

    policy: str | None = None
    topic: str | None = None
    """A topic of findings, for example "retention". Or a watched topic, such as "sharing", which includes several
    topics of findings.
    """
    severity: Severity | None = None
    """Minimum severity."""
    _: KW_ONLY
    since: datetime | None = None
    """Only versions first seen at this time or later."""
    section: str | None = None
    """Words in the heading path. Upper and lower case do not matter."""
    until: datetime | None = None
    """Only versions first seen at this time or earlier."""
    tag: str | None = None
    """Only policies with this tag."""
    limit: int | None = None
    """Maximum number of versions. The latest versions are kept."""

    @property
    def selects_findings(self) -> bool:
        """Whether the query limits the findings."""
        return self.topic is not None or self.severity is not None or self.section is not None

    @property
    def selects_suppressions(self) -> bool:
        """Whether the answer includes suppressions. A query for a topic or a severity excludes them, because
        suppressions have neither.
        """
        return self.topic is None and self.severity is None
