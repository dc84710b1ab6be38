"""Tests which policies may be requested with validators (ETag and Last-Modified), and which validators are sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from archive.model import AssessedFetch, Fetch, FurtherResponse, Validators
from archive.recording.recorder import record
from archive.recording.validators import _LATEST, validators
from archive.storage.database import Archive
from archive.storage.evidence_rows import BATCH
from differ.visits.assessment import Assessment
from document.model import ExtractionOptions
from document.reading import identity_of
from tests.archive.visits import HOUR, START, TEAHOUSE, failed, fetched, refused, seen, watch, written

IDENTITY = identity_of(TEAHOUSE.options, "generic")
KNOWN = Validators("https://teahouse.example/privacy", '"7"', "", version=1, identity=IDENTITY)
WEEK = timedelta(days=7)


def read_by(visit: AssessedFetch, identity: str = IDENTITY, **others: object) -> AssessedFetch:
    assert visit.assessment is not None
    return replace(visit, assessment=replace(visit.assessment, identity=identity, **others))  # type: ignore[arg-type]


def first(at: datetime = START, identity: str = IDENTITY) -> AssessedFetch:
    return read_by(seen(at, written("We show it to nobody."), None), identity)


def unchanged(fetch: Fetch, **others: object) -> AssessedFetch:
    return AssessedFetch(fetch, replace(Assessment("unchanged", identity=IDENTITY), **others), 1)  # type: ignore[arg-type]


def known(archive: Archive, at: datetime = START + HOUR, full_fetch: timedelta = WEEK) -> Validators | None:
    return validators(archive, [TEAHOUSE], at, full_fetch).get("Teahouse")


def recorded(archive: Archive, *visits: AssessedFetch) -> None:
    watch(archive)
    for visit in visits:
        record(archive, visit, START)


def with_headers(visit: AssessedFetch, *headers: tuple[str, str]) -> AssessedFetch:
    return replace(visit, fetch=replace(visit.fetch, headers=headers))


def test_the_latest_full_response_gives_the_validators(archive: Archive) -> None:
    recorded(archive, first())
    assert known(archive) == KNOWN


def test_an_unchanged_full_response_renews_the_validators(archive: Archive) -> None:
    later = replace(fetched(START + HOUR, b"<p>tea </p>"), headers=(("etag", '"8"'),))
    recorded(archive, first(), unchanged(later))
    assert known(archive) == replace(KNOWN, etag='"8"')


def test_a_304_does_not_delay_the_next_full_fetch(archive: Archive) -> None:
    said = Fetch("Teahouse", START + 6 * 24 * HOUR, 304, final_url=KNOWN.url, headers=(("etag", '"8"'),))
    recorded(archive, first(), unchanged(said))
    assert known(archive, START + 6.9 * 24 * HOUR) == KNOWN
    assert known(archive, START + WEEK) is None


def test_a_failed_visit_changes_nothing(archive: Archive) -> None:
    recorded(archive, first(), failed(START + HOUR))
    assert known(archive) == KNOWN


@pytest.mark.parametrize(
    "visits",
    [
        (),
        (failed(START),),
        (refused(START, None),),
        (first(), refused(START + HOUR, 1)),
        (first(), unchanged(fetched(START + HOUR), fallback=True)),
        (first(identity="e0+other"),),
        (first(identity=identity_of(TEAHOUSE.options, "fallback")),),
        (with_headers(first()),),
    ],
    ids=[
        "never visited",
        "never answered",
        "no version",
        "the last answer was not the policy",
        "read by the fallback",
        "another extractor",
        "a version read by the fallback",
        "none given",
    ],
)
def test_visits_that_give_no_validators(archive: Archive, visits: tuple[AssessedFetch, ...]) -> None:
    recorded(archive, *visits)
    assert known(archive) is None


def test_the_whole_page_is_requested_after_a_change_of_selectors(archive: Archive) -> None:
    recorded(archive, first())
    altered = replace(TEAHOUSE, options=ExtractionOptions(("en",), select=("main",)))
    assert validators(archive, [altered], START + HOUR, WEEK) == {}


def test_policies_with_the_same_address_share_no_validators(archive: Archive) -> None:
    twin = replace(TEAHOUSE, name="Twin")
    watch(archive, TEAHOUSE, twin)
    record(archive, first(), START)
    assert set(validators(archive, [TEAHOUSE, twin], START + HOUR, WEEK)) == {"Teahouse"}


@pytest.mark.parametrize(
    ("answered", "counts"),
    [
        ("Mon, 02 Mar 2026 06:01:00 GMT", True),
        ("Mon, 02 Mar 2026 06:00:59 GMT", False),
        ("yesterday", False),
        ("", False),
    ],
)
def test_a_last_modified_without_an_etag_counts_only_if_it_is_older_than_a_minute(
    archive: Archive, answered: str, counts: bool
) -> None:
    modified = "Mon, 02 Mar 2026 06:00:00 GMT"
    recorded(archive, with_headers(first(), ("last-modified", modified), ("date", answered)))
    found = known(archive)
    assert (found is not None) is counts
    assert found is None or (found.etag, found.last_modified) == ("", modified)


def test_the_whole_page_is_requested_if_the_clock_was_set_back(archive: Archive) -> None:
    recorded(archive, first())
    assert known(archive, START - HOUR) is None


def test_a_response_with_the_current_extraction_gives_validators_even_for_an_older_version(
    archive: Archive,
) -> None:
    """After a change of the extraction, the first visit is without validators. The next visits use validators again."""
    recorded(archive, first(identity="e0+other"), unchanged(fetched(START + HOUR)))
    assert known(archive, START + 2 * HOUR) == KNOWN


SEVERAL = replace(TEAHOUSE, options=replace(TEAHOUSE.options, further=("https://teahouse.example/cooks",)))


@pytest.mark.parametrize(
    ("status", "headers", "tags"),
    [(200, (("etag", '"9"'),), ['"7"', '"9"']), (200, (), None), (404, (("etag", '"9"'),), None)],
    ids=["each gives one", "one gives none", "one is not there"],
)
def test_validators_are_used_only_if_every_page_gives_validators(
    archive: Archive, status: int, headers: tuple[tuple[str, str], ...], tags: list[str] | None
) -> None:
    identity = f"2*{identity_of(SEVERAL.options, 'generic')}"
    visit = first(identity=identity)
    (url,) = SEVERAL.options.further
    page = FurtherResponse(url, url, status, headers=headers, body=b"<p>cooks</p>")
    watch(archive, SEVERAL)
    record(archive, replace(visit, fetch=replace(visit.fetch, further=(page,))), START)
    found = validators(archive, [SEVERAL], START + HOUR, WEEK).get("Teahouse")
    assert (None if found is None else [each.etag for each in (found, *found.further)]) == tags


def test_only_the_visits_of_the_asked_policies_are_read(archive: Archive) -> None:
    """A run with few due policies must not become slower with each visit ever made."""
    recorded(archive, first())
    with archive.reading() as session:
        connection = session.connection()
        compiled = _LATEST.params(names=["Teahouse"]).compile(
            connection, compile_kwargs={"literal_binds": True, "render_postcompile": True}
        )
        if connection.dialect.name == "postgresql":  # PostgreSQL prefers to scan a table with one row
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        plan = "\n".join(str(tuple(row)) for row in connection.exec_driver_sql(f"{explain} {compiled}"))
    assert "SCAN fetch" not in plan
    assert "Seq Scan" not in plan
    assert "ix_fetch_policy_id_id" in plan


def test_more_policies_than_fit_into_a_statement_are_asked_for(archive: Archive) -> None:
    recorded(archive, first())
    others = [replace(TEAHOUSE, name=f"Inn {number}") for number in range(2 * BATCH)]
    assert set(validators(archive, [*others, TEAHOUSE], START + HOUR, WEEK)) == {"Teahouse"}
