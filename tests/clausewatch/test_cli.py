"""Tests what all commands have in common: help texts, exit codes, and error messages without tracebacks."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import version
from itertools import permutations
from pathlib import Path

import pytest
from click.testing import CliRunner

from clausewatch.cli import COMMANDS, main
from clausewatch.errors import ConfigurationError, ExitCode, leading, suggestion
from tests.sources import PROJECT

POLICIES = PROJECT / "tests" / "policies"


def clausewatch(*arguments: str | Path, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "clausewatch", *map(str, arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_help_text(command: str) -> None:
    result = CliRunner().invoke(main, [command, "--help"])
    assert result.exit_code == 0, result.output
    assert f"Usage: main {command}" in result.output


def test_help_names_every_command() -> None:
    output = CliRunner().invoke(main, ["--help"]).output
    for command, entry in COMMANDS.items():
        assert re.search(rf"\n  {command} +{re.escape(entry.summary)}\n", output), output


def test_version_prints_the_version_of_the_installed_distribution() -> None:
    assert version("clausewatch") in CliRunner().invoke(main, ["--version"]).output


def test_an_unknown_command_is_wrong_usage() -> None:
    assert CliRunner().invoke(main, ["confg"]).exit_code == 2


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_help_and_version_import_no_large_library(argument: str) -> None:
    heavy = "{'scrapy', 'twisted', 'sqlalchemy', 'apprise', 'bs4', 'pydantic', 'jinja2', 'differ', 'archive'}"
    leave = f"atexit.register(lambda: print(sorted({heavy} & set(sys.modules))))"
    probe = f"import atexit, sys; {leave}; from clausewatch.cli import main; main([{argument!r}])"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("\n[]\n")


def test_the_configuration_file_comes_from_the_option_then_the_environment_then_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CLAUSEWATCH_CONFIG", raising=False)
    runner = CliRunner()
    assert "Error: clausewatch.toml: there is no such file" in runner.invoke(main, ["config", "check"]).stderr
    monkeypatch.setenv("CLAUSEWATCH_CONFIG", "from-environment.toml")
    assert "Error: from-environment.toml:" in runner.invoke(main, ["config", "check"]).stderr
    given = runner.invoke(main, ["--config", "from-option.toml", "config", "check"])
    assert "Error: from-option.toml:" in given.stderr


def test_a_wrong_configuration_gives_exit_code_2_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "clausewatch.toml").write_text("[crawl\n", encoding="utf-8")
    done = clausewatch("config", "check", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: clausewatch.toml: line 1, column 7:")
    assert "Traceback" not in done.stderr


def test_a_run_reports_a_channel_that_cannot_be_used_and_does_nothing(tmp_path: Path) -> None:
    (tmp_path / "clausewatch.toml").write_text(
        '[channels]\ndesk = "nonsense://mail.cloakroom.test"\n', encoding="utf-8"
    )
    done = clausewatch("run", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: clausewatch.toml: channels.desk: Apprise knows no service 'nonsense'")
    assert not (tmp_path / "clausewatch.db").exists()


def test_a_file_that_is_not_an_archive_gives_exit_code_3_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "clausewatch.toml").write_text("", encoding="utf-8")
    (tmp_path / "clausewatch.db").write_text("a diary, and no database\n" * 100, encoding="utf-8")
    done = clausewatch("status", folder=tmp_path)
    assert done.returncode == 3, done.stderr
    assert "not a SQLite database" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_is_not_an_error_if_the_reader_closes_the_output(tmp_path: Path) -> None:
    row = f'{{"id": 1, "before": "{POLICIES}/cloakroom.md", "after": "{POLICIES}/cloakroom.md"}}\n'
    (tmp_path / "pairs.jsonl").write_text(row * 200, encoding="utf-8")
    command = [sys.executable, "-m", "clausewatch", "compare", "--batch", str(tmp_path / "pairs.jsonl")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    told = process.stderr.read()
    process.stderr.close()
    process.wait(timeout=60)
    assert told == b""


def test_the_most_serious_of_several_exit_codes_counts() -> None:
    """Scripts rely on this order, with the most serious exit code first: 3, 2, 4, 10, 1, 0."""
    order = [ExitCode(number) for number in (3, 2, 4, 10, 1, 0)]
    for length in range(1, len(order) + 1):
        rest = order[-length:]
        assert {leading(codes) for codes in permutations(rest)} == {rest[0]}
    assert leading([]) is ExitCode.FINE


def test_an_error_with_one_problem_is_one_line() -> None:
    assert str(ConfigurationError("watch.toml", ["a: is missing"])) == "watch.toml: a: is missing"
    assert str(ConfigurationError("watch.toml", ["a: x", "b: y"])) == "watch.toml: 2 problems\n  a: x\n  b: y"


def test_a_suggestion_names_the_nearest_word_or_the_known_words() -> None:
    assert suggestion("Sharin", ["rights", "sharing"]) == "did you mean 'sharing'?"
    assert suggestion("xyz", ["rights", "sharing", "rights"]) == "known: rights, sharing"
    assert suggestion("xyz", []) == "there is none"
    assert suggestion("xyz", [f"policy {number}" for number in range(25)]).endswith("policy 19 and 5 more")
