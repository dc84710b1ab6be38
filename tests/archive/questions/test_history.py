from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from archive.errors import NoVersionError, UnknownPolicyError, UnknownTagError
from archive.model import Query, Version
from archive.questions.conditions import version_conditions
from archive.questions.history import (
    as_of,
    change,
    count_versions,
    document,
    history,
    latest_version,
    latest_versions,
    numbered,
    policy_names,
    span,
    version,
    versions_of,
)
from archive.recording.policies import synchronise
from archive.recording.recorder import record
from archive.storage.database import Archive
from archive.storage.tables import VersionRow
from differ.explanation import Explanation
from differ.model import Timing
from document.model import StatedDate
from tests.archive.visits import (
    DATE,
    HOUR,
    JUDGED,
    RETENTION,
    SHARING,
    START,
    TEAHOUSE,
    failed,
    record_two_versions,
    refused,
    same,
    seen,
    watch,
    written,
)


def shown(found: tuple[Version, ...]) -> list[tuple[int, list[str]]]:
    """Return the number of each version, and the topics of its findings."""
    return [
        (each.number, [] if each.change is None else [one.finding.topic for one in each.change.findings])
        for each in found
    ]


def test_versions_are_listed_with_their_changes(archive: Archive) -> None:
    record_two_versions(archive)
    first, second = versions_of(archive, "Teahouse")
    assert (first.number, first.seen_at, first.change) == (1, START, None)
    assert first.stated == (StatedDate("updated", date(2026, 1, 15), "Last changed on 15 January 2026."),)
    assert (second.number, second.seen_at) == (2, START + 48 * HOUR)
    assert second.change is not None
    assert [each.finding for each in second.change.findings] == [SHARING, RETENTION]
    assert [recorded.suppression for recorded in second.change.suppressed] == [DATE]
    assert (second.change.severity, second.change.topics) == ("high", ("sharing",))


def test_a_version_says_when_its_text_was_last_found(archive: Archive) -> None:
    """Visits that failed, and visits that found a page other than the policy, do not count."""
    record_two_versions(archive)
    record(archive, same(START + 60 * HOUR, 2), START)
    record(archive, refused(START + 72 * HOUR, 2), START)
    record(archive, failed(START + 84 * HOUR), START)
    first, second = versions_of(archive, "Teahouse")
    assert first.last_seen_at == START + 24 * HOUR
    assert second.last_seen_at == START + 60 * HOUR


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query(), [(1, []), (2, ["sharing", "retention"])]),
        (Query(topic="sharing"), [(2, ["sharing"])]),
        (Query(topic="retention"), [(2, ["retention"])]),
        (Query(topic="sale"), []),
        (Query(severity="low"), [(2, ["sharing", "retention"])]),
        (Query(severity="medium"), [(2, ["sharing"])]),
        (Query(severity="critical"), []),
        (Query(section="WHO SEES"), [(2, ["sharing"])]),
        (Query(section="privacy notice"), [(2, [])]),
        (Query(section="cookies"), []),
        (Query(since=START + HOUR), [(2, ["sharing", "retention"])]),
        (Query(since=START + 48 * HOUR), [(2, ["sharing", "retention"])]),
        (Query(since=START + 49 * HOUR), []),
        (Query(policy="Teahouse", topic="sharing", severity="high", section="who"), [(2, ["sharing"])]),
    ],
)
def test_a_query_selects_versions(archive: Archive, query: Query, expected: list[tuple[int, list[str]]]) -> None:
    record_two_versions(archive)
    assert shown(history(archive, query)) == expected


def test_a_query_for_a_topic_finds_related_topics(archive: Archive) -> None:
    watch(archive)
    record(archive, seen(START, written("No."), None), START)
    judged = replace(JUDGED, findings=(replace(SHARING, topic="sale"), replace(SHARING, topic="complaint")))
    record(archive, seen(START + HOUR, written("Yes."), 1, judged), START + HOUR)
    assert shown(history(archive, Query(topic="sharing"))) == [(2, ["sale"])]
    assert shown(history(archive, Query(topic="rights"))) == [(2, ["complaint"])]


