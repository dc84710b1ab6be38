"""Tests that a response with the text of the latest version is recognised without extraction.

This must work with all options.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from archive.errors import DamagedArchiveError
from archive.model import AssessedFetch, Fetch, FurtherResponse, Policy, VisitResult
from archive.recording.page_fingerprints import MOST_FINGERPRINTS
from archive.recording.policies import synchronise
from archive.recording.recorder import latest, record
from archive.recording.unchanged_pages import recognise_all, record_recognised
from archive.storage.database import Archive
from differ.visits.assessment import Assessment, Visit
from differ.visits.recognition import recognise_or_assess
from document.model import ExtractionOptions
from tests.archive.visits import START

DAY = timedelta(days=1)
TEXT = "".join(
    f"<p>We keep the {what} of each rope that you order, and share this personal data with the {who} alone.</p>"
    for what in ("length", "colour", "weight", "price", "origin")
    for who in ("carter", "bank", "bailiff", "weaver", "post")
)
HEADERS = (("content-type", "text/html; charset=utf-8"),)
OPTIONS = ExtractionOptions(("en",))
SELECTED = replace(OPTIONS, select=("#gone",))


def page(token: str, words: str = TEXT, around: str = "") -> bytes:
    """Return the page of the ropewalk's policy.

    `token` changes on each visit, and `around` is markup beside the text.
    """
    head = f'<title>Privacy policy</title><script nonce="{token}">let t = "{token}"</script>'
    return f"<html lang=en><head>{head}</head><body>{around}<main><h1>Privacy policy</h1>{words}</main></body>".encode()


def fetched(body: bytes, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Fetch:
    return Fetch(
        "Ropewalk", START, status, final_url="https://ropewalk.example/privacy", headers=HEADERS + headers, body=body
    )


def watch(archive: Archive, options: ExtractionOptions = OPTIONS) -> Policy:
    policy = Policy("Ropewalk", "https://ropewalk.example/privacy", DAY, options=options)
    synchronise(archive, [policy], START)
    return policy


def read_in_full(archive: Archive, fetch: Fetch, options: ExtractionOptions = OPTIONS) -> Assessment:
    """Extract and record a response, as the pipeline does if it does not recognise the response."""
    known = latest(archive, "Ropewalk")
    first, *further = fetch.pages
    visit = Visit(
        first,
        options,
        latest=known.version if known else None,
        further=tuple(further),
        page_fingerprints=known.page_fingerprints if known else (),
    )
    assessment = recognise_or_assess(visit)
    record(archive, AssessedFetch(fetch, assessment, known.number if known else None), START)
    return assessment


def recognise(archive: Archive, fetch: Fetch, options: ExtractionOptions) -> AssessedFetch | None:
    """Return the result of a visit whose response is recognised without extraction. Return None if the response is not
    recognised.
    """
    policy = Policy("Ropewalk", "https://ropewalk.example/privacy", DAY, options=options)
    [found] = recognise_all(archive, [VisitResult(policy, fetch)])
    return None if found is None else found.result


def ways(archive: Archive) -> int:
    """Return the number of stored fingerprints."""
    with archive.reading() as session:
        return int(session.execute(text("select count(*) from known_page")).scalar_one())


@pytest.mark.parametrize("token", ["a1", "b2"], ids=["the same bytes", "a new token"])
@pytest.mark.parametrize(("options", "fallback"), [(OPTIONS, False), (SELECTED, True)], ids=["generic", "fallback"])
def test_a_recognised_response_has_the_extraction_of_the_full_reading(
    archive: Archive, token: str, options: ExtractionOptions, fallback: bool
) -> None:
    watch(archive, options)
    first = read_in_full(archive, fetched(page("a1")), options)
    found = recognise(archive, fetched(page(token)), options)
    assert found is not None
    assert found.assessment is not None
    assert (found.assessment.outcome, found.against) == ("unchanged", 1)
    assert (found.assessment.fallback, found.assessment.identity) == (fallback, first.identity)
    assert record(archive, found, START).outcome == "unchanged"


@pytest.mark.parametrize(
    "answer",
    [
        fetched(page("a1", TEXT.replace("bank", "broker"))),
        fetched(page("a1"), 404),
        fetched(page("a1"), 503),
        fetched(page("a1"), 200, (("cf-mitigated", "challenge"),)),
        replace(fetched(page("b2")), final_url="https://ropewalk.example/de/privacy"),
        replace(fetched(page("a1")), headers=(("content-type", "text/html; charset=koi8-r"),)),
    ],
    ids=["another text", "gone", "an error", "a challenge", "another address", "another charset"],
)
def test_any_other_response_is_read_in_full(archive: Archive, answer: Fetch) -> None:
    watch(archive)
    read_in_full(archive, fetched(page("a1")))
    assert recognise(archive, answer, OPTIONS) is None


def test_the_first_response_of_a_policy_is_read_in_full(archive: Archive) -> None:
    watch(archive)
    assert recognise(archive, fetched(page("a1")), OPTIONS) is None


def test_after_a_changed_extraction_only_one_visit_is_read_in_full(archive: Archive) -> None:
    watch(archive)
    read_in_full(archive, fetched(page("a1")))
    now = replace(OPTIONS, remove=("aside",))
    assert recognise(archive, fetched(page("a1")), now) is None
    assert recognise(archive, fetched(page("b2")), now) is None
    assert read_in_full(archive, fetched(page("b2")), now).outcome == "unchanged"
    assert recognise(archive, fetched(page("b2")), now) is not None
    again = read_in_full(archive, fetched(page("c3")), now)
    assert (again.outcome, again.page_fingerprint) == ("unchanged", None)


def test_each_variant_of_a_page_is_read_once(archive: Archive) -> None:
    """The page alternates between two menus. The snapshot of the version has only the first menu."""
    watch(archive)
    one, other = "<nav><a href=/a>Ropes</a></nav>", "<nav><a href=/b>Cords</a><a href=/c>Twine</a></nav>"
    marks = [
        read_in_full(archive, fetched(page(str(number), around=menu))).page_fingerprint
        for number, menu in enumerate((one, other, one, other))
    ]
    assert [mark is not None for mark in marks] == [True, True, False, False]


def test_fingerprints_are_limited_and_are_deleted_with_a_new_version(archive: Archive) -> None:
    watch(archive)
    for number in range(MOST_FINGERPRINTS + 2):
        read_in_full(archive, fetched(page("a", around=f"<nav>{'<a href=/a>Ropes</a>' * number}</nav>")))
    assert ways(archive) == MOST_FINGERPRINTS
    read_in_full(archive, fetched(page("a", TEXT.replace("bank", "broker"))))
    assert ways(archive) == 1


def test_stored_fingerprints_may_be_deleted(archive: Archive) -> None:
    watch(archive)
    read_in_full(archive, fetched(page("a1")))
    with archive.writing() as session:
        session.execute(text("delete from known_page"))
    assert recognise(archive, fetched(page("a1")), OPTIONS) is not None
    assert read_in_full(archive, fetched(page("b2"))).outcome == "unchanged"


def digests(archive: Archive) -> list[tuple[int, str]]:
    """Return the version and the hash of each stored digest."""
    with archive.reading() as session:
        return [
            (version, digest) for version, digest in session.execute(text("select version, digest from page_digest"))
        ]


def visit_unchanged(archive: Archive, fetch: Fetch) -> bool:
    """Record a visit whose response is recognised. Return whether it was recognised."""
    policy = Policy("Ropewalk", "https://ropewalk.example/privacy", DAY, options=OPTIONS)
    [recorded] = record_recognised(archive, [VisitResult(policy, fetch)], START, START)
    return recorded is not None and recorded[1].outcome == "unchanged"


def test_a_digest_is_stored_once_and_needs_no_earlier_page(archive: Archive) -> None:
    watch(archive)
    read_in_full(archive, fetched(page("a1")))
    assert digests(archive) == []
    assert visit_unchanged(archive, fetched(page("b22")))
    [stored] = digests(archive)
    assert stored[0] == 1
    with archive.writing() as session:
        session.execute(text("update blob set content = :other"), {"other": b"damaged"})
    assert visit_unchanged(archive, fetched(page("c333")))
    assert digests(archive) == [stored]
    with pytest.raises(DamagedArchiveError):
        visit_unchanged(archive, fetched(page("c333", TEXT.replace("bank", "broker"))))


def test_a_digest_is_not_used_for_another_version_or_another_extraction(archive: Archive) -> None:
    watch(archive)
    read_in_full(archive, fetched(page("a1")))
    assert visit_unchanged(archive, fetched(page("b2")))
    assert recognise(archive, fetched(page("c3")), replace(OPTIONS, remove=("aside",))) is None
    read_in_full(archive, fetched(page("a1", TEXT.replace("bank", "broker"))))
    assert recognise(archive, fetched(page("c3")), OPTIONS) is None
    assert visit_unchanged(archive, fetched(page("c3", TEXT.replace("bank", "broker"))))
    assert [version for version, _ in digests(archive)] == [2]


def test_stored_digests_may_be_deleted(archive: Archive) -> None:
    watch(archive)
    read_in_full(archive, fetched(page("a1")))
    assert visit_unchanged(archive, fetched(page("b2")))
    with archive.writing() as session:
        session.execute(text("delete from page_digest"))
    assert visit_unchanged(archive, fetched(page("c3")))
    assert len(digests(archive)) == 1


def test_several_pages_are_recognised_together(archive: Archive) -> None:
    options = replace(OPTIONS, further=("https://ropewalk.example/partners",))
    watch(archive, options)

    def visited(token: str, *pages: bytes) -> Fetch:
        further = tuple(
            FurtherResponse(url, url, 200, headers=HEADERS, body=body)
            for url, body in zip(options.further, pages, strict=False)
        )
        return replace(fetched(page(token)), further=further)

    read_in_full(archive, visited("a1", page("a1", around="<p>Partners</p>")), options)
    assert recognise(archive, visited("b2", page("b2", around="<p>Partners</p>")), options) is not None
    assert recognise(archive, visited("b2", page("b2", around="<p>Friends</p>")), options) is None
    assert recognise(archive, visited("b2"), options) is None
