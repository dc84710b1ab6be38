"""Tests `clausewatch compare` for two files and for a batch of pairs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from clausewatch.cli import main
from differ import compare as judged_difference
from differ.explanation import report_languages
from document import read
from document.model import ExtractionOptions
from tests.clausewatch.promising import ENGLISH, INDONESIAN, WIDER, page
from tests.sources import PROJECT

POLICIES = PROJECT / "tests" / "policies"
ROW_KEYS = (
    *("id", "comparable", "reason", "changed", "material", "topics", "severity"),
    *("judged_by", "rewrite", "findings", "suppressed"),
)
FINDING_KEYS = ("topic", "section", "material", "severity", "rule", "source", "clause", "before", "after", "reason")
SUPPRESSED_KEYS = ("section", "reason", "before", "after")


def compare(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["compare", *map(str, arguments)])


def batch(folder: Path, *lines: dict[str, Any] | str, options: tuple[str, ...] = ()) -> tuple[list[Any], int]:
    """Judge a batch whose lines name files in the folder of test policies.

    Return the rows of the answer and the exit code.
    """
    path = folder / "pairs.jsonl"
    path.write_text(
        "\n".join(line if isinstance(line, str) else json.dumps(absolute(line)) for line in lines), encoding="utf-8"
    )
    result = compare("--batch", path, *options)
    return [json.loads(line) for line in result.stdout.splitlines()], result.exit_code


def absolute(row: dict[str, Any]) -> dict[str, Any]:
    return {key: str(POLICIES / value) if key in ("before", "after") else value for key, value in row.items()}


def test_a_material_change_is_reported_with_section_words_and_rule() -> None:
    result = compare(POLICIES / "cloakroom.md", POLICIES / "cloakroom-edited.md")
    assert result.exit_code == 0
    assert result.output.startswith("Material: sharing")
    assert "[-" in result.output
    assert "Rule " in result.output


def test_exit_code_is_ten_if_something_is_material() -> None:
    assert compare(POLICIES / "cloakroom.md", POLICIES / "cloakroom-edited.md", "--exit-code").exit_code == 10
    assert compare(POLICIES / "cloakroom.md", POLICIES / "cloakroom-reworded.md", "--exit-code").exit_code == 0


def test_explain_prints_for_each_changed_clause_its_frames_and_why_it_counts(tmp_path: Path) -> None:
    text = (POLICIES / "cloakroom.md").read_text(encoding="utf-8")
    before, after = tmp_path / "before.md", tmp_path / "after.md"
    before.write_text(f"{text}\n\nWe pass your letters to couriers with your consent.\n", encoding="utf-8")
    after.write_text(f"{text}\n\nWe pass your letters to couriers without your consent.\n", encoding="utf-8")
    explained = compare(before, after, "--explain").output.partition("\nClause in ")[2]
    lines = explained.splitlines()
    assert lines[1] == "  - We pass your letters to couriers with your consent."
    assert "disclosure; who: we; action: pass your letters to;" in lines[2]
    assert "to whom: couriers; condition: consent; polarity: on a condition" in lines[2]
    assert "condition: no consent; polarity: yes" in lines[4]
    assert any(line.startswith("  material, critical, by rule T2.consent: ") for line in lines)


def test_explain_says_that_nothing_replaced_a_removed_word(tmp_path: Path) -> None:
    text = (POLICIES / "cloakroom.md").read_text(encoding="utf-8")
    before, after = tmp_path / "before.md", tmp_path / "after.md"
    before.write_text(f"{text}\n\nWe pass your letters only to couriers.\n", encoding="utf-8")
    after.write_text(f"{text}\n\nWe pass your letters to couriers.\n", encoding="utf-8")
    assert "condition removed, “only” to nothing" in compare(before, after, "--explain").output


def test_explain_says_why_a_clause_is_quiet() -> None:
    explained = compare(POLICIES / "cloakroom.md", POLICIES / "cloakroom-reworded.md", "--explain").output
    assert "\nClause in " in explained
    assert "\n  quiet: " in explained


def test_explain_cannot_be_combined_with_json() -> None:
    assert compare(POLICIES / "cloakroom.md", POLICIES / "cloakroom.md", "--explain", "--format", "json").exit_code == 2


def test_edits_without_meaning_are_not_material() -> None:
    result = compare(POLICIES / "cloakroom.md", POLICIES / "cloakroom-reworded.md")
    assert result.output.startswith("Changed, but nothing material")


@pytest.mark.parametrize("form", ["html", "md", "txt"])
def test_a_file_equals_itself(form: str) -> None:
    path = POLICIES / f"cloakroom.{form}"
    assert compare(path, path).output == "No word differs.\n"


@pytest.mark.parametrize(("before", "after"), [("html", "md"), ("md", "txt"), ("txt", "html")])
def test_the_same_policy_in_another_format_has_no_change(before: str, after: str) -> None:
    result = compare(POLICIES / f"cloakroom.{before}", POLICIES / f"cloakroom.{after}")
    assert result.output == "No word differs.\n"


def test_a_change_is_found_between_files_of_different_formats() -> None:
    result = compare(POLICIES / "cloakroom.html", POLICIES / "cloakroom-edited.md", "--format", "json")
    assert json.loads(result.output)["topics"] == ["sharing", "rights"]


@pytest.mark.parametrize("broken", ["before", "after"])
def test_a_page_that_is_not_a_policy_is_not_judged(broken: str) -> None:
    files = {"before": POLICIES / "cloakroom.html", "after": POLICIES / "cloakroom.html"}
    files[broken] = POLICIES / "maintenance.html"
    result = compare(*files.values())
    assert result.exit_code == 1
    assert result.output.startswith("Not comparable (")


def test_every_row_has_every_key(tmp_path: Path) -> None:
    rows, code = batch(
        tmp_path,
        {"id": "edited", "before": "cloakroom.md", "after": "cloakroom-edited.md"},
        {"id": "reworded", "before": "cloakroom.md", "after": "cloakroom-reworded.md"},
        {"id": "same", "before": "cloakroom.md", "after": "cloakroom.md"},
        {"id": "gone", "before": "cloakroom.html", "after": "cloakroom.html", "status": 404},
    )
    assert code == 0
    assert [row["id"] for row in rows] == ["edited", "reworded", "same", "gone"]
    for row in rows:
        assert tuple(row) == ROW_KEYS
        assert all(tuple(finding) == FINDING_KEYS for finding in row["findings"])
        assert all(tuple(piece) == SUPPRESSED_KEYS for piece in row["suppressed"])
    edited, reworded, same, gone = rows
    assert (edited["material"], edited["topics"]) == (True, ["sharing", "rights"])
    assert edited["severity"] in {finding["severity"] for finding in edited["findings"] if finding["material"]}
    assert (reworded["changed"], reworded["material"], reworded["severity"]) == (True, False, None)
    assert reworded["suppressed"]
    assert (same["changed"], same["findings"], same["suppressed"]) == (False, [], [])
    assert (gone["comparable"], gone["reason"], gone["material"]) == (False, "gone", False)
    assert (gone["topics"], gone["findings"], gone["severity"]) == ([], [], None)


def test_paths_in_a_batch_are_relative_to_its_folder(tmp_path: Path) -> None:
    (tmp_path / "old.md").write_bytes((POLICIES / "cloakroom.md").read_bytes())
    (tmp_path / "pairs.jsonl").write_text('{"id": 7, "before": "old.md", "after": "old.md"}\n', encoding="utf-8")
    result = compare("--batch", tmp_path / "pairs.jsonl")
    assert json.loads(result.stdout)["id"] == 7


def test_a_row_that_cannot_be_read_is_reported_and_the_other_rows_are_judged(tmp_path: Path) -> None:
    rows, code = batch(
        tmp_path,
        {"id": "missing", "before": "cloakroom.md", "after": "nowhere.md"},
        "not json",
        '"text"',
        {"before": "cloakroom.md", "after": "cloakroom.md"},
        {"id": "short", "before": "cloakroom.md"},
        {"id": "profile", "before": "cloakroom.md", "after": "cloakroom.md", "profile": "kenalen"},
        {"id": "status", "before": "cloakroom.md", "after": "cloakroom.md", "status": "200"},
        "",
        {"id": "good", "before": "cloakroom.md", "after": "cloakroom.md"},
    )
    assert code == 1
    assert [row["id"] for row in rows] == ["missing", None, None, None, "short", "profile", "status", "good"]
    assert all(tuple(row) == ("id", "error") for row in rows[:-1])
    assert "cannot be read: No such file or directory" in rows[0]["error"]
    assert "not JSON" in rows[1]["error"]
    assert rows[4]["error"].startswith("after: ")
    assert "did you mean 'kenalan'?" in rows[5]["error"]


def test_the_exit_code_for_a_material_change_has_priority_over_an_unreadable_row(tmp_path: Path) -> None:
    lines = ({"id": "edited", "before": "cloakroom.md", "after": "cloakroom-edited.md"}, "not json")
    assert batch(tmp_path, *lines, options=("--exit-code",))[1] == 10
    assert batch(tmp_path, *lines)[1] == 1


def test_a_row_may_name_its_language_and_content_type(tmp_path: Path) -> None:
    [row], _ = batch(
        tmp_path,
        {
            "id": "md as text",
            "before": "cloakroom.txt",
            "after": "cloakroom.txt",
            "language": "en",
            "content_type": "text/markdown",
            "final_url": "https://cloakroom.test/",
        },
    )
    assert (row["comparable"], row["changed"]) == (True, False)


def test_a_batch_may_come_from_standard_input() -> None:
    row = json.dumps(absolute({"id": "same", "before": "cloakroom.md", "after": "cloakroom.md"}))
    result = CliRunner().invoke(main, ["compare", "--batch", "-"], input=row)
    assert json.loads(result.stdout)["changed"] is False


OURS = """
[profile.ours]
[[profile.ours.rule]]
rule = "ours.duration"
words = ["{minute,hour}*"]
topic = "retention"
severity = "high"
source = "A rule of the house"
"""


@pytest.fixture
def kept(tmp_path: Path) -> tuple[Path, Path]:
    """Return two policies.

    In the second policy, the company keeps data longer. No bundled profile makes this change material.
    """
    old = POLICIES / "cloakroom.md"
    new = tmp_path / "longer.md"
    new.write_text(
        old.read_text(encoding="utf-8") + "\n\nWe keep the lists of umbrellas for 90 minutes.\n", encoding="utf-8"
    )
    return old, new


@pytest.mark.parametrize("named", [True, False], ids=["named", "in the folder"])
def test_a_profile_of_the_configuration_can_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: tuple[Path, Path], named: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / ("ours.toml" if named else "clausewatch.toml")
    file.write_text(OURS, encoding="utf-8")
    config = ("--config", str(file)) if named else ()
    words = ("compare", *map(str, kept), "--format", "json")
    assert json.loads(CliRunner().invoke(main, [*config, *words]).stdout)["material"] is False
    judged = json.loads(CliRunner().invoke(main, [*config, *words, "--profile", "ours"]).stdout)
    assert judged["material"] is True
    assert "ours.duration" in [finding["rule"] for finding in judged["findings"]]


def test_a_row_of_a_batch_may_name_a_profile_of_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: tuple[Path, Path]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clausewatch.toml").write_text(OURS, encoding="utf-8")
    old, new = map(str, kept)
    rows, code = batch(
        tmp_path,
        {"id": 1, "before": old, "after": new, "profile": "ours"},
        {"id": 2, "before": old, "after": new},
        {"id": 3, "before": old, "after": new, "profile": "hours"},
    )
    assert [row.get("material") for row in rows] == [True, False, None]
    assert rows[2] == {"id": 3, "error": "there is no profile 'hours'; did you mean 'ours'?"}
    assert code == 1


def test_a_named_configuration_with_errors_is_reported_only_if_it_is_needed(
    tmp_path: Path, kept: tuple[Path, Path]
) -> None:
    words = ["--config", str(tmp_path / "none.toml"), "compare", *map(str, kept)]
    assert CliRunner().invoke(main, words).exit_code == 0
    told = CliRunner().invoke(main, [*words, "--profile", "ours"])
    assert told.exit_code == 2
    assert "there is no such file" in told.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        (POLICIES / "cloakroom.md",),
        (POLICIES / "cloakroom.md", POLICIES / "nowhere.md"),
        ("--batch", POLICIES / "nowhere.jsonl"),
        (POLICIES / "cloakroom.md", POLICIES / "cloakroom.md", "--batch", POLICIES / "README.md"),
        (POLICIES / "cloakroom.md", POLICIES / "cloakroom.md", "--profile", "nobodys"),
    ],
)
def test_wrong_usage_exits_with_2(arguments: tuple[str | Path, ...]) -> None:
    result = compare(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""


def test_words_of_a_page_cannot_control_the_terminal(tmp_path: Path) -> None:
    text = (POLICIES / "cloakroom.md").read_text(encoding="utf-8")
    hostile = tmp_path / "hostile.md"
    hostile.write_text(text.replace("\n\n", " \x1b[31m\u202e red\n\n"), encoding="utf-8")
    output = compare(POLICIES / "cloakroom.md", hostile).output
    assert "\x1b" not in output
    assert "\u202e" not in output


def test_the_real_policies_are_judged_row_by_row(shared: Path) -> None:
    """The batch has a sample of the pages of five real policies.

    The rows are in order and readable, and broken pages are recognised.
    """
    pairs = [json.loads(line) for line in (shared / "policies/pairs.jsonl").read_text(encoding="utf-8").splitlines()]
    chosen = [pair for pair in pairs if pair["id"].endswith(("-broken-01", "-noise-01", "-e01"))]
    rows = "\n".join(
        json.dumps({**pair, **{key: str(shared / "policies" / pair[key]) for key in ("before", "after")}})
        for pair in chosen
    )
    result = CliRunner().invoke(main, ["compare", "--batch", "-"], input=rows)
    judged = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert [row["id"] for row in judged] == [pair["id"] for pair in chosen]
    assert {row["id"] for row in judged if not row["comparable"]} == {
        pair["id"] for pair in chosen if "broken" in pair["id"]
    }
    assert not [row["id"] for row in judged if "noise" in row["id"] and row["changed"]]


def written(folder: Path, *texts: str) -> list[Path]:
    paths = [folder / f"{number}.md" for number, _ in enumerate(texts)]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def test_notes_on_dates_and_languages_of_a_change_are_reported(tmp_path: Path) -> None:
    paths = written(tmp_path, ENGLISH + INDONESIAN, ENGLISH + WIDER)
    lines = compare(*paths).output.splitlines()
    assert lines[1] == "Silent edit: the text changed, but the stated date of 2026-01-15 did not."
    assert lines[2] == "Only the Indonesian text changed; the English text on sharing and rights stayed as it was."
    row = json.loads(compare(*paths, "--format", "json").output)
    assert tuple(row) == (*ROW_KEYS, "timing", "drift")
    assert (row["timing"]["silent"], row["timing"]["stated_before"], row["drift"]) == (True, "2026-01-15", ["en"])


def test_a_date_that_changed_alone_is_reported(tmp_path: Path) -> None:
    output = compare(*written(tmp_path, ENGLISH, ENGLISH.replace("15 January", "20 March"))).output
    assert output.startswith("Changed, but nothing material to sharing or rights.\nThe stated date changed from")


def reasons(language: str) -> list[str]:
    """Return the reasons of the findings in this language, for a change of an Indonesian policy."""
    before, after = (read(page(text), ExtractionOptions(languages=("id",))).document for text in (INDONESIAN, WIDER))
    return [finding.reason_in(language) for finding in judged_difference(before, after).findings]


@pytest.mark.parametrize("language", report_languages())
def test_reasons_are_given_in_the_language_of_the_report(tmp_path: Path, language: str) -> None:
    paths = written(tmp_path, INDONESIAN, WIDER)
    options = ("--language", "id", "--report-language", language)
    assert f"\n  {reasons(language)[0]}\n" in compare(*paths, *options).output
    told = json.loads(compare(*paths, *options, "--format", "json").output)["findings"]
    assert [finding["reason"] for finding in told] == reasons(language)
    (row,), _ = batch(tmp_path, {"id": 1, "before": str(paths[0]), "after": str(paths[1])}, options=options)
    assert tuple(row) == ROW_KEYS
    assert [finding["reason"] for finding in row["findings"]] == reasons(language)


def test_reasons_differ_by_language() -> None:
    assert reasons("en") != reasons("id")
