"""Makes visits to a made-up policy, in the form in which the crawler passes visits to the recorder."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from archive.model import AssessedFetch, Fetch, Policy
from archive.recording.policies import synchronise
from archive.recording.recorder import RecordedVisit, latest, record
from archive.storage.database import Archive
from differ.explanation import Explanation
from differ.model import Comparison, Edit, Finding, Suppression
from differ.visits.assessment import Assessment
from document.model import Block, Document, ExtractionOptions, Link, Section, StatedDate

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)

TEAHOUSE = Policy(
    name="Teahouse",
    url="https://teahouse.example/privacy",
    every=timedelta(hours=12),
    options=ExtractionOptions(languages=("en",)),
    tags=("vendor",),
)


def written(sharing: str, stated: date = date(2026, 1, 15)) -> Document:
    """Return a policy with three sections. `sharing` is the text of the section on sharing."""
    link = Link("ask us", "mailto:ask@teahouse.example")
    said = f"Last changed on {stated:%d %B %Y}."
    return Document(
        sections=(
            Section("Teahouse privacy notice", "", 1, ("Teahouse privacy notice",), "en", (Block("paragraph", said),)),
            Section("Who sees your data", "1.", 2, ("1. Who sees your data",), "en", (Block("paragraph", sharing),)),
            Section(
                "What you may ask",
                "2.",
                2,
                ("2. What you may ask",),
                "en",
                (Block("item", "You may ask us for a copy of your orders.", "•", 1, (link,)),),
            ),
        ),
        languages=("en",),
        dates=(StatedDate("updated", stated, said),),
        title="Teahouse privacy notice",
    )


def fetched(at: datetime, body: bytes = b"<p>tea</p>", policy: str = "Teahouse") -> Fetch:
    """Return a complete response."""
    headers = (("content-type", "text/html; charset=utf-8"), ("etag", '"7"'))
    return Fetch(policy, at, 200, final_url="https://teahouse.example/privacy", headers=headers, body=body)


def failed(at: datetime) -> AssessedFetch:
    """Return a visit without a response."""
    fetch = Fetch("Teahouse", at, error="teahouse.example did not answer within 30 s", error_kind="timeout")
    return AssessedFetch(fetch, None)


def refused(at: datetime, against: int | None) -> AssessedFetch:
    """Return a visit whose page was not the policy."""
    detail = "the page asks for a password and holds no policy"
    return AssessedFetch(fetched(at, b"<form>"), Assessment("not comparable", "login", detail), against)


def same(at: datetime, against: int | None, fallback: bool = False) -> AssessedFetch:
    """Return a visit that found the text of the latest version."""
    return AssessedFetch(
        fetched(at, b"<p>tea </p>"), Assessment("unchanged", identity="e1", fallback=fallback), against
    )


def seen(at: datetime, document: Document, against: int | None, comparison: Comparison | None = None) -> AssessedFetch:
    """Return a visit that found a new text."""
    body = document.text.encode()
    return AssessedFetch(
        fetched(at, body), Assessment("changed", document=document, identity="e1", comparison=comparison), against
    )


SHARING = Finding(
    topic="sharing",
    section="1. Who sees your data",
    language="en",
    material=True,
    severity="high",
    rule="recipient-added",
    source="GDPR 13(1)(e)",
    clause="II",
    before="Only our cooks see your orders.",
    after="Our cooks and our partners see your orders.",
    explanation=Explanation("“our partners” were not among the recipients before."),
    edits=(
        Edit("delete", "Only our"),
        Edit("insert", "Our"),
        Edit("keep", " cooks "),
        Edit("insert", "and our partners "),
        Edit("keep", "see your orders."),
    ),
)
RETENTION = replace(
    SHARING,
    topic="retention",
    section="2. What you may ask",
    material=False,
    severity="low",
    rule="retention-stated",
    clause=None,
    before="",
    after="We keep them for a year.",
    explanation=Explanation("A period is stated."),
    edits=(),
)
DATE = Suppression("Teahouse privacy notice", "date", "15 January 2026", after="1 March 2026")

JUDGED = Comparison(changed=True, findings=(SHARING, RETENTION), suppressed=(DATE,))


def watch(archive: Archive, *policies: Policy) -> None:
    """Add the policies to the archive."""
    synchronise(archive, policies or (TEAHOUSE,), START)


def record_two_versions(archive: Archive) -> tuple[RecordedVisit, RecordedVisit]:
    """Record three visits, one each day.

    The first visit makes a version. The second visit finds the same text. The third visit finds a material change.
    """
    watch(archive)
    first = record(archive, seen(START, written("Only our cooks see your orders."), None), START)
    record(archive, same(START + 24 * HOUR, 1), START + 24 * HOUR)
    later = START + 48 * HOUR
    after = written("Our cooks and our partners see your orders.", date(2026, 3, 1))
    return first, record(archive, seen(later, after, 1, JUDGED), later)


def latest_number(archive: Archive, policy: str = "Teahouse") -> int | None:
    """Return the number of the latest version."""
    found = latest(archive, policy)
    return None if found is None else found.number