def test_a_history_has_only_the_versions_of_its_policy(archive: Archive) -> None:
    bakery = replace(TEAHOUSE, name="Bakery")
    record_two_versions(archive)
    synchronise(archive, [TEAHOUSE, bakery], START)
    visit = seen(START, written("Bread."), None)
    record(archive, replace(visit, fetch=replace(visit.fetch, policy="Bakery")), START)
    assert [(each.policy, each.number) for each in history(archive, Query())] == [
        ("Teahouse", 1),
        ("Teahouse", 2),
        ("Bakery", 1),
    ]
    assert shown(versions_of(archive, "Bakery")) == [(1, [])]
    assert {name: each.number for name, each in latest_versions(archive).items()} == {"Teahouse": 2, "Bakery": 1}
    assert policy_names(archive) == ("Teahouse", "Bakery")


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (timedelta(0), 1),
        (timedelta(hours=47, minutes=59), 1),
        (timedelta(hours=48), 2),
        (timedelta(days=900), 2),
    ],
)
def test_the_version_at_a_time_is_the_last_version_seen_before_that_time(
    archive: Archive, after: timedelta, expected: int
) -> None:
    record_two_versions(archive)
    assert as_of(archive, "Teahouse", START + after).number == expected


def test_nothing_is_known_about_a_time_before_the_first_visit(archive: Archive) -> None:
    record_two_versions(archive)
    with pytest.raises(NoVersionError, match="the first version was seen on 2026-03-02 06:00 UTC"):
        as_of(archive, "Teahouse", START - timedelta(seconds=1))


def test_a_policy_without_a_version_is_reported(archive: Archive) -> None:
    watch(archive)
    with pytest.raises(NoVersionError, match="Teahouse: no version is recorded yet"):
        as_of(archive, "Teahouse", START)
    with pytest.raises(NoVersionError, match="no version is recorded yet"):
        latest_version(archive, "Teahouse")


def test_a_missing_version_number_is_answered_with_the_existing_numbers(archive: Archive) -> None:
    record_two_versions(archive)
    assert version(archive, "Teahouse", 2) == latest_version(archive, "Teahouse")
    with pytest.raises(NoVersionError, match="Teahouse: there is no version 7: there are 1 to 2"):
        version(archive, "Teahouse", 7)


def test_an_unknown_policy_is_answered_with_the_nearest_names(archive: Archive) -> None:
    watch(archive, TEAHOUSE, replace(TEAHOUSE, name="Tea Palace"), replace(TEAHOUSE, name="Ferry"))
    with pytest.raises(UnknownPolicyError, match="did you mean 'Teahouse'") as caught:
        versions_of(archive, "tea house")
    assert caught.value.nearest[0] == "Teahouse"
    with pytest.raises(UnknownPolicyError, match="it knows 'Teahouse', 'Tea Palace', 'Ferry'"):
        versions_of(archive, "zzzz")


def test_the_text_of_each_version_is_kept(archive: Archive) -> None:
    record_two_versions(archive)
    first, second = versions_of(archive, "Teahouse")
    assert document(archive, first) == written("Only our cooks see your orders.")
    assert document(archive, second).sections[1].blocks[0].text == "Our cooks and our partners see your orders."


def test_a_change_is_found_by_its_number(archive: Archive) -> None:
    _, second = record_two_versions(archive)
    assert second.change_id is not None
    assert change(archive, second.change_id) == latest_version(archive, "Teahouse")
    with pytest.raises(NoVersionError, match="there is no change 99"):
        change(archive, 99)


def test_the_error_for_an_archive_without_policies_says_how_to_begin(archive: Archive) -> None:
    with pytest.raises(UnknownPolicyError, match="it has no policy yet; `clausewatch run` adds"):
        versions_of(archive, "Teahouse")


