from __future__ import annotations

from pathlib import Path

import pytest

from archive.recording.recorder import record
from archive.search.index import clear_index
from tests.archive.visits import START, seen, watch, written
from tests.clausewatch.watched import answered, call, configured, opened, watched


def test_a_search_shows_sections_with_first_and_last_dates(tmp_path: Path) -> None:
    result = call(watched(tmp_path), "search", "cook", "order")
    assert result.exit_code == 0
    assert (
        result.stdout
        == """\
Teahouse: 1. Who sees your data
  version 2, since 2026-03-04
    Our *cooks* and our partners see your *orders*.

Teahouse: 1. Who sees your data
  version 1, 2026-03-02 until 2026-03-04
    Only our *cooks* see your *orders*.
"""
    )


@pytest.mark.parametrize(
    ("words", "firsts"),
    [
        (["cooks", "--current"], [2]),
        (["cooks", "--until", "2026-03-03"], [1]),
        (["cooks", "--since", "2026-03-04T06:00"], [2]),
        (["our cooks see"], [1]),
        (["see our cooks"], []),
        (["cooks", "--policy", "Teahouse", "--tag", "vendor"], [2, 1]),
    ],
)
def test_filters_narrow_a_search(tmp_path: Path, words: list[str], firsts: list[int]) -> None:
    """A word that the shell passes as one argument is a phrase."""
    answer = answered(watched(tmp_path), "search", *words)
    assert [each["first"] for each in answer["found"]] == firsts
    assert answer["more"] is False


def test_an_answer_says_if_its_limit_left_out_matches(tmp_path: Path) -> None:
    path = watched(tmp_path)
    assert "There are more than 1: --limit shows more" in call(path, "search", "cooks", "--limit", "1").stdout
    assert answered(path, "search", "cooks", "--limit", "1")["more"] is True


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--", "-- ;"], "holds no word to search for"),
        (["cooks", "--policy", "Teahuose"], "did you mean 'Teahouse'?"),
        (["cooks", "--tag", "vendors"], "did you mean 'vendor'?"),
    ],
)
def test_an_invalid_search_is_reported_with_the_nearest_names(tmp_path: Path, words: list[str], message: str) -> None:
    result = call(watched(tmp_path), "search", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


def test_a_search_without_matches_is_reported(tmp_path: Path) -> None:
    assert call(watched(tmp_path), "search", "zeppelin").stdout == "No recorded text has all these words.\n"


def test_versions_from_an_older_program_are_indexed_first_and_this_is_reported(tmp_path: Path) -> None:
    path = watched(tmp_path)
    with opened(tmp_path) as archive, archive.writing() as session:
        clear_index(session)
    result = call(path, "search", "cooks")
    assert result.stderr == "Indexed the versions of 1 policy.\n"
    assert result.stdout.count("Teahouse:") == 2
    assert call(path, "search", "cooks").stderr == ""
    assert call(path, "search", "cooks", "--reindex").stderr == "Indexed the versions of 1 policy.\n"


def test_text_of_a_page_cannot_control_the_terminal(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        watch(archive)
        record(archive, seen(START, written("Nobody\x1b[8m sees \u202eit."), None), START)
    shown = call(configured(tmp_path), "search", "nobody", color=True).stdout
    assert "\x1b[8m" not in shown
    assert "\u202e" not in shown
