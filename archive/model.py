"""The data that crosses the archive's boundary. Rows stay inside; times are aware UTC."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from differ.model import Finding, Severity, Suppression, Timing
from differ.visits.assessment import Assessment
from document.model import ExtractionOptions, Page, StatedDate

FetchOutcome = Literal["unchanged", "changed", "pending", "not comparable", "failed"]
OUTCOMES: tuple[FetchOutcome, ...] = ("unchanged", "changed", "pending", "not comparable", "failed")


BUSY_TIMEOUT = timedelta(seconds=30)
"""Default time to wait for another program's lock, and for a server to answer."""


IMPORTED = "imported "
"""The extraction identity of an imported version begins with it."""

TECHNICAL_IMPORT = "imported-technical "
"""Marks an imported version whose source says that only its extraction changed."""


def is_imported(identity: str) -> bool:
    """Whether a version of this extraction identity was imported."""
    return identity.startswith((IMPORTED, TECHNICAL_IMPORT))


REDIRECTED = "x-clausewatch-redirected"
"""The header by which a response says that a redirect led to it: its status and the address that answered so. There is
one for each redirect, in order."""

REQUESTED = "x-clausewatch-requested"
"""The header by which a response says when its own request was sent, if that was not the first one of its visit."""


@dataclass(frozen=True, slots=True)
class SecondLooks:
    """Times to wait for odd changes to be confirmed, and for flapping texts to settle."""

    confirm_after: timedelta = timedelta(minutes=30)
    """Time when a policy whose text is pending is due again."""
    confirm_max: timedelta = timedelta(days=3)
    """Time after which an odd change is recorded without a second look that confirms it."""
    flap_quiet: timedelta = timedelta(days=7)
    """Time that a text must stay before flapping versions are reported."""


@dataclass(frozen=True, slots=True)
class Pending:
    """An odd text that waits for a second look."""

    since: datetime
    """Time when the first of the odd texts in a row was seen."""
    seen_at: datetime
    """Time when this one was first seen."""
    tried_at: datetime
    """Time of the last visit."""
    _: KW_ONLY
    text: str
    """Its `document.text_identity`."""
    reason: str
    """Why it is odd: one sentence for a person."""
    visits: int
    """Number of visits since the first of the odd texts, including that one."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A monitored document, as configured."""

    name: str
    """Its key in the archive."""
    url: str
    every: timedelta
    _: KW_ONLY
    options: ExtractionOptions
    profile: str = "default"
    tags: tuple[str, ...] = ()
    renamed_from: str | None = None
    """The name of its history in the archive."""
    looks: SecondLooks = field(default_factory=SecondLooks)

    @property
    def urls(self) -> tuple[str, ...]:
        """All its addresses, read in this order as one text."""
        return (self.url, *self.options.further)


@dataclass(frozen=True, slots=True)
class FurtherResponse:
    """A further page of a visit to several addresses, as the crawler saw it."""

    url: str
    """The address that was asked for."""
    final_url: str = ""
    status: int | None = None
    """HTTP status; None if no complete response came."""
    _: KW_ONLY
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    """The decompressed body; None if no complete response came, or none was needed."""


@dataclass(frozen=True, slots=True)
class Fetch:
    """A visit, as the crawler saw it."""

    policy: str
    started_at: datetime
    status: int | None = None
    """HTTP status; None if no complete response came."""
    _: KW_ONLY
    final_url: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    """The decompressed body; None if no complete response came."""
    error: str = ""
    """Why no complete answer came: one sentence for a person."""
    error_kind: str = ""
    """dns, tls, timeout, refused, robots, asked-to-wait, too-large, connection, or other; "" if a response came."""
    further: tuple[FurtherResponse, ...] = ()
    """The pages after the first, if several are read as one policy: as many as were requested."""

    @property
    def pages(self) -> tuple[Page, ...]:
        """The responses with a body, to be read."""
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
    """ETag and Last-Modified to send with a request, and what a 304 to it means."""

    url: str
    """The one address that gave them: they go to no other."""
    etag: str
    """The header as sent; "" if there was none."""
    last_modified: str
    """The header as sent; "" if there was none."""
    _: KW_ONLY
    version: int
    """The number of the version whose text that answer showed."""
    identity: str
    """The extraction identity under which that answer was read."""
    further: tuple[Validators, ...] = ()
    """Fetches of the pages after the first, if several are read as one policy."""


@dataclass(frozen=True, slots=True)
class VisitResult:
    """A policy and the answer to one visit, before it is assessed."""

    policy: Policy
    fetch: Fetch
    unmodified: Validators | None = None
    """The validators to which the server answered 304; None if the answer has a body, or failed."""
    _: KW_ONLY
    seconds: float | None = None
    """Time from the last request of this visit to its response; None without a response."""
    answered_at: datetime | None = None
    """Time when that response was complete."""

    def __str__(self) -> str:
        """Name the policy alone: Scrapy writes items into its log, and a body does not belong there."""
        return f"the visit of {self.policy.name}"


