"""Tests reviews of findings, and their effects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import func, select, text

from archive.errors import NoFindingError, UnknownPolicyError
from archive.evidence.verification import Tally, verify
from archive.model import Query, Review, ReviewKind
from archive.questions.history import history
from archive.recording.net_changes import record_net_change
from archive.recording.recorder import record
from archive.recording.reviews import (
    add_review,
    decide,
    find_reviewable,
    rule_tallies,
    unreviewed,
    unreviewed_counts,
    verdicts_numbered,
)
from archive.storage.database import Archive, open_archive
from archive.storage.sealing import SealedError
from archive.storage.tables import FindingRow, PolicyRow, ReviewRow
from archive.storage.version_reader import Span
from differ.model import Finding
from differ.visits.comparing import compare
from tests.archive.visits import (
    HOUR,
    JUDGED,
    RETENTION,
    SHARING,
    START,
    TEAHOUSE,
    record_two_versions,
    seen,
    watch,
    written,
)

NOW = START + 60 * HOUR
BAKERY = replace(TEAHOUSE, name="Bakery", url="https://bakery.example/privacy")


@pytest.fixture
def archive(database_url: str) -> Iterator[Archive]:
    """Return an archive with two findings for the teahouse.

    Finding 1 is on sharing and material. Finding 2 is on retention and not material.
    """
    with open_archive(database_url) as opened:
        record_two_versions(opened)
        yield opened


def say(archive: Archive, finding: int, kind: ReviewKind, words: str = "", hours: int = 0) -> Review:
    said = Review(finding, kind, words, by="Ratna", at=NOW + hours * HOUR)
    add_review(archive, said)
    return said


def find_again(archive: Archive, *findings: Finding, version: int = 3, policy: str = "Teahouse") -> None:
    """Record a new version with these findings."""
    at = NOW + version * HOUR
    found = seen(at, written(f"Edition {version}."), version - 1 or None, replace(JUDGED, findings=findings))
    record(archive, replace(found, fetch=replace(found.fetch, policy=policy)), at)


def numbers(archive: Archive, policy: str | None = None) -> list[int]:
    return [each.recorded.id for each in unreviewed(archive, policy)]


def test_a_material_finding_waits_for_a_review(archive: Archive) -> None:
    (waiting,) = unreviewed(archive)
    assert (waiting.recorded.id, waiting.recorded.finding, waiting.policy, waiting.version) == (
        1,
        SHARING,
        "Teahouse",
        2,
    )
    assert waiting.seen_at == START + 48 * HOUR
    assert unreviewed_counts(archive) == {"Teahouse": 1}


def test_the_newest_findings_come_first_and_can_be_limited_to_a_policy(archive: Archive) -> None:
    watch(archive, TEAHOUSE, BAKERY)
    find_again(archive, SHARING, policy="Bakery", version=1)
    find_again(archive, SHARING, policy="Bakery", version=2)
    find_again(archive, replace(SHARING, after="All see your orders."))
    assert numbers(archive) == [4, 3, 1]
    assert numbers(archive, "Bakery") == [3]
    assert unreviewed_counts(archive) == {"Teahouse": 2, "Bakery": 1}
    with pytest.raises(UnknownPolicyError):
        unreviewed(archive, "Baker")


@pytest.mark.parametrize("kind", ["acknowledge", "false-alarm"])
def test_a_verdict_settles_a_finding(archive: Archive, kind: ReviewKind) -> None:
    said = say(archive, 1, kind, "We asked them.")
    assert unreviewed(archive) == ()
    assert unreviewed_counts(archive) == {}
    assert find_reviewable(archive, "1").recorded.reviews == (said,)
    assert find_reviewable(archive, "1").recorded.verdict == said


def test_a_comment_does_not_settle_a_finding(archive: Archive) -> None:
    say(archive, 1, "comment", "Who are these partners?")
    assert numbers(archive) == [1]
    assert find_reviewable(archive, "#1").recorded.verdict is None


def test_the_last_of_several_verdicts_counts(archive: Archive) -> None:
    say(archive, 1, "false-alarm")
    taken_back = say(archive, 1, "acknowledge", hours=1)
    say(archive, 1, "comment", "Sorry.", hours=2)
    assert find_reviewable(archive, "1").recorded.verdict == taken_back
    assert len(find_reviewable(archive, "1").recorded.reviews) == 3
    find_again(archive, SHARING)
    assert numbers(archive) == [3]


def test_an_unknown_number_is_reported(archive: Archive) -> None:
    for number in ("7", "0123456789abcdef", "", "x", "9" * 30, "²"):
        with pytest.raises(NoFindingError):
            find_reviewable(archive, number)
    with pytest.raises(NoFindingError):
        say(archive, 7, "acknowledge")


def test_a_false_alarm_covers_findings_with_the_same_policy_rule_and_words(archive: Archive) -> None:
    watch(archive, TEAHOUSE, BAKERY)
    said = say(archive, 1, "false-alarm")
    find_again(archive, SHARING, replace(SHARING, rule="another"), replace(SHARING, after="Others too."))
    find_again(archive, policy="Bakery", version=1)
    find_again(archive, SHARING, policy="Bakery", version=2)
    assert numbers(archive) == [6, 5, 4]
    assert unreviewed_counts(archive) == {"Teahouse": 2, "Bakery": 1}
    found = [each for version in history(archive, Query()) if version.change for each in version.change.findings]
    assert {each.id: each.repeats for each in found if each.is_false_alarm} == {1: None, 3: said}


def test_the_verdicts_on_findings_are_counted_by_rule(archive: Archive) -> None:
    find_again(archive, replace(SHARING, after="A."), replace(SHARING, after="B."), replace(SHARING, rule="other"))
    say(archive, 1, "false-alarm")
    for finding in (3, 4):
        say(archive, finding, "acknowledge")
    first, second = rule_tallies(archive)
    assert (first.rule, first.findings, first.acknowledged, first.false_alarms) == ("recipient-added", 3, 2, 1)
    assert first.precision == pytest.approx(2 / 3)
    assert (second.rule, second.findings, second.precision) == ("other", 1, None)


def test_reviews_are_evidence_except_for_the_name_of_the_reviewer(archive: Archive) -> None:
    say(archive, 1, "false-alarm", "Only a comma.")
    tally = Tally()
    assert list(verify(archive, tally)) == []
    assert tally.rows["review"] == 1
    with archive.engine.begin() as connection:
        connection.execute(text("UPDATE review SET \"by\" = 'forgotten'"))
    assert list(verify(archive, Tally())) == []
    with archive.engine.begin() as connection:
        connection.execute(text("UPDATE review SET kind = 'acknowledge'"))
    (flaw,) = verify(archive, Tally())
    assert (flaw.where, flaw.problem) == ("review 1 (Teahouse, version 2)", "it is not what was sealed")


def test_a_review_is_never_altered_or_deleted(archive: Archive) -> None:
    say(archive, 1, "acknowledge")
    with pytest.raises(SealedError), archive.writing() as session:
        session.get_one(ReviewRow, 1).text = "something else"
    with pytest.raises(SealedError), archive.writing() as session:
        session.delete(session.get_one(ReviewRow, 1))


def test_a_finding_that_is_not_material_and_was_not_sent_needs_no_review(archive: Archive) -> None:
    find_again(archive, RETENTION)
    assert numbers(archive) == [1]


def test_a_net_change_asks_for_no_second_review(archive: Archive) -> None:
    """The findings of a net change can be reviewed, and name both versions."""
    at = NOW + 3 * HOUR
    record(archive, seen(at, written("We sell your orders to data brokers."), 2, JUDGED), at)
    before = numbers(archive)
    record_net_change(archive, Span(1, 1, 3), {}, NOW)
    with archive.reading() as session:
        net = session.scalars(select(func.max(FindingRow.id))).one()
    assert net not in before
    assert numbers(archive) == before
    assert unreviewed_counts(archive) == {"Teahouse": len(before)}
    reviewable = find_reviewable(archive, str(net))
    assert (reviewable.earlier, reviewable.version, reviewable.versions) == (1, 3, "1 to 3")


KEEPS, SELLS, RIGHT = (
    "We never sell your orders.",
    "We sell your orders to brokers.",
    "You may object to this in 20 days.",
)


def steps_and_net(archive: Archive) -> tuple[dict[str, int], dict[str, int]]:
    """Record a sale, and then a new right. Return the findings of these two changes, and the findings of the net
    change. Both results map the rule of a finding to the number of the finding.
    """
    watch(archive, BAKERY)
    texts = [written(KEEPS), written(SELLS), written(f"{SELLS} {RIGHT}")]
    first = max(numbers(archive))
    for number, after in enumerate(texts):
        at = NOW + number * HOUR
        found = seen(at, after, number or None, compare(texts[number - 1], after) if number else None)
        record(archive, replace(found, fetch=replace(found.fetch, policy="Bakery")), at)
    with archive.reading() as session:
        policy = session.scalars(select(PolicyRow.id).where(PolicyRow.name == "Bakery")).one()
    steps = {find_reviewable(archive, str(one)).recorded.finding.rule: one for one in numbers(archive) if one > first}
    record_net_change(archive, Span(policy, 1, 3), {}, NOW)
    with archive.reading() as session:
        newer = session.execute(select(FindingRow.rule, FindingRow.id).where(FindingRow.id > max(steps.values())))
        return steps, dict(newer.all())


def test_a_verdict_on_a_net_change_settles_the_step_with_the_same_words(archive: Archive) -> None:
    steps, net = steps_and_net(archive)
    assert steps.keys() == net.keys() == {"T1.sale", "T4.limited"}
    before = numbers(archive)
    say(archive, net["T1.sale"], "acknowledge")
    assert numbers(archive) == [one for one in before if one != steps["T1.sale"]]
    assert unreviewed_counts(archive)["Bakery"] == 1
    settled = find_reviewable(archive, str(steps["T1.sale"])).recorded.settled_by
    assert settled is not None
    assert settled.finding == net["T1.sale"]
    say(archive, net["T1.sale"], "take-back")
    assert numbers(archive) == before


def test_a_verdict_on_a_step_settles_the_net_change_with_the_same_words(archive: Archive) -> None:
    steps, net = steps_and_net(archive)
    say(archive, steps["T4.limited"], "acknowledge")
    settled = {rule: find_reviewable(archive, str(number)).recorded.is_settled for rule, number in net.items()}
    assert settled == {"T1.sale": False, "T4.limited": True}


def test_the_same_edit_in_another_step_is_reviewed_again(archive: Archive) -> None:
    """If an edit was undone and is made again, the second edit needs a review too."""
    find_again(archive, SHARING)
    assert len(numbers(archive)) == 2
    say(archive, 1, "acknowledge")
    assert len(numbers(archive)) == 1


def review(finding: int, kind: ReviewKind, by: str = "Ratna", text: str = "") -> Review:
    return Review(finding, kind, text, by=by, at=NOW)


def test_the_first_of_two_decisions_counts_and_the_second_person_sees_it(archive: Archive) -> None:
    first = decide(archive, [review(1, "acknowledge")], {})
    second = decide(archive, [review(1, "false-alarm", by="Budi"), review(2, "acknowledge", by="Budi")], {})
    assert [(seen.finding, seen.by, seen.kind) for seen in second.refused] == [(1, "Ratna", "acknowledge")]
    assert [made.finding for made in second.recorded] == [2]
    assert find_reviewable(archive, "1").recorded.verdict == first.recorded[0]


def test_a_decision_that_is_sent_twice_is_recorded_once(archive: Archive) -> None:
    for kind in ("acknowledge", "comment"):
        for _ in range(2):
            decide(archive, [review(1, kind, text="seen")], {})
    assert [entry.kind for entry in find_reviewable(archive, "1").recorded.reviews] == ["acknowledge", "comment"]


def test_taking_back_needs_the_verdict_that_was_seen(archive: Archive) -> None:
    [made] = decide(archive, [review(1, "false-alarm")], {}).recorded
    assert verdicts_numbered(archive, [made.id, 99]) == (made,)
    assert not decide(archive, [review(1, "take-back")], {1: made.id + 1}).recorded
    assert unreviewed_counts(archive) == {}
    assert decide(archive, [review(1, "take-back")], {1: made.id}).recorded
    assert verdicts_numbered(archive, [made.id]) == ()
    assert unreviewed_counts(archive) == {"Teahouse": 1}
    assert not decide(archive, [review(1, "take-back")], {1: made.id}).recorded
    assert not decide(archive, [review(1, "take-back")], {}).recorded
    assert [tally.false_alarms for tally in rule_tallies(archive)] == [0]
    assert decide(archive, [review(1, "acknowledge")], {}).recorded
    assert find_reviewable(archive, "1").recorded.verdict is not None
    assert list(verify(archive, Tally())) == []


def test_a_decision_about_an_unknown_finding_records_nothing(archive: Archive) -> None:
    with pytest.raises(NoFindingError):
        decide(archive, [review(1, "acknowledge"), review(99, "acknowledge")], {})
    assert find_reviewable(archive, "1").recorded.reviews == ()