def test_timing_drift_and_reasons_in_other_languages_are_stored_unchanged(archive: Archive) -> None:
    timing = Timing(
        stated_before=date(2026, 1, 15),
        stated_after=date(2026, 3, 1),
        silent=False,
        effective=date(2026, 6, 1),
        window_days=30,
        due=date(2026, 3, 31),
        window_text="You may object within 30 days.",
    )
    told = replace(
        SHARING,
        explanation=Explanation(SHARING.reason, translations=(("id", "“mitra kami” sebelumnya bukan penerima."),)),
    )
    watch(archive)
    record(archive, seen(START, written("No."), None), START)
    judged = replace(JUDGED, findings=(told,), timing=timing, drift=("id", "fr"))
    record(archive, seen(START + HOUR, written("Yes."), 1, judged), START + HOUR)
    kept = latest_version(archive, "Teahouse").change
    assert kept is not None
    assert (kept.timing, kept.drift) == (timing, ("id", "fr"))
    assert kept.findings[0].finding == told
    assert kept.findings[0].finding.reason_in("id") == "“mitra kami” sebelumnya bukan penerima."


def test_days_and_tags_narrow_a_query(archive: Archive) -> None:
    record_two_versions(archive)
    assert shown(history(archive, Query(until=START + 47 * HOUR))) == [(1, [])]
    assert shown(history(archive, Query(since=START + HOUR, until=START + 48 * HOUR, topic="sharing"))) == [
        (2, ["sharing"])
    ]
    assert len(history(archive, Query(tag="vendor"))) == 2
    with pytest.raises(UnknownTagError, match="did you mean 'vendor'"):
        history(archive, Query(tag="vendors"))


@pytest.mark.parametrize(
    ("query", "number"), [(Query(), 2), (Query(topic="sharing"), 1), (Query(section="privacy notice"), 1)]
)
def test_a_limit_keeps_the_latest_versions_and_all_are_counted(archive: Archive, query: Query, number: int) -> None:
    record_two_versions(archive)
    assert count_versions(archive, query) == len(history(archive, query)) == number
    limited = replace(query, limit=1)
    assert [each.number for each in history(archive, limited)] == [2]
    assert count_versions(archive, limited) == number


def test_a_heading_is_found_in_upper_and_lower_case(archive: Archive) -> None:
    watch(archive)
    record(archive, seen(START, written("No."), None), START)
    told = replace(JUDGED, findings=(replace(SHARING, section="3. ÜBERMITTLUNG 100%_"),))
    record(archive, seen(START + HOUR, written("Yes."), 1, told), START + HOUR)
    for words, number in (("übermittlung", 1), ("100%_", 1), ("%", 1), ("ubermittlung", 0), ("1000", 0)):
        assert len(history(archive, Query(section=words))) == number, words


def test_versions_are_selected_by_number_and_by_range_of_numbers(archive: Archive) -> None:
    record_two_versions(archive)
    assert [each.number for each in span(archive, "Teahouse", 2, 9)] == [2]
    (found,) = numbered(archive, [("Teahouse", 2), ("Teahouse", 7)])
    assert found.number == 2
    assert found.change is not None
    assert (found.change.severity, found.change.findings) == ("high", ())


def test_sqlite_looks_up_a_versions_change_before_its_findings(archive: Archive) -> None:
    if archive.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL chooses by its statistics")
    with archive.reading() as session:
        query = select(VersionRow.id).where(*version_conditions(session, Query(topic="sharing")))
        statement = str(query.compile(archive.engine, compile_kwargs={"literal_binds": True}))
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}").all()
    searches = [row.detail for row in plan if row.detail.startswith("SEARCH ")]
    [change_first, findings] = searches[:2]
    assert change_first.startswith("SEARCH change")
    assert "change_id=?" in findings, "not all findings about a topic"