@dataclass(frozen=True, slots=True)
class AssessedFetch:
    """A fetch and what was made of it: what the pipeline hands to the recorder."""

    fetch: Fetch
    assessment: Assessment | None
    """None if the fetch failed."""
    against: int | None = None
    """The number of the version that the assessment was made against, as `recorder.latest` gave it; None if there
    was none. The recorder refuses an assessment that another run has superseded."""


def content_type_of(headers: tuple[tuple[str, str], ...]) -> str:
    """Return the Content-Type of a response, or ""."""
    return next((value for name, value in headers if name == "content-type"), "")


ReviewKind = Literal["acknowledge", "false-alarm", "comment"]
REVIEW_KINDS: tuple[ReviewKind, ...] = ("acknowledge", "false-alarm", "comment")


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


@dataclass(frozen=True, slots=True)
class RecordedFinding:
    """A finding, its number in the archive, and its reviews."""

    id: int
    finding: Finding
    reviews: tuple[Review, ...] = ()
    """The oldest first."""
    _: KW_ONLY
    repeats: Review | None = None
    """The false alarm, of another finding of the policy, whose rule and words it has."""

    @property
    def verdict(self) -> Review | None:
        """The review that holds: the last one that is not a comment."""
        return next((review for review in reversed(self.reviews) if review.kind != "comment"), None)

    @property
    def is_false_alarm(self) -> bool:
        """Whether a review of it, or of another with the same words, keeps it from being reported."""
        verdict = self.verdict
        return self.repeats is not None if verdict is None else verdict.kind == "false-alarm"


@dataclass(frozen=True, slots=True)
class Change:
    """The judgement of the difference between a version and its predecessor."""

    id: int
    recorded_at: datetime
    material: bool
    _: KW_ONLY
    severity: Severity | None
    """The highest among the material findings."""
    topics: tuple[str, ...]
    """The topics of `differ.model.WATCHED` with a material change."""
    judged_by: str
    coarse: bool
    findings: tuple[RecordedFinding, ...]
    suppressed: tuple[Suppression, ...]
    timing: Timing = field(default_factory=Timing)
    """Relation of the change to the dates that the policy states; empty if it was recorded before that was kept."""
    drift: tuple[str, ...] = ()
    """Languages of a page in several whose text on sharing and rights stayed while another's changed."""


@dataclass(frozen=True, slots=True)
class FurtherPage:
    """A page after the first of a version that was read from several."""

    final_url: str
    body_sha256: str | None
    """SHA-256 of the page's body, as received."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a policy, without its text."""

    policy: str
    number: int
    seen_at: datetime
    """Time when the fetch that first saw it started."""
    _: KW_ONLY
    last_seen_at: datetime
    """Time when a fetch last found this text."""
    stated: tuple[StatedDate, ...]
    """The dates that the policy states about itself."""
    boundary: bool
    """True if it could not be compared like with like with the one before: recorded, not judged."""
    identity: str
    """Its extraction identity."""
    final_url: str
    body_sha256: str | None
    """SHA-256 of the page's body, as received."""
    document_sha256: str
    """The text's address, for `document`."""
    change: Change | None
    """None for a first version and for a boundary; what was imported is judged on request."""
    text: str = ""
    """Its `document.text_identity`."""
    confirmed: bool = True
    """False if it is odd and no second look agreed with it."""
    returns_to: int | None = None
    """The number of the earlier version whose text it has again."""
    back_to: datetime | None = None
    """Time when that version was first seen."""
    flapping: bool = False
    """Whether its text is one of those that go back and forth, so that its alerts are held until one stays."""
    further: tuple[FurtherPage, ...] = ()
    """The pages after the first, if it was read from several."""


@dataclass(frozen=True, slots=True)
class Query:
    """Selects a part of the history; None selects all."""

    policy: str | None = None
    topic: str | None = None
    """A fine topic, or a watched one with all that counts as it."""
    severity: Severity | None = None
    """The lowest severity selected."""
    _: KW_ONLY
    since: datetime | None = None
    """Versions first seen then or later."""
    section: str | None = None
    """Words of the heading path, in any case."""
    until: datetime | None = None
    """Versions first seen then or before."""
    tag: str | None = None
    """Policies that have this tag."""
    limit: int | None = None
    """Maximum number of versions; the latest are kept."""

    @property
    def selects_findings(self) -> bool:
        """Whether it asks for some findings only."""
        return self.topic is not None or self.severity is not None or self.section is not None

    @property
    def selects_suppressions(self) -> bool:
        """Whether suppressions are part of the answer: they have neither a topic nor a severity."""
        return self.topic is None and self.severity is None
