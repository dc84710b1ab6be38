"""Tests that shells complete the names of policies."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from clausewatch.cli import main
from clausewatch.cli.completion import policy_names

CONFIGURATION = """
[[policy]]
name = "Teahouse"
url = "https://teahouse.example/privacy"

[[policy]]
name = "Tea & Cake $$5"
url = "not checked while somebody types"

[[policy]]
name = "Ferry"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "clausewatch.toml"
    file.write_text(CONFIGURATION, encoding="utf-8")
    return file


def completed(path: Path, *words: str) -> list[str]:
    """Return the words that zsh can offer for the last word."""
    from click.shell_completion import ShellComplete

    shell = ShellComplete(main, {}, "clausewatch", "_CLAUSEWATCH_COMPLETE")
    items = shell.get_completions(["--config", str(path), *words[:-1]], words[-1])
    return [str(item.value) for item in items]


@pytest.mark.parametrize(
    "words",
    [
        ["show"],
        ["run", "--policy"],
        ["policy", "pause"],
        ["policy", "rename"],
        ["export", "evidence"],
        ["recipients"],
    ],
    ids=" ".join,
)
def test_a_command_completes_the_names_of_policies(path: Path, words: list[str]) -> None:
    assert completed(path, *words, "te") == ["Teahouse", "Tea & Cake $5"]
    assert completed(path, *words, "Fe") == ["Ferry"]


@pytest.mark.parametrize("text", ["[[policy", "policy = 3", "policy = [1]", "[[policy]]\nname = 3"])
def test_names_are_not_completed_from_a_broken_file(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    assert completed(path, "show", "") == []
    assert completed(path.parent / "missing.toml", "show", "") == []


def test_the_environment_variable_for_the_configuration_file_counts(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAUSEWATCH_CONFIG", str(path))
    context = main.make_context("clausewatch", ["show"], resilient_parsing=True)
    assert policy_names(context, main.params[0], "F") == ["Ferry"]


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is missing")
def test_bash_inserts_a_name_that_it_can_read_again(path: Path) -> None:
    program = Path(sys.executable).with_name("clausewatch")
    if not program.exists():
        pytest.skip("the command is not installed beside Python")
    script = """
eval "$(_CLAUSEWATCH_COMPLETE=bash_source clausewatch)"
COMP_WORDS=(clausewatch show Tea); COMP_CWORD=2
_clausewatch_completion clausewatch
printf '%s\n' "${COMPREPLY[@]}"
"""
    environment = os.environ | {"PATH": f"{program.parent}:{os.environ['PATH']}", "CLAUSEWATCH_CONFIG": str(path)}
    done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["Teahouse", r"Tea\ \&\ Cake\ \$5"]
