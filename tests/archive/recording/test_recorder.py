from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from archive.errors import OutdatedAssessmentError, StorageFullError, UnknownPolicyError
from archive.model import AssessedFetch
from archive.recording.recorder import RecordedVisit, latest, record
from archive.storage import blobs
from archive.storage.database import Archive, open_archive
from archive.storage.tables import BlobRow, ChangeRow, FetchRow, FindingRow, SuppressionRow, VersionRow
from differ.explanation import Explanation
from differ.visits.assessment import Assessment
from tests.archive.visits import (
    DATE,
    HOUR,
    JUDGED,
    RETENTION,
    SHARING,
    START,
    failed,
    fetched,
    latest_number,
    record_two_versions,
    refused,
    same,
    seen,
    watch,
    written,
)

BEFORE = written("Only our cooks see your orders.")


def only_fetch(archive: Archive) -> FetchRow:
    with archive.reading() as session:
        return session.query(FetchRow).order_by(FetchRow.id.desc()).limit(1).one()


def counted(archive: Archive) -> dict[str, int]:
    kinds = (FetchRow, VersionRow, ChangeRow, FindingRow, SuppressionRow)
    with archive.reading() as session:
        return {kind.__tablename__: session.query(kind).count() for kind in kinds}


def test_a_first_version_is_recorded_without_a_change(archive: Archive) -> None:
    watch(archive)
    recorded = record(archive, seen(START, BEFORE, None), START)
    assert recorded == RecordedVisit("Teahouse", fetch_id=1, outcome="changed", version=1)
    assert recorded.first
    assert counted(archive) == {"fetch": 1, "version": 1, "change": 0, "finding": 0, "suppression": 0}


def test_the_latest_version_is_read_as_it_was_recorded(archive: Archive) -> None:
    watch(archive)
    visit = seen(START, BEFORE, None)
    record(archive, visit, START)
    found = latest(archive, "Teahouse")
    assert found is not None
    assert found.number == 1
    assert found.version.document == BEFORE
    assert found.version.identity == "e1"
    assert found.version.page is not None
    assert found.version.page.body == visit.fetch.body
    assert found.version.page.headers == visit.fetch.headers
    assert found.version.page.content_type == "text/html; charset=utf-8"
    assert (found.version.page.status, found.version.page.final_url) == (200, "https://teahouse.example/privacy")


def test_a_policy_without_a_version_has_no_latest_version(archive: Archive) -> None:
    watch(archive)
    assert latest(archive, "Teahouse") is None


def test_a_latest_version_from_a_fallback_has_the_last_text_from_the_selector_too(archive: Archive) -> None:
    watch(archive)
    texts = [written(f"Cook {number} sees your orders.") for number in range(4)]
    for number, text in enumerate(texts):
        found = seen(START + number * HOUR, text, number or None)
        assert found.assessment is not None
        record(archive, replace(found, assessment=replace(found.assessment, fallback=number > 1)), START)
        known = latest(archive, "Teahouse")
        assert known is not None
        assert known.version.fitted == (texts[1] if number > 1 else None)


def test_a_change_is_recorded_with_its_findings_and_suppressions(archive: Archive) -> None:
    _, second = record_two_versions(archive)
    assert (second.version, second.material, second.severity, second.topics) == (2, True, "high", ("sharing",))
    assert not second.first
    with archive.reading() as session:
        change = session.query(ChangeRow).one()
        findings = session.query(FindingRow).order_by(FindingRow.position).all()
        suppressions = session.query(SuppressionRow).all()
    assert second.change_id == change.id
    assert [(row.topic, row.material, row.before) for row in findings] == [
        (SHARING.topic, True, SHARING.before),
        (RETENTION.topic, False, RETENTION.before),
    ]
    assert findings[0].edits[1] == ["insert", "Our"]
    assert [(row.reason, row.after) for row in suppressions] == [(DATE.reason, DATE.after)]


def test_only_status_headers_and_hash_of_an_unchanged_visit_are_kept(archive: Archive) -> None:
    watch(archive)
    record(archive, seen(START, BEFORE, None), START)
    recorded = record(archive, same(START + HOUR, 1), START + HOUR)
    fetch = only_fetch(archive)
    assert recorded == RecordedVisit("Teahouse", 2, "unchanged")
    assert (fetch.status, fetch.headers[1]) == (200, ["etag", '"7"'])
    assert fetch.body_sha256 == blobs.address(b"<p>tea </p>")
    assert fetch.snapshot_sha256 is None
    with archive.reading() as session:
        assert session.get(BlobRow, fetch.body_sha256) is None


def test_a_page_that_is_not_the_policy_is_kept_and_makes_no_version(archive: Archive) -> None:
    watch(archive)
    record(archive, seen(START, BEFORE, None), START)
    recorded = record(archive, refused(START + HOUR, 1), START + HOUR)
    fetch = only_fetch(archive)
    assert (recorded.outcome, recorded.version) == ("not comparable", None)
    assert (fetch.reason, fetch.detail) == ("login", "the page asks for a password and holds no policy")
    assert fetch.snapshot_sha256 is not None
    with archive.reading() as session:
        assert blobs.retrieve(session, fetch.snapshot_sha256) == b"<form>"
    assert latest_number(archive) == 1


