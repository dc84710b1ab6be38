"""Visits a made-up policy at times that a test sets.

The visits are assessed and recorded as in the crawler's pipeline.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from archive.model import AssessedFetch, Fetch, Policy, Version
from archive.questions.history import versions_of
from archive.recording.policies import due_policies, mark_tried, synchronise
from archive.recording.recorder import latest, record
from archive.storage.database import Archive
from crawler.crawl_settings import CrawlSettings
from crawler.visits.pipelines import visit_of
from differ.judgement.profiles import load_profile
from differ.visits.assessment import Assessment, Visit, assess
from document import text_identity
from document.model import ExtractionOptions
from tests.sources import PROJECT

START = datetime(2026, 5, 4, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PAGES = PROJECT / "tests" / "policies"

COLLECTED = tuple(
    f"We note the {what} of each rope that you order, together with the {other} that you choose for it."
    for what, other in zip(
        ("length", "colour", "weight", "strength", "price", "age", "origin", "make", "number", "use"),
        ("hook", "reel", "knot", "splice", "label", "tar", "strand", "eye", "end", "box"),
        strict=True,
    )
)
KEPT = tuple(
    f"The {paper} of your order is kept in the {place} for {years} years, and is then burnt."
    for paper, place, years in zip(
        ("bill", "drawing", "letter", "receipt", "sample", "waybill"),
        ("loft", "office", "cellar", "shed", "yard", "gatehouse"),
        ("two", "three", "four", "five", "six", "seven"),
        strict=True,
    )
)
SHARED = (
    "We share your personal data with the carter who brings the rope to your door.",
    "We do not share your personal data with advertisers.",
    "Our bank receives your name and the sum that you owe, and nothing else besides.",
)
RIGHTS = (
    "You have the right to access your personal data and to receive a copy of it.",
    "You have the right to have your personal data corrected and to have it deleted.",
    "You may object to the processing of your personal data at any time, free of charge.",
    "We answer each request within fourteen days of the day on which it reaches us.",
)


def written(
    shared: tuple[str, ...] = SHARED,
    rights: tuple[str, ...] = RIGHTS,
    collected: tuple[str, ...] = COLLECTED,
    kept: tuple[str, ...] = KEPT,
) -> str:
    """Return the page of a ropewalk's policy with these sentences.

    If a section has no sentences, its heading is left out too.
    """
    parts = (
        ("What we collect", collected),
        ("How long we keep it", kept),
        ("Whom we share it with", shared),
        ("Your rights", rights),
    )
    text = "".join(f"<h2>{name}</h2>" + "".join(f"<p>{each}</p>" for each in said) for name, said in parts if said)
    opening = "<p>This policy explains which personal data the Ropewalk holds and what you can ask of us.</p>"
    return (
        '<html lang="en"><head><meta charset="utf-8"><title>Privacy policy</title></head><body><main>'
        f"<h1>Privacy policy of the Ropewalk</h1>{opening}{text}<p>Write to data@ropewalk.example.</p>"
        "</main></body></html>"
    )


BASE = written()
SOLD = written(shared=(SHARED[0], "We share your personal data with advertisers.", SHARED[2]))
NO_RIGHTS = written(rights=())
HALF = written(collected=(), kept=KEPT[:4])
OTHER_HALF = written(collected=COLLECTED[:2], kept=())
MAINTENANCE = (PAGES / "maintenance.html").read_text(encoding="utf-8")
SIGN_IN = (PAGES / "sign-in.html").read_text(encoding="utf-8")

ROPEWALK = Policy("Ropewalk", "https://ropewalk.example/privacy", 12 * HOUR, options=ExtractionOptions(("en",)))


@dataclass
class Watch:
    """One policy in an archive, and a clock that a test moves forward before each visit."""

    archive: Archive
    policy: Policy = ROPEWALK
    now: datetime = START
    last: Assessment | None = field(default=None)
    """Assessment of the last visit."""

    def __post_init__(self) -> None:
        synchronise(self.archive, [self.policy], self.now)

    def visit(self, page: str | bytes | None, after: timedelta = HOUR) -> str:
        """Visit the policy after some time, and return the outcome. If `page` is None, the server does not respond."""
        self.now += after
        mark_tried(self.archive, [self.policy.name], self.now)
        if page is None:
            failed = Fetch(self.policy.name, self.now, error="no answer", error_kind="timeout")
            return record(self.archive, AssessedFetch(failed, None), self.now).outcome
        headers = (("content-type", "text/html"),)
        fetch = Fetch(
            self.policy.name,
            self.now,
            200,
            final_url=self.policy.url,
            headers=headers,
            body=page.encode() if isinstance(page, str) else page,
        )
        known = latest(self.archive, self.policy.name)
        self.last = remembered(visit_of(self.policy, fetch, known, load_profile(), CrawlSettings()))
        result = AssessedFetch(fetch, self.last, None if known is None else known.number)
        return record(self.archive, result, self.now).outcome

    @property
    def versions(self) -> tuple[Version, ...]:
        return versions_of(self.archive, self.policy.name)

    @property
    def newest(self) -> Version:
        return self.versions[-1]

    def due(self, after: timedelta) -> bool:
        """Return whether the policy would be due this long after the last visit."""
        return self.policy.name in {policy.name for policy in due_policies(self.archive, self.now + after)}


_KNOWN: dict[tuple[object, ...], Assessment] = {}


def remembered(visit: Visit) -> Assessment:
    """Assess a visit. The result is cached, because equal visits always have equal results."""
    latest = visit.latest
    before = (
        None
        if latest is None
        else (
            latest.identity,
            latest.fallback,
            text_identity(latest.document),
            latest.left_out,
        )
    )
    key = (visit.page.body, visit.options, before, visit.pending, visit.patience)
    if key not in _KNOWN:
        _KNOWN[key] = assess(visit)
    return _KNOWN[key]
