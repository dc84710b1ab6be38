"""Builds archives with every kind of evidence. The visits are random, and a seed determines them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import delete, func, select

from archive.model import AssessedFetch, Policy
from archive.recording.policies import synchronise
from archive.recording.recorder import record
from archive.storage import blobs
from archive.storage.database import Archive
from archive.storage.tables import BlobRow, FetchPageRow, FetchRow, PolicyRow, RemovalRow, VersionRow
from differ.model import Comparison
from differ.visits.assessment import Assessment
from document.model import Page
from document.reading import read
from tests.archive.visits import DATE, HOUR, RETENTION, SHARING, START, TEAHOUSE, fetched, latest_number

NAMES = ("Teahouse", "Bakery", "Ferry", "Library")
WORDS = ("tea", "bread", "tickets", "orders", "visits", "letters", "payments", "names")


def grow(archive: Archive, random: Random, visits: int) -> None:
    """Record random visits to several policies: first versions, changes, unchanged visits and failed visits.

    Also rename policies and remove pages.
    """
    policies = [policy(name) for name in NAMES[: random.randint(1, len(NAMES))]]
    synchronise(archive, policies, START)
    for place in range(visits):
        at = START + place * HOUR
        wanted = random.choice(policies)
        choice = random.random()
        if choice < 0.05:
            policies[policies.index(wanted)] = renamed = replace(
                wanted, name=f"{wanted.name}, {place}", renamed_from=wanted.name
            )
            synchronise(archive, policies, at)
            wanted = renamed
        number = latest_number(archive, wanted.name)
        if number is None or choice < 0.5:
            record(archive, changed(wanted, random, number, at), at)
        elif choice < 0.9:
            unseen = replace(fetched(at), policy=wanted.name)
            record(archive, AssessedFetch(unseen, Assessment("unchanged", identity="e1"), number), at)
        else:
            lost = replace(fetched(at), policy=wanted.name, body=None, status=None, error="no answer", error_kind="dns")
            record(archive, AssessedFetch(lost, None, number), at)
    add_visit_to_two_pages(archive)
    remove_a_page(archive)
    add_visit_to_two_pages(archive)


def policy(name: str) -> Policy:
    """Return a made-up policy."""
    return Policy(name, f"https://{name.lower()}.example/privacy", timedelta(hours=12), options=TEAHOUSE.options)


def add_visit_to_two_pages(archive: Archive) -> None:
    """Record a visit to a policy with two pages."""
    with archive.writing() as session:
        keys = [blobs.store(session, content) for content in (b"<p>one", b"<p>two")]
        first = session.scalar(select(func.min(PolicyRow.id)))
        given = {"status": 200, "headers": [["etag", "1"]], "final_url": "https://two.example/"}
        row = FetchRow(
            policy_id=first,
            started_at=START,
            outcome="not comparable",
            reason="login",
            detail="",
            fallback=False,
            body_sha256=keys[0],
            snapshot_sha256=keys[0],
            **given,
        )
        session.add(row)
        session.flush()
        session.add(
            FetchPageRow(fetch_id=row.id, position=1, url="u", body_sha256=keys[1], snapshot_sha256=keys[1], **given)
        )


def remove_a_page(archive: Archive) -> None:
    """Remove a stored page, as a retention rule does. The page is the body of the last visit that kept its body and
    made no version.
    """
    made = select(VersionRow.fetch_id)
    with archive.writing() as session:
        query = select(FetchRow).where(FetchRow.snapshot_sha256.is_not(None), FetchRow.id.not_in(made))
        row = session.scalars(query.order_by(FetchRow.id.desc())).first()
        assert row is not None
        assert row.snapshot_sha256 is not None
        key, row.snapshot_sha256 = row.snapshot_sha256, None
        session.add(RemovalRow(fetch_id=row.id, position=0, sha256=key, removed_at=START, reason="older than a year"))
        session.flush()
        session.execute(delete(BlobRow).where(BlobRow.sha256 == key))


def changed(wanted: Policy, random: Random, number: int | None, at: datetime) -> AssessedFetch:
    """Return a visit that found a new text. The current extraction really gives this text for the body of the visit."""
    said = " ".join(random.choices(WORDS, k=8))
    body = (
        f"<html lang=en><title>{wanted.name}</title><main><h1>Privacy notice</h1><p>We keep your {said} for a year, "
        f"and share them with nobody.</p><h2>Your rights</h2><p>Ask us for a copy of your {said}.</p></main></html>"
    ).encode()
    visit = replace(fetched(START, body, wanted.name), started_at=at)
    page = Page(body, "text/html; charset=utf-8", 200, visit.final_url, visit.headers)
    extracted = read(page, wanted.options)
    comparison = None
    if number is not None:
        findings = (replace(SHARING, after=said), RETENTION)[: random.randint(0, 2)]
        comparison = Comparison(changed=True, findings=findings, suppressed=(DATE,)[: random.randint(0, 1)])
    return AssessedFetch(
        visit,
        Assessment("changed", document=extracted.document, identity=extracted.identity, comparison=comparison),
        number,
    )
