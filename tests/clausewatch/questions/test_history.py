from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from archive.recording.recorder import record
from differ.explanation import Explanation
from tests.archive.visits import HOUR, JUDGED, SHARING, START, failed, refused, seen, watch, written
from tests.clausewatch.promising import ENGLISH, INDONESIAN, WIDER, promising
from tests.clausewatch.watched import answered, call, configured, opened, watched


def test_versions_are_reported_latest_first_with_their_findings(tmp_path: Path) -> None:
    result = call(watched(tmp_path), "history")
    assert result.exit_code == 0
    assert (
        result.stdout
        == """\
Teahouse

  Version 2: material to sharing, severity high
    first seen 2026-03-04 06:00 UTC, last seen 2026-03-04 06:00 UTC
    it states: updated 2026-03-01 (“Last changed on 01 March 2026.”)
    newly names the recipient: partners (English)
    * sharing (high, material) in 1. Who sees your data
        [-Only our-] {+Our+} cooks {+and our partners+} see your orders.
        “our partners” were not among the recipients before.
        Rule recipient-added: GDPR 13(1)(e), clause II. Finding 1.
    * retention (low, not material) in 2. What you may ask
        {+We keep them for a year.+}
        A period is stated.
        Rule retention-stated: GDPR 13(1)(e). Finding 2.

  Version 1: first version
    first seen 2026-03-02 06:00 UTC, last seen 2026-03-03 06:00 UTC
    it states: updated 2026-01-15 (“Last changed on 15 January 2026.”)
"""
    )


@pytest.mark.parametrize(
    ("words", "topics"),
    [
        (["Teahouse"], [["sharing", "retention"], []]),
        (["--topic", "sharing"], [["sharing"]]),
        (["--topic", "rights"], []),
        (["--severity", "medium"], [["sharing"]]),
        (["--section", "what you may"], [["retention"]]),
        (["--section", "privacy notice"], []),
        (["--since", "2026-03-04"], [["sharing", "retention"]]),
        (["--since", "2026-03-05"], []),
        (["--since", "2026-03-04T07:00+02:00"], [["sharing", "retention"]]),
    ],
)
def test_filters_select_a_part_of_the_history(tmp_path: Path, words: list[str], topics: list[list[str]]) -> None:
    """In JSON the oldest version comes first."""
    rows = answered(watched(tmp_path), "history", *words)
    assert [[each["topic"] for each in row["findings"]] for row in reversed(rows)] == topics


def test_edits_without_meaning_are_shown_on_request(tmp_path: Path) -> None:
    path = watched(tmp_path)
    assert "no change of meaning" not in call(path, "history").stdout
    shown = call(path, "history", "--suppressed").stdout
    assert "- no change of meaning (date) in Teahouse privacy notice" in shown
    assert "[-15 January 2026-] {+1 March 2026+}" in shown
    (row,) = answered(path, "history", "--suppressed", "--section", "privacy notice")
    assert [each["reason"] for each in row["suppressed"]] == ["date"]


def test_a_finding_has_the_same_keys_as_in_compare(tmp_path: Path) -> None:
    finding = answered(watched(tmp_path), "history")[1]["findings"][0]
    assert {key: finding[key] for key in ("topic", "section", "material", "severity", "rule", "source", "clause")} == {
        "topic": "sharing",
        "section": "1. Who sees your data",
        "material": True,
        "severity": "high",
        "rule": "recipient-added",
        "source": "GDPR 13(1)(e)",
        "clause": "II",
    }
    assert (finding["before"], finding["after"]) == (SHARING.before, SHARING.after)


def test_a_query_without_matches_is_reported(tmp_path: Path) -> None:
    result = call(watched(tmp_path), "history", "--topic", "cookies")
    assert (result.exit_code, result.stdout) == (0, "No recorded version matches.\n")


def test_an_unknown_policy_is_reported_with_the_nearest_name(tmp_path: Path) -> None:
    result = call(watched(tmp_path), "history", "Teahuose")
    assert result.exit_code == 2
    assert result.stderr == "Error: the archive has no policy called 'Teahuose': did you mean 'Teahouse'?\n"


@pytest.mark.parametrize("words", [["--since", "tomorrow"], ["--topic", "sharring"], ["--severity", "huge"]])
def test_a_wrong_filter_makes_the_command_exit_with_2(tmp_path: Path, words: list[str]) -> None:
    assert call(watched(tmp_path), "history", *words).exit_code == 2


def test_text_of_a_page_cannot_control_the_terminal(tmp_path: Path) -> None:
    hostile = replace(
        SHARING,
        section="1. \x1b]0;owned\x07",
        explanation=Explanation("see \u202etxt.exe"),
        edits=(),
        after="all\x1b[2J",
    )
    with opened(tmp_path) as archive:
        watch(archive)
        record(archive, seen(START, written("Only our cooks."), None), START)
        record(archive, seen(START + HOUR, written("All."), 1, replace(JUDGED, findings=(hostile,))), START + HOUR)
    shown = call(configured(tmp_path), "history", color=True).stdout
    assert "\x1b]" not in shown
    assert "\x1b[2J" not in shown
    assert "\u202e" not in shown
    assert "1. \\x1b]0;owned\\x07" in shown
    assert "{+all\\x1b[2J+}" in shown


