"""Tests the report on what each language has and lacks.

Also tests that the statements about languages in the documents are true.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from clausewatch.cli import main
from clausewatch.inspection.language_survey import survey
from languages import ADDED, FILES, language_name
from tests import forking
from tests.sources import PROJECT

REPORTS = {report.code: report for report in survey()}
FULL = [code for code, report in REPORTS.items() if "lexicon" in report.files and not report.short]
SHORT = [code for code, report in REPORTS.items() if report.short]
STEMMED = [code for code, report in REPORTS.items() if report.naming.stemmer]


COUNTERS = (PROJECT / "languages" / "en" / "counters.toml").read_text(encoding="utf-8")


def counters(key: str, value: str) -> str:
    """Return the content of the English file of counters with a different value for one key."""
    return re.sub(rf"^{key} = .*$", lambda _: f"{key} = {value}", COUNTERS, flags=re.MULTILINE)


def enumerated(codes: list[str]) -> str:
    """Return the English names of languages as a list in a sentence. English comes first."""
    names = sorted(map(language_name, codes), key=lambda name: (name != "English", name))
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


@pytest.mark.parametrize("code", REPORTS)
def test_all_our_language_files_can_be_used(code: str) -> None:
    assert REPORTS[code].problems == ()


@pytest.mark.parametrize("code", REPORTS)
def test_no_language_file_of_ours_lacks_a_key(code: str) -> None:
    assert REPORTS[code].lacks == {}


@pytest.mark.parametrize(
    ("page", "sentence"),
    [
        ("README.md", f"full word lists for {enumerated(FULL)}, and shorter word lists for {enumerated(SHORT)}."),
        ("docs/history.md", f"There are stems for {enumerated(STEMMED)}."),
    ],
)
def test_the_documents_name_the_languages(page: str, sentence: str) -> None:
    text = " ".join((PROJECT / page).read_text(encoding="utf-8").split())
    assert sentence in text, f"write in {page}: {sentence}"


def test_the_configuration_page_names_the_languages_of_messages() -> None:
    codes = [code for code, report in REPORTS.items() if "messages" in report.files]
    table = (PROJECT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert f"the language of the messages: {' or '.join(f'`{code}`' for code in codes)}" in table


def test_the_command_says_how_each_language_is_judged() -> None:
    listed = CliRunner().invoke(main, ["languages"]).output
    *texts, place = listed.split("\n\n")
    assert f"The files are in {PROJECT / 'languages'}." in place
    parts = {part.split(" ")[0]: part for part in texts}
    assert parts.keys() == REPORTS.keys()
    assert all("a full lexicon" in parts[code] for code in FULL)
    assert all("a short lexicon" in parts[code] for code in SHORT)
    assert "lacks: detection (common words" in parts["it"]


def test_json_has_a_row_for_each_language() -> None:
    rows = json.loads(CliRunner().invoke(main, ["languages", "--format", "json"]).output)
    assert [row["code"] for row in rows] == list(REPORTS)
    assert {row["code"] for row in rows if row["short"]} == set(SHORT)


@pytest.mark.parametrize("file", FILES)
def test_every_file_is_checked(tmp_path: Path, file: str) -> None:
    (tmp_path / "qtx").mkdir()
    (tmp_path / "qtx" / f"{file}.toml").write_text("unknown = 1", encoding="utf-8")
    code = "from clausewatch.inspection.language_survey import language_report; print(language_report('qtx').problems)"
    environment = os.environ | {ADDED: str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, env=environment, capture_output=True, text=True, check=True
    )
    assert file in ended.stdout


@pytest.mark.parametrize(
    ("file", "content", "problem"),
    [
        ("links", 'right = ["qen"]', "links.toml: unknown key 'right'; known are: rights, hidden-addresses"),
        ("links", 'rights = "qen"', "links.toml: rights is not a list of texts"),
        ("links", 'rights = []\nhidden-addresses = ["(qen"]', "links.toml: hidden-addresses: '(qen' is not a regular"),
        ("language", 'name = "Qen"\nstemmer = "qenyan"', "language.toml: there is no stemmer 'qenyan'"),
        ("lexicon", "short = true", "the lexicon of 'qtx': the key 'writing' is missing"),
        ("lexicon", '[concepts]\nnegation = "qen"', 'concepts.negation is not a list of texts: write ["qen"]'),
        ("messages", "", "messages.toml: 'date' is missing"),
        ("counters", counters("clock", "'(qen'"), "counters.toml: clock: '(qen' is not a regular expression"),
        ("counters", counters("votes", "['{n} qen)']"), "counters.toml: votes: '{n} qen)' is not a regular"),
        ("counters", counters("votes", "['{count} qen']"), "counters.toml: votes: {count} is not a known placeholder"),
        ("counters", counters("weekdays", "''"), "counters.toml: weekdays: it would match an empty text"),
        ("counters", counters("ago", "[]"), "counters.toml: ago is empty"),
    ],
)
def test_files_that_cannot_be_used_are_named(tmp_path: Path, file: str, content: str, problem: str) -> None:
    (tmp_path / "qtx").mkdir()
    (tmp_path / "qtx" / f"{file}.toml").write_text(content, encoding="utf-8")
    for command, code in (["languages"], 1), (["config", "check"], 2):
        environment = {ADDED: str(tmp_path), "COLUMNS": "400"}
        ended = forking.run("clausewatch", *command, folder=PROJECT, environment=environment)
        assert problem in " ".join((ended.out + ended.err).split())
        assert "Traceback" not in ended.err
        assert ended.code == code


def test_a_misspelt_concept_is_named(tmp_path: Path) -> None:
    (tmp_path / "qtx").mkdir()
    model = (PROJECT / "languages" / "de" / "lexicon.toml").read_text(encoding="utf-8")
    misspelt = model.replace("\nsecurity = ", "\nsecurityy = ", 1)
    assert misspelt != model
    (tmp_path / "qtx" / "lexicon.toml").write_text(misspelt, encoding="utf-8")
    code = "from clausewatch.inspection.language_survey import language_report; print(language_report('qtx').problems)"
    environment = os.environ | {ADDED: str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, env=environment, capture_output=True, text=True, check=True
    )
    assert "has the unknown key 'securityy'" in ended.stdout


MONTHS = '[date]\nmonths = ["qen"]\n'
PHRASES = """
from clausewatch.inspection.language_survey import survey
from notifier.texts.phrases import phrases_for
print(phrases_for("qtw").texts["subject.whole"], phrases_for("qtw", further="desk").texts["desk.page.skip"])
print([problem for report in survey() for problem in report.problems])
"""


def test_a_phrase_with_an_unknown_word_is_named_and_a_missing_phrase_is_english(tmp_path: Path) -> None:
    files = {
        "qtw/messages": MONTHS,
        "qtw/desk": "",
        "qtx/messages": MONTHS + '[subject]\nwhole = "{qen}"',
        "qty/messages": MONTHS + '[subject]\nwhole = "{policy"',
        "qtz/messages": MONTHS,
        "qtz/desk": '[page]\nzone = "{qen}"',
    }
    for name, content in files.items():
        path = tmp_path / f"{name}.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
    environment = os.environ | {ADDED: str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-c", PHRASES], cwd=PROJECT, env=environment, capture_output=True, text=True, check=True
    )
    phrases, problems = ended.stdout.splitlines()
    assert phrases == "[{severity}] {policy}: {event} ({day}) Go to the content"
    assert problems.count(".toml: ") == 3
    assert "qtx/messages.toml: subject.whole: '{qen}' has the unknown word {qen}: take the words of en" in problems
    assert "qty/messages.toml: subject.whole: '{policy' cannot be filled in: " in problems
    assert "qtz/desk.toml: page.zone: '{qen}' has the unknown word {qen}" in problems
