"""Tests that a configuration counts as checked only as long as everything on which the check depends is unchanged."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from clausewatch.config.checked import recall, remember

SECRET = "quince-marmalade-77"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a checked configuration that uses two variables."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("WATCH_TOKEN", SECRET)
    path, env = tmp_path / "clausewatch.toml", tmp_path / "watch.env"
    path.write_text('database = "sqlite:///${WATCH_FILE}.db"\nenv_file = "watch.env"\n', encoding="utf-8")
    env.write_text("WATCH_FILE=teahouse\n", encoding="utf-8")
    assert remember(path, "sqlite:///${WATCH_FILE}.db", env, {"WATCH_TOKEN": SECRET, "WATCH_FILE": "teahouse"})
    return path


def cached(path: Path) -> Path:
    """Return the file that holds the remembered facts."""
    [held] = (path.parent / "cache" / "clausewatch").iterdir()
    return held


def test_a_checked_file_is_known_again(file: Path) -> None:
    checked = recall(file)
    assert checked is not None
    assert checked.resolved_database(file) == f"sqlite:///{file.parent}/teahouse.db"
    assert remember(file, "x", file.parent / "watch.env", {"WATCH_FILE": "", "WATCH_TOKEN": ""}) == checked.token


def test_no_value_of_a_variable_is_remembered(file: Path) -> None:
    held = cached(file)
    assert SECRET not in held.read_text(encoding="utf-8")
    assert "teahouse" not in held.read_text(encoding="utf-8")
    assert held.stat().st_mode & 0o777 == 0o600
    assert held.parent.stat().st_mode & 0o777 == 0o700


CHANGES: dict[str, Callable[[Path], object]] = {
    "the file": lambda path: path.write_text("# a comment\n", encoding="utf-8"),
    "the env file": lambda path: (path.parent / "watch.env").write_text("WATCH_FILE=inn\n", encoding="utf-8"),
    "no env file": lambda path: (path.parent / "watch.env").unlink(),
    "facts that others can read": lambda path: cached(path).chmod(0o644),
    "facts that are not JSON": lambda path: cached(path).write_bytes(b"{"),
    "facts of another shape": lambda path: cached(path).write_bytes(b'{"key": 1}'),
}


@pytest.mark.parametrize("name", CHANGES)
def test_whatever_changes_the_file_must_be_checked_again(file: Path, name: str) -> None:
    CHANGES[name](file)
    assert recall(file) is None


def test_facts_behind_a_link_are_not_trusted(file: Path) -> None:
    held = cached(file)
    held.rename(file.parent / "moved")
    held.symlink_to(file.parent / "moved")
    assert recall(file) is None


def test_another_value_of_a_variable_is_checked_again(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCH_TOKEN", "another")
    assert recall(file) is None


def test_another_version_of_the_program_checks_again(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clausewatch.config.checked.__version__", "99")
    assert recall(file) is None


def test_a_cache_that_cannot_be_written_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cache").write_text("a file in its place", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "clausewatch.toml"
    path.write_text("", encoding="utf-8")
    assert remember(path, "sqlite:///watch.db", None, {}) == ""
    assert recall(path) is None


def test_a_user_without_a_home_folder_needs_no_cache(tmp_path: Path) -> None:
    """In a container, a user may have neither HOME nor an entry in /etc/passwd."""
    (tmp_path / "clausewatch.toml").write_text("", encoding="utf-8")
    program = (
        "import os, pwd, pathlib\n"
        "os.environ.pop('HOME', None)\n"
        "os.environ.pop('XDG_CACHE_HOME', None)\n"
        "from clausewatch.config.checked import recall, remember\n"
        "os.setuid(54321) if os.geteuid() == 0 else None\n"
        "path = pathlib.Path('clausewatch.toml')\n"
        "print(recall(path), repr(remember(path, 'x', None, {})))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.strip().startswith("None ")


def check_channels(path: Path) -> str:
    """Check a configuration with its channels in a new interpreter. Return whether Apprise was imported, or the error's
    last line.
    """
    program = """
import pathlib, sys
from clausewatch.cli.context import CommandContext
CommandContext(pathlib.Path(sys.argv[1])).checked_configuration()
print("apprise" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).strip().splitlines()[-1]


def test_channels_are_checked_again_only_after_an_edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path, database = tmp_path / "clausewatch.toml", 'database = "sqlite:///tea.db"\n'
    path.write_text(database, encoding="utf-8")
    assert check_channels(path) == "False", "there is no channel to check"
    with_channel = f'{database}[channels]\ndesk = "json://desk.example/inbox"\n'
    with_channel += '[[subscriber]]\nname = "Ida"\nvia = ["desk"]\n'
    path.write_text(with_channel, encoding="utf-8")
    assert [check_channels(path), check_channels(path)] == ["True", "False"]
    path.write_text(with_channel.replace("json:", "jason:"), encoding="utf-8")
    assert "jason" in check_channels(path)