def test_a_silent_edit_of_one_language_is_reported_with_the_added_recipient(tmp_path: Path) -> None:
    path = promising(tmp_path, ENGLISH + INDONESIAN, ENGLISH + WIDER)
    shown = call(path, "history").stdout
    assert "\n    silent edit: the text changed, but the stated date of 2026-01-15 did not\n" in shown
    assert "only the Indonesian text changed; the English text on sharing and rights stayed as it was" in shown
    assert "\n    newly names the recipient: advertising, “pengiklan” (Indonesian)\n" in shown
    _, row = answered(path, "history")
    assert (row["timing"]["silent"], row["timing"]["stated_after"], row["drift"]) == (True, "2026-01-15", ["en"])
    assert [(each["class"], each["name"]) for each in row["inventory"]["recipients_new"]] == [
        ("advertising", "pengiklan")
    ]
    assert row["inventory"]["rights_gone"] == row["inventory"]["rights_new"] == []
    assert row["findings"][0]["translations"]["id"]


def test_a_removed_right_is_reported(tmp_path: Path) -> None:
    less = ENGLISH.replace("right to access your", "right to erase your")
    shown = call(promising(tmp_path, ENGLISH, less), "history").stdout
    assert "no longer names the right: access (English)" in shown
    assert "newly names the right: deletion (English)" in shown


def test_a_change_of_only_the_stated_date_is_reported_and_is_not_material(tmp_path: Path) -> None:
    shown = call(promising(tmp_path, ENGLISH, ENGLISH.replace("15 January", "20 March")), "history").stdout
    assert "changed, but nothing material" in shown
    assert "the stated date changed from 2026-01-15 to 2026-03-20, the text did not" in shown


def test_a_future_effective_date_and_the_end_of_an_objection_period_are_reported(tmp_path: Path) -> None:
    later = ENGLISH.replace(
        "Last changed on 15 January 2026.",
        "Last changed on 10 March 2026. Effective date: 1 December 2026.\n\n"
        "We will notify you 30 days before we change this policy.",
    )
    shown = call(promising(tmp_path, ENGLISH, later), "history").stdout
    assert "\n    takes effect 2026-12-01\n" in shown
    told = "notice or objections until 2026-12-01 (30 days: “We will notify you 30 days before we change this policy.”)"
    assert told in " ".join(shown.split())


def test_a_query_for_findings_returns_only_findings(tmp_path: Path) -> None:
    (row,) = answered(watched(tmp_path), "history", "--topic", "sharing")
    assert row["inventory"] is None
    assert "newly names" not in call(configured(tmp_path), "history", "--topic", "sharing").stdout


def test_inventories_of_differently_extracted_texts_are_not_compared(tmp_path: Path) -> None:
    """A difference may come from a change of our extraction. Such a difference is not a change of the policy."""
    path = watched(tmp_path)
    with opened(tmp_path) as archive, archive.writing() as session:
        session.execute(text("UPDATE version SET identity = 'e0' WHERE number = 1"))
    assert answered(path, "history")[1]["inventory"] is None
    assert "newly names" not in call(path, "history").stdout


@pytest.mark.parametrize("words", [(), ("--section", "who sees"), ("--topic", "rights"), ("--format", "json")])
def test_history_at_a_date_prints_the_same_as_show(tmp_path: Path, words: tuple[str, ...]) -> None:
    path = watched(tmp_path)
    by_history = call(path, "history", "Teahouse", "--at", "2026-03-03", *words)
    assert by_history.exit_code == 0, by_history.output
    assert by_history.stdout == call(path, "show", "Teahouse", "--at", "2026-03-03", *words).stdout


@pytest.mark.parametrize("words", [(), ("Teahouse", "--since", "2026-03-01"), ("Teahouse", "--suppressed")])
def test_history_at_a_date_needs_one_policy_and_allows_no_filters(tmp_path: Path, words: tuple[str, ...]) -> None:
    result = call(watched(tmp_path), "history", "--at", "yesterday", *words)
    assert (result.exit_code, "--at shows the text of one POLICY" in " ".join(result.stderr.split())) == (2, True)


def test_a_day_may_be_relative_to_today(tmp_path: Path) -> None:
    """All versions in the archive were seen long before yesterday."""
    path = watched(tmp_path)
    assert answered(path, "show", "Teahouse", "--at", "yesterday")["version"] == 2
    assert answered(path, "history", "--since", "3 days ago") == []
    assert len(answered(path, "history", "--until", "1 day ago")) == 2


def test_the_history_of_a_policy_shows_the_visits_that_did_not_find_it(tmp_path: Path) -> None:
    path = watched(tmp_path)
    with opened(tmp_path) as archive:
        record(archive, failed(START + 60 * HOUR), START)
        record(archive, refused(START + 61 * HOUR, 2), START)
    told = call(path, "history", "Teahouse").stdout
    gap = "! 2 visits from 2026-03-04 18:00 UTC to 2026-03-04 19:00 UTC did not find the policy."
    assert told.index(gap) < told.index("Version 2")
    assert "The last answer was not the policy (login): the page asks" in " ".join(told.split())
    assert gap.removeprefix("! ") in call(path, "history", "Teahouse", "--format", "html").stdout
    for words in (["--until", "2026-03-03"], ["--topic", "sharing"]):
        assert "did not find" not in call(path, "history", "Teahouse", *words).stdout


def test_the_only_visit_that_did_not_find_a_policy_comes_before_its_first_version(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        watch(archive)
        record(archive, failed(START), START)
        record(archive, seen(START + HOUR, written("Our cooks see your orders."), None), START)
    told = call(configured(tmp_path), "history", "Teahouse").stdout
    gap = "! The visit of 2026-03-02 06:00 UTC did not find the policy. It got no answer (timeout):"
    assert told.index("Version 1") < " ".join(told.split()).index(gap)