def test_a_failed_visit_is_recorded_with_its_error(archive: Archive) -> None:
    watch(archive)
    record(archive, seen(START, BEFORE, None), START)
    recorded = record(archive, failed(START + HOUR), START + HOUR)
    fetch = only_fetch(archive)
    assert recorded == RecordedVisit("Teahouse", 2, "failed")
    assert (fetch.reason, fetch.detail) == ("timeout", "teahouse.example did not answer within 30 s")
    assert (fetch.status, fetch.body_sha256, fetch.snapshot_sha256) == (None, None, None)


def test_a_boundary_makes_a_version_without_a_change(archive: Archive) -> None:
    watch(archive)
    record(archive, seen(START, BEFORE, None), START)
    assessment = Assessment("changed", document=written("Nobody sees them."), identity="e2", boundary=True)
    recorded = record(archive, AssessedFetch(fetched(START + HOUR), assessment, 1), START + HOUR)
    assert (recorded.version, recorded.change_id) == (2, None)
    assert counted(archive) == {"fetch": 2, "version": 2, "change": 0, "finding": 0, "suppression": 0}


def test_a_text_that_returns_is_stored_once(archive: Archive) -> None:
    record_two_versions(archive)
    record(archive, seen(START + 60 * HOUR, BEFORE, 2, JUDGED), START + 60 * HOUR)
    with archive.reading() as session:
        stored = [row.document_sha256 for row in session.query(VersionRow).order_by(VersionRow.number)]
    assert stored[0] == stored[2] != stored[1]


@pytest.mark.parametrize("against", [None, 1, 3])
@pytest.mark.parametrize(
    "visit", [lambda n: seen(START, BEFORE, n), lambda n: same(START, n), lambda n: refused(START, n)]
)
def test_an_assessment_against_an_older_version_is_refused(
    archive: Archive, visit: Callable[[int | None], AssessedFetch], against: int | None
) -> None:
    record_two_versions(archive)
    before = counted(archive)
    with pytest.raises(OutdatedAssessmentError, match="but the latest is version 2") as caught:
        record(archive, visit(against), START)
    assert (caught.value.against, caught.value.latest) == (against, 2)
    assert counted(archive) == before


def test_a_failed_visit_needs_no_version(archive: Archive) -> None:
    record_two_versions(archive)
    assert record(archive, failed(START + 50 * HOUR), START).outcome == "failed"


def test_an_unknown_policy_is_refused(archive: Archive) -> None:
    watch(archive)
    visit = seen(START, BEFORE, None)
    with pytest.raises(UnknownPolicyError, match="'teahuose': did you mean 'Teahouse'"):
        record(archive, replace(visit, fetch=replace(visit.fetch, policy="teahuose")), START)


def test_a_recording_that_fails_half_way_leaves_nothing(archive: Archive) -> None:
    """In this test the last finding cannot be stored.

    So the fetch, snapshot, version and change of that visit are not stored either.
    """
    watch(archive)
    record(archive, seen(START, BEFORE, None), START)
    before = counted(archive)
    unstorable = replace(SHARING, explanation=Explanation("\ud800"))
    visit = seen(START + HOUR, written("All see them."), 1, replace(JUDGED, findings=(SHARING, unstorable)))
    with pytest.raises(UnicodeEncodeError):
        record(archive, visit, START + HOUR)
    assert counted(archive) == before
    assert latest_number(archive) == 1


def test_one_of_several_simultaneous_runs_records_and_the_other_runs_are_reported(
    database_url: str, archive: Archive
) -> None:
    """Four runs have compared their responses with version 1, and now record at the same time.

    Only one run makes version 2.
    """
    watch(archive)
    record(archive, seen(START, BEFORE, None), START)
    together = threading.Barrier(4)
    ended: list[str] = []

    def run(place: int) -> None:
        with open_archive(database_url) as own:
            visit = seen(START + HOUR, written(f"Guest {place} sees them."), 1, JUDGED)
            together.wait(timeout=60)
            try:
                ended.append(f"version {record(own, visit, START + HOUR).version}")
            except OutdatedAssessmentError as error:
                ended.append(f"told of {error.latest}")

    threads = [threading.Thread(target=run, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == ["told of 2"] * 3 + ["version 2"]
    assert counted(archive) == {"fetch": 2, "version": 2, "change": 1, "finding": 2, "suppression": 1}


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_full_disk_is_reported_and_nothing_is_lost(archive: Archive) -> None:
    """The test does not fill the disk, but limits the number of pages of the database.

    SQLite then gives the same error.
    """
    watch(archive)
    record(archive, seen(START, BEFORE, None), START)
    with archive.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 1}")
    noise = "".join(chr(0x4E00 + (place * place) % 20_000) for place in range(60_000))
    with pytest.raises(StorageFullError, match="the disk is full; everything but the last step was recorded"):
        record(archive, seen(START + HOUR, written(noise), 1, JUDGED), START + HOUR)
    assert latest_number(archive) == 1
