"""Tests the commands that print the recipients and rights of all policies."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from clausewatch.cli import main
from tests.archive.questions.test_inventories import ASKS, GIVES, policy
from tests.archive.visits import TEAHOUSE, watch, written
from tests.clausewatch.watched import answered, call, configured, opened

SPREADSHEET = '=HYPERLINK("https://evil.example") receives your data as our service provider.'


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the configuration file of an archive with the teahouse's policy.

    Its last version no longer names service providers.
    """
    folder = tmp_path_factory.mktemp("watch")
    with opened(folder) as archive:
        watch(archive, TEAHOUSE)
        policy(archive, "Teahouse", 0, written(f"{GIVES} {ASKS}"))
        policy(archive, "Teahouse", 1, written(f"We share your orders with advertisers in Canada. {ASKS}"))
    return configured(folder)


def test_recipients_are_listed_with_policy_start_date_and_sentence(path: Path) -> None:
    result = call(path, "recipients", "--class", "advertising")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "Teahouse"
    told = " ".join(result.stdout.split())
    assert "advertising; Canada; since 2026-03-02; in these words since version 1" in told
    assert "“We share your orders with advertisers in Canada.”" in told
    assert "1 recipient in 1 of 1 policy with a text." in told


@pytest.mark.parametrize("country", ["CA", "ca", "Canada"])
def test_a_country_can_be_given_by_code_or_name(path: Path, country: str) -> None:
    (row,) = answered(path, "recipients", "--country", country)["recipients"]
    assert (row["policy"], row["class"], row["country_codes"]) == ("Teahouse", "advertising", ["CA"])
    assert row["since"].startswith("2026-03-02T")
    assert answered(path, "recipients", "--country", "Norway")["recipients"] == []


def test_a_word_that_is_not_a_country_is_refused(path: Path) -> None:
    result = call(path, "recipients", "--country", "Atlantis")
    assert result.exit_code == 2
    assert "'Atlantis' is not a country" in result.output


@pytest.mark.parametrize("command", ["recipients", "rights"])
def test_a_question_can_name_a_policy_and_an_unknown_name_is_answered_with_the_nearest(
    path: Path, command: str
) -> None:
    assert answered(path, command, "Teahouse") == answered(path, command)
    refused = call(path, command, "Teahose")
    assert refused.exit_code == 2
    assert "did you mean" in refused.output.casefold()
    assert "Teahouse" in refused.output


def test_recipients_of_an_earlier_day_are_from_the_text_of_that_day(path: Path) -> None:
    assert answered(path, "recipients", "--class", "processors")["recipients"] == []
    (row,) = answered(path, "recipients", "--class", "processors", "--at", "2026-03-02T06:30")["recipients"]
    assert row["sentence"] == "We share your orders with our service providers."


def test_rights_are_listed_with_deadline_fee_and_channel(path: Path) -> None:
    told = " ".join(call(path, "rights", "--right", "access").stdout.split())
    assert "access; time limit: 14 days; cost: free of charge; how: desk@mill.example; since 2026-03-02" in told


def test_policies_that_lack_a_right_are_named(path: Path) -> None:
    result = call(path, "rights", "--missing", "portability")
    assert result.stdout.startswith("Teahouse\n\n1 of 1 policy with a text.\nThis answer comes from word lists.")
    assert answered(path, "rights", "--missing", "access") == {
        "missing": "access",
        "policies": [],
        "unlisted_policies": 0,
    }
    assert call(path, "rights", "--missing", "access", "--right", "access").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("rights", "--missing"), "object", "objection"),
        (("rights", "--right"), "rectify", "Correction"),
        (("recipients", "--class"), "processors", "service providers"),
    ],
)
def test_rights_and_classes_are_chosen_by_the_words_of_the_answer_too(
    path: Path, arguments: tuple[str, str], code: str, words: str
) -> None:
    assert answered(path, *arguments, words) == answered(path, *arguments, code)


def test_word_that_is_neither_a_right_nor_a_code_is_refused(path: Path) -> None:
    assert call(path, "rights", "--missing", "teleportation").exit_code == 2


def test_no_cell_of_a_table_for_a_spreadsheet_is_read_as_a_formula(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        watch(archive, TEAHOUSE)
        policy(archive, "Teahouse", 0, written(f"{SPREADSHEET} {GIVES}"))
    text = call(configured(tmp_path), "recipients", "--format", "csv").stdout
    heading, *rows = csv.reader(io.StringIO(text, newline=""))
    assert heading[:3] == ["policy", "recipient", "class"]
    assert rows
    assert not [cell for row in rows for cell in row if cell.startswith("=")]


@pytest.mark.parametrize("command", ["recipients", "rights"])
def test_an_html_page_has_the_same_rows_and_escapes_their_words(path: Path, command: str) -> None:
    page = call(path, command, "--format", "html").stdout
    assert page.startswith("<!doctype html>")
    assert '<td data-label="Policy">Teahouse</td>' in page
    assert "of 1 policy with a text." in page


def test_an_answer_says_how_many_rows_its_limit_left_out(path: Path) -> None:
    told = call(path, "recipients", "--limit", "1", "--at", "2026-03-02T06:30").stdout
    assert "more are left out: raise --limit." in told


def test_both_commands_are_listed_in_the_help() -> None:
    assert {"recipients", "rights"} <= set(main.list_commands(None))  # type: ignore[arg-type]  # it needs no context
